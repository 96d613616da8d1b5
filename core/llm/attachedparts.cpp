// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/attachedparts.h"

#include "core/llm/contentparts.h"
#include "core/model/jsonwriter.h"

#include <algorithm>

namespace orrery::llm {
namespace {

Result<void> appendOne(std::string &out, const ContentPart &part, const ModelProfile &profile,
                       PartPlace place)
{
    const auto encoded = encodePart(part, profile, place);
    if (!encoded)
        return fail(encoded.error());
    appendJson(out, *encoded);
    return {};
}

/// Its pictures and documents that a model gets.
std::vector<const ContentPart *> sentParts(const Message &message, const ModelProfile &profile)
{
    std::vector<const ContentPart *> sent;
    if (message.contentParts)
        for (const ContentPart &part : *message.contentParts)
            if (isAttachment(part) && !whyLeftOut(part, profile, PartPlace::ToolResult))
                sent.push_back(&part);
    return sent;
}

} // namespace

Result<void> appendParts(std::string &out, const std::vector<ContentPart> &parts,
                         const ModelProfile &profile)
{
    const char *separator = "";
    for (const ContentPart &part : parts) {
        out += separator;
        if (auto done = appendOne(out, part, profile, PartPlace::UserMessage); !done)
            return done;
        separator = ",";
    }
    return {};
}

bool hasAttachments(const Message &message)
{
    return message.contentParts
           && std::any_of(message.contentParts->begin(), message.contentParts->end(), isAttachment);
}

std::string resultText(const Message &message, const ModelProfile &profile)
{
    std::string text = message.content.value_or("");
    if (!message.contentParts)
        return text;
    for (const ContentPart &part : *message.contentParts)
        if (const auto why = whyLeftOut(part, profile, PartPlace::ToolResult))
            text +=
                (text.empty() ? "[" : "\n[") + describePart(part) + " was left out: " + *why + "]";
    return text;
}

Result<void> appendResultContent(std::string &out, const Message &message,
                                 const ModelProfile &profile)
{
    if (!hasAttachments(message)) {
        if (message.content)
            appendJsonString(out, *message.content);
        else
            out += "null";
        return {};
    }
    if (profile.form == WireForm::OpenAi) {
        appendJsonString(out, resultText(message, profile));
        return {};
    }
    out += '[';
    const char *separator = "";
    if (message.content && !message.content->empty()) {
        if (auto done = appendOne(out, {"text", *message.content, Json::object()}, profile,
                                  PartPlace::ToolResult);
            !done)
            return done;
        separator = ",";
    }
    for (const ContentPart &part : *message.contentParts) {
        if (!isAttachment(part))
            continue; // `content` is the text of it all
        out += separator;
        if (auto done = appendOne(out, part, profile, PartPlace::ToolResult); !done)
            return done;
        separator = ",";
    }
    out += ']';
    return {};
}

Result<void> appendBesideResult(std::string &out, const Message &message,
                                const ModelProfile &profile)
{
    if (!hasAttachments(message))
        return {};
    for (const ContentPart &part : *message.contentParts) {
        if (!isAttachment(part))
            continue;
        out += ',';
        if (auto done = appendOne(out, part, profile, PartPlace::ToolResult); !done)
            return done;
    }
    return {};
}

Result<void> appendBehindResults(std::string &items, const Message &message,
                                 const ModelProfile &profile, const std::string &callId)
{
    if (profile.form != WireForm::OpenAi)
        return {};
    const auto sent = sentParts(message, profile);
    if (sent.empty())
        return {};
    const ContentPart mark{
        "text", "[Of the result of call " + callId + " (" + message.name.value_or("a tool") + "):]",
        Json::object()};
    items += items.empty() ? "" : ",";
    if (auto done = appendOne(items, mark, profile, PartPlace::UserMessage); !done)
        return done;
    for (const ContentPart *part : sent) {
        items += ',';
        if (auto done = appendOne(items, *part, profile, PartPlace::UserMessage); !done)
            return done;
    }
    return {};
}

} // namespace orrery::llm
