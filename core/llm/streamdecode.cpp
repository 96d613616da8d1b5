// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/streamdecode.h"

#include "core/model/boundedjson.h"

#include <algorithm>

namespace orrery::llm {

void StreamDecoder::feedPiece(std::string_view bytes, std::vector<StreamEvent> &events)
{
    if (m_isBroken)
        return;
    if (m_framing == Framing::JsonArray)
        m_array.add(bytes);
    else
        m_events.add(bytes);
    drain(events);
}

void StreamDecoder::finish(std::vector<StreamEvent> &events)
{
    if (m_isBroken)
        return;
    if (m_framing == Framing::ServerSentEvents)
        m_events.finish();
    drain(events);
}

void StreamDecoder::drain(std::vector<StreamEvent> &events)
{
    std::string_view data;
    if (m_framing == Framing::JsonArray) {
        while (m_array.next(data))
            if (!read(data, events))
                m_array.refuse();
    }
    while (m_events.next(data)) {
        if (data == "[DONE]")
            events.push_back({StreamEvent::Kind::Finish, "stop", {}, {}});
        else
            read(data, events);
    }
    if (m_events.isTooLong() || m_array.isTooLong())
        giveUp(events);
}

/// False when the data are no JSON object.
bool StreamDecoder::read(std::string_view data, std::vector<StreamEvent> &events)
{
    if (m_flat.read(data)) {
        take(m_flat.root(), events);
        return true;
    }
    const Json json = parseBounded(data);
    if (json.is_object())
        take(TreeValue(json), events);
    return json.is_object();
}

template <typename Value>
void StreamDecoder::take(Value chunk, std::vector<StreamEvent> &events)
{
    ++m_chunkCount;
    if (const Value error = chunk.at("error"); !error.isNull())
        m_error = error.toJson();
    const std::size_t before = events.size();
    decodeChunk(chunk, m_form, events);
    const auto isUnknown = [](const StreamEvent &event) {
        return event.kind == StreamEvent::Kind::Unknown;
    };
    events.erase(std::remove_if(events.begin() + std::ptrdiff_t(before), events.end(), isUnknown),
                 events.end());
}

void StreamDecoder::giveUp(std::vector<StreamEvent> &events)
{
    events.push_back({StreamEvent::Kind::Error, {}, "buffer_overflow", {}});
    m_events = {};
    m_array = {};
    m_isBroken = true;
}

} // namespace orrery::llm
