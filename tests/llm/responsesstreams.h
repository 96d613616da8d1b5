// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/replyreader.h"

#include <string>
#include <vector>

/// Answers of the Responses API for tests, and reading them as agents do.
namespace orrery::test {

inline std::string eventStream(const std::vector<Json> &events)
{
    std::string bytes;
    for (const Json &event : events) {
        if (event.contains("type"))
            bytes += "event: " + event["type"].get<std::string>() + "\n";
        bytes += "data: " + event.dump() + "\n\n";
    }
    return bytes;
}

struct ReadAnswer {
    Result<llm::ModelReply> reply;
    std::string text; ///< of the deltas
    std::string thinking;
};

/// The answer of a server that sends these bytes, cut at these places, and then closes the connection.
inline ReadAnswer readAnswer(const std::string &bytes, const std::vector<std::size_t> &cuts = {},
                             bool stream = true)
{
    llm::ModelProfile profile;
    profile.form = llm::WireForm::Responses;
    profile.provider = "openai-responses";
    profile.model = "gpt-5";
    llm::ReplyReader reader({profile, stream, nullptr}, "the server");
    std::vector<llm::ModelDelta> deltas;
    std::size_t from = 0;
    for (const std::size_t cut : cuts) {
        reader.feed(std::string_view(bytes).substr(from, cut - from), deltas);
        from = cut;
    }
    reader.feed(std::string_view(bytes).substr(from), deltas);
    ReadAnswer read{reader.end(false, "closed"), {}, {}};
    for (const llm::ModelDelta &delta : deltas) {
        read.text += delta.text;
        read.thinking += delta.thinking;
    }
    return read;
}

/// All of an answer as JSON, to be compared and shown.
inline Json shown(const ReadAnswer &read)
{
    if (!read.reply)
        return {{"error", read.reply.error().message},
                {"code", toString(read.reply.error().code)},
                {"retryable", read.reply.error().retryable}};
    return {{"message", toJson(read.reply->message)},
            {"usage", toJson(read.reply->usage)},
            {"raw", read.reply->rawUsage},
            {"reason", read.reply->finishReason},
            {"ending", toString(read.reply->ending)},
            {"model", read.reply->model},
            {"text", read.text},
            {"thinking", read.thinking}};
}

inline Json reasoningItem(const std::string &id, const std::vector<std::string> &summary)
{
    Json parts = Json::array();
    for (const std::string &text : summary)
        parts.push_back({{"type", "summary_text"}, {"text", text}});
    return {{"type", "reasoning"},
            {"id", "rs_" + id},
            {"summary", std::move(parts)},
            {"encrypted_content", "gAAAA" + id}};
}

inline Json messageItem(const std::string &id, const std::string &text,
                        const std::string &phase = "final_answer")
{
    const Json part = {{"type", "output_text"},
                       {"text", text},
                       {"annotations", Json::array()},
                       {"logprobs", Json::array()}};
    return {{"type", "message"},     {"id", "msg_" + id}, {"role", "assistant"},
            {"status", "completed"}, {"phase", phase},    {"content", Json::array({part})}};
}

inline Json callItem(const std::string &id, const std::string &arguments)
{
    return {{"type", "function_call"}, {"id", "fc_" + id},      {"call_id", "call_" + id},
            {"name", "read_file"},     {"status", "completed"}, {"arguments", arguments}};
}

inline Json answerOf(Json output, const char *status = "completed")
{
    return {{"id", "resp_1"},
            {"object", "response"},
            {"status", status},
            {"model", "gpt-5-2025-08-07"},
            {"error", nullptr},
            {"incomplete_details", nullptr},
            {"output", std::move(output)},
            {"usage",
             {{"input_tokens", 100},
              {"input_tokens_details", {{"cached_tokens", 64}, {"cache_write_tokens", 8}}},
              {"output_tokens", 50},
              {"output_tokens_details", {{"reasoning_tokens", 32}}},
              {"total_tokens", 150}}}};
}

/// How OpenAI streams an item: it is announced, comes in pieces of a few bytes, and once more as a whole.
inline void addStreamed(std::vector<Json> &events, const Json &item, int index)
{
    const auto event = [&](const std::string &type, Json members) {
        members["type"] = "response." + type;
        members["output_index"] = index;
        members["item_id"] = item["id"];
        members["sequence_number"] = events.size();
        events.push_back(std::move(members));
    };
    const auto pieces = [&](const std::string &type, const char *member, const std::string &text,
                            Json place) {
        // ASCII only: a piece never ends within a character.
        for (std::size_t at = 0; at < text.size(); at += 5) {
            place["delta"] = text.substr(at, 5);
            event(type + ".delta", place);
        }
        place.erase("delta");
        place[member] = text;
        event(type + ".done", place);
    };
    Json begun = item;
    begun["status"] = "in_progress";
    for (const char *list : {"summary", "content"})
        if (begun.contains(list))
            begun[list] = Json::array();
    if (begun.contains("arguments"))
        begun["arguments"] = "";
    event("output_item.added", {{"item", begun}});
    if (item["type"] == "function_call")
        pieces("function_call_arguments", "arguments", item["arguments"], Json::object());
    if (item["type"] == "reasoning")
        for (std::size_t i = 0; i < item["summary"].size(); ++i) {
            event("reasoning_summary_part.added", {{"summary_index", i}});
            pieces("reasoning_summary_text", "text", item["summary"][i]["text"],
                   {{"summary_index", i}});
        }
    if (item["type"] == "message")
        for (std::size_t i = 0; i < item["content"].size(); ++i) {
            const Json &part = item["content"][i];
            event("content_part.added", {{"content_index", i}});
            if (part.contains("refusal"))
                pieces("refusal", "refusal", part["refusal"], {{"content_index", i}});
            else
                pieces("output_text", "text", part["text"], {{"content_index", i}});
            event("content_part.done", {{"content_index", i}, {"part", part}});
        }
    event("output_item.done", {{"item", item}});
}

/// The events of an answer, as OpenAI streams it.
inline std::vector<Json> streamOf(const Json &answer)
{
    Json begun = answer;
    begun["status"] = "in_progress";
    begun["output"] = Json::array();
    begun["usage"] = nullptr;
    std::vector<Json> events = {{{"type", "response.created"}, {"response", begun}},
                                {{"type", "response.in_progress"}, {"response", begun}}};
    for (std::size_t i = 0; i < answer["output"].size(); ++i)
        addStreamed(events, answer["output"][i], int(i));
    events.push_back(
        {{"type", "response." + answer["status"].get<std::string>()}, {"response", answer}});
    return events;
}

} // namespace orrery::test
