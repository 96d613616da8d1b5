// SPDX-License-Identifier: GPL-3.0-or-later
// Anthropic's Messages API: platform.claude.com/docs/en/api/messages, and "Extended thinking" for what has to come back with
// a signature (2026-11).
#include "core/llm/messageitems.h"

#include "core/base/utf8.h"
#include "core/llm/attachedparts.h"
#include "core/model/jsonwriter.h"

namespace orrery::llm {
namespace {

class AnthropicItems
{
public:
    AnthropicItems(std::string &out, ItemTerms terms) : m_out(out), m_terms(terms) {}

    void text(const Json &native, std::string_view words)
    {
        // An empty text is refused.
        if (isBlank(words))
            return;
        separate();
        NativeObject object(m_out, native);
        object.text("type", "text");
        object.text("text", words);
        object.end();
    }
    void thinking(const Json &native, std::string_view words)
    {
        separate();
        NativeObject object(m_out, native);
        object.text("type", "thinking");
        object.text("thinking", words);
        object.end();
    }
    void call(const Json &native, const ToolCall &call)
    {
        separate();
        NativeObject object(m_out, native);
        object.text("type", "tool_use");
        if (object.begin("id"))
            appendTextOrNull(m_out, m_terms.ids.ofCall(call.id));
        if (object.begin("name"))
            appendTextOrNull(m_out, nameOnWire(call.name, m_terms.profile));
        if (object.begin("input"))
            appendArguments(m_out, call);
        object.end();
    }
    void opaque(const Json &block)
    {
        separate();
        appendJson(m_out, block);
    }

private:
    void separate()
    {
        if (!std::exchange(m_isFirst, false))
            m_out += ',';
    }

    std::string &m_out;
    ItemTerms m_terms;
    bool m_isFirst = true;
};

/// The blocks of thinking in a context that was saved before messages had blocks.
const Json *savedThinking(const Message &message)
{
    if (!message.metadata.is_object())
        return nullptr;
    const auto blocks = message.metadata.find("thinking_blocks");
    return blocks != message.metadata.end() && blocks->is_array() ? &*blocks : nullptr;
}

} // namespace

void appendAnthropicBlocks(std::string &out, const Message &message, ItemTerms terms)
{
    AnthropicItems items(out, terms);
    const bool inOrder =
        isOwn(message, terms.profile)
        && forEachBlock(
            message,
            [&](const Block &block, std::string_view words) { items.text(block.native, words); },
            [&](const Block &block, std::string_view words) {
                if (!block.native.is_null()) // only what is signed can be proved
                    items.thinking(block.native, words);
            },
            [&](const Block &block, const ToolCall &call) { items.call(block.native, call); },
            [&](const Block &block) { items.opaque(block.native); });
    if (inOrder)
        return;
    static const Json none;
    if (const Json *saved = savedThinking(message)) {
        for (const Json &block : *saved)
            items.opaque(block);
    } else if (message.reasoningContent && !message.reasoningContent->empty()
               && terms.thinking == UnsignedThinking::Send) {
        items.thinking(none, *message.reasoningContent);
    }
    if (message.content)
        items.text(none, *message.content);
    for (const ToolCall &call : message.toolCalls)
        items.call(none, call);
}

Result<void> appendAnthropicResult(std::string &out, const Message &message, ItemTerms terms)
{
    out += R"({"type":"tool_result","tool_use_id":)";
    appendTextOrNull(out, terms.ids.ofResult(message.toolCallId));
    out += R"(,"content":)";
    if (auto done = appendResultContent(out, message, terms.profile); !done)
        return done;
    out += '}';
    return {};
}

} // namespace orrery::llm
