// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/lineends.h"

#include <algorithm>

namespace orrery::tools {

std::string LineEnds::name() const
{
    if (isCr())
        return "CR";
    if (crlf == 0)
        return "";
    return lf == 0 ? "CRLF" : "mixed, LF and CRLF";
}

LineEnds lineEndsOf(std::string_view text)
{
    LineEnds ends;
    for (std::size_t at = text.find_first_of("\r\n"); at != std::string_view::npos;
         at = text.find_first_of("\r\n", at + 1)) {
        if (text[at] == '\n') {
            ++ends.lf;
        } else if (at + 1 < text.size() && text[at + 1] == '\n') {
            ++ends.crlf;
            ++at;
        } else {
            ++ends.cr;
        }
    }
    return ends;
}

std::size_t UnifiedText::original(std::size_t at) const
{
    const auto before = std::lower_bound(dropped.begin(), dropped.end(), at) - dropped.begin();
    return at + static_cast<std::size_t>(before);
}

UnifiedText unified(std::string_view text, bool crIsEnd)
{
    UnifiedText out;
    out.text.reserve(text.size());
    while (!text.empty()) {
        const std::size_t at = text.find('\r');
        out.text.append(text.substr(0, at));
        if (at == std::string_view::npos)
            break;
        const bool isPair = at + 1 < text.size() && text[at + 1] == '\n';
        if (isPair)
            out.dropped.push_back(out.text.size());
        out.text += isPair || crIsEnd ? '\n' : '\r';
        text.remove_prefix(at + (isPair ? 2 : 1));
    }
    return out;
}

std::string withLineEnds(std::string_view text, std::string_view end)
{
    if (end == "\n")
        return std::string(text);
    std::string out;
    out.reserve(text.size() + text.size() / 16);
    while (!text.empty()) {
        const std::size_t at = text.find('\n');
        out.append(text.substr(0, at));
        if (at == std::string_view::npos)
            break;
        out.append(end);
        text.remove_prefix(at + 1);
    }
    return out;
}

} // namespace orrery::tools
