// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/vectorkernels.h"

#include <array>

#if defined(__x86_64__) && defined(__GNUC__)
#define ORRERY_AVX2 1
#include <immintrin.h>
#endif

namespace orrery::memory {
namespace {

constexpr std::size_t kLanes = 16; ///< of dot()

void scalarCodeDots(const std::int8_t *codes, std::size_t rows, std::size_t stride,
                    const std::int16_t *query, std::int32_t *dots)
{
    constexpr std::size_t half = kVectorPadding / 2;
    for (std::size_t i = 0; i < rows; ++i, codes += stride) {
        std::int32_t sum = 0;
        for (std::size_t j = 0; j < stride; j += kVectorPadding)
            for (std::size_t pair = 0; pair < half; ++pair)
                sum += std::int32_t(codes[j + 2 * pair]) * query[j + pair]
                       + std::int32_t(codes[j + 2 * pair + 1]) * query[j + half + pair];
        dots[i] = sum;
    }
}

double scalarDot(const float *row, const double *query, std::size_t stride)
{
    std::array<double, kLanes> lanes{};
    for (std::size_t j = 0; j < stride; j += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            lanes[lane] += double(row[j + lane]) * query[j + lane];
    for (std::size_t half = kLanes / 2; half > 0; half /= 2)
        for (std::size_t lane = 0; lane < half; ++lane)
            lanes[lane] += lanes[lane + half];
    return lanes[0];
}

#ifdef ORRERY_AVX2

// One row after the other, since memory is read ahead for one stream better than for several.
__attribute__((target("avx2,fma"))) void avx2CodeDots(const std::int8_t *codes, std::size_t rows,
                                                      std::size_t stride, const std::int16_t *query,
                                                      std::int32_t *dots)
{
    for (std::size_t i = 0; i < rows; ++i, codes += stride) {
        __m256i evenSums = _mm256_setzero_si256();
        __m256i oddSums = _mm256_setzero_si256();
        for (std::size_t j = 0; j < stride; j += kVectorPadding) {
            const auto *values = reinterpret_cast<const __m256i *>(query + j);
            const __m256i both = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(codes + j));
            const __m256i odd = _mm256_srai_epi16(both, 8);
            const __m256i even = _mm256_srai_epi16(_mm256_slli_epi16(both, 8), 8);
            evenSums =
                _mm256_add_epi32(evenSums, _mm256_madd_epi16(even, _mm256_loadu_si256(values)));
            oddSums =
                _mm256_add_epi32(oddSums, _mm256_madd_epi16(odd, _mm256_loadu_si256(values + 1)));
        }
        const __m256i sums = _mm256_add_epi32(evenSums, oddSums);
        __m128i sum =
            _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
        sum = _mm_hadd_epi32(sum, sum);
        dots[i] = _mm_cvtsi128_si32(_mm_hadd_epi32(sum, sum));
    }
}

__attribute__((target("avx2,fma"))) double avx2Dot(const float *row, const double *query,
                                                   std::size_t stride)
{
    __m256d lanes[4] = {_mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd(),
                        _mm256_setzero_pd()};
    for (std::size_t j = 0; j < stride; j += kLanes)
        for (std::size_t part = 0; part < 4; ++part)
            lanes[part] = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(row + j + 4 * part)),
                                          _mm256_loadu_pd(query + j + 4 * part), lanes[part]);
    const __m256d four =
        _mm256_add_pd(_mm256_add_pd(lanes[0], lanes[2]), _mm256_add_pd(lanes[1], lanes[3]));
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

#endif

constexpr VectorKernels kScalar{"scalar", scalarCodeDots, scalarDot};
#ifdef ORRERY_AVX2
constexpr VectorKernels kAvx2{"avx2", avx2CodeDots, avx2Dot};
#endif

} // namespace

const VectorKernels &scalarKernels() { return kScalar; }

const VectorKernels &bestKernels()
{
#ifdef ORRERY_AVX2
    static const bool hasAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return hasAvx2 ? kAvx2 : kScalar;
#else
    return kScalar;
#endif
}

} // namespace orrery::memory
