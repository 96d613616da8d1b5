// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/responsedecode.h"

#include "core/base/utf8.h"
#include "core/llm/contentblocks.h"
#include "core/model/jsonfields.h"
#include "core/model/boundedjson.h"

#include <QRandomGenerator>

#include <algorithm>

namespace orrery::llm {
namespace {

tl::unexpected<Error> bad(std::string what)
{
    return fail(ErrorCode::BadResponse, std::move(what));
}

std::optional<std::string> textAt(const Json &object, const char *key)
{
    const Json &value = field::at(object, key);
    return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

Message answer(const Json &model, const Usage &usage)
{
    Message message;
    message.role = Role::Assistant;
    message.metadata = {{"model_name", model}, {"usage", toJson(usage)}};
    return message;
}

/// A string or nothing; anything else is an error.
Result<std::optional<std::string>> castText(const Json &value, const char *what)
{
    if (value.is_null())
        return std::optional<std::string>();
    if (!value.is_string())
        return bad(std::string(what) + ": found " + value.type_name()
                   + ", expected a string or null");
    return keptText(value.get<std::string>());
}

/// What is said and thought in a message of OpenAI's.
Result<void> readTexts(const Json &from, Message &message)
{
    const Json &content = field::at(from, "content");
    std::string said;
    std::string thought;
    if (content.is_array())
        readContentBlocks(
            TreeValue(content), [&](TreeValue text) { said += text.isString() ? text.text() : ""; },
            [&](TreeValue text) { thought += text.isString() ? text.text() : ""; });
    auto text = castText(content.is_array() ? Json(said) : content, "/choices/0/message/content");
    if (!text)
        return fail(text.error());
    message.content = std::move(*text);
    if (const auto refusal = textAt(from, "refusal"); refusal && !message.content)
        message.content = keptText(*refusal);
    const Json &first = field::at(from, "reasoning_content");
    const bool isSet = !first.is_null() && first != "";
    auto reasoning = castText(isSet ? first : field::at(from, "reasoning"),
                              "/choices/0/message/reasoning_content");
    if (!reasoning)
        return fail(reasoning.error());
    message.reasoningContent = *reasoning ? std::move(*reasoning) : keptText(std::move(thought));
    return {};
}

Result<Message> decodeOpenAi(const Json &response)
{
    const auto usage = decodeUsage(field::at(response, "usage"), WireForm::OpenAi);
    if (!usage)
        return fail(usage.error());
    Message message = answer(field::at(response, "model"), *usage);
    const Json &choices = field::at(response, "choices");
    if (!choices.is_array() || choices.empty())
        return message;
    const auto first = std::find_if(choices.begin(), choices.end(), [](const Json &choice) {
        const Json &index = field::at(choice, "index");
        return index.is_null() || index == 0;
    });
    if (first == choices.end())
        return message;
    const Json &from = field::at(*first, "message");
    if (const auto read = readTexts(from, message); !read)
        return fail(read.error());
    for (const Json &part : field::at(from, "tool_calls")) {
        ToolCall call;
        call.id = textAt(part, "id");
        const Json &function = field::at(part, "function");
        call.name = textAt(function, "name");
        const Json &arguments = field::at(function, "arguments");
        if (arguments.is_object())
            call.arguments = arguments;
        else if (!arguments.is_null())
            readArguments(call,
                          arguments.is_string() ? arguments.get<std::string>() : arguments.dump());
        message.toolCalls.push_back(std::move(call));
    }
    return message;
}

Result<Message> decodeAnthropic(const Json &response)
{
    static const Json none = Json::array();
    const Json &blocks = response.contains("content") ? response["content"] : none;
    if (!blocks.is_array())
        return bad(std::string("/content: found ") + blocks.type_name() + ", expected an array");
    const auto usage = decodeUsage(field::at(response, "usage"), WireForm::Anthropic);
    if (!usage)
        return fail(usage.error());
    const bool namesModel = response.contains("model");
    Message message = answer(namesModel ? response["model"] : Json("claude"), *usage);
    std::string text;
    std::string thinking;
    for (const Json &block : blocks) {
        const Json &type = field::at(block, "type");
        if (type == "text" || type == "thinking") {
            const char *key = type == "text" ? "text" : "thinking";
            if (!block.contains(key))
                continue;
            const auto words = textAt(block, key);
            // Thinking that is only signed, not shown, comes without a text.
            if (type == "thinking" && words && words->empty())
                continue;
            if (!words || words->empty())
                return bad("/content: a " + type.get<std::string>() + " block without text");
            (type == "text" ? text : thinking) += *words;
        } else if (type == "tool_use" && block.contains("id") && block.contains("name")
                   && block.contains("input")) {
            ToolCall call;
            call.id = textAt(block, "id");
            call.name = textAt(block, "name");
            call.arguments = block["input"];
            message.toolCalls.push_back(std::move(call));
        }
    }
    message.content = keptText(std::move(text));
    message.reasoningContent = keptText(std::move(thinking));
    return message;
}

Result<Message> decodeGemini(const Json &response)
{
    const auto usage = decodeUsage(field::at(response, "usageMetadata"), WireForm::Gemini);
    if (!usage)
        return fail(usage.error());
    const Json &model = field::at(response, "modelVersion");
    Message message = answer(model.is_null() ? Json("gemini-model") : model, *usage);
    if (const Json &feedback = field::at(response, "promptFeedback"); !feedback.is_null())
        message.metadata["prompt_feedback"] = feedback;
    if (!response.contains("candidates"))
        return message;
    const Json &candidates = response["candidates"];
    if (!candidates.is_array())
        return bad(std::string("/candidates: found ") + candidates.type_name()
                   + ", expected an array");
    if (candidates.empty())
        return message;
    const Json &candidate = candidates[0];
    if (const Json &reason = field::at(candidate, "finishReason"); !reason.is_null())
        message.metadata["finish_reason"] = reason;
    if (!candidate.is_object() || !candidate.contains("content"))
        return message;
    const Json &content = candidate["content"];
    if (!content.is_object())
        return bad("/candidates/0/content: expected an object");
    if (!content.contains("parts"))
        return message;
    const Json &parts = content["parts"];
    if (!parts.is_array())
        return bad("/candidates/0/content/parts: expected an array");
    std::string text;
    std::string thinking;
    for (const Json &part : parts) {
        const auto words = textAt(part, "text");
        if (words && !isBlank(*words)) {
            (field::at(part, "thought") == true ? thinking : text) += *words;
            continue;
        }
        const Json &function = field::at(part, "functionCall");
        auto name = textAt(function, "name");
        if (!name)
            continue;
        ToolCall call;
        const auto id = textAt(function, "id");
        call.id = id && !id->empty() ? *id : makeGeminiCallId();
        call.name = std::move(name);
        if (function.contains("args"))
            call.arguments = function["args"];
        if (const auto signature = textAt(part, "thoughtSignature"); signature && *signature != "")
            call.metadata = {{"thought_signature", *signature}};
        message.toolCalls.push_back(std::move(call));
    }
    message.content = keptText(std::move(text));
    message.reasoningContent = keptText(std::move(thinking));
    return message;
}

} // namespace

std::optional<std::string> keptText(std::string text)
{
    if (isBlank(text))
        return std::nullopt;
    return text;
}

void readArguments(ToolCall &call, std::string_view text)
{
    call.arguments = Json::object();
    if (text.empty())
        return;
    Json parsed = parseBounded(text);
    if (parsed.is_object())
        call.arguments = std::move(parsed);
    else
        call.invalidArguments = std::string(text);
}

std::string makeGeminiCallId()
{
    static constexpr char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string id = "gemini_";
    quint64 bits = QRandomGenerator::global()->generate64();
    for (int i = 0; i < 11; ++i, bits >>= 6)
        id += letters[bits & 63];
    return id;
}

Result<Message> decodeResponse(const Json &response, WireForm form)
{
    if (!response.is_object())
        return bad(std::string("found ") + response.type_name() + ", expected an object");
    switch (form) {
    case WireForm::Anthropic: return decodeAnthropic(response);
    case WireForm::Gemini: return decodeGemini(response);
    case WireForm::OpenAi:
    case WireForm::Responses: break;
    }
    return decodeOpenAi(response);
}

bool isAnswer(const Json &response, WireForm form)
{
    switch (form) {
    case WireForm::Anthropic: return field::at(response, "content").is_array();
    case WireForm::Gemini:
        return field::at(response, "candidates").is_array()
               || field::at(response, "promptFeedback").is_object();
    case WireForm::OpenAi:
    case WireForm::Responses: break;
    }
    return field::at(response, "choices").is_array();
}

std::string finishReasonOf(const Json &response, WireForm form)
{
    if (form == WireForm::Anthropic)
        return textAt(response, "stop_reason").value_or("");
    const Json &list = field::at(response, form == WireForm::OpenAi ? "choices" : "candidates");
    if (!list.is_array() || list.empty())
        return {};
    return textAt(list[0], form == WireForm::OpenAi ? "finish_reason" : "finishReason")
        .value_or("");
}

} // namespace orrery::llm
