// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/block.h"

#include "core/model/jsonfields.h"

namespace orrery {
namespace {

constexpr Block::Kind kBlockKinds[] = {Block::Kind::Text, Block::Kind::Thinking,
                                       Block::Kind::ToolCall, Block::Kind::Opaque};

tl::unexpected<Error> wrongBlock(const std::string &pointer, const char *expected)
{
    return fail(ErrorCode::InvalidArgument, pointer + ": expected " + expected);
}

Result<Block> blockFromJson(const Json &json, const std::string &pointer)
{
    Block block;
    const Json &kind = field::at(json, "kind");
    bool isKnown = false;
    for (const Block::Kind known : kBlockKinds)
        if (kind == toString(known)) {
            block.kind = known;
            isKnown = true;
        }
    if (!isKnown)
        return wrongBlock(pointer + "/kind", "text, thinking, tool_call or opaque");
    if (const Json &size = field::at(json, "size"); size.is_number_unsigned())
        block.size = size.get<std::size_t>();
    else if (!size.is_null())
        return wrongBlock(pointer + "/size", "a number of bytes");
    block.native = field::at(json, "native");
    if (!block.native.is_null() && !block.native.is_object())
        return wrongBlock(pointer + "/native", "an object");
    return block;
}

} // namespace

const char *toString(Block::Kind kind)
{
    switch (kind) {
    case Block::Kind::Text: return "text";
    case Block::Kind::Thinking: return "thinking";
    case Block::Kind::ToolCall: return "tool_call";
    case Block::Kind::Opaque: return "opaque";
    }
    return "opaque";
}

Json toJson(const BlockList &blocks)
{
    Json list = Json::array();
    for (const Block &block : blocks.blocks) {
        Json item = {{"kind", toString(block.kind)}};
        if (block.size > 0)
            item["size"] = block.size;
        if (!block.native.is_null())
            item["native"] = block.native;
        list.push_back(std::move(item));
    }
    return {{"form", blocks.form},
            {"provider", blocks.provider},
            {"model", blocks.model},
            {"list", std::move(list)}};
}

Result<BlockList> blocksFromJson(const Json &json)
{
    BlockList blocks;
    for (const auto &[key, text] : {std::pair{"form", &blocks.form},
                                    {"provider", &blocks.provider},
                                    {"model", &blocks.model}}) {
        const Json &value = field::at(json, key);
        if (!value.is_string())
            return wrongBlock(std::string("/blocks/") + key, "a string");
        *text = value.get<std::string>();
    }
    const Json &list = field::at(json, "list");
    if (!list.is_array())
        return wrongBlock("/blocks/list", "a list");
    for (const Json &item : list) {
        auto block = blockFromJson(item, "/blocks/list/" + std::to_string(blocks.blocks.size()));
        if (!block)
            return fail(block.error());
        blocks.blocks.push_back(std::move(*block));
    }
    return blocks;
}

} // namespace orrery
