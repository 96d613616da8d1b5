// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/chunkdecode.h"
#include "core/llm/streamframes.h"

#include <QFile>

#include <string>
#include <vector>

namespace orrery::test {

enum class Framing { ServerSentEvents, JsonArray };

/// A recorded stream as the bytes that a connection brings, and what must come of them.
struct StreamCase {
    std::string id;
    llm::WireForm form;
    Framing framing;
    std::string bytes;
    Json events;
    Json assembled;
};

inline Json readJson(const char *name)
{
    QFile file(QStringLiteral(ORRERY_SOURCE_DIR "/tests/conformance/") + QString::fromUtf8(name));
    if (!file.open(QFile::ReadOnly))
        qFatal("cannot open %s", name);
    return Json::parse(file.readAll().toStdString());
}

/// The text that makes a server-sent event of a chunk; empty when no server could send it.
inline std::string eventOf(const Json &chunk)
{
    if (!chunk.is_object() || chunk.contains("$stream_error"))
        return {};
    if (chunk.contains("$stream_done"))
        return chunk["$stream_done"] == "stop" ? "data: [DONE]\n\n" : "";
    return "data: " + chunk.dump() + "\n\n";
}

inline void addChunkCases(std::vector<StreamCase> &cases, const StreamCase &base,
                          const Json &chunks)
{
    std::string stream;
    std::string array = "[";
    for (const Json &chunk : chunks) {
        const std::string event = eventOf(chunk);
        if (event.empty())
            return;
        stream += event;
        array += (array.size() > 1 ? ",\n" : "") + chunk.dump();
    }
    StreamCase item = base;
    item.bytes = stream;
    cases.push_back(item);
    if (base.form != llm::WireForm::Gemini || stream.find("[DONE]") != std::string::npos)
        return;
    item.id += "-array";
    item.framing = Framing::JsonArray;
    item.bytes = array + "]";
    cases.push_back(item);
}

/// All recorded cases that are streams of bytes or can be made into one, but for those in which we mean to differ.
inline std::vector<StreamCase> streamCases()
{
    const Json deviations = readJson("deviations.json");
    std::vector<StreamCase> cases;
    const Json suite = readJson("vectors/stream_decode.json");
    for (const Json &item : suite["cases"]) {
        const Json &input = item["input"];
        StreamCase base{item["id"],
                        *llm::wireFormFromString(input["provider"].get<std::string>()),
                        item["op"] == "json_array_bytes" ? Framing::JsonArray
                                                         : Framing::ServerSentEvents,
                        {},
                        item["expect"]["events"],
                        item["expect"]["assembled"]};
        if (deviations.contains(base.id))
            continue;
        if (input.contains("chunks")) {
            addChunkCases(cases, base, input["chunks"]);
            continue;
        }
        for (const Json &chunk : input["chunks_b64"])
            base.bytes +=
                QByteArray::fromBase64(QByteArray::fromStdString(chunk.get<std::string>()))
                    .toStdString();
        cases.push_back(base);
    }
    return cases;
}

} // namespace orrery::test
