// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/jarolanes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#define ORRERY_JARO_LANES 1
#include <immintrin.h>
#endif

namespace orrery::memory {

std::size_t JaroLanes::steps(std::size_t size, std::size_t otherSize)
{
    return std::min(otherSize, std::max(size, otherSize) / 2 + size - 1);
}

#ifdef ORRERY_JARO_LANES

namespace {

#define ORRERY_LANES __attribute__((target("avx2,popcnt"))) inline
#define ORRERY_LANES_STEP __attribute__((target("avx2,popcnt"), always_inline)) inline

constexpr std::uint64_t kAll = ~std::uint64_t(0);
constexpr std::size_t kBlock = 8; ///< bytes that are moved together at a time

/// For each set of 8 bytes, the first in the highest bit, where they come from when they move together; the rest
/// becomes 0.
constexpr auto kTogether = [] {
    std::array<std::array<std::uint8_t, kBlock>, 256> table{};
    for (unsigned set = 0; set < 256; ++set) {
        std::size_t count = 0;
        for (unsigned i = 0; i < kBlock; ++i)
            if (set & (0x80u >> i))
                table[set][count++] = static_cast<std::uint8_t>(i);
        for (; count < kBlock; ++count)
            table[set][count] = 0x80;
    }
    return table;
}();

/// What the steps hand on.
struct LaneState {
    __m256i used;
    __m256i untaken;   ///< a bit a step, the latest lowest
    __m256i distances; ///< i and j may match when |i − j| is less
};

/// The window of each text at step j, which stands in all lanes.
ORRERY_LANES_STEP __m256i windowTo(const LaneState &state, __m256i j)
{
    const __m256i one = _mm256_set1_epi64x(1);
    return _mm256_sub_epi64(_mm256_sllv_epi64(one, _mm256_add_epi64(j, state.distances)), one);
}

ORRERY_LANES_STEP __m256i windowFrom(const LaneState &state, __m256i j)
{
    // Halves of lanes, since for these there is a maximum; the upper ones are 0.
    const __m256i passed =
        _mm256_sub_epi32(_mm256_add_epi32(j, _mm256_set1_epi64x(1)), state.distances);
    return _mm256_sllv_epi64(_mm256_set1_epi64x(-1),
                             _mm256_max_epi32(passed, _mm256_setzero_si256()));
}

ORRERY_LANES_STEP void take(LaneState &state, __m256i places)
{
    const __m256i zero = _mm256_setzero_si256();
    const __m256i free = _mm256_andnot_si256(state.used, places);
    state.used = _mm256_or_si256(state.used, _mm256_and_si256(free, _mm256_sub_epi64(zero, free)));
    state.untaken = _mm256_sub_epi64(_mm256_add_epi64(state.untaken, state.untaken),
                                     _mm256_cmpeq_epi64(free, zero));
}

ORRERY_LANES_STEP __m256i placesAt(const std::uint64_t *masks, const JaroLanes::Text *texts,
                                   std::size_t j)
{
    const auto at = [=](std::size_t text) {
        return reinterpret_cast<const __m64 *>(&masks[texts[text].data()[j]]);
    };
    const auto two = [=](std::size_t text) {
        const auto low = reinterpret_cast<const __m128i *>(at(text));
        return _mm_loadh_pi(_mm_castsi128_ps(_mm_loadl_epi64(low)), at(text + 1));
    };
    return _mm256_castps_si256(_mm256_set_m128(two(2), two(0)));
}

/// The rest of one text, after the steps that all of them take together.
void matchRest(const JaroLanes::Pattern &pattern, JaroLanes::Text text, std::size_t from,
               std::size_t to, std::uint64_t &used, std::uint64_t *taken)
{
    const std::size_t distance = std::max(pattern.size, text.size()) / 2;
    for (std::size_t j = from; j < to; ++j) {
        std::uint64_t free = pattern.masks[text[j]] & ~used;
        if (j + distance < 64)
            free &= (std::uint64_t(1) << (j + distance)) - 1;
        if (j >= distance)
            free &= kAll << (j - distance + 1);
        if (j % 64 == 0)
            taken[j / 64] = 0;
        used |= free & (0 - free);
        taken[j / 64] |= std::uint64_t(free != 0) << (63 - j % 64);
    }
}

/// Up to where the four texts go together, and where their windows bind.
struct LaneBounds {
    std::size_t ends[JaroLanes::kTexts]; ///< of each
    std::size_t distances[JaroLanes::kTexts];
    std::size_t common = 0;              ///< steps that all take
    std::size_t upperEndTill = 0;        ///< from here on no place lies beyond a window's upper end
    std::size_t lowerEndFrom = SIZE_MAX; ///< before it no place lies below a window's lower end

    LaneBounds(std::size_t size, const JaroLanes::Text *texts)
    {
        std::size_t readable = SIZE_MAX;
        for (std::size_t k = 0; k < JaroLanes::kTexts; ++k) {
            distances[k] = std::max(size, texts[k].size()) / 2;
            ends[k] = JaroLanes::steps(size, texts[k].size());
            common = std::max(common, ends[k]);
            readable = std::min(readable, texts[k].size());
            upperEndTill = std::max(upperEndTill, size - std::min(size, distances[k]));
            lowerEndFrom = std::min(lowerEndFrom, distances[k]);
        }
        // One that has come to its own end has no place in its window any more, as long as it can be read.
        common = std::min(common, readable);
    }
};

/// The steps of one word of `taken`.
ORRERY_LANES_STEP void takeWord(const JaroLanes::Pattern &pattern, const JaroLanes::Text *texts,
                                const LaneBounds &bounds, std::size_t j, std::size_t stop,
                                LaneState &state)
{
    const __m256i one = _mm256_set1_epi64x(1);
    const std::uint64_t *const masks = pattern.masks;
    __m256i step = _mm256_set1_epi64x(static_cast<long long>(j));
    for (const std::size_t to = std::min(stop, bounds.upperEndTill); j < to; ++j) {
        const __m256i window = _mm256_and_si256(windowTo(state, step), windowFrom(state, step));
        take(state, _mm256_and_si256(placesAt(masks, texts, j), window));
        step = _mm256_add_epi64(step, one);
    }
#pragma GCC unroll 4
    for (const std::size_t to = std::min(stop, bounds.lowerEndFrom); j < to; ++j)
        take(state, placesAt(masks, texts, j));
    step = _mm256_set1_epi64x(static_cast<long long>(j));
    for (; j < stop; ++j) {
        take(state, _mm256_and_si256(placesAt(masks, texts, j), windowFrom(state, step)));
        step = _mm256_add_epi64(step, one);
    }
}

ORRERY_LANES void avx2Match(const JaroLanes::Pattern &pattern, const JaroLanes::Text *texts,
                            JaroLanes::Matches &matches)
{
    constexpr std::size_t kTexts = JaroLanes::kTexts;
    const LaneBounds bounds(pattern.size, texts);
    LaneState state{};
    state.distances = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(bounds.distances));
    for (std::size_t j = 0; j < bounds.common; j = j / 64 * 64 + 64) {
        const std::size_t stop = std::min(bounds.common, j + 64);
        state.untaken = _mm256_setzero_si256();
        takeWord(pattern, texts, bounds, j, stop, state);
        const __m128i unused = _mm_cvtsi64_si128(static_cast<long long>(j + 64 - stop));
        const __m256i all = _mm256_set1_epi64x(-1);
        std::uint64_t taken[kTexts];
        _mm256_storeu_si256(reinterpret_cast<__m256i *>(taken),
                            _mm256_sll_epi64(_mm256_xor_si256(state.untaken, all), unused));
        for (std::size_t k = 0; k < kTexts; ++k)
            matches.taken[k][j / 64] = taken[k];
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(matches.used), state.used);
    for (std::size_t k = 0; k < kTexts; ++k) {
        matchRest(pattern, texts[k], bounds.common, bounds.ends[k], matches.used[k],
                  matches.taken[k]);
        matches.count[k] = static_cast<std::size_t>(_mm_popcnt_u64(matches.used[k]));
    }
}

std::uint64_t reversed(std::uint64_t bits)
{
    const auto swapped = [](std::uint64_t of, int by, std::uint64_t low) {
        return ((of >> by) & low) | ((of & low) << by);
    };
    bits = swapped(bits, 1, 0x5555555555555555u);
    bits = swapped(bits, 2, 0x3333333333333333u);
    bits = swapped(bits, 4, 0x0f0f0f0f0f0f0f0fu);
    return __builtin_bswap64(bits);
}

/// Room for the bytes of up to 64 places and what is written behind them.
struct TogetherBytes {
    alignas(32) std::uint8_t bytes[64 + kBlock] = {};
};

/// Writes those of 8 bytes that are in the set, and zeros; returns where the next come.
ORRERY_LANES_STEP std::uint8_t *moveBlock(std::uint64_t block, std::uint64_t set, std::uint8_t *to)
{
    const __m128i moved =
        _mm_shuffle_epi8(_mm_cvtsi64_si128(static_cast<long long>(block)),
                         _mm_loadl_epi64(reinterpret_cast<const __m128i *>(&kTogether[set])));
    _mm_storel_epi64(reinterpret_cast<__m128i *>(to), moved);
    return to + _mm_popcnt_u64(set);
}

/// Of the first `end` bytes those in the sets, one after the other, followed by zeros.
ORRERY_LANES_STEP void moveTogether(std::span<const std::uint8_t> bytes, std::size_t end,
                                    const std::uint64_t *sets, TogetherBytes &together)
{
    std::uint8_t *to = together.bytes;
    const std::size_t whole = std::min(end, bytes.size() / kBlock * kBlock);
    std::uint64_t block = 0;
    std::size_t j = 0;
    while (j < whole) {
        std::uint64_t rest = sets[j / 64];
        for (const std::size_t stop = std::min(whole, j + 64); j < stop; j += kBlock) {
            std::memcpy(&block, bytes.data() + j, kBlock);
            to = moveBlock(block, rest >> (64 - kBlock), to);
            rest <<= kBlock;
        }
    }
    if (j < end) { // what cannot be read as a whole
        block = 0;
        std::memcpy(&block, bytes.data() + j, bytes.size() - j);
        moveBlock(block, sets[j / 64] << (j % 64) >> (64 - kBlock), to);
    }
}

ORRERY_LANES_STEP std::size_t sameBytes(const std::uint8_t *a, const std::uint8_t *b)
{
    const __m256i same = _mm256_cmpeq_epi8(_mm256_load_si256(reinterpret_cast<const __m256i *>(a)),
                                           _mm256_load_si256(reinterpret_cast<const __m256i *>(b)));
    return static_cast<std::size_t>(
        std::popcount(static_cast<unsigned>(_mm256_movemask_epi8(same))));
}

ORRERY_LANES std::size_t avx2Transposed(const JaroLanes::Pattern &pattern, JaroLanes::Text text,
                                        std::uint64_t used, const std::uint64_t *taken)
{
    TogetherBytes theirs;
    moveTogether(text, JaroLanes::steps(pattern.size, text.size()), taken, theirs);
    TogetherBytes ours;
    const std::uint64_t places = reversed(used);
    moveTogether({pattern.bytes, 64}, pattern.size, &places, ours);
    return 64 - sameBytes(theirs.bytes, ours.bytes) - sameBytes(theirs.bytes + 32, ours.bytes + 32);
}

constexpr JaroLanes kAvx2Lanes{avx2Match, avx2Transposed};

} // namespace

const JaroLanes *jaroLanes()
{
    static const bool isThere = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
    return isThere ? &kAvx2Lanes : nullptr;
}

#else

const JaroLanes *jaroLanes() { return nullptr; }

#endif

} // namespace orrery::memory
