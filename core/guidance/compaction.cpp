// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/guidance/compaction.h"

#include "core/model/jsonfields.h"

#include <algorithm>

namespace orrery::guidance {

std::size_t frontOf(const MessageLog &messages)
{
    return !messages.empty() && messages.front()->role == Role::System ? 1 : 0;
}

Message shortenedResult(const Message &result, std::size_t head, std::size_t tail, bool canRead)
{
    Message shorter = result;
    KeptResult kept = KeptResult::of(result);
    std::string text = result.content.value_or("");
    if (result.contentParts) {
        text.clear();
        std::size_t images = 0;
        for (const ContentPart &part : *result.contentParts)
            if (part.type == "text")
                text += part.content;
            else
                ++images;
        if (images > 0)
            text += "\n[" + std::to_string(images)
                    + " pictures or files left out here. To see them, run the tool again.]";
        shorter.contentParts.reset();
    }
    const Excerpt excerpt{head, tail, howToRead(kept.handle, canRead), kept.whole};
    if (excerpt.shortens(text.size())) {
        kept.whole = std::max(kept.whole, text.size());
        kept.into(shorter);
    }
    shorter.content = excerpt.of(text);
    return shorter;
}

MessageLog compacted(const MessageLog &messages, const Compaction &compaction)
{
    const std::size_t front = frontOf(messages);
    MessageLog smaller;
    auto next = compaction.shortened.begin();
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (i < front) {
            smaller.push_back(messages[i]);
            continue;
        }
        const std::size_t place = i - front;
        if (compaction.dropped > 0 && place == compaction.first && compaction.note)
            smaller.push_back(std::make_shared<const Message>(*compaction.note));
        if (place >= compaction.first && place - compaction.first < compaction.dropped)
            continue;
        while (next != compaction.shortened.end() && *next < place)
            ++next;
        if (next != compaction.shortened.end() && *next == place && messages[i]->role == Role::Tool)
            smaller.push_back(std::make_shared<const Message>(shortenedResult(
                *messages[i], compaction.head, compaction.tail, compaction.canRead)));
        else
            smaller.push_back(messages[i]);
    }
    return smaller;
}

Json toJson(const Compaction &compaction)
{
    Json json = {{"shortened", compaction.shortened},
                 {"head", compaction.head},
                 {"tail", compaction.tail},
                 {"reads", compaction.canRead},
                 {"first", compaction.first},
                 {"dropped_messages", compaction.dropped},
                 {"note", nullptr}};
    if (compaction.note)
        json["note"] = orrery::toJson(*compaction.note);
    return json;
}

Result<Compaction> compactionFromJson(const Json &json)
{
    Compaction compaction;
    const auto number = [&](const char *key, std::size_t &value) {
        const auto given = field::integer(json, key);
        if (given && *given >= 0)
            value = static_cast<std::size_t>(*given);
        return given && *given >= 0;
    };
    for (const auto &[key, value] :
         {std::pair<const char *, std::size_t *>{"head", &compaction.head},
          {"tail", &compaction.tail},
          {"first", &compaction.first},
          {"dropped_messages", &compaction.dropped}})
        if (!number(key, *value))
            return fail(ErrorCode::InvalidArgument,
                        std::string(key) + " is missing or no number, expected one from 0");
    const Json &places = field::at(json, "shortened");
    if (!places.is_array())
        return fail(ErrorCode::InvalidArgument, "shortened is no list of places");
    for (const Json &place : places) {
        if (!place.is_number_unsigned())
            return fail(ErrorCode::InvalidArgument, "shortened holds something that is no place");
        compaction.shortened.push_back(place.get<std::size_t>());
    }
    std::sort(compaction.shortened.begin(), compaction.shortened.end());
    compaction.canRead = field::at(json, "reads") == true;
    if (const Json &note = field::at(json, "note"); !note.is_null()) {
        auto message = messageFromJson(note);
        if (!message)
            return fail(ErrorCode::InvalidArgument, "note: " + message.error().message);
        compaction.note = std::move(*message);
    }
    return compaction;
}

} // namespace orrery::guidance
