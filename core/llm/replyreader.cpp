// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/replyreader.h"

#include "core/llm/httperror.h"

namespace orrery::llm {
namespace {

constexpr std::size_t kStartBytes = 4096;
constexpr std::size_t kMaxPlainBytes = 64 * 1024 * 1024;

std::string stringAt(const Json &object, const char *key)
{
    const auto it = object.find(key);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::int64_t countAt(const Json &object, const char *key)
{
    const auto it = object.find(key);
    return it != object.end() && it->is_number() ? it->get<std::int64_t>() : 0;
}

ToolCall toolCall(std::string id, std::string name, const std::string &arguments)
{
    ToolCall call;
    if (!id.empty())
        call.id = std::move(id);
    if (!name.empty())
        call.name = std::move(name);
    const Json parsed = arguments.empty() ? Json::object() : Json::parse(arguments, nullptr, false);
    if (parsed.is_object())
        call.arguments = parsed;
    else
        call.invalidArguments = arguments;
    return call;
}

void readUsage(const Json &usage, ModelReply &reply)
{
    if (!usage.is_object())
        return;
    reply.rawUsage = usage;
    reply.usage.inputTokens = countAt(usage, "prompt_tokens");
    reply.usage.outputTokens = countAt(usage, "completion_tokens");
    reply.usage.totalTokens = countAt(usage, "total_tokens");
    if (reply.usage.totalTokens == 0)
        reply.usage.totalTokens = reply.usage.inputTokens + reply.usage.outputTokens;
    const auto details = usage.find("prompt_tokens_details");
    if (details != usage.end() && details->is_object())
        reply.usage.cacheReadInputTokens = countAt(*details, "cached_tokens");
}

const Json *firstChoice(const Json &json)
{
    const auto choices = json.find("choices");
    if (choices == json.end() || !choices->is_array() || choices->empty()
        || !(*choices)[0].is_object())
        return nullptr;
    return &(*choices)[0];
}

} // namespace

ReplyReader::ReplyReader(bool stream, std::string host) : m_stream(stream), m_host(std::move(host))
{
    m_reply.message.role = Role::Assistant;
    m_reply.usage.requests = 1;
}

void ReplyReader::feed(std::string_view bytes, std::vector<ModelDelta> &deltas)
{
    m_bytes += bytes.size();
    const std::size_t keep = m_sse ? kStartBytes : kMaxPlainBytes;
    if (m_start.size() < keep)
        m_start.append(bytes.substr(0, keep - m_start.size()));
    if (!m_stream)
        return;
    for (std::size_t from = 0; from < bytes.size() && !complete();) {
        const std::size_t end = bytes.find('\n', from);
        m_line.append(bytes.substr(from, end == std::string_view::npos ? end : end - from));
        if (end == std::string_view::npos)
            return;
        if (!m_line.empty() && m_line.back() == '\r')
            m_line.pop_back();
        line(m_line, deltas);
        m_line.clear();
        from = end + 1;
    }
}

void ReplyReader::line(std::string_view text, std::vector<ModelDelta> &deltas)
{
    if (text.empty()) {
        const std::string data = std::move(m_data);
        m_data.clear();
        if (!data.empty())
            event(data, deltas);
        return;
    }
    if (!text.starts_with("data:"))
        return;
    m_sse = true;
    text.remove_prefix(text.starts_with("data: ") ? 6 : 5);
    if (!m_data.empty())
        m_data += '\n';
    m_data += text;
}

void ReplyReader::event(std::string_view data, std::vector<ModelDelta> &deltas)
{
    if (data == "[DONE]") {
        m_done = true;
        return;
    }
    const Json json = Json::parse(data.begin(), data.end(), nullptr, false);
    if (!json.is_object()) {
        m_error = garbage(m_host + " sent an event that is not a JSON object");
        m_error->detail = excerpt(data);
        return;
    }
    const auto error = json.find("error");
    if (error != json.end() && !error->is_null()) {
        m_error = errorFromErrorObject(*error, m_host);
        return;
    }
    if (m_reply.model.empty())
        m_reply.model = stringAt(json, "model");
    if (json.contains("usage"))
        readUsage(json["usage"], m_reply);
    const Json *choice = firstChoice(json);
    if (!choice)
        return;
    if (choice->contains("delta") && (*choice)["delta"].is_object())
        delta((*choice)["delta"], deltas);
    const std::string reason = stringAt(*choice, "finish_reason");
    if (!reason.empty()) {
        m_finished = true;
        m_reply.finishReason = reason;
    }
}

void ReplyReader::delta(const Json &json, std::vector<ModelDelta> &deltas)
{
    ModelDelta delta;
    delta.text = stringAt(json, "content");
    delta.thinking = stringAt(json, "reasoning_content");
    if (delta.thinking.empty())
        delta.thinking = stringAt(json, "reasoning");
    m_text += delta.text;
    m_thinking += delta.thinking;
    if (json.contains("tool_calls"))
        toolCalls(json["tool_calls"]);
    if (!delta.text.empty() || !delta.thinking.empty())
        deltas.push_back(std::move(delta));
}

void ReplyReader::toolCalls(const Json &list)
{
    for (const Json &part : list) {
        if (!part.is_object())
            continue;
        CallParts &call = m_calls[int(countAt(part, "index"))];
        if (const std::string id = stringAt(part, "id"); !id.empty())
            call.id = id;
        const auto function = part.find("function");
        if (function == part.end() || !function->is_object())
            continue;
        if (const std::string name = stringAt(*function, "name"); !name.empty())
            call.name = name;
        call.arguments += stringAt(*function, "arguments");
    }
}

Result<ModelReply> ReplyReader::take()
{
    if (m_error)
        return fail(*m_error);
    ModelReply reply = m_reply;
    if (!m_text.empty())
        reply.message.content = m_text;
    if (!m_thinking.empty())
        reply.message.reasoningContent = m_thinking;
    for (const auto &[index, call] : m_calls)
        reply.message.toolCalls.push_back(toolCall(call.id, call.name, call.arguments));
    reply.usage.toolCalls = std::int64_t(reply.message.toolCalls.size());
    return reply;
}

Result<ModelReply> ReplyReader::end(bool cut, const std::string &why)
{
    if (complete())
        return take();
    if (m_sse) {
        // Some servers leave out [DONE]; what has a finish reason is whole.
        if (m_finished)
            return take();
        return fail(cutOff(why));
    }
    if (cut)
        return fail(cutOff(why));
    return plain();
}

Result<ModelReply> ReplyReader::plain() const
{
    if (m_bytes == 0)
        return fail(garbage(m_host + " sent an empty answer"));
    const Json json = Json::parse(m_start, nullptr, false);
    if (!json.is_object())
        return fail(garbage(m_host + " sent something that is not an answer of a model"));
    const auto error = json.find("error");
    if (error != json.end() && !error->is_null())
        return fail(errorFromErrorObject(*error, m_host));
    const Json *choice = firstChoice(json);
    if (!choice || !choice->contains("message") || !(*choice)["message"].is_object())
        return fail(garbage(m_host + " sent JSON without choices[0].message"));
    const Json &message = (*choice)["message"];
    ModelReply reply = m_reply;
    reply.model = stringAt(json, "model");
    reply.finishReason = stringAt(*choice, "finish_reason");
    if (json.contains("usage"))
        readUsage(json["usage"], reply);
    if (const std::string text = stringAt(message, "content"); !text.empty())
        reply.message.content = text;
    for (const char *key : {"reasoning_content", "reasoning"}) {
        const std::string thinking = stringAt(message, key);
        if (!thinking.empty() && !reply.message.reasoningContent)
            reply.message.reasoningContent = thinking;
    }
    const auto calls = message.find("tool_calls");
    if (calls != message.end() && calls->is_array()) {
        for (const Json &call : *calls) {
            if (!call.is_object() || !call.contains("function") || !call["function"].is_object())
                return fail(garbage(m_host + " sent a tool call without a function"));
            reply.message.toolCalls.push_back(toolCall(stringAt(call, "id"),
                                                       stringAt(call["function"], "name"),
                                                       stringAt(call["function"], "arguments")));
        }
    }
    reply.usage.toolCalls = std::int64_t(reply.message.toolCalls.size());
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
