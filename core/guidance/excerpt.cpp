// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/guidance/excerpt.h"

#include "core/base/utf8.h"
#include "core/model/jsonfields.h"

#include <algorithm>

namespace orrery::guidance {
namespace {

constexpr const char *kHandleKey = "result";
constexpr const char *kWholeKey = "result_bytes";

std::size_t beginOfCharacter(std::string_view text, std::size_t at)
{
    while (at > 0 && at < text.size() && !beginsCharacter(text[at]))
        --at;
    return at;
}

std::size_t nextCharacter(std::string_view text, std::size_t at)
{
    while (at < text.size() && !beginsCharacter(text[at]))
        ++at;
    return at;
}

} // namespace

std::string Excerpt::of(std::string_view text) const
{
    if (!shortens(text.size()))
        return std::string(text);
    const std::string_view first = text.substr(0, beginOfCharacter(text, head));
    const std::string_view last = text.substr(nextCharacter(text, text.size() - tail));
    const std::size_t leftOut = std::max(whole, text.size()) - first.size() - last.size();
    std::string out(first);
    out += "\n[" + std::to_string(leftOut) + " bytes left out here.";
    if (!how.empty())
        out += " " + how;
    out += "]\n";
    out += last;
    return out;
}

KeptResult KeptResult::of(const Message &message)
{
    if (message.role != Role::Tool || !message.metadata.is_object())
        return {};
    const auto bytes = field::integer(message.metadata, kWholeKey).value_or(0);
    return {field::text(message.metadata, kHandleKey).value_or(""),
            static_cast<std::size_t>(std::max<std::int64_t>(0, bytes))};
}

void KeptResult::into(Message &message) const
{
    if (!message.metadata.is_object())
        message.metadata = Json::object();
    if (!handle.empty())
        message.metadata[kHandleKey] = handle;
    if (whole > 0)
        message.metadata[kWholeKey] = whole;
    if (message.metadata.empty())
        message.metadata = Json();
}

std::string howToRead(const std::string &handle, bool canRead)
{
    if (canRead && !handle.empty())
        return "The whole result is kept: read_result with handle \"" + handle + "\" reads it.";
    return "To see them, run the tool again for less at once.";
}

} // namespace orrery::guidance
