// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/vectorkernels.h"

#include <algorithm>
#include <array>

#if defined(__x86_64__) && defined(__GNUC__)
#define ORRERY_AVX2 1
#include <immintrin.h>
#ifndef __clang__ // clang 14 cannot ask for it
#define ORRERY_AVX_VNNI 1
#endif
#endif

namespace orrery::memory {
namespace {

constexpr std::size_t kLanes = 16; ///< of dot()

void scalarCodeDots(const std::int8_t *codes, std::size_t rows, std::size_t stride,
                    const CodeQuery &codeQuery, std::int32_t *dots)
{
    const std::int16_t *query = codeQuery.split.get();
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

__attribute__((target("avx2"))) inline __m256i load(const void *bytes)
{
    return _mm256_loadu_si256(static_cast<const __m256i *>(bytes));
}

__attribute__((target("avx2"))) inline std::int32_t addedUp(__m256i sums)
{
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    sum = _mm_hadd_epi32(sum, sum);
    return _mm_cvtsi128_si32(_mm_hadd_epi32(sum, sum));
}

// One row after the other, since memory is read ahead for one stream better than for several.
__attribute__((target("avx2,fma"))) void avx2CodeDots(const std::int8_t *codes, std::size_t rows,
                                                      std::size_t stride,
                                                      const CodeQuery &codeQuery,
                                                      std::int32_t *dots)
{
    const std::int16_t *query = codeQuery.split.get();
    for (std::size_t i = 0; i < rows; ++i, codes += stride) {
        __m256i evenSums = _mm256_setzero_si256();
        __m256i oddSums = _mm256_setzero_si256();
        for (std::size_t j = 0; j < stride; j += kVectorPadding) {
            const __m256i both = load(codes + j);
            const __m256i odd = _mm256_srai_epi16(both, 8);
            const __m256i even = _mm256_srai_epi16(_mm256_slli_epi16(both, 8), 8);
            evenSums = _mm256_add_epi32(evenSums, _mm256_madd_epi16(even, load(query + j)));
            oddSums = _mm256_add_epi32(oddSums, _mm256_madd_epi16(odd, load(query + j + 16)));
        }
        dots[i] = addedUp(_mm256_add_epi32(evenSums, oddSums));
    }
}

// VNNI multiplies bytes with a sign by bytes without one, four products to a sum. With q = 256·high + low, of which only
// high has a sign, Σ c·q = 256·(Σ (c + 128)·high − 128·Σ high) + Σ c·low, modulo 2³².
#ifdef ORRERY_AVX_VNNI
__attribute__((target("avx2,avxvnni"))) void avxVnniCodeDots(const std::int8_t *codes,
                                                             std::size_t rows, std::size_t stride,
                                                             const CodeQuery &query,
                                                             std::int32_t *dots)
{
    const __m256i signs = _mm256_set1_epi8(-128);
    const auto before = static_cast<std::uint32_t>(query.highSum) << 15;
    for (std::size_t i = 0; i < rows; ++i, codes += stride) {
        __m256i high = _mm256_setzero_si256();
        __m256i low = _mm256_setzero_si256();
        for (std::size_t j = 0; j < stride; j += kVectorPadding) {
            const __m256i row = load(codes + j);
            high =
                _mm256_dpbusd_avx_epi32(high, _mm256_xor_si256(row, signs), load(&query.high[j]));
            low = _mm256_dpbusd_avx_epi32(low, load(&query.low[j]), row);
        }
        const __m256i sums = _mm256_add_epi32(_mm256_slli_epi32(high, 8), low);
        dots[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(addedUp(sums)) - before);
    }
}
#endif

#define ORRERY_AVX512 __attribute__((target("avx512f,avx512bw,avx512vnni")))

struct Sums512 {
    __m512i high;
    __m512i low;
};

ORRERY_AVX512 inline void add(Sums512 &sums, __m512i row, __m512i high, __m512i low)
{
    sums.high = _mm512_dpbusd_epi32(sums.high, _mm512_xor_si512(row, _mm512_set1_epi8(-128)), high);
    sums.low = _mm512_dpbusd_epi32(sums.low, low, row);
}

ORRERY_AVX512 inline std::int32_t addedUp(const Sums512 &sums, std::uint32_t before)
{
    const __m512i wide = _mm512_add_epi32(_mm512_slli_epi32(sums.high, 8), sums.low);
    // Not _mm512_reduce_add_epi32, which adds plain int: these sums may pass 2³¹ before `before` is taken off.
    const __m256i sum =
        _mm256_add_epi32(_mm512_castsi512_si256(wide), _mm512_extracti64x4_epi64(wide, 1));
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(addedUp(sum)) - before);
}

ORRERY_AVX512 inline __m512i load512(const void *bytes) { return _mm512_loadu_si512(bytes); }
ORRERY_AVX512 inline __m512i loadHalf(const void *bytes)
{
    return _mm512_zextsi256_si512(load(bytes));
}

ORRERY_AVX512 inline void fetchAhead(const std::int8_t *codes)
{
    constexpr std::uintptr_t ahead = 4096; // by itself the processor reads too little ahead here
    _mm_prefetch(reinterpret_cast<const char *>(reinterpret_cast<std::uintptr_t>(codes) + ahead),
                 _MM_HINT_T0);
}

ORRERY_AVX512 inline std::int32_t codeDot512(const std::int8_t *row, std::size_t stride,
                                             const CodeQuery &query, std::uint32_t before)
{
    Sums512 sums{_mm512_setzero_si512(), _mm512_setzero_si512()};
    std::size_t j = 0;
    for (; j + 64 <= stride; j += 64)
        add(sums, load512(row + j), load512(&query.high[j]), load512(&query.low[j]));
    if (j < stride)
        add(sums, loadHalf(row + j), loadHalf(&query.high[j]), loadHalf(&query.low[j]));
    return addedUp(sums, before);
}

// Two rows at a time, so that the query is loaded half as often.
ORRERY_AVX512 void avx512VnniCodeDots(const std::int8_t *codes, std::size_t rows,
                                      std::size_t stride, const CodeQuery &query,
                                      std::int32_t *dots)
{
    const auto before = static_cast<std::uint32_t>(query.highSum) << 15;
    const __m512i zero = _mm512_setzero_si512();
    const std::int8_t *const queryHigh = query.high.get();
    const std::uint8_t *const queryLow = query.low.get();
    std::size_t i = 0;
    for (; i + 2 <= rows; i += 2) {
        const std::int8_t *const one = codes + i * stride;
        const std::int8_t *const two = one + stride;
        Sums512 first{zero, zero};
        Sums512 second{zero, zero};
        std::size_t j = 0;
        for (; j + 64 <= stride; j += 64) {
            const __m512i high = load512(queryHigh + j);
            const __m512i low = load512(queryLow + j);
            fetchAhead(one + j);
            fetchAhead(two + j);
            add(first, load512(one + j), high, low);
            add(second, load512(two + j), high, low);
        }
        if (j < stride) {
            const __m512i high = loadHalf(queryHigh + j);
            const __m512i low = loadHalf(queryLow + j);
            add(first, loadHalf(one + j), high, low);
            add(second, loadHalf(two + j), high, low);
        }
        dots[i] = addedUp(first, before);
        dots[i + 1] = addedUp(second, before);
    }
    if (i < rows)
        dots[i] = codeDot512(codes + i * stride, stride, query, before);
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
constexpr VectorKernels kAvx512Vnni{"avx512-vnni", avx512VnniCodeDots, avx2Dot};
#ifdef ORRERY_AVX_VNNI
constexpr VectorKernels kAvxVnni{"avx-vnni", avxVnniCodeDots, avx2Dot};
#endif
#endif

} // namespace

CodeQuery::CodeQuery(std::span<const std::int16_t> codes, std::size_t stride)
    : split(allocate<std::int16_t>(stride)), high(allocate<std::int8_t>(stride)),
      low(allocate<std::uint8_t>(stride))
{
    std::fill_n(split.get(), stride, std::int16_t(0));
    std::fill_n(high.get(), stride, std::int8_t(0));
    std::fill_n(low.get(), stride, std::uint8_t(0));
    for (std::size_t j = 0; j < codes.size(); ++j) {
        split[j / 32 * 32 + j % 2 * 16 + j % 32 / 2] = codes[j];
        high[j] = static_cast<std::int8_t>(codes[j] >> 8);
        low[j] = static_cast<std::uint8_t>(codes[j] & 0xff);
        highSum += high[j];
    }
}

const VectorKernels &scalarKernels() { return kScalar; }

std::vector<const VectorKernels *> allKernels()
{
    std::vector<const VectorKernels *> kernels{&kScalar};
#ifdef ORRERY_AVX2
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        kernels.push_back(&kAvx2);
#ifdef ORRERY_AVX_VNNI
        if (__builtin_cpu_supports("avxvnni"))
            kernels.push_back(&kAvxVnni);
#endif
        if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw"))
            kernels.push_back(&kAvx512Vnni);
    }
#endif
    return kernels;
}

const VectorKernels &bestKernels()
{
    static const VectorKernels &best = *allKernels().back();
    return best;
}

} // namespace orrery::memory
