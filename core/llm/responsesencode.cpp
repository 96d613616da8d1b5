// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/responsesencode.h"

#include "core/llm/attachedparts.h"
#include "core/llm/provider.h"
#include "core/llm/responsesitems.h"
#include "core/model/boundedjson.h"
#include "core/model/jsonfields.h"
#include "core/model/jsonwriter.h"

#include <QCryptographicHash>

namespace orrery::llm {
namespace {

// "Invalid 'input[1].call_id': string too long. Expected a string with maximum length 64", and the same of `id`.
// Seen in many reports of 2025 and 2026; the documents do not name it.
constexpr std::size_t kLongestItemId = 64;

class ItemList
{
public:
    explicit ItemList(std::string &out) : m_out(out) {}
    /// Where the next item is to be written.
    std::string &next()
    {
        m_out += m_separator;
        m_separator = ",";
        return m_out;
    }

private:
    std::string &m_out;
    const char *m_separator = "";
};

std::string argumentsText(const ToolCall &call)
{
    if (call.invalidArguments)
        return *call.invalidArguments;
    std::string text;
    if (call.arguments.is_null())
        text = "{}";
    else
        appendJson(text, call.arguments);
    return text;
}

void restoreCall(Json &item, const ToolCall &call)
{
    item["call_id"] = responsesCallId(call.id.value_or(""));
    item["name"] = call.name.value_or("");
    const Json &written = field::at(item, "arguments");
    const bool isSame = written.is_string()
                        && parseBounded(written.get_ref<const std::string &>()) == call.arguments;
    if (!isSame)
        item["arguments"] = argumentsText(call);
}

/// The items of the answer that the message was made of; nothing when the message is no longer that answer.
std::optional<std::vector<Json>> ownItems(const Message &message)
{
    const std::string_view text = message.content ? std::string_view(*message.content) : "";
    const std::string_view thinking =
        message.reasoningContent ? std::string_view(*message.reasoningContent) : "";
    std::size_t textAt = 0;
    std::size_t thinkingAt = 0;
    std::size_t call = 0;
    std::vector<Json> items;
    for (const Block &block : message.blocks->blocks) {
        Json item = block.native;
        bool fits = item.is_object();
        if (fits && block.kind == Block::Kind::Text)
            fits = restoreTexts(item, block, text, textAt);
        else if (fits && block.kind == Block::Kind::Thinking)
            fits = restoreTexts(item, block, thinking, thinkingAt);
        else if (fits && block.kind == Block::Kind::ToolCall)
            fits = call < message.toolCalls.size();
        if (!fits)
            return std::nullopt;
        if (block.kind == Block::Kind::ToolCall)
            restoreCall(item, message.toolCalls[call++]);
        items.push_back(std::move(item));
    }
    if (textAt != text.size() || thinkingAt != thinking.size() || call != message.toolCalls.size())
        return std::nullopt;
    return items;
}

bool isOfType(const Json &item, const char *type) { return field::at(item, "type") == type; }

bool isEncrypted(const Json &item)
{
    const Json &content = field::at(item, "encrypted_content");
    return content.is_string() && content != "";
}

/// Servers of open models have their reasoning in words.
bool isInWords(const Json &item)
{
    const Json &content = field::at(item, "content");
    return content.is_array() && !content.empty();
}

// Sources, 2026-11: developers.openai.com/api/docs/guides/reasoning, "Encrypted reasoning items"; the errors "Item with
// id 'rs_…' not found. Items are not persisted when `store` is set to false" and "Item 'rs_…' of type 'reasoning' was
// provided without its required following item", also of function_call without its reasoning. Azure refuses such an
// id even beside encrypted content.
void leaveOutWhatIsRefused(std::vector<Json> &items)
{
    bool isAlone = false;
    std::erase_if(items, [&](Json &item) {
        const Json &id = field::at(item, "id");
        if (id.is_string() && id.get_ref<const std::string &>().size() > kLongestItemId)
            item.erase("id");
        if (!isOfType(item, "reasoning")) {
            if (isAlone && (isOfType(item, "message") || isOfType(item, "function_call")))
                item.erase("id");
            return false;
        }
        if (isEncrypted(item)) {
            item.erase("id");
            return false;
        }
        isAlone = isAlone || !isInWords(item);
        return !isInWords(item);
    });
    while (!items.empty() && isOfType(items.back(), "reasoning"))
        items.pop_back();
}

void appendAssistantItems(std::string &out, const Message &message, const ResponsesTarget &target)
{
    ItemList list(out);
    const BlockList *blocks = message.blocks.get();
    if (blocks && blocks->form == toString(WireForm::Responses)
        && blocks->provider == target.provider && blocks->model == target.model) {
        if (auto items = ownItems(message)) {
            leaveOutWhatIsRefused(*items);
            for (const Json &item : *items)
                appendJson(list.next(), item);
            return;
        }
    }
    if (message.content && !message.content->empty())
        appendJsonObject(
            list.next(),
            {{"content", message.content}, {"role", "assistant"}, {"type", "message"}});
    for (const ToolCall &call : message.toolCalls)
        appendJsonObject(list.next(), {{"arguments", argumentsText(call)},
                                       {"call_id", responsesCallId(call.id.value_or(""))},
                                       {"name", call.name.value_or("")},
                                       {"type", "function_call"}});
}

/// The text of a message, or the list of its parts.
Result<void> appendInput(std::string &out, const Message &message, const ResponsesTarget &target)
{
    if (!message.contentParts) {
        appendJsonString(out, message.content ? std::string_view(*message.content) : "");
        return {};
    }
    out += '[';
    if (auto done = appendParts(out, *message.contentParts,
                                profileOf(target.provider, target.model, *target.models));
        !done)
        return done;
    out += ']';
    return {};
}

Result<void> appendResult(std::string &out, const Message &message, const ResponsesTarget &target)
{
    out += R"({"call_id":)";
    appendJsonString(out, responsesCallId(message.toolCallId.value_or("")));
    out += R"(,"output":)";
    const bool isText = !message.contentParts;
    if (isText)
        appendJsonString(out, message.content ? std::string_view(*message.content) : "");
    else if (auto done = appendResultContent(
                 out, message, profileOf(target.provider, target.model, *target.models));
             !done)
        return done;
    out += R"(,"type":"function_call_output"})";
    return {};
}

Result<void> appendAsked(std::string &out, const Message &message, const ResponsesTarget &target)
{
    if (!message.content && !message.contentParts)
        return fail(ErrorCode::InvalidArgument,
                    std::string("a ") + toString(message.role) + " message without content");
    out += R"({"content":)";
    if (auto done = appendInput(out, message, target); !done)
        return done;
    out += message.role == Role::System ? R"(,"role":"developer")" : R"(,"role":"user")";
    out += R"(,"type":"message"})";
    return {};
}

} // namespace

Result<void> appendResponsesItems(std::string &out, const Message &message,
                                  const ResponsesTarget &target)
{
    const std::size_t before = out.size();
    Result<void> done;
    switch (message.role) {
    case Role::Assistant: appendAssistantItems(out, message, target); break;
    case Role::Tool: done = appendResult(out, message, target); break;
    case Role::System:
    case Role::User: done = appendAsked(out, message, target); break;
    }
    if (!done)
        out.resize(before);
    return done;
}

std::string responsesCallId(const std::string &id)
{
    if (id.size() <= kLongestItemId)
        return id;
    const QByteArray hash = QCryptographicHash::hash(
        QByteArray::fromRawData(id.data(), qsizetype(id.size())), QCryptographicHash::Sha256);
    return "call_" + hash.toHex().left(40).toStdString();
}

} // namespace orrery::llm
