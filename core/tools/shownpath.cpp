// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/shownpath.h"

#include "core/tools/files/textencoding.h"

namespace orrery::tools {

namespace {

/// The value of a hex digit, or -1.
int digitValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

} // namespace

std::string shownPath(std::string_view path)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (std::size_t at = 0; at < path.size();) {
        const Character character = characterAt(path, at);
        const auto byte = static_cast<unsigned char>(path[at]);
        if (byte == '\n')
            out += "\\n";
        else if (!character.isText || byte < 0x20 || byte == 0x7F)
            out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
        else
            out += path.substr(at, character.size);
        at += character.isText ? character.size : 1;
    }
    return out;
}

std::optional<std::string> unescapedPath(std::string_view shown)
{
    std::string out;
    bool any = false;
    for (std::size_t at = 0; at < shown.size(); ++at) {
        if (shown.substr(at, 2) == "\\n") {
            out += '\n';
            at += 1;
            any = true;
            continue;
        }
        const bool isEscape = at + 3 < shown.size() && shown[at] == '\\' && shown[at + 1] == 'x'
                              && digitValue(shown[at + 2]) >= 0 && digitValue(shown[at + 3]) >= 0;
        if (!isEscape) {
            out += shown[at];
            continue;
        }
        out += static_cast<char>(digitValue(shown[at + 2]) * 16 + digitValue(shown[at + 3]));
        at += 3;
        any = true;
    }
    return any ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace orrery::tools
