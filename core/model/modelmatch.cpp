// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/modeltable.h"

#include <cctype>

namespace orrery {
namespace {

char folded(char c)
{
    return c == '.' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

bool globFits(std::string_view pattern, std::string_view name)
{
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos;
    std::size_t retry = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            retry = n;
        } else if (p < pattern.size() && folded(pattern[p]) == folded(name[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++retry;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// `-2025-08-07`, `@20250807`, `-2508`, `-001`, `-latest`; nothing at all.
bool isSnapshot(std::string_view rest)
{
    if (rest.empty())
        return true;
    if (rest.front() != '-' && rest.front() != '@')
        return false;
    rest.remove_prefix(1);
    if (rest == "latest")
        return true;
    std::size_t digits = 0;
    while (digits < rest.size() && isDigit(rest[digits]))
        ++digits;
    if (digits < 3)
        return false;
    for (const char c : rest.substr(digits))
        if (c != '-' && !isDigit(c))
            return false;
    return true;
}

} // namespace

std::size_t matchOf(std::string_view pattern, std::string_view name)
{
    std::size_t named = 0;
    for (const char c : pattern)
        named += c != '*';
    if (named != pattern.size())
        return globFits(pattern, name) ? 2 * named + 1 : 0;
    if (name.size() < pattern.size() || !globFits(pattern, name.substr(0, pattern.size()))
        || !isSnapshot(name.substr(pattern.size())))
        return 0;
    return 2 * named + 2;
}

} // namespace orrery
