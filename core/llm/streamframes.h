// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/bytebuffer.h"
#include "core/model/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace orrery::llm {

/// The longest frame that is taken, in bytes. No provider comes near.
inline constexpr std::size_t kMaxFrameBytes = 10 * 1024 * 1024;

/// Cuts a server-sent event stream into the data of its events. Lines end with LF, CR LF or CR, also mixed
/// (html.spec.whatwg.org, "Server-sent events"). Bytes may be cut anywhere; each is looked at once.
///
///     frames.add(bytes);
///     for (std::string_view data; frames.next(data);) …
class SseFrames
{
public:
    void add(std::string_view bytes);
    /// The data of the next event that is complete and has data. They are valid until the next call.
    bool next(std::string_view &data);
    /// At the end of the stream: lets next() give what came without its empty line.
    void finish() { add("\n\n"); }
    /// add(), and the items of all events that are complete then, without those that are null.
    std::vector<Json> feed(std::string_view bytes);
    /// finish(), and the items of what is left.
    std::vector<Json> flush() { return feed("\n\n"); }
    /// Takes a byte, if nothing new can be given after it and there is room for it; else false, and add() takes it.
    bool hold(char byte)
    {
        return byte != '\n' && byte != '\r' && !m_hasCr && m_buffer.addInRoom(byte);
    }
    /// Of an event that is not complete.
    std::string_view rest() const { return m_buffer.view().substr(m_start); }
    /// An event has more than kMaxFrameBytes; it is not given, and nothing after it.
    bool isTooLong() const { return m_isTooLong; }

private:
    bool nextWithCr(std::string_view &data);
    bool readData(std::string_view event, std::string_view &data);

    ByteBuffer m_buffer;
    std::size_t m_start = 0;    ///< of the event that is not complete
    std::size_t m_searched = 0; ///< no end of an event lies before it
    std::string m_lines;        ///< the data of an event that has several lines of them
    bool m_hasCr = false;       ///< some line ends with more or else than LF
    bool m_hasLoneCr = false;   ///< lines end with CR
    bool m_skipsLf = false;     ///< the last byte was such a CR
    std::size_t m_line = 0;     ///< where the line begins that is being read; with m_hasCr
    bool m_isTooLong = false;
};

/// Cuts a JSON array, as Gemini streams it, into the texts of its objects. What is no object blocks the stream: it
/// stays in rest(). Each byte is looked at once.
class JsonArrayFrames
{
public:
    void add(std::string_view bytes);
    /// The text of the next complete object: brackets and quotes match. It is valid until the next call.
    bool next(std::string_view &object);
    void finish() {}
    /// add(), and the items of all objects that are complete then.
    std::vector<Json> feed(std::string_view bytes);
    std::vector<Json> flush() { return {}; }
    /// Takes a byte, if nothing new can be given after it and there is room for it; else false, and add() takes it.
    bool hold(char byte) { return byte != '}' && m_buffer.addInRoom(byte); }
    /// The last object was no JSON after all: it stays, and nothing comes any more.
    void refuse();
    /// Of an object that is not complete, or of what blocks the stream.
    std::string_view rest() const { return m_buffer.view().substr(m_start); }
    /// rest() or an object has more than kMaxFrameBytes; it is not given, and nothing after it.
    bool isTooLong() const { return m_isTooLong; }

private:
    bool findEnd();

    ByteBuffer m_buffer;
    std::size_t m_start = 0; ///< of the object that is not complete
    std::size_t m_last = 0;  ///< of the object that next() gave
    std::size_t m_at = 0;    ///< next byte to look at
    int m_depth = 0;
    bool m_inString = false;
    bool m_escaped = false;
    bool m_blocked = false;
    bool m_isTooLong = false;
};

/// What an event's data say: JSON; `{"$stream_done":"stop"}` for `[DONE]`; `{"$parse_error":DATA}` for what is
/// no JSON.
Json itemOf(std::string_view data);

} // namespace orrery::llm
