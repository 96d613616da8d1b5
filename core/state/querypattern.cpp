// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/querypattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace orrery::state {
namespace {

/// Steps of one attempt: some tenths of a millisecond.
constexpr std::uint32_t mostSteps = 20'000;

constexpr char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
}

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T *what) const
    {
        Free(what);
    }
};

} // namespace

struct QueryPattern::Compiled {
    std::unique_ptr<pcre2_code, Freed<pcre2_code_free>> code;
    std::unique_ptr<pcre2_match_data, Freed<pcre2_match_data_free>> match;
    std::unique_ptr<pcre2_match_context, Freed<pcre2_match_context_free>> context;
};

tl::expected<QueryPattern, QueryPattern::Fault> QueryPattern::compile(std::string_view expression,
                                                                      bool ignoresCase)
{
    int error = 0;
    PCRE2_SIZE at = 0;
    auto compiled = std::make_shared<Compiled>();
    compiled->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.data()),
                                       expression.size(),
                                       (ignoresCase ? PCRE2_CASELESS : 0) | PCRE2_UTF
                                           | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C,
                                       &error, &at, nullptr));
    if (!compiled->code) {
        std::array<PCRE2_UCHAR, 256> text{};
        pcre2_get_error_message(error, text.data(), text.size());
        return tl::unexpected(Fault{std::min<std::size_t>(at, expression.size()),
                                    reinterpret_cast<char *>(text.data())});
    }
    pcre2_jit_compile(compiled->code.get(), PCRE2_JIT_COMPLETE); // without it, it is only slower
    compiled->match.reset(pcre2_match_data_create_from_pattern(compiled->code.get(), nullptr));
    compiled->context.reset(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(compiled->context.get(), mostSteps);
    QueryPattern pattern;
    pattern.m_compiled = std::move(compiled);
    return pattern;
}

bool QueryPattern::matches(std::string_view text) const
{
    return pcre2_match(m_compiled->code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()),
                       text.size(), 0, 0, m_compiled->match.get(), m_compiled->context.get())
           >= 0;
}

TextNeedle::TextNeedle(std::string_view text) : m_text(lowered(text))
{
    // The rarer a letter, the seldomer it has to be looked at more closely. Whatever is no letter counts as rare.
    constexpr std::string_view common = " etaoinsrlcdhupm_fgybwvk";
    std::size_t rarest = std::string_view::npos;
    for (std::size_t at = 0; at < m_text.size(); ++at) {
        const std::size_t rank = std::min(common.find(m_text[at]), common.size());
        if (rarest == std::string_view::npos
            || rank > std::min(common.find(m_text[rarest]), common.size()))
            rarest = at;
    }
    m_rarest = m_text.empty() ? 0 : rarest;
}

bool TextNeedle::isIn(std::string_view text) const
{
    if (m_text.empty())
        return true;
    if (text.size() < m_text.size())
        return false;
    const char small = m_text[m_rarest];
    const char large = small >= 'a' && small <= 'z' ? static_cast<char>(small - 32) : small;
    const char *const end = text.data() + text.size() - (m_text.size() - m_rarest - 1);
    const auto next = [end](const char *from, char letter) {
        const void *found =
            from < end ? std::memchr(from, letter, static_cast<std::size_t>(end - from)) : nullptr;
        return found ? static_cast<const char *>(found) : end;
    };
    const char *at = text.data() + m_rarest;
    const char *nextSmall = next(at, small);
    const char *nextLarge = small == large ? end : next(at, large);
    while ((at = std::min(nextSmall, nextLarge)) != end) {
        const char *start = at - m_rarest;
        if (std::equal(m_text.begin(), m_text.end(), start,
                       [](char mine, char other) { return mine == lower(other); }))
            return true;
        if (at == nextSmall)
            nextSmall = next(at + 1, small);
        else
            nextLarge = next(at + 1, large);
    }
    return false;
}

std::string lowered(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

bool matchesName(std::string_view text, std::string_view name)
{
    // The latest star takes one letter more whenever what follows it does not fit.
    std::size_t at = 0, in = 0, star = std::string_view::npos, retry = 0;
    while (at < text.size()) {
        if (in < name.size() && name[in] == '*') {
            star = in++;
            retry = at;
        } else if (in < name.size() && name[in] == lower(text[at])) {
            ++in;
            ++at;
        } else if (star != std::string_view::npos) {
            in = star + 1;
            at = ++retry;
        } else {
            return false;
        }
    }
    while (in < name.size() && name[in] == '*')
        ++in;
    return in == name.size();
}

} // namespace orrery::state
