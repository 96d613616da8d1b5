// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/responsesreader.h"

#include "core/llm/httperror.h"
#include "core/llm/responsesitems.h"
#include "core/llm/responsespieces.h"
#include "core/llm/usagedecode.h"
#include "core/model/jsonfields.h"

#include <algorithm>

namespace orrery::llm {

namespace {

constexpr std::string_view kLastEvents[] = {"response.completed", "response.incomplete",
                                            "response.failed", "response.cancelled",
                                            "response.done"};

bool isLastEvent(std::string_view type)
{
    return std::find(std::begin(kLastEvents), std::end(kLastEvents), type) != std::end(kLastEvents);
}

/// Codes of ResponseError that say that the request is at fault, so that another attempt fails too.
bool blamesRequest(const std::string &code)
{
    return code.starts_with("invalid_") || code.find("image") != std::string::npos
           || code == "context_length_exceeded";
}

} // namespace

template <typename Value>
void ResponsesReader::read(Value event, ModelDelta &delta)
{
    if (m_isComplete)
        return;
    const Value type = event.at("type");
    for (const ResponsesPiece &piece : responsesPieces())
        if (const bool isWhole = type.is(piece.done); isWhole || type.is(piece.delta)) {
            readPiece(event, piece, isWhole, delta);
            return;
        }
    const Value response = event.at("response");
    const bool isDone = type.is("response.output_item.done");
    if (isDone || type.is("response.output_item.added")) {
        readItem(event, isDone, delta);
    } else if (const std::string word = type.isString() ? type.text() : ""; isLastEvent(word)) {
        Json last = response.isObject() ? response.toJson() : Json::object();
        const std::string status = word.substr(word.find('.') + 1);
        last.emplace("status", status == "done" ? "completed" : status);
        readResponse(last);
        showRest(delta);
    } else if (event.at("object").is("response")) {
        readResponse(event.toJson());
        showRest(delta);
    } else if (const Value error = event.at("error"); word == "error" || !error.isNull()) {
        giveUp(error.isNull() ? event.toJson() : error.toJson());
    } else if (m_answeredBy.empty() && response.at("model").isString()) {
        m_answeredBy = response.at("model").text();
    }
}

template <typename Value>
void ResponsesReader::readItem(Value event, bool isDone, ModelDelta &delta)
{
    Item &item = newItemAt(event, isDone);
    if (!event.at("item").isObject() || (item.isDone && !isDone))
        return;
    item.json = event.at("item").toJson();
    item.isDone = isDone;
    if (isDone && !item.isShown)
        showItem(m_lastIndex, item.json, delta);
    m_hasContent = m_hasContent || field::at(item.json, "type") == "function_call";
}

template <typename Value>
ResponsesReader::Item &ResponsesReader::itemAt(Value event)
{
    if (const Value index = event.at("output_index"); index.isNumber())
        m_lastIndex = index.count();
    return m_items[m_lastIndex];
}

/// Of an event that begins an item or gives it whole; without an index it is the next one.
template <typename Value>
ResponsesReader::Item &ResponsesReader::newItemAt(Value event, bool isDone)
{
    const auto last = m_items.find(m_lastIndex);
    if (!event.at("output_index").isNumber() && last != m_items.end()
        && (!isDone || last->second.isDone))
        m_lastIndex = m_items.rbegin()->first + 1;
    return itemAt(event);
}

template <typename Value>
void ResponsesReader::readPiece(Value event, const ResponsesPiece &piece, bool isWhole,
                                ModelDelta &delta)
{
    Item &item = itemAt(event);
    const Value value = event.at(isWhole ? piece.member : "delta");
    if (item.isDone || !value.isString())
        return;
    const std::int64_t index = piece.index ? event.at(piece.index).count() : 0;
    std::string &held = textOfPiece(item.json, piece, index);
    const std::string text = value.text();
    m_hasContent = m_hasContent || !text.empty();
    if (piece.list && (!isWhole || held.empty())) {
        item.isShown = item.isShown || !text.empty();
        if (piece.isThinking())
            showThinking({m_lastIndex, piece.list[0], index}, text, delta);
        else
            showText(text, delta);
    }
    if (isWhole)
        held = text;
    else
        held += text;
}

void ResponsesReader::readResponse(const Json &response)
{
    m_isComplete = true;
    m_status = field::text(response, "status").value_or("");
    m_reason = field::text(field::at(response, "incomplete_details"), "reason").value_or("");
    if (auto model = field::text(response, "model"))
        m_answeredBy = std::move(*model);
    if (const Json &usage = field::at(response, "usage"); usage.is_object())
        m_usage = usage;
    if (const Json &output = field::at(response, "output"); output.is_array())
        m_output.assign(output.begin(), output.end());
    if (const Json &error = field::at(response, "error"); !error.is_null())
        giveUp(error);
    else if (m_status == "failed" || m_status == "cancelled")
        m_error = makeError(ErrorCode::Server, m_who + " says that the answer has " + m_status,
                            excerpt(response.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

bool ResponsesReader::addAnswer(const Json &answer)
{
    if (!field::at(answer, "output").is_array() && field::at(answer, "error").is_null())
        return false;
    readResponse(answer);
    m_hasContent = !m_output.empty();
    if (!m_error && (m_status == "queued" || m_status == "in_progress"))
        m_error = makeError(ErrorCode::BadResponse,
                            m_who
                                + " is still at work on the answer, expected it whole; do not "
                                  "ask for it in the background");
    return true;
}

/// What a server has sent without pieces.
void ResponsesReader::showRest(ModelDelta &delta)
{
    const bool textIsShown = m_textIsShown;
    const bool thinkingIsShown = m_thinkingIsShown;
    for (std::size_t i = 0; i < m_output.size(); ++i)
        if (field::at(m_output[i], "type") == "reasoning" ? !thinkingIsShown : !textIsShown)
            showItem(std::int64_t(i), m_output[i], delta);
    m_hasContent = m_hasContent || !m_output.empty();
}

void ResponsesReader::showItem(std::int64_t index, const Json &item, ModelDelta &delta)
{
    const bool isThinking = field::at(item, "type") == "reasoning";
    if (!isThinking && field::at(item, "type") != "message")
        return;
    Json copy = item;
    std::int64_t part = 0;
    eachText(copy, [&](Json &text, std::string_view) {
        if (!text.is_string())
            return;
        const auto &words = text.get_ref<const std::string &>();
        m_hasContent = m_hasContent || !words.empty();
        if (isThinking)
            showThinking({index, 'w', part++}, words, delta);
        else
            showText(words, delta);
    });
}

void ResponsesReader::showText(const std::string &text, ModelDelta &delta)
{
    delta.text += text;
    m_textIsShown = m_textIsShown || !text.empty();
}

void ResponsesReader::showThinking(std::tuple<std::int64_t, char, std::int64_t> part,
                                   const std::string &text, ModelDelta &delta)
{
    if (text.empty())
        return;
    if (m_thinkingIsShown && part != m_thinkingPart)
        delta.thinking += "\n\n";
    delta.thinking += text;
    m_thinkingPart = part;
    m_thinkingIsShown = true;
}

void ResponsesReader::giveUp(const Json &error)
{
    m_isComplete = true;
    Json told = error;
    if (blamesRequest(field::text(error, "code").value_or("")))
        told["type"] = "invalid_request_error";
    m_error = errorFromErrorObject(told, m_who);
}

Ending ResponsesReader::ending(const Message &message, bool isRefusal) const
{
    if (!m_reason.empty())
        return endingFromWord(m_reason);
    if (m_status == "incomplete")
        return Ending::Length;
    if (!message.toolCalls.empty())
        return Ending::ToolCalls;
    if (isRefusal)
        return Ending::Refusal;
    return endingFromWord(m_status);
}

/// The items that count. The documents name `response.output_item.done` as the place of encrypted reasoning, so what
/// the last event leaves out is taken from there.
std::vector<Json> ResponsesReader::takeItems()
{
    std::vector<Json> items = std::move(m_output);
    const bool isTold = !items.empty();
    for (auto &[index, item] : m_items) {
        if (!isTold) {
            items.push_back(std::move(item.json));
            continue;
        }
        const Json &encrypted = field::at(item.json, "encrypted_content");
        if (index < 0 || std::size_t(index) >= items.size() || !item.isDone || encrypted.is_null())
            continue;
        Json &told = items[std::size_t(index)];
        if (field::at(told, "type") == field::at(item.json, "type")
            && field::at(told, "encrypted_content").is_null())
            told["encrypted_content"] = encrypted;
    }
    return items;
}

Result<ModelReply> ResponsesReader::take()
{
    if (m_error)
        return fail(*m_error);
    std::vector<Json> items = takeItems();
    if (!m_isComplete && items.empty())
        return fail(ErrorCode::BadResponse, m_who + " ended the stream before an answer");
    const auto usage = decodeUsage(m_usage, WireForm::Responses);
    if (!usage)
        return fail(usage.error());
    ReadItems read = messageOfItems(std::move(items), m_provider, m_model);
    ModelReply reply;
    reply.usage = *usage;
    reply.usage.toolCalls = std::int64_t(read.message.toolCalls.size());
    reply.rawUsage = m_usage;
    reply.finishReason = m_reason.empty() ? m_status : m_reason;
    reply.ending = ending(read.message, read.isRefusal);
    reply.model = m_answeredBy;
    reply.message = std::move(read.message);
    return reply;
}

void ResponsesReader::add(FlatValue event, ModelDelta &delta) { read(event, delta); }

void ResponsesReader::add(TreeValue event, ModelDelta &delta) { read(event, delta); }

} // namespace orrery::llm
