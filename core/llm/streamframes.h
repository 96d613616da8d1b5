// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace orrery::llm {

/// Cuts a server-sent event stream into the JSON of its events. `[DONE]` is `{"$stream_done":"stop"}`, data
/// that are no JSON `{"$parse_error":DATA}`. Bytes may be cut anywhere. Each byte is looked at once.
class SseFrames
{
public:
    std::vector<Json> feed(std::string_view bytes);
    /// At the end of the stream: what came without its empty line.
    std::vector<Json> flush();
    const std::string &rest() const { return m_buffer; } ///< of an event that is not complete

private:
    static void read(std::string_view event, std::vector<Json> &items);

    std::string m_buffer;
    std::size_t m_searched = 0; ///< no end of an event lies before it
};

/// Cuts a JSON array, as Gemini streams it, into its objects. What is not one blocks the stream: it stays
/// in rest(). Each byte is looked at once.
class JsonArrayFrames
{
public:
    std::vector<Json> feed(std::string_view bytes);
    std::vector<Json> flush() { return {}; }
    const std::string &rest() const { return m_buffer; }

private:
    std::string m_buffer;
    std::size_t m_at = 0; ///< next byte to look at, within an object
    int m_depth = 0;
    bool m_inString = false;
    bool m_escaped = false;
    bool m_blocked = false;
};

} // namespace orrery::llm
