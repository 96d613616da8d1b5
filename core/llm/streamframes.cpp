// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/streamframes.h"

#include "core/base/utf8.h"

#include <algorithm>

namespace orrery::llm {

std::vector<Json> SseFrames::feed(std::string_view bytes)
{
    std::vector<Json> items;
    m_buffer += bytes;
    std::size_t start = 0;
    std::size_t at = m_searched;
    while (true) {
        const std::size_t newline = m_buffer.find('\n', at);
        if (newline == std::string::npos)
            break;
        // An event ends at "\n\n" or "\r\n\r\n".
        const bool isShort = newline > start && m_buffer[newline - 1] == '\n';
        const bool isLong =
            newline >= start + 3 && m_buffer.compare(newline - 3, 4, "\r\n\r\n") == 0;
        at = newline + 1;
        if (!isShort && !isLong)
            continue;
        const std::size_t end = isLong ? newline - 3 : newline - 1;
        read(std::string_view(m_buffer).substr(start, end - start), items);
        start = at;
    }
    m_buffer.erase(0, start);
    m_searched = at - start;
    if (m_searched > m_buffer.size())
        m_searched = m_buffer.size();
    return items;
}

std::vector<Json> SseFrames::flush() { return feed("\n\n"); }

void SseFrames::read(std::string_view event, std::vector<Json> &items)
{
    event = trimmed(event);
    std::string data;
    bool hasData = false;
    while (!event.empty()) {
        const std::size_t newline = event.find('\n');
        std::string_view line = event.substr(0, newline);
        event.remove_prefix(newline == std::string_view::npos ? event.size() : newline + 1);
        if (newline != std::string_view::npos && line.ends_with('\r'))
            line.remove_suffix(1);
        if (!line.starts_with("data:"))
            continue;
        line.remove_prefix(line.starts_with("data: ") ? 6 : 5);
        if (hasData)
            data += '\n';
        data += line;
        hasData = true;
    }
    if (data.empty())
        return;
    if (data == "[DONE]") {
        items.push_back({{"$stream_done", "stop"}});
        return;
    }
    Json json = Json::parse(data, nullptr, false);
    if (json.is_discarded())
        items.push_back({{"$parse_error", data}});
    else if (!json.is_null())
        items.push_back(std::move(json));
}

std::vector<Json> JsonArrayFrames::feed(std::string_view bytes)
{
    std::vector<Json> items;
    m_buffer += bytes;
    std::size_t start = 0;
    const auto skips = [](char c) {
        return c == '[' || c == ',' || c == ']' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
    };
    while (!m_blocked) {
        if (m_depth == 0) {
            while (start < m_buffer.size() && skips(m_buffer[start]))
                ++start;
            m_at = start;
            if (start == m_buffer.size())
                break;
            if (m_buffer[start] != '{') {
                m_blocked = true;
                break;
            }
        }
        bool isWhole = false;
        for (; m_at < m_buffer.size() && !isWhole; ++m_at) {
            const char c = m_buffer[m_at];
            if (m_escaped)
                m_escaped = false;
            else if (m_inString && c == '\\')
                m_escaped = true;
            else if (m_inString)
                m_inString = c != '"';
            else if (c == '"')
                m_inString = true;
            else if (c == '{')
                ++m_depth;
            else if (c == '}')
                isWhole = --m_depth == 0;
        }
        if (!isWhole)
            break;
        Json json = Json::parse(m_buffer.begin() + std::ptrdiff_t(start),
                                m_buffer.begin() + std::ptrdiff_t(m_at), nullptr, false);
        if (json.is_discarded()) {
            m_blocked = true;
            break;
        }
        items.push_back(std::move(json));
        start = m_at;
    }
    m_buffer.erase(0, start);
    m_at -= std::min(m_at, start);
    return items;
}

} // namespace orrery::llm
