// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/chunkdecode.h"
#include "core/llm/streamassembler.h"
#include "core/llm/streamframes.h"

#include <vector>

namespace orrery::llm {

/// How a provider cuts its stream into chunks.
enum class Framing { ServerSentEvents, JsonArray };

/// From the bytes of a stream, cut anywhere, to its events. O(bytes); the usual chunk is read without a tree and
/// without an allocation for each of its parts. One thread at a time.
class StreamDecoder
{
public:
    explicit StreamDecoder(WireForm form, Framing framing = Framing::ServerSentEvents)
        : m_form(form), m_framing(framing)
    {}

    /// Appends the events of the chunks that are now complete; what says nothing is left out. A chunk of more than
    /// kMaxFrameBytes is an Error `buffer_overflow`, after which nothing comes any more.
    void feed(std::string_view bytes, std::vector<StreamEvent> &events)
    {
        // Byte by byte, most complete nothing.
        if (bytes.size() != 1 || m_isBroken || !hold(bytes.front()))
            feedPiece(bytes, events);
    }
    /// The connection has ended.
    void finish(std::vector<StreamEvent> &events);

    std::size_t chunkCount() const { return m_chunkCount; } ///< JSON objects read
    /// What stands as `error` in a chunk, as the provider sent it; null when none did. The last one.
    const Json &error() const { return m_error; }

private:
    bool hold(char byte)
    {
        return m_framing == Framing::JsonArray ? m_array.hold(byte) : m_events.hold(byte);
    }
    void feedPiece(std::string_view bytes, std::vector<StreamEvent> &events);
    void drain(std::vector<StreamEvent> &events);
    bool read(std::string_view data, std::vector<StreamEvent> &events);
    template <typename Value>
    void take(Value chunk, std::vector<StreamEvent> &events);
    void giveUp(std::vector<StreamEvent> &events);

    WireForm m_form;
    Framing m_framing;
    SseFrames m_events;
    JsonArrayFrames m_array;
    FlatJson m_flat;
    bool m_isBroken = false;
    std::size_t m_chunkCount = 0;
    Json m_error;
};

} // namespace orrery::llm
