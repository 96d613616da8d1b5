// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/replyreader.h"

#include "core/base/ids.h"
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

std::string stringAt(const Json &object, const char *key)
{
    const Json &value = field::at(object, key);
    return value.is_string() ? value.get<std::string>() : std::string();
}

/// Whether a plain object says something; the decoder is content with an empty list of choices.
bool saysSomething(const Json &json, WireForm form)
{
    if (!isAnswer(json, form) || form != WireForm::OpenAi)
        return isAnswer(json, form);
    const Json &choices = field::at(json, "choices");
    return !choices.empty() && field::at(choices[0], "message").is_object();
}

const char *usageKey(WireForm form) { return form == WireForm::Gemini ? "usageMetadata" : "usage"; }

} // namespace

ReplyReader::ReplyReader(Expected expected, std::string host)
    : m_expected(std::move(expected)), m_host(std::move(host)), m_assembler(m_expected.form)
{}

void ReplyReader::feed(std::string_view bytes, std::vector<ModelDelta> &deltas)
{
    m_bytes += bytes.size();
    const bool isStream = m_kind == Kind::Events || m_kind == Kind::Array;
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
    else if (m_start[first] == '[' && m_expected.form == WireForm::Gemini)
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
    const Json json = parseBounded(data);
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
    if (const Value error = chunk.at("error"); !error.isNull()) {
        m_error = errorFromErrorObject(error.toJson(), m_host);
        return;
    }
    noteFacts(chunk);
    m_events.clear();
    if (m_expected.form == WireForm::OpenAi
        && chunk.at("choices").first().at("delta").at("tool_calls").exists()) {
        Json json = chunk.toJson();
        m_indexes.correct(json);
        decodeChunk(TreeValue(json), m_expected.form, m_events);
    } else {
        decodeChunk(chunk, m_expected.form, m_events);
    }
    takeEvents(delta);
}

/// What a chunk says beside its events.
template <typename Value>
void ReplyReader::noteFacts(Value chunk)
{
    for (const Value from :
         {chunk, chunk.at("message")}) { // the second is Anthropic's message_start
        const Json usage = from.at(usageKey(m_expected.form)).toJson();
        if (usage.is_object() && m_rawUsage.is_object())
            m_rawUsage.update(usage);
        else if (usage.is_object())
            m_rawUsage = usage;
        const Value model = from.at(m_expected.form == WireForm::Gemini ? "modelVersion" : "model");
        if (m_model.empty() && model.isString())
            m_model = model.text();
    }
    if (m_expected.form == WireForm::Gemini) {
        const Value reason = chunk.at("promptFeedback").at("blockReason");
        if (reason.isString())
            m_error =
                makeError(ErrorCode::Denied, m_host + " refuses the prompt: " + reason.text());
    } else if (m_expected.form == WireForm::Anthropic) {
        const Value type = chunk.at("delta").at("type");
        if (chunk.at("content_block").exists() || type.is("thinking_delta")
            || type.is("signature_delta"))
            m_thinking.add(chunk.toJson());
        m_done = m_done || chunk.at("type").is("message_stop");
    }
}

void ReplyReader::takeEvents(ModelDelta &delta)
{
    using EventKind = StreamEvent::Kind;
    for (const StreamEvent &event : m_events) {
        switch (event.kind) {
        case EventKind::TextDelta:
            delta.text += event.text;
            m_hasContent = true;
            break;
        case EventKind::ThinkingDelta:
            delta.thinking += event.text;
            m_hasContent = true;
            break;
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
    auto message = m_assembler.take();
    if (!message)
        return fail(std::move(message.error()));
    const std::string reason = stringAt(message->metadata, "finish_reason");
    const Usage usage = usageFromJson(field::at(message->metadata, "usage"));
    return reply(std::move(*message), usage, reason, m_thinking.list());
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
    const WireForm form = m_expected.form;
    const Json json = parseBounded(m_start);
    if (!json.is_object())
        return fail(garbage(m_host + " sent something that is not an answer of a model"));
    if (const Json &error = field::at(json, "error"); !error.is_null())
        return fail(errorFromErrorObject(error, m_host));
    if (!saysSomething(json, form))
        return fail(garbage(m_host + " sent JSON that is not an answer of a model"));
    noteFacts(TreeValue(json));
    if (m_error)
        return fail(*m_error);
    auto message = decodeResponse(json, form);
    if (!message)
        return fail(
            garbage(m_host + " sent an answer that cannot be read: " + message.error().message));
    if (form == WireForm::Anthropic)
        m_thinking.addContent(json["content"]);
    const Usage usage = usageFromJson(field::at(message->metadata, "usage"));
    return reply(std::move(*message), usage, finishReasonOf(json, form), m_thinking.list());
}

ModelReply ReplyReader::reply(Message message, Usage usage, std::string finishReason,
                              Json thinkingBlocks) const
{
    ModelReply reply;
    reply.message = std::move(message);
    reply.message.metadata = Json();
    if (!thinkingBlocks.empty())
        reply.message.metadata = {{"thinking_blocks", std::move(thinkingBlocks)}};
    if (m_expected.form == WireForm::OpenAi && m_expected.tools)
        takeTextCalls(reply.message, *m_expected.tools);
    // A call without an id could not be answered.
    for (ToolCall &call : reply.message.toolCalls)
        if (!call.id || call.id->empty())
            call.id = newId("call");
    reply.usage = usage;
    reply.usage.toolCalls = std::int64_t(reply.message.toolCalls.size());
    const Json &cached = field::at(field::at(m_rawUsage, "prompt_tokens_details"), "cached_tokens");
    if (cached.is_number())
        reply.usage.cacheReadInputTokens = cached.get<std::int64_t>();
    reply.rawUsage = m_rawUsage;
    reply.finishReason = std::move(finishReason);
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
