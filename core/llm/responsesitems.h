// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/message.h"

#include <string>
#include <string_view>
#include <vector>

/// How the items of an answer in the form of OpenAI's Responses API (its `output`) and the message that an agent sees
/// stand to each other. Each item is a block of the message, and its `native` is the item as it came, but that nothing
/// is there twice:
/// - Text, a `message`: each `text` and `refusal` in its content is the number of its bytes.
/// - Thinking, a `reasoning` item: each `text` in its summary and content likewise. In the message an empty line sets
///   the parts apart, also those of two items; it is counted in the size of the block in which it stands.
/// - ToolCall, a `function_call`: without call_id and name, and without arguments if they are written as in any Json.
/// - Opaque: what is none of these, whole.
/// Source: developers.openai.com/api/reference/resources/responses, types ResponseOutputItem and ResponseInputItem,
/// 2026-11.
namespace orrery::llm {

/// Calls `visit` with each member of an item's parts that holds words (or their number): of a message `text` and
/// `refusal` in `content`, of reasoning `text` in `summary`, then in `content`.
template <typename Visit>
void eachText(Json &item, Visit visit)
{
    for (const char *list : {"summary", "content"}) {
        const auto parts = item.find(list);
        if (parts == item.end() || !parts->is_array())
            continue;
        for (Json &part : *parts)
            for (const char *key : {"text", "refusal"})
                if (part.is_object())
                    if (const auto text = part.find(key); text != part.end())
                        visit(*text, std::string_view(key));
    }
}

struct ReadItems {
    Message message;
    bool isRefusal = false; ///< a part of it is a refusal
};
/// The message of an answer's items, with its blocks. A call without an id gets one.
ReadItems messageOfItems(std::vector<Json> items, std::string provider, std::string model);

/// Puts the next words of `whole` back into an item. False when they are not there, or not as many as the block says.
bool restoreTexts(Json &item, const Block &block, std::string_view whole, std::size_t &at);

} // namespace orrery::llm
