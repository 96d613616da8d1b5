// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/boundedparts.h"

#include <algorithm>

namespace orrery {
namespace {

bool isLarge(const ContentPart &part)
{
    return part.type != "text" && part.content.size() > kMostPartInEvent;
}

std::string optionText(const ContentPart &part, const char *key, const char *otherwise)
{
    if (!part.options.is_object())
        return otherwise;
    const auto it = part.options.find(key);
    return it != part.options.end() && it->is_string() ? it->get<std::string>() : otherwise;
}

} // namespace

bool hasLargeParts(const Message &message)
{
    return message.contentParts
           && std::any_of(message.contentParts->begin(), message.contentParts->end(), isLarge);
}

Message withoutLargeParts(Message message)
{
    if (!message.contentParts)
        return message;
    for (ContentPart &part : *message.contentParts)
        if (isLarge(part))
            part = {"text",
                    "[" + optionText(part, "name", "an attachment") + " ("
                        + optionText(part, "media_type", part.type.c_str()) + ", "
                        + std::to_string(part.content.size() / 4 * 3)
                        + " bytes) was shown here; the journal does not keep it.]",
                    Json::object()};
    return message;
}

} // namespace orrery
