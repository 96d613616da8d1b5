// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/suites.h"
#include "core/llm/chunkdecode.h"
#include "core/llm/streamassembler.h"
#include "core/llm/streamframes.h"

#include <QByteArray>

#include <algorithm>

namespace orrery::conformance {
namespace {

using Kind = llm::StreamEvent::Kind;

Json toList(const std::vector<llm::StreamEvent> &events)
{
    Json list = Json::array();
    for (const llm::StreamEvent &event : events)
        list.push_back(toJson(event));
    return list;
}

Json assembled(const std::vector<llm::StreamEvent> &events, llm::WireForm form)
{
    llm::StreamAssembler assembler(form);
    for (const llm::StreamEvent &event : events)
        assembler.add(event);
    if (!assembler.error().is_null())
        return {{"error", assembler.error()}};
    return {{"message", toJson(*assembler.take())}};
}

} // namespace

Json streamTranscript(const std::vector<llm::StreamEvent> &events)
{
    Json list = Json::array();
    std::string text;
    std::string thinking;
    const auto complete = [&](const std::string &reason) {
        Json result = {{"output", text}, {"finish_reason", reason}};
        if (!thinking.empty())
            result["thinking"] = thinking;
        list.push_back({{"type", "complete"}, {"result", std::move(result)}});
    };
    bool hasEnded = false;
    bool hasContent = false;
    for (const llm::StreamEvent &event : events) {
        list.push_back(toJson(event));
        hasContent =
            hasContent || event.kind == Kind::TextDelta || event.kind == Kind::ThinkingDelta;
        if (event.kind == Kind::TextDelta)
            text += event.text;
        else if (event.kind == Kind::ThinkingDelta)
            thinking += event.text;
        if (event.kind == Kind::Finish && !hasEnded) {
            hasEnded = true;
            complete(event.text);
        }
    }
    if (!hasEnded) {
        if (!hasContent)
            list.push_back({{"type", "error"}, {"reason", "empty_stream"}});
        complete("stop");
    }
    return list;
}

namespace {

Json chunks(const Json &input)
{
    const auto form = llm::wireFormFromString(input.at("provider").get<std::string>());
    if (!form)
        return raised("unknown provider");
    Json perChunk = Json::array();
    std::vector<llm::StreamEvent> events;
    for (const Json &chunk : input.at("chunks")) {
        auto decoded = llm::decodeChunk(chunk, *form);
        perChunk.push_back(toList(decoded));
        std::copy_if(decoded.begin(), decoded.end(), std::back_inserter(events),
                     [](const auto &event) { return event.kind != Kind::Unknown; });
    }
    return {{"per_chunk", std::move(perChunk)},
            {"events", toList(events)},
            {"assembled", assembled(events, *form)},
            {"run_stream_events", streamTranscript(events)}};
}

template <typename Frames>
Json step(Frames &frames, std::vector<Json> items)
{
    const std::string_view rest = frames.rest();
    const QByteArray encoded =
        QByteArray::fromRawData(rest.data(), qsizetype(rest.size())).toBase64();
    return {{"items", std::move(items)}, {"rest_b64", encoded.toStdString()}};
}

template <typename Frames>
Json bytes(const Json &input)
{
    const auto form = llm::wireFormFromString(input.at("provider").get<std::string>());
    if (!form)
        return raised("unknown provider");
    Frames frames;
    std::vector<llm::StreamEvent> events;
    const auto take = [&](const std::vector<Json> &items) {
        for (const Json &item : items)
            if (!item.contains("$parse_error"))
                for (llm::StreamEvent &event : llm::decodeChunk(item, *form))
                    if (event.kind != Kind::Unknown)
                        events.push_back(std::move(event));
    };
    Json steps = Json::array();
    const Json &received = input.at("chunks_b64");
    for (const Json &chunk : received) {
        const std::string raw =
            QByteArray::fromBase64(QByteArray::fromStdString(chunk.get<std::string>()))
                .toStdString();
        std::vector<Json> items = frames.feed(raw);
        take(items);
        steps.push_back(step(frames, std::move(items)));
    }
    std::vector<Json> last = frames.flush();
    take(last);
    Json result = {{"flush", step(frames, std::move(last))}};
    // Longer cases are recorded without their steps.
    if (received.size() <= 40)
        result["steps"] = std::move(steps);
    result["events"] = toList(events);
    result["assembled"] = assembled(events, *form);
    return result;
}

} // namespace

void addStreamSuites(Runners &runners)
{
    runners[{"stream_decode", "chunks"}] = chunks;
    runners[{"stream_decode", "sse_bytes"}] = bytes<llm::SseFrames>;
    runners[{"stream_decode", "json_array_bytes"}] = bytes<llm::JsonArrayFrames>;
}

} // namespace orrery::conformance
