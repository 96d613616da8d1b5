// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/boundedjson.h"

#include <algorithm>

namespace orrery {
namespace {

bool isTooDeep(std::string_view text, int deepest)
{
    // Nearly every text has fewer brackets than levels are allowed, and counting is fast.
    if (std::count_if(text.begin(), text.end(), [](char c) { return c == '{' || c == '['; })
        <= deepest)
        return false;
    int depth = 0;
    bool isInString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (isInString && c == '\\')
            ++i;
        else if (c == '"')
            isInString = !isInString;
        else if (!isInString && (c == '{' || c == '['))
            ++depth;
        else if (!isInString && (c == '}' || c == ']'))
            --depth;
        if (depth > deepest)
            return true;
    }
    return false;
}

} // namespace

Json parseBounded(std::string_view text, int deepest)
{
    if (isTooDeep(text, deepest))
        return Json(Json::value_t::discarded);
    return Json::parse(text.begin(), text.end(), nullptr, false);
}

bool isBoundedJson(std::string_view text, int deepest)
{
    return !isTooDeep(text, deepest) && Json::accept(text.begin(), text.end());
}

} // namespace orrery
