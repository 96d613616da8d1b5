// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/responsesitems.h"

#include "core/base/ids.h"
#include "core/base/utf8.h"
#include "core/llm/provider.h"
#include "core/llm/responsedecode.h"
#include "core/model/jsonfields.h"
#include "core/model/jsonwriter.h"

namespace orrery::llm {
namespace {

constexpr std::string_view kBetweenThoughts = "\n\n";

/// Takes the words out of an item and adds them to `whole`. Returns how many bytes that were.
std::size_t takeTexts(Json &item, std::string &whole, std::string_view between)
{
    const std::size_t before = whole.size();
    eachText(item, [&](Json &text, std::string_view) {
        if (!text.is_string())
            return;
        const auto &words = text.get_ref<const std::string &>();
        const std::size_t size = words.size();
        if (size > 0 && !whole.empty())
            whole += between;
        whole += words;
        text = size;
    });
    return whole.size() - before;
}

bool hasRefusal(Json &item)
{
    bool found = false;
    eachText(item, [&](Json &text, std::string_view key) {
        found = found || (key == "refusal" && text.is_string());
    });
    return found;
}

ToolCall takeCall(Json &item)
{
    ToolCall call;
    call.id = field::text(item, "call_id");
    if (!call.id || call.id->empty())
        call.id = newId("call");
    call.name = field::text(item, "name");
    const Json &written = field::at(item, "arguments");
    bool isPlain = !written.is_string();
    if (written.is_object()) {
        call.arguments = written;
    } else if (written.is_string()) {
        const auto &text = written.get_ref<const std::string &>();
        readArguments(call, text);
        std::string ours;
        appendJson(ours, call.arguments);
        isPlain = call.invalidArguments || ours == text;
    }
    item.erase("call_id");
    item.erase("name");
    if (isPlain)
        item.erase("arguments");
    return call;
}

/// A text that a message does not keep, since it is blank, goes back into its items.
void giveBack(std::vector<Block> &blocks, Block::Kind kind, std::string_view whole)
{
    std::size_t at = 0;
    if (whole.empty())
        return;
    for (Block &block : blocks)
        if (block.kind == kind && restoreTexts(block.native, block, whole, at))
            block = {Block::Kind::Opaque, 0, std::move(block.native)};
}

} // namespace

bool restoreTexts(Json &item, const Block &block, std::string_view whole, std::size_t &at)
{
    const std::size_t before = at;
    bool fits = true;
    eachText(item, [&](Json &text, std::string_view) {
        if (!text.is_number_unsigned() || !fits)
            return;
        const auto size = text.get<std::size_t>();
        if (size > 0 && at > 0 && block.kind == Block::Kind::Thinking)
            at += kBetweenThoughts.size();
        fits = at <= whole.size() && size <= whole.size() - at;
        if (fits)
            text = std::string(whole.substr(at, size));
        at += fits ? size : 0;
    });
    return fits && at - before == block.size;
}

ReadItems messageOfItems(std::vector<Json> items, std::string provider, std::string model)
{
    ReadItems read;
    read.message.role = Role::Assistant;
    BlockList list{toString(WireForm::Responses), std::move(provider), std::move(model), {}};
    std::string text;
    std::string thinking;
    for (Json &item : items) {
        if (!item.is_object())
            continue;
        Block block{Block::Kind::Opaque, 0, std::move(item)};
        const Json &type = field::at(block.native, "type");
        if (type == "message") {
            read.isRefusal = read.isRefusal || hasRefusal(block.native);
            block.kind = Block::Kind::Text;
            block.size = takeTexts(block.native, text, {});
        } else if (type == "reasoning") {
            block.kind = Block::Kind::Thinking;
            block.size = takeTexts(block.native, thinking, kBetweenThoughts);
        } else if (type == "function_call" && field::at(block.native, "name").is_string()) {
            block.kind = Block::Kind::ToolCall;
            read.message.toolCalls.push_back(takeCall(block.native));
        }
        list.blocks.push_back(std::move(block));
    }
    if (isBlank(text))
        giveBack(list.blocks, Block::Kind::Text, text);
    if (isBlank(thinking))
        giveBack(list.blocks, Block::Kind::Thinking, thinking);
    read.message.content = keptText(std::move(text));
    read.message.reasoningContent = keptText(std::move(thinking));
    if (!list.blocks.empty())
        read.message.blocks = std::make_shared<const BlockList>(std::move(list));
    return read;
}

} // namespace orrery::llm
