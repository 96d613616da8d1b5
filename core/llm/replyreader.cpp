// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/replyreader.h"

#include "core/base/ids.h"
#include "core/base/utf8.h"
#include "core/llm/chunkdecode.h"
#include "core/llm/httperror.h"
#include "core/llm/responsedecode.h"
#include "core/llm/textcalls.h"
#include "core/model/jsonfields.h"
#include "core/model/boundedjson.h"

namespace orrery::llm {
namespace {

constexpr std::size_t kStartBytes = 4096;
constexpr std::size_t kMaxPlainBytes = 64 * 1024 * 1024;

/// Whether a plain object says something; the decoder is content with an empty list of choices.
bool saysSomething(const Json &json, WireForm form)
{
    if (!isAnswer(json, form) || form != WireForm::OpenAi)
        return isAnswer(json, form);
    return firstChoice(TreeValue(json)).at("message").isObject();
}

/// What a server says in place of an answer; nothing when this is none of the forms in which they do.
template <typename Value>
Value errorIn(Value chunk, WireForm form)
{
    if (const Value error = chunk.at("error"); !error.isNull())
        return error;
    if (chunk.at("type").is("error") || chunk.at("object").is("error"))
        return chunk;
    if (form != WireForm::OpenAi)
        return {};
    const Value choices = chunk.at("choices");
    if (choices.exists())
        return choices.first().at("error").isNull() ? Value() : choices.first().at("error");
    if (const Value errors = chunk.at("errors"); errors.isArray() && !errors.isEmpty())
        return errors.first();
    if (const Value detail = chunk.at("detail"); !detail.isNull())
        return detail;
    const bool saysWhy = chunk.at("message").isString();
    const bool saysKind = chunk.at("code").exists() || chunk.at("status").exists()
                          || chunk.at("type").exists() || chunk.at("status_code").exists();
    return saysWhy && saysKind ? chunk : Value();
}

const char *usageKey(WireForm form) { return form == WireForm::Gemini ? "usageMetadata" : "usage"; }

} // namespace

ReplyReader::ReplyReader(Expected expected, std::string host)
    : m_expected(std::move(expected)), m_host(std::move(host)), m_assembler(m_expected.profile.form)
{
    const ModelProfile &profile = m_expected.profile;
    if (profile.form == WireForm::Responses)
        m_responses.emplace(m_host, profile.provider, profile.model);
}

void ReplyReader::feed(std::string_view bytes, std::vector<ModelDelta> &deltas)
{
    m_bytes += bytes.size();
    const bool isStream = m_kind == Kind::Events || m_kind == Kind::Array;
    // Byte by byte, most complete nothing.
    if (isStream && bytes.size() == 1 && m_start.size() == kStartBytes
        && (m_kind == Kind::Events ? m_sse.hold(bytes.front()) : m_array.hold(bytes.front())))
        return;
    const std::size_t keep = isStream ? kStartBytes : kMaxPlainBytes;
    if (m_start.size() < keep)
        m_start.append(bytes.substr(0, keep - m_start.size()));
    if (m_kind == Kind::Unknown) {
        findKind();
        bytes = m_start;
    }
    if (m_kind == Kind::Events)
        m_sse.add(bytes);
    else if (m_kind == Kind::Array)
        m_array.add(bytes);
    ModelDelta delta;
    drain(delta);
    if (!delta.text.empty() || !delta.thinking.empty())
        deltas.push_back(std::move(delta));
}

/// By the first byte that says something. A byte order mark says nothing.
void ReplyReader::findKind()
{
    const std::size_t first = m_start.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    if (first == std::string::npos)
        return;
    if (m_start.starts_with("\xEF\xBB\xBF")) {
        m_start.erase(0, 3);
        findKind();
        return;
    }
    if (!m_expected.stream || m_start[first] == '{')
        m_kind = Kind::Plain;
    else if (m_start[first] == '[' && form() == WireForm::Gemini)
        m_kind = Kind::Array;
    else
        m_kind = Kind::Events;
}

void ReplyReader::drain(ModelDelta &delta)
{
    std::string_view data;
    while (!complete() && (m_sse.next(data) || m_array.next(data)))
        readChunk(data, delta);
    if (!complete() && (m_sse.isTooLong() || m_array.isTooLong()))
        m_error = garbage(m_host + " sent an event without an end");
}

void ReplyReader::readChunk(std::string_view data, ModelDelta &delta)
{
    if (data == "[DONE]") {
        m_done = true;
        return;
    }
    if (m_flat.read(data)) {
        takeChunk(m_flat.root(), delta);
        return;
    }
    Json json = parseBounded(data);
    if (json.is_discarded() && standInForHalves(data, m_scratch))
        json = parseBounded(m_scratch);
    if (json.is_object()) {
        takeChunk(TreeValue(json), delta);
        return;
    }
    m_error = garbage(m_host + " sent an event that is not a JSON object");
    m_error->detail = excerpt(data);
}

template <typename Value>
void ReplyReader::takeChunk(Value chunk, ModelDelta &delta)
{
    ++m_chunks;
    if (m_responses) {
        m_responses->add(chunk, delta);
        m_hasContent = m_responses->hasContent();
        m_done = m_responses->complete();
        return;
    }
    if (const Value error = errorIn(chunk, form()); error.exists()) {
        m_error = errorFromErrorObject(error.toJson(), m_host);
        return;
    }
    noteFacts(chunk);
    if (m_error)
        return;
    m_events.clear();
    if (form() == WireForm::OpenAi
        && chunk.at("choices").first().at("delta").at("tool_calls").exists()) {
        Json json = chunk.toJson();
        m_indexes.correct(json);
        const TreeValue corrected(json);
        const TreeValue choice = firstChoice(corrected);
        noteOpenAi(choice, choice.at("delta"));
        decodeChunk(corrected, form(), m_events);
    } else {
        if (form() == WireForm::OpenAi) {
            const Value choice = firstChoice(chunk);
            noteOpenAi(choice, choice.at("delta"));
        }
        decodeChunk(chunk, form(), m_events);
    }
    if (form() == WireForm::Anthropic)
        noteAnthropic(chunk);
    else if (form() == WireForm::Gemini)
        noteGemini(chunk);
    takeEvents(delta);
}

/// What a chunk says beside its events.
template <typename Value>
void ReplyReader::noteFacts(Value chunk)
{
    for (const Value from :
         {chunk, chunk.at("message")}) { // the second is Anthropic's message_start
        const Json usage = from.at(usageKey(form())).toJson();
        if (usage.is_object() && m_rawUsage.is_object())
            m_rawUsage.update(usage);
        else if (usage.is_object())
            m_rawUsage = usage;
        const Value model = from.at(form() == WireForm::Gemini ? "modelVersion" : "model");
        if (m_model.empty() && model.isString())
            m_model = model.text();
    }
    if (form() == WireForm::Gemini) {
        const Value reason = chunk.at("promptFeedback").at("blockReason");
        if (reason.isString()) {
            const Value words = chunk.at("promptFeedback").at("blockReasonMessage");
            m_error = makeError(ErrorCode::Denied,
                                m_host + " refuses the prompt: " + reason.text()
                                    + (words.isString() ? " (" + words.text() + ")" : ""),
                                "content_filter");
        }
    } else if (form() == WireForm::Anthropic) {
        if (chunk.at("type").is("message_start") && m_hasContent) {
            // What has come belongs to an answer that was given up somewhere on the way.
            m_error = cutOff("a second answer began within the first");
            return;
        }
        m_done = m_done || chunk.at("type").is("message_stop");
    }
}

/// Called with the events of the chunk.
template <typename Value>
void ReplyReader::noteAnthropic(Value chunk)
{
    const Value type = chunk.at("type");
    const std::int64_t index = chunk.at("index").count();
    if (type.is("content_block_start")) {
        m_blocks.start(index, chunk.at("content_block").toJson());
    } else if (type.is("content_block_delta")) {
        const Value delta = chunk.at("delta");
        if (delta.at("type").is("text_delta") || delta.at("type").is("thinking_delta"))
            for (const StreamEvent &event : m_events)
                m_blocks.grow(index, event.text.size());
        else
            m_blocks.change(index, delta.toJson());
    } else if (type.is("content_block_stop")) {
        m_blocks.stop(index);
    } else if (type.is("message_delta")) {
        if (const Value reason = chunk.at("delta").at("stop_reason"); reason.isString())
            m_finishWord = reason.text();
    } else if (const Value content = chunk.at("content"); content.isArray()) {
        std::int64_t place = 0;
        content.each([&](Value block) { m_blocks.start(place++, block.toJson()); });
    }
}

template <typename Value>
void ReplyReader::noteGemini(Value chunk)
{
    const Value candidate = chunk.at("candidates").first();
    if (const Value reason = candidate.at("finishReason"); reason.isString())
        m_finishWord = reason.text();
    const Value parts = candidate.at("content").at("parts");
    if (!parts.isArray())
        return;
    parts.each([&](Value part) {
        const Value text = part.at("text");
        const Value call = part.at("functionCall");
        if (call.exists() && (!text.isString() || isBlank(text.text()))) {
            // A call without a name goes on with the one before.
            if (call.at("name").isString() && !call.at("partialArgs").isArray())
                m_blocks.part(part.toJson(), true);
            return;
        }
        const bool isPlainText = text.isString() && !part.at("thoughtSignature").exists();
        if (isPlainText)
            m_blocks.text(part.at("thought").isTrue() ? Block::Kind::Thinking : Block::Kind::Text,
                          text.text().size());
        else
            m_blocks.part(part.toJson(), false);
    });
}

template <typename Value>
void ReplyReader::noteOpenAi(Value choice, Value message)
{
    if (const Value reason = choice.at("finish_reason"); reason.isString())
        m_finishWord = reason.text();
    if (const Value refusal = message.at("refusal"); refusal.isString() && !refusal.isEmpty())
        m_refused = true;
    if (const Value details = message.at("reasoning_details"); details.isArray())
        m_blocks.details(details.toJson());
    if (const Value calls = message.at("tool_calls"); calls.isArray()) {
        std::int64_t place = 0;
        calls.each([&](Value call) {
            const Value index = call.at("index");
            m_blocks.call(index.isNumber() ? index.count() : place, call.toJson());
            ++place;
        });
    }
}

void ReplyReader::takeThinking(std::string text, ModelDelta &delta)
{
    text = m_thinkingHalves.feed(std::move(text));
    delta.thinking += text;
    m_hasContent = true;
    m_assembler.add({StreamEvent::Kind::ThinkingDelta, std::move(text), {}, {}});
}

void ReplyReader::takeText(std::string text, ModelDelta &delta)
{
    text = m_textHalves.feed(std::move(text));
    if (m_expected.profile.thinkTags) {
        ThinkTags::Pieces pieces = m_tags.feed(text);
        if (!pieces.thinking.empty())
            takeThinking(std::move(pieces.thinking), delta);
        text = std::move(pieces.text);
    }
    delta.text += text;
    m_hasContent = true;
    m_assembler.add({StreamEvent::Kind::TextDelta, std::move(text), {}, {}});
}

/// What was held back in case that it became something else.
void ReplyReader::flushTexts()
{
    using EventKind = StreamEvent::Kind;
    ThinkTags::Pieces rest = m_tags.feed(m_textHalves.end());
    ThinkTags::Pieces end = m_tags.end();
    rest.thinking += end.thinking;
    rest.text += end.text;
    rest.thinking += m_thinkingHalves.end();
    if (!rest.thinking.empty())
        m_assembler.add({EventKind::ThinkingDelta, std::move(rest.thinking), {}, {}});
    if (!rest.text.empty())
        m_assembler.add({EventKind::TextDelta, std::move(rest.text), {}, {}});
}

void ReplyReader::takeEvents(ModelDelta &delta)
{
    using EventKind = StreamEvent::Kind;
    for (StreamEvent &event : m_events) {
        switch (event.kind) {
        case EventKind::TextDelta: takeText(std::move(event.text), delta); continue;
        case EventKind::ThinkingDelta: takeThinking(std::move(event.text), delta); continue;
        case EventKind::ToolCallDelta: m_hasContent = true; break;
        case EventKind::Finish: m_finished = true; break;
        default: break;
        }
        m_assembler.add(event);
    }
}

Result<ModelReply> ReplyReader::take()
{
    if (m_error)
        return fail(*m_error);
    if (m_responses)
        return m_responses->take();
    flushTexts();
    auto message = m_assembler.take();
    if (!message)
        return fail(std::move(message.error()));
    const Usage usage = usageFromJson(field::at(message->metadata, "usage"));
    return reply(std::move(*message), usage);
}

Result<ModelReply> ReplyReader::end(bool cut, const std::string &why)
{
    if (complete())
        return take();
    if (m_kind == Kind::Plain && !cut)
        return plain();
    if (m_kind == Kind::Events && m_chunks == 0 && m_start.find("data:") == std::string::npos)
        return fail(garbage(m_host + " sent something that is not an answer of a model"));
    if (m_bytes == 0 && !cut)
        return fail(garbage(m_host + " sent an empty answer"));
    // Servers leave out the empty line after the last event, or [DONE]; what has a finish reason is whole.
    m_sse.finish();
    ModelDelta late;
    drain(late);
    if (m_error && m_error->code == ErrorCode::BadResponse)
        m_error.reset(); // a piece of an event
    if (complete() || m_finished)
        return take();
    return fail(cutOff(why));
}

Result<ModelReply> ReplyReader::plain()
{
    Json json = parseBounded(m_start);
    if (json.is_discarded() && standInForHalves(m_start, m_scratch))
        json = parseBounded(m_scratch);
    if (!json.is_object())
        return fail(garbage(m_host + " sent something that is not an answer of a model"));
    if (m_responses && m_responses->addAnswer(json))
        return m_responses->take();
    const TreeValue answer(json);
    if (const TreeValue error = errorIn(answer, form()); error.exists())
        return fail(errorFromErrorObject(error.toJson(), m_host));
    if (m_responses || !saysSomething(json, form()))
        return fail(garbage(m_host + " sent JSON that is not an answer of a model"));
    noteFacts(answer);
    if (m_error)
        return fail(*m_error);
    auto message = decodeResponse(json, form());
    if (!message)
        return fail(
            garbage(m_host + " sent an answer that cannot be read: " + message.error().message));
    m_finishWord = finishReasonOf(json, form());
    if (form() == WireForm::OpenAi) {
        const TreeValue choice = firstChoice(answer);
        noteOpenAi(choice, choice.at("message"));
    } else if (form() == WireForm::Anthropic) {
        noteAnthropic(answer);
        m_finishWord = finishReasonOf(json, form());
    } else {
        noteGemini(answer);
    }
    for (auto *text : {&message->content, &message->reasoningContent})
        if (*text)
            *text = joinHalves(std::move(**text));
    const Usage usage = usageFromJson(field::at(message->metadata, "usage"));
    return reply(std::move(*message), usage);
}

/// What local servers leave in the text.
void ReplyReader::mendText(Message &message) const
{
    const ModelProfile &profile = m_expected.profile;
    if (profile.thinkTags && message.content) {
        std::string thinking;
        ThinkTags tags;
        ThinkTags::Pieces pieces = tags.feed(*message.content);
        ThinkTags::Pieces rest = tags.end();
        std::string text = pieces.text + rest.text;
        thinking = pieces.thinking + rest.thinking;
        if (thinking.empty() && !splitAtEndMark(text, thinking))
            thinking.clear();
        if (!thinking.empty()) {
            message.reasoningContent = message.reasoningContent.value_or("") + thinking;
            message.content = keptText(std::move(text));
        }
    }
    if (profile.callsInText && m_expected.tools)
        takeTextCalls(message, *m_expected.tools);
}

ModelReply ReplyReader::reply(Message message, Usage usage)
{
    ModelReply reply;
    reply.message = std::move(message);
    reply.message.metadata = Json();
    mendText(reply.message);
    // A call without an id could not be answered.
    for (ToolCall &call : reply.message.toolCalls)
        if (!call.id || call.id->empty())
            call.id = newId("call");
    reply.message.blocks = m_blocks.take(reply.message, m_expected.profile);
    reply.usage = usage;
    reply.usage.toolCalls = std::int64_t(reply.message.toolCalls.size());
    reply.rawUsage = m_rawUsage;
    reply.ending = endingFromWord(m_finishWord);
    if (m_refused)
        reply.ending = Ending::Refusal;
    else if (!reply.message.toolCalls.empty()
             && (reply.ending == Ending::End || reply.ending == Ending::Unknown))
        reply.ending = Ending::ToolCalls;
    reply.finishReason = std::move(m_finishWord);
    reply.model = m_model;
    return reply;
}

Error ReplyReader::garbage(const std::string &message) const
{
    return makeError(ErrorCode::BadResponse, message, excerpt(m_start));
}

Error ReplyReader::cutOff(const std::string &why) const
{
    Error error = makeError(
        ErrorCode::Network,
        "the answer of " + m_host + " was cut after " + std::to_string(m_bytes) + " bytes", why);
    error.retryable = true;
    return error;
}

} // namespace orrery::llm
