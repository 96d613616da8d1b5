// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/wireids.h"

#include <algorithm>
#include <cstdint>

namespace orrery::llm {
namespace {

bool isLetterOrDigit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// FNV-1a, 64 bits.
std::uint64_t hashOf(std::string_view text)
{
    std::uint64_t hash = 14695981039346656037u;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return hash;
}

/// So many letters and digits that stand for a text.
std::string shortFor(const std::string &text, std::size_t length)
{
    static constexpr std::string_view kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    std::string out;
    for (std::uint64_t bits = hashOf(text), n = 0; out.size() < length; bits /= kLetters.size()) {
        if (bits == 0)
            bits = hashOf(text + '#' + std::to_string(++n));
        out += kLetters[bits % kLetters.size()];
    }
    return out;
}

} // namespace

bool fits(std::string_view text, const ModelProfile::Pattern &pattern)
{
    if (pattern.exactly > 0 && text.size() != pattern.exactly)
        return false;
    if (pattern.most > 0 && text.size() > pattern.most)
        return false;
    if (pattern.others.empty() && pattern.most == 0 && pattern.exactly == 0)
        return true;
    if (text.empty())
        return false;
    const bool startsWell = !pattern.startsWithLetter
                            || (isLetterOrDigit(text[0]) && !(text[0] >= '0' && text[0] <= '9'))
                            || text[0] == '_';
    return startsWell && std::all_of(text.begin(), text.end(), [&](char c) {
               return isLetterOrDigit(c) || pattern.others.find(c) != std::string::npos;
           });
}

std::string fittingName(std::string_view name, const ModelProfile::Pattern &pattern)
{
    std::string fitting(name);
    if (fits(name, pattern))
        return fitting;
    for (char &c : fitting)
        if (!isLetterOrDigit(c) && pattern.others.find(c) == std::string::npos)
            c = '_';
    if (fitting.empty())
        fitting = "unnamed";
    if (pattern.startsWithLetter && !fits(fitting.substr(0, 1), {"", 1, 0, true}))
        fitting.insert(0, 1, '_');
    if (pattern.most > 0 && fitting.size() > pattern.most)
        fitting.resize(pattern.most);
    return fitting;
}

std::string CallIds::unique(const std::string &id)
{
    if (fits(id, m_pattern) && !m_used.contains(id))
        return id;
    for (int n = 0;; ++n) {
        const std::string seed = n == 0 ? id : id + '#' + std::to_string(n);
        const std::string made = m_pattern.exactly > 0 ? shortFor(seed, m_pattern.exactly)
                                                       : "call_" + shortFor(seed, 12);
        if (!m_used.contains(made))
            return made;
    }
}

std::optional<std::string> CallIds::ofCall(const std::optional<std::string> &id)
{
    if (wantsNothing())
        return id;
    std::string own = unique(id.value_or(std::string()));
    m_used.insert(own);
    m_open.push_back({id.value_or(std::string()), own});
    return own;
}

std::optional<std::string> CallIds::ofResult(const std::optional<std::string> &id)
{
    if (wantsNothing())
        return id;
    const std::string wanted = id.value_or(std::string());
    const auto open = std::find_if(m_open.begin(), m_open.end(),
                                   [&](const Open &call) { return call.id == wanted; });
    if (open == m_open.end())
        return unique(wanted);
    std::string own = std::move(open->own);
    m_open.erase(open);
    return own;
}

} // namespace orrery::llm
