// SPDX-License-Identifier: GPL-3.0-or-later
// OpenAI's chat completions, and what the services that speak it want back beside (2026-11): OpenRouter's `reasoning_details`
// (openrouter.ai/docs/use-cases/reasoning-tokens), Gemini's `extra_content` (ai.google.dev/gemini-api/docs/openai).
#include "core/llm/messageitems.h"

#include "core/model/jsonwriter.h"

namespace orrery::llm {
namespace {

void appendOpenAiCall(std::string &out, const Json &native, const ToolCall &call, ItemTerms terms)
{
    NativeObject object(out, native);
    if (object.begin("id"))
        appendTextOrNull(out, terms.ids.ofCall(call.id));
    object.text("type", "function");
    if (object.begin("function")) {
        out += R"({"name":)";
        appendTextOrNull(out, nameOnWire(call.name, terms.profile));
        out += R"(,"arguments":)";
        std::string arguments;
        appendArguments(arguments, call);
        appendJsonString(out, arguments);
        out += '}';
    }
    object.end();
}

} // namespace

void appendOpenAiMembers(std::string &out, const Message &message, ItemTerms terms)
{
    const bool own = isOwn(message, terms.profile);
    const bool isMissed = terms.profile.emptyReasoning && !message.toolCalls.empty();
    if (terms.reasoningGoesBack && (message.reasoningContent || isMissed)) {
        out += ",\"";
        out += terms.profile.reasoningField;
        out += "\":";
        appendJsonString(out, message.reasoningContent.value_or(std::string()));
    }
    std::vector<const Json *> natives(message.toolCalls.size(), nullptr);
    if (own) {
        std::size_t called = 0;
        for (const Block &block : message.blocks->blocks) {
            if (block.kind == Block::Kind::ToolCall && called < natives.size())
                natives[called++] = &block.native;
            if (block.kind != Block::Kind::Opaque || !block.native.is_object())
                continue;
            for (const auto &[key, value] : block.native.items()) {
                out += ',';
                appendJsonString(out, key);
                out += ':';
                appendJson(out, value);
            }
        }
    }
    out += ",\"content\":";
    if (!message.content && !message.toolCalls.empty() && terms.profile.emptyAssistantContentIsNull)
        out += "null";
    else
        appendJsonString(out, message.content ? std::string_view(*message.content) : "");
    if (message.toolCalls.empty())
        return;
    static const Json none;
    const char *separator = R"(,"tool_calls":[)";
    for (std::size_t i = 0; i < message.toolCalls.size(); ++i) {
        out += separator;
        appendOpenAiCall(out, natives[i] ? *natives[i] : none, message.toolCalls[i], terms);
        separator = ",";
    }
    out += ']';
}

} // namespace orrery::llm
