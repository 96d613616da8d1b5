// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <charconv>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace orrery::llm {

/// The first byte within a JSON string that needs a look: a quote, a backslash, a control character or the start of
/// what is not ASCII; `end` when there is none.
inline const char *findSpecial(const char *at, const char *end)
{
#ifdef __SSE2__
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
        const __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
        const __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
        const __m128i others =
            _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)); // signed: not ASCII is negative
        const int found =
            _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, backslashes), others));
        if (found != 0)
            return at + std::countr_zero(unsigned(found));
    }
#endif
    while (at != end && *at != '"' && *at != '\\' && static_cast<signed char>(*at) >= 0x20)
        ++at;
    return at;
}

/// The first quote or backslash; `end` when there is none.
inline const char *findQuote(const char *at, const char *end)
{
#ifdef __SSE2__
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
        const int found = _mm_movemask_epi8(_mm_or_si128(
            _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
        if (found != 0)
            return at + std::countr_zero(unsigned(found));
    }
#endif
    while (at != end && *at != '"' && *at != '\\')
        ++at;
    return at;
}

/// The value of four hexadecimal digits; -1 when they are none.
inline int hexValue(const char *digits)
{
    unsigned value = 0;
    const auto [stop, error] = std::from_chars(digits, digits + 4, value, 16);
    return error == std::errc() && stop == digits + 4 ? int(value) : -1;
}

} // namespace orrery::llm
