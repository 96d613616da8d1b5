// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/responsespieces.h"

#include <algorithm>

namespace orrery::llm {
namespace {

/// Parts that a server leaves out are made up to this many; what is behind goes into the last one.
constexpr std::size_t kMostParts = 1000;

constexpr ResponsesPiece kPieces[] = {
    {"response.output_text.delta", "response.output_text.done", "message", "content",
     "content_index", "output_text", "text"},
    {"response.function_call_arguments.delta", "response.function_call_arguments.done",
     "function_call", nullptr, nullptr, nullptr, "arguments"},
    {"response.reasoning_summary_text.delta", "response.reasoning_summary_text.done", "reasoning",
     "summary", "summary_index", "summary_text", "text"},
    {"response.reasoning_text.delta", "response.reasoning_text.done", "reasoning", "content",
     "content_index", "reasoning_text", "text"},
    {"response.refusal.delta", "response.refusal.done", "message", "content", "content_index",
     "refusal", "refusal"}};

/// What an item has to have to go back, of which its pieces do not tell.
void completeItem(Json &item, const char *type)
{
    item.emplace("type", type);
    if (item["type"] == "message")
        item.emplace("role", "assistant");
    if (item["type"] == "reasoning")
        item.emplace("summary", Json::array());
}

Json &partAt(Json &item, const ResponsesPiece &piece, std::int64_t index)
{
    Json &parts = item[piece.list];
    if (!parts.is_array())
        parts = Json::array();
    const std::size_t place = index < 0 ? 0 : std::min(std::size_t(index), kMostParts);
    while (parts.size() <= place)
        parts.push_back({{"type", piece.partType}});
    Json &part = parts[place];
    if (!part.is_object())
        part = {{"type", piece.partType}};
    return part;
}

} // namespace

std::span<const ResponsesPiece> responsesPieces() { return kPieces; }

std::string &textOfPiece(Json &item, const ResponsesPiece &piece, std::int64_t index)
{
    completeItem(item, piece.itemType);
    Json &text = (piece.list ? partAt(item, piece, index) : item)[piece.member];
    if (!text.is_string())
        text = "";
    return text.get_ref<std::string &>();
}

} // namespace orrery::llm
