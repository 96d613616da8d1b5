// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/messageencode.h"

#include "core/llm/contentparts.h"
#include "core/model/jsonwriter.h"

namespace orrery::llm {
namespace {

tl::unexpected<Error> noContent(const Message &message)
{
    return fail(ErrorCode::InvalidArgument,
                std::string("a ") + toString(message.role) + " message without content");
}

void appendTextOrNull(std::string &out, const std::optional<std::string> &text)
{
    if (text)
        appendJsonString(out, *text);
    else
        out += "null";
}

/// A call without arguments has an empty object.
void appendArguments(std::string &out, const ToolCall &call)
{
    if (call.arguments.is_null())
        out += "{}";
    else
        appendJson(out, call.arguments);
}

bool hasText(const std::optional<std::string> &text) { return text && !text->empty(); }

/// The parts of a user message as the items of a list.
Result<void> appendParts(std::string &out, const std::vector<ContentPart> &parts, WireForm form)
{
    const char *separator = "";
    for (const ContentPart &part : parts) {
        const auto encoded = encodePart(part, form);
        if (!encoded)
            return fail(encoded.error());
        out += separator;
        appendJson(out, *encoded);
        separator = ",";
    }
    return {};
}

void appendOpenAiAssistant(std::string &out, const Message &message)
{
    out += R"({"role":"assistant","content":)";
    appendJsonString(out, message.content ? std::string_view(*message.content) : "");
    if (message.reasoningContent) {
        out += R"(,"reasoning_content":)";
        appendJsonString(out, *message.reasoningContent);
    }
    const char *separator = R"(,"tool_calls":[)";
    for (const ToolCall &call : message.toolCalls) {
        out += separator;
        out += R"({"id":)";
        appendTextOrNull(out, call.id);
        out += R"(,"type":"function","function":{"name":)";
        appendTextOrNull(out, call.name);
        out += R"(,"arguments":)";
        std::string arguments;
        appendArguments(arguments, call);
        appendJsonString(out, arguments);
        out += "}}";
        separator = ",";
    }
    out += message.toolCalls.empty() ? "}" : "]}";
}

Result<void> appendOpenAi(std::string &out, const Message &message)
{
    if (message.role == Role::Assistant) {
        appendOpenAiAssistant(out, message);
        return {};
    }
    out += R"({"role":")";
    out += toString(message.role);
    out += R"(","content":)";
    if (message.role == Role::Tool) {
        appendTextOrNull(out, message.content);
        out += R"(,"tool_call_id":)";
        appendTextOrNull(out, message.toolCallId);
    } else if (message.contentParts) {
        out += '[';
        if (auto done = appendParts(out, *message.contentParts, WireForm::OpenAi); !done)
            return done;
        out += ']';
    } else if (message.content) {
        appendJsonString(out, *message.content);
    } else {
        return noContent(message);
    }
    out += '}';
    return {};
}

/// The blocks of thinking as Anthropic sent them, with their signatures.
const Json *signedThinking(const Message &message)
{
    if (!message.metadata.is_object())
        return nullptr;
    const auto blocks = message.metadata.find("thinking_blocks");
    return blocks != message.metadata.end() && blocks->is_array() ? &*blocks : nullptr;
}

void appendAnthropicAssistant(std::string &out, const Message &message, UnsignedThinking thinking)
{
    out += R"({"role":"assistant","content":[)";
    const char *separator = "";
    const auto begin = [&](const char *text) {
        out += separator;
        out += text;
        separator = ",";
    };
    if (const Json *blocks = signedThinking(message)) {
        for (const Json &block : *blocks) {
            begin("");
            appendJson(out, block);
        }
    } else if (hasText(message.reasoningContent) && thinking == UnsignedThinking::Send) {
        begin(R"({"type":"thinking","thinking":)");
        appendJsonString(out, *message.reasoningContent);
        out += '}';
    }
    if (hasText(message.content)) {
        begin(R"({"type":"text","text":)");
        appendJsonString(out, *message.content);
        out += '}';
    }
    for (const ToolCall &call : message.toolCalls) {
        begin(R"({"type":"tool_use","id":)");
        appendTextOrNull(out, call.id);
        out += R"(,"name":)";
        appendTextOrNull(out, call.name);
        out += R"(,"input":)";
        appendArguments(out, call);
        out += '}';
    }
    out += "]}";
}

Result<void> appendAnthropic(std::string &out, const Message &message, UnsignedThinking thinking)
{
    if (message.role == Role::Assistant) {
        appendAnthropicAssistant(out, message, thinking);
        return {};
    }
    if (message.role == Role::Tool) {
        out += R"({"role":"user","content":[{"type":"tool_result","tool_use_id":)";
        appendTextOrNull(out, message.toolCallId);
        out += R"(,"content":)";
        appendTextOrNull(out, message.content);
        out += "}]}";
        return {};
    }
    out += R"({"role":"user","content":)";
    if (message.contentParts) {
        out += '[';
        if (auto done = appendParts(out, *message.contentParts, WireForm::Anthropic); !done)
            return done;
        out += ']';
    } else if (message.content) {
        appendJsonString(out, *message.content);
    } else {
        return noContent(message);
    }
    out += '}';
    return {};
}

void appendGeminiText(std::string &out, const std::string &text)
{
    out += R"({"text":)";
    appendJsonString(out, text);
    out += '}';
}

void appendGeminiCall(std::string &out, const ToolCall &call)
{
    out += R"({"functionCall":{"name":)";
    appendTextOrNull(out, call.name);
    out += R"(,"args":)";
    appendArguments(out, call);
    out += '}';
    if (call.metadata.is_object()) {
        const auto signature = call.metadata.find("thought_signature");
        if (signature != call.metadata.end() && signature->is_string() && *signature != "") {
            out += R"(,"thoughtSignature":)";
            appendJson(out, *signature);
        }
    }
    out += '}';
}

void appendGeminiAssistant(std::string &out, const Message &message)
{
    out += R"({"role":"model","parts":[)";
    const char *separator = "";
    const auto begin = [&] {
        out += separator;
        separator = ",";
    };
    if (hasText(message.reasoningContent)) {
        begin();
        out += R"({"thought":true,"text":)";
        appendJsonString(out, *message.reasoningContent);
        out += '}';
    }
    if (hasText(message.content)) {
        begin();
        appendGeminiText(out, *message.content);
    }
    for (const ToolCall &call : message.toolCalls) {
        begin();
        appendGeminiCall(out, call);
    }
    out += "]}";
}

/// Most results are no JSON, which the first character tells without an attempt to read it.
bool mayBeJson(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos
           && std::string_view("{[\"-0123456789tfn").find(text[first]) != std::string_view::npos;
}

/// A result that is JSON is sent as such.
void appendGeminiResult(std::string &out, const Message &message)
{
    out += R"({"functionResponse":{"name":)";
    appendTextOrNull(out, message.name ? message.name : message.toolCallId);
    out += R"(,"response":)";
    const Json response = mayBeJson(*message.content)
                              ? Json::parse(*message.content, nullptr, false)
                              : Json(Json::value_t::discarded);
    if (response.is_discarded()) {
        out += R"({"result":)";
        appendJsonString(out, *message.content);
        out += '}';
    } else {
        appendJson(out, response);
    }
    out += "}}";
}

Result<void> appendGemini(std::string &out, const Message &message)
{
    if (message.role == Role::Assistant) {
        appendGeminiAssistant(out, message);
        return {};
    }
    const bool hasParts = message.role != Role::Tool && message.contentParts;
    if (!hasParts && !message.content)
        return noContent(message);
    out += R"({"role":"user","parts":[)";
    if (hasParts) {
        if (auto done = appendParts(out, *message.contentParts, WireForm::Gemini); !done)
            return done;
    } else if (message.role == Role::Tool) {
        appendGeminiResult(out, message);
    } else {
        appendGeminiText(out, *message.content);
    }
    out += "]}";
    return {};
}

} // namespace

Result<void> appendMessage(std::string &out, const Message &message, WireForm form,
                           UnsignedThinking thinking)
{
    if (message.role == Role::System && form != WireForm::OpenAi)
        return {};
    const std::size_t before = out.size();
    Result<void> done = form == WireForm::OpenAi      ? appendOpenAi(out, message)
                        : form == WireForm::Anthropic ? appendAnthropic(out, message, thinking)
                                                      : appendGemini(out, message);
    if (!done)
        out.resize(before);
    return done;
}

void addSystemText(std::optional<std::string> &system, const Message &message)
{
    const std::string text = message.content.value_or(std::string());
    system = system ? *system + "\n\n" + text : text;
}

Result<Json> encodeMessages(const MessageList &messages, WireForm form)
{
    std::string list = "[";
    std::optional<std::string> system;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const std::size_t before = list.size();
        if (auto done = appendMessage(list, *messages[i], form); !done) {
            done.error().message.insert(0, std::string("/") + std::to_string(i) + ": ");
            return fail(std::move(done.error()));
        }
        if (list.size() == before)
            addSystemText(system, *messages[i]);
        else
            list += ',';
    }
    if (list.ends_with(','))
        list.pop_back();
    Json encoded = Json::parse(list + "]");
    if (form == WireForm::OpenAi)
        return encoded;
    return Json{{"system", system ? Json(*system) : Json()}, {"messages", std::move(encoded)}};
}

} // namespace orrery::llm
