// SPDX-License-Identifier: GPL-3.0-or-later
// The forms, looked up in 2026-11:
// OpenAI chat      developers.openai.com/api/docs/guides/images-vision?api-mode=chat, …/guides/file-inputs: `image_url` with
//                  an address or a data: URL and `detail`; `file` with filename and file_data as a data: URL. No addresses of files.
// OpenAI Responses the same pages: `input_image` (image_url is a text), `input_file` (file_data or file_url).
// Anthropic        platform.claude.com/docs/en/build-with-claude/vision, …/pdf-support: `image` and `document` with a source
//                  of type base64 or url.
// Gemini           ai.google.dev/gemini-api/docs/image-understanding, …/document-processing: `inlineData`, `fileData`.
#include "core/llm/contentparts.h"

#include "core/llm/attachmentlimits.h"

#include <algorithm>
#include <array>

namespace orrery::llm {
namespace {

struct InlineData {
    std::string mediaType;
    std::string_view data; ///< base64, within the part
};

constexpr std::string_view kPdf = "application/pdf";

std::optional<InlineData> parseDataUrl(std::string_view url)
{
    static constexpr std::string_view marker = ";base64,";
    const std::size_t at = url.find(marker);
    if (!url.starts_with("data:") || at == url.npos)
        return std::nullopt;
    InlineData parsed{std::string(url.substr(5, at - 5)), url.substr(at + marker.size())};
    if (parsed.mediaType.empty() || parsed.data.empty())
        return std::nullopt;
    return parsed;
}

bool isWebUrl(std::string_view url)
{
    return url.starts_with("http://") || url.starts_with("https://");
}

std::string option(const ContentPart &part, const char *key, std::string fallback = {})
{
    if (!part.options.is_object())
        return fallback;
    const auto it = part.options.find(key);
    return it != part.options.end() && it->is_string() ? it->get<std::string>()
                                                       : std::move(fallback);
}

bool isPicture(const ContentPart &part) { return part.type == "image" || part.type == "image_url"; }

/// Base64 of what begins with `%PDF-`. A part that holds the name of a file has no content to send.
bool isInlinePdf(const ContentPart &part)
{
    return part.type == "file" && part.content.starts_with("JVBERi0");
}

bool isPdfAddress(const ContentPart &part)
{
    return part.type == "file_url" && isWebUrl(part.content);
}

/// What it carries itself; nothing when it is an address, or broken.
std::optional<InlineData> inlineData(const ContentPart &part)
{
    if (part.type == "image")
        return InlineData{option(part, "media_type", "image/png"), part.content};
    if (part.type == "image_url")
        return parseDataUrl(part.content);
    if (isInlinePdf(part))
        return InlineData{std::string(kPdf), part.content};
    return std::nullopt;
}

std::uint64_t bytesOf(const InlineData &data) { return data.data.size() / 4 * 3; }

std::string megabytes(std::uint64_t bytes)
{
    std::string text = std::to_string((bytes + 50'000) / 100'000);
    text.insert(text.size() > 1 ? text.size() - 1 : 0, text.size() > 1 ? "." : "0.");
    return text + " MB";
}

std::int64_t sideOf(const ContentPart &part)
{
    std::int64_t longer = 0;
    for (const char *key : {"width", "height"})
        if (part.options.is_object() && part.options.contains(key)
            && part.options[key].is_number_integer())
            longer = std::max(longer, part.options[key].get<std::int64_t>());
    return longer;
}

/// What a part is called that is none of the attachments that can be sent.
std::string asText(const ContentPart &part)
{
    if (part.type == "text")
        return part.content;
    if (part.type == "image_url")
        return part.content.starts_with("data:") ? "[Image: invalid data URL]"
                                                 : "[Image: " + part.content + "]";
    if (part.type == "thinking")
        return "[Thinking: " + part.content + "]";
    return "[File: " + part.content + "]";
}

Json openAiPart(const ContentPart &part)
{
    if (isInlinePdf(part))
        return {{"type", "file"},
                {"file",
                 {{"filename", option(part, "name", "document.pdf")},
                  {"file_data", "data:application/pdf;base64," + part.content}}}};
    Json url = {{"url", part.type == "image_url" ? part.content
                                                 : "data:" + option(part, "media_type", "image/png")
                                                       + ";base64," + part.content}};
    if (part.options.is_object() && part.options.contains("detail"))
        url["detail"] = part.options["detail"];
    return {{"type", "image_url"}, {"image_url", std::move(url)}};
}

/// Source: developers.openai.com/api/docs/guides/images-vision and /pdf-files, 2026-11. Some servers of this form insist
/// on `detail`, which OpenAI takes for `auto`.
Json responsesPart(const ContentPart &part)
{
    if (isInlinePdf(part))
        return {{"type", "input_file"},
                {"filename", option(part, "name", "document.pdf")},
                {"file_data", "data:application/pdf;base64," + part.content}};
    if (part.type == "file_url")
        return {{"type", "input_file"}, {"file_url", part.content}};
    const Json chat = openAiPart(part)["image_url"];
    return {{"type", "input_image"},
            {"image_url", chat["url"]},
            {"detail", chat.contains("detail") ? chat["detail"] : Json("auto")}};
}

Json anthropicPart(const ContentPart &part)
{
    const auto data = inlineData(part);
    Json source = data ? Json{{"type", "base64"},
                              {"media_type", data->mediaType},
                              {"data", std::string(data->data)}}
                       : Json{{"type", "url"}, {"url", part.content}};
    Json block = {{"type", isPicture(part) ? "image" : "document"}, {"source", std::move(source)}};
    if (const std::string name = option(part, "name"); !isPicture(part) && !name.empty())
        block["title"] = name;
    return block;
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
    if (const auto data = inlineData(part))
        return Json{
            {"inlineData", {{"mimeType", data->mediaType}, {"data", std::string(data->data)}}}};
    const auto type =
        isPicture(part) ? imageMimeType(part.content) : std::optional(std::string(kPdf));
    if (!type)
        return fail(ErrorCode::InvalidArgument, "an image URL without a path: " + part.content);
    return Json{{"fileData", {{"mimeType", *type}, {"fileUri", part.content}}}};
}

Json textPart(std::string text, WireForm form)
{
    if (form == WireForm::Gemini)
        return {{"text", std::move(text)}};
    return {{"type", form == WireForm::Responses ? "input_text" : "text"},
            {"text", std::move(text)}};
}

std::optional<std::string> whyTooLarge(const ContentPart &part, const InlineData &data,
                                       const ModelProfile &profile)
{
    const AttachmentLimits limits = attachmentLimitsOf(profile);
    const std::uint64_t most = isPicture(part) ? limits.pictureBytes : limits.documentBytes;
    if (most > 0 && bytesOf(data) > most)
        return profile.provider + " takes at most " + megabytes(most);
    if (isPicture(part) && limits.side > 0 && sideOf(part) > limits.side)
        return profile.provider + " takes at most " + std::to_string(limits.side)
               + " pixels a side";
    return std::nullopt;
}

} // namespace

bool isAttachment(const ContentPart &part)
{
    if (part.type == "image" || isInlinePdf(part) || isPdfAddress(part))
        return true;
    return part.type == "image_url" && (isWebUrl(part.content) || parseDataUrl(part.content));
}

std::optional<std::string> whyLeftOut(const ContentPart &part, const ModelProfile &profile,
                                      PartPlace place)
{
    if (!isAttachment(part))
        return std::nullopt;
    const char *kind = isPicture(part) ? "pictures" : "PDF documents";
    if (isPicture(part) ? !profile.images : !profile.pdf)
        return std::string("the model does not take ") + kind;
    // In OpenAI's chat form and in Gemini's they stand behind or beside the result, not in it.
    const bool isWithin =
        profile.form == WireForm::Anthropic || profile.form == WireForm::Responses;
    if (place == PartPlace::ToolResult && isWithin && !profile.imagesInResults)
        return std::string("the model does not take ") + kind + " in the results of tools";
    const auto data = inlineData(part);
    if (data)
        return whyTooLarge(part, *data, profile);
    const bool takesAddresses =
        profile.imageAddresses && (isPicture(part) || profile.form != WireForm::OpenAi);
    if (!takesAddresses)
        return std::string("the model does not take the addresses of ") + kind;
    return std::nullopt;
}

std::string describePart(const ContentPart &part)
{
    const std::string kind = isPicture(part) ? "picture" : "document";
    const auto data = inlineData(part);
    if (!data)
        return "the " + kind + " at " + part.content;
    const std::string name = option(part, "name");
    std::string text =
        (name.empty() ? "a " + kind : "the " + kind + " " + name) + " (" + data->mediaType;
    if (part.options.is_object() && sideOf(part) > 0 && part.options.contains("width")
        && part.options.contains("height"))
        text +=
            ", " + part.options["width"].dump() + " × " + part.options["height"].dump() + " pixels";
    return text + ", " + std::to_string(bytesOf(*data)) + " bytes)";
}

Result<Json> encodePart(const ContentPart &part, const ModelProfile &profile, PartPlace place)
{
    // Vendors that speak OpenAI's form are handed what they may understand; what is no address is the server's to refuse.
    if (part.type == "image_url" && profile.form == WireForm::OpenAi && profile.images
        && !isAttachment(part))
        return openAiPart(part);
    if (!isAttachment(part))
        return textPart(asText(part), profile.form);
    if (const auto why = whyLeftOut(part, profile, place))
        return textPart("[" + describePart(part) + " was left out: " + *why + "]", profile.form);
    switch (profile.form) {
    case WireForm::Anthropic: return anthropicPart(part);
    case WireForm::Gemini: return geminiPart(part);
    case WireForm::Responses: return responsesPart(part);
    case WireForm::OpenAi: break;
    }
    return openAiPart(part);
}

} // namespace orrery::llm
