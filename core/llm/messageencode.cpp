// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/messageencode.h"

#include "core/model/canonicaljson.h"

#include <algorithm>
#include <array>

namespace orrery::llm {
namespace {

struct DataUrl {
    std::string mediaType;
    std::string data;
};

std::optional<DataUrl> parseDataUrl(const std::string &url)
{
    static constexpr std::string_view marker = ";base64,";
    const std::size_t at = url.find(marker);
    if (!url.starts_with("data:") || at == std::string::npos)
        return std::nullopt;
    DataUrl parsed{url.substr(5, at - 5), url.substr(at + marker.size())};
    if (parsed.mediaType.empty() || parsed.data.empty())
        return std::nullopt;
    return parsed;
}

bool isWebUrl(const std::string &url)
{
    return url.starts_with("http://") || url.starts_with("https://");
}

std::string option(const ContentPart &part, const char *key, std::string fallback)
{
    const auto it = part.options.find(key);
    return part.options.is_object() && it != part.options.end() && it->is_string()
               ? it->get<std::string>()
               : std::move(fallback);
}

/// What a part is called where only text can stand.
std::string asText(const ContentPart &part)
{
    if (part.type == "text")
        return part.content;
    if (part.type == "image_url")
        return "[Image: " + part.content + "]";
    if (part.type == "image")
        return "[Image]";
    if (part.type == "thinking")
        return "[Thinking: " + part.content + "]";
    return "[File: " + part.content + "]";
}

tl::unexpected<Error> noContent(const Message &message)
{
    return fail(ErrorCode::InvalidArgument,
                std::string("a ") + toString(message.role) + " message without content");
}

Json openAiPart(const ContentPart &part)
{
    const auto image = [](Json url) {
        return Json{{"type", "image_url"}, {"image_url", std::move(url)}};
    };
    if (part.type == "image_url") {
        Json url = {{"url", part.content}};
        if (part.options.is_object() && part.options.contains("detail"))
            url["detail"] = part.options["detail"];
        return image(std::move(url));
    }
    if (part.type == "image")
        return image({{"url", "data:" + option(part, "media_type", "image/png") + ";base64,"
                                  + part.content}});
    return {{"type", "text"}, {"text", asText(part)}};
}

Json anthropicPart(const ContentPart &part)
{
    const auto text = [](std::string words) {
        return Json{{"type", "text"}, {"text", std::move(words)}};
    };
    const auto base64 = [](const std::string &mediaType, const std::string &data) {
        return Json{{"type", "image"},
                    {"source", {{"type", "base64"}, {"media_type", mediaType}, {"data", data}}}};
    };
    if (part.type == "image")
        return base64(option(part, "media_type", "image/png"), part.content);
    if (part.type != "image_url")
        return text(asText(part));
    if (part.content.starts_with("data:")) {
        const auto data = parseDataUrl(part.content);
        return data ? base64(data->mediaType, data->data) : text("[Image: invalid data URL]");
    }
    if (isWebUrl(part.content))
        return {{"type", "image"}, {"source", {{"type", "url"}, {"url", part.content}}}};
    return text(asText(part));
}

/// By the extension of the path; nothing when the URL has no path at all.
std::optional<std::string> imageMimeType(const std::string &url)
{
    const std::size_t host = url.find("://") + 3;
    const std::size_t end = std::min(url.find_first_of("?#"), url.size());
    const std::size_t slash = url.find('/', host);
    if (slash == std::string::npos || slash >= end)
        return std::nullopt;
    std::string name = url.substr(slash, end - slash);
    name.erase(0, name.rfind('/') + 1);
    const std::size_t dot = name.rfind('.');
    std::string extension = dot == std::string::npos ? std::string() : name.substr(dot + 1);
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    static const std::array<std::pair<const char *, const char *>, 10> types = {
        {{"jpg", "image/jpeg"},
         {"jpeg", "image/jpeg"},
         {"png", "image/png"},
         {"gif", "image/gif"},
         {"bmp", "image/bmp"},
         {"webp", "image/webp"},
         {"svg", "image/svg+xml"},
         {"ico", "image/x-icon"},
         {"tiff", "image/tiff"},
         {"tif", "image/tiff"}}};
    for (const auto &[known, type] : types)
        if (extension == known)
            return type;
    return "image/jpeg";
}

Result<Json> geminiPart(const ContentPart &part)
{
    const auto inlineData = [](const std::string &mimeType, const std::string &data) {
        return Json{{"inlineData", {{"mimeType", mimeType}, {"data", data}}}};
    };
    if (part.type == "image")
        return inlineData(option(part, "media_type", "image/png"), part.content);
    if (part.type != "image_url")
        return Json{{"text", asText(part)}};
    if (part.content.starts_with("data:")) {
        const auto data = parseDataUrl(part.content);
        return data ? inlineData(data->mediaType, data->data)
                    : Json{{"text", "[Image: invalid data URL]"}};
    }
    if (!isWebUrl(part.content))
        return Json{{"text", asText(part)}};
    const auto type = imageMimeType(part.content);
    if (!type)
        return fail(ErrorCode::InvalidArgument, "an image URL without a path: " + part.content);
    return Json{{"fileData", {{"mimeType", *type}, {"fileUri", part.content}}}};
}

/// A call without arguments has an empty object.
const Json &argumentsOf(const ToolCall &call)
{
    static const Json none = Json::object();
    return call.arguments.is_null() ? none : call.arguments;
}

Json textOrNull(const std::optional<std::string> &text) { return text ? Json(*text) : Json(); }

Result<Json> anthropicMessage(const Message &message)
{
    switch (message.role) {
    case Role::Tool:
        return Json{{"role", "user"},
                    {"content", Json::array({{{"type", "tool_result"},
                                              {"tool_use_id", textOrNull(message.toolCallId)},
                                              {"content", textOrNull(message.content)}}})}};
    case Role::Assistant: {
        Json content = Json::array();
        if (message.reasoningContent && !message.reasoningContent->empty())
            content.push_back({{"type", "thinking"}, {"thinking", *message.reasoningContent}});
        if (message.content && !message.content->empty())
            content.push_back({{"type", "text"}, {"text", *message.content}});
        for (const ToolCall &call : message.toolCalls)
            content.push_back({{"type", "tool_use"},
                               {"id", textOrNull(call.id)},
                               {"name", textOrNull(call.name)},
                               {"input", argumentsOf(call)}});
        return Json{{"role", "assistant"}, {"content", std::move(content)}};
    }
    default: break;
    }
    if (message.contentParts) {
        Json content = Json::array();
        for (const ContentPart &part : *message.contentParts)
            content.push_back(anthropicPart(part));
        return Json{{"role", "user"}, {"content", std::move(content)}};
    }
    if (!message.content)
        return noContent(message);
    return Json{{"role", "user"}, {"content", *message.content}};
}

Result<Json> geminiMessage(const Message &message)
{
    Json parts = Json::array();
    switch (message.role) {
    case Role::Tool: {
        if (!message.content)
            return noContent(message);
        Json response = Json::parse(*message.content, nullptr, false);
        if (response.is_discarded())
            response = {{"result", *message.content}};
        parts.push_back(
            {{"functionResponse",
              {{"name", message.name ? Json(*message.name) : textOrNull(message.toolCallId)},
               {"response", std::move(response)}}}});
        break;
    }
    case Role::Assistant:
        if (message.reasoningContent && !message.reasoningContent->empty())
            parts.push_back({{"text", *message.reasoningContent}, {"thought", true}});
        if (message.content && !message.content->empty())
            parts.push_back({{"text", *message.content}});
        for (const ToolCall &call : message.toolCalls) {
            Json part = {
                {"functionCall", {{"name", textOrNull(call.name)}, {"args", argumentsOf(call)}}}};
            if (call.metadata.is_object()) {
                const auto signature = call.metadata.find("thought_signature");
                if (signature != call.metadata.end() && signature->is_string() && *signature != "")
                    part["thoughtSignature"] = *signature;
            }
            parts.push_back(std::move(part));
        }
        return Json{{"role", "model"}, {"parts", std::move(parts)}};
    default:
        if (!message.contentParts) {
            if (!message.content)
                return noContent(message);
            parts.push_back({{"text", *message.content}});
            break;
        }
        for (const ContentPart &part : *message.contentParts) {
            auto encoded = geminiPart(part);
            if (!encoded)
                return encoded;
            parts.push_back(std::move(*encoded));
        }
    }
    return Json{{"role", "user"}, {"parts", std::move(parts)}};
}

} // namespace

Result<Json> encodeOpenAiMessage(const Message &message)
{
    Json json = {{"role", toString(message.role)}};
    switch (message.role) {
    case Role::Tool:
        json["content"] = textOrNull(message.content);
        json["tool_call_id"] = textOrNull(message.toolCallId);
        return json;
    case Role::Assistant:
        json["content"] = message.content.value_or("");
        if (message.reasoningContent)
            json["reasoning_content"] = *message.reasoningContent;
        for (const ToolCall &call : message.toolCalls) {
            const std::string arguments = toCanonicalJson(argumentsOf(call));
            json["tool_calls"].push_back(
                {{"id", textOrNull(call.id)},
                 {"type", "function"},
                 {"function", {{"name", textOrNull(call.name)}, {"arguments", arguments}}}});
        }
        return json;
    default: break;
    }
    if (message.contentParts) {
        json["content"] = Json::array();
        for (const ContentPart &part : *message.contentParts)
            json["content"].push_back(openAiPart(part));
        return json;
    }
    if (!message.content)
        return noContent(message);
    json["content"] = *message.content;
    return json;
}

Result<Json> encodeMessages(const MessageList &messages, WireForm form)
{
    Json list = Json::array();
    Json system;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const Message &message = *messages[i];
        if (form != WireForm::OpenAi && message.role == Role::System) {
            const std::string text = message.content.value_or("");
            system = system.is_null() ? text : system.get<std::string>() + "\n\n" + text;
            continue;
        }
        auto encoded = form == WireForm::OpenAi      ? encodeOpenAiMessage(message)
                       : form == WireForm::Anthropic ? anthropicMessage(message)
                                                     : geminiMessage(message);
        if (!encoded) {
            encoded.error().message = "/" + std::to_string(i) + ": " + encoded.error().message;
            return encoded;
        }
        list.push_back(std::move(*encoded));
    }
    if (form == WireForm::OpenAi)
        return list;
    return Json{{"system", std::move(system)}, {"messages", std::move(list)}};
}

} // namespace orrery::llm
