// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/contentparts.h"

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

} // namespace

Result<Json> encodePart(const ContentPart &part, WireForm form)
{
    switch (form) {
    case WireForm::Anthropic: return anthropicPart(part);
    case WireForm::Gemini: return geminiPart(part);
    case WireForm::OpenAi: break;
    }
    return openAiPart(part);
}

} // namespace orrery::llm
