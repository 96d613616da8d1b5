// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/messageencode.h"
#include "core/llm/modelprofile.h"
#include "core/llm/wireids.h"
#include "core/model/message.h"

#include <string>

namespace orrery::llm {

/// What the pieces of one message are written by.
struct ItemTerms {
    const ModelProfile &profile;
    CallIds &ids;
    bool reasoningGoesBack = false; ///< of this message
    UnsignedThinking thinking = UnsignedThinking::LeaveOut;
};

/// Whether this message was made by the very server that it goes to, which gets its blocks back as they were.
bool isOwn(const Message &message, const ModelProfile &profile);

/// Calls `text(block, bytes)`, `think(block, bytes)`, `call(block, toolCall)` and `opaque(block)` in the order of the blocks.
/// False, and nothing is called, when they do not go with the message's members (somebody has changed those since).
template <typename Text, typename Think, typename Call, typename Opaque>
bool forEachBlock(const Message &message, Text text, Think think, Call call, Opaque opaque)
{
    std::size_t said = 0;
    std::size_t thought = 0;
    std::size_t called = 0;
    for (const Block &block : message.blocks->blocks) {
        said += block.kind == Block::Kind::Text ? block.size : 0;
        thought += block.kind == Block::Kind::Thinking ? block.size : 0;
        called += block.kind == Block::Kind::ToolCall ? 1 : 0;
    }
    static const std::string none;
    const std::string &content = message.content ? *message.content : none;
    const std::string &reasoning = message.reasoningContent ? *message.reasoningContent : none;
    if (said != content.size() || thought != reasoning.size() || called != message.toolCalls.size())
        return false;
    said = thought = called = 0;
    for (const Block &block : message.blocks->blocks) {
        switch (block.kind) {
        case Block::Kind::Text:
            text(block, std::string_view(content).substr(said, block.size));
            said += block.size;
            break;
        case Block::Kind::Thinking:
            think(block, std::string_view(reasoning).substr(thought, block.size));
            thought += block.size;
            break;
        case Block::Kind::ToolCall: call(block, message.toolCalls[called++]); break;
        case Block::Kind::Opaque: opaque(block); break;
        }
    }
    return true;
}

/// Writes an object: what the provider wants back, then our own members unless it has them.
class NativeObject
{
public:
    NativeObject(std::string &out, const Json &native);
    /// Writes the name; the value is to follow. False when the provider's own value stands there already.
    bool begin(std::string_view name);
    void text(std::string_view name, std::string_view value);
    void end() { m_out += '}'; }

private:
    std::string &m_out;
    const Json &m_native;
    char m_separator = '{';
};

void appendTextOrNull(std::string &out, const std::optional<std::string> &text);
/// A call without arguments has an empty object.
void appendArguments(std::string &out, const ToolCall &call);
std::optional<std::string> nameOnWire(const std::optional<std::string> &name,
                                      const ModelProfile &profile);

// The pieces of an assistant's message, separated by commas; nothing when there is nothing to say.
void appendAnthropicBlocks(std::string &out, const Message &message, ItemTerms terms);
void appendGeminiParts(std::string &out, const Message &message, ItemTerms terms);
// A result of a tool.
Result<void> appendAnthropicResult(std::string &out, const Message &message, ItemTerms terms);
Result<void> appendGeminiResult(std::string &out, const Message &message, ItemTerms terms);
/// All members of an assistant's message in OpenAI's form behind its role: `,"content":…`.
void appendOpenAiMembers(std::string &out, const Message &message, ItemTerms terms);

} // namespace orrery::llm
