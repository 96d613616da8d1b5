// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/streamframes.h"

#include "core/base/utf8.h"
#include "core/llm/textscan.h"
#include "core/model/boundedjson.h"

#include <algorithm>

namespace orrery::llm {
namespace {

/// Removes what has been read, so that a buffer holds no more than one frame and the bytes added last.
void forget(ByteBuffer &buffer, std::size_t &start, std::size_t &at)
{
    if (start == 0)
        return;
    buffer.dropFirst(start);
    at -= start;
    start = 0;
}

bool isAscii(char c) { return c > ' ' && c < '\x7F'; }

/// The next CR or LF; npos when there is none.
std::size_t lineEnd(std::string_view text, std::size_t from)
{
    while (from < text.size() && text[from] != '\n' && text[from] != '\r')
        ++from;
    return from < text.size() ? from : std::string_view::npos;
}

} // namespace

void SseFrames::add(std::string_view bytes)
{
    m_line -= std::min(m_line, m_start);
    forget(m_buffer, m_start, m_searched);
    if (!m_hasCr && bytes.find('\r') != std::string_view::npos) {
        // From here on line by line, also what is there already.
        m_hasCr = true;
        m_searched = m_line = m_start;
    }
    m_buffer.add(bytes);
}

/// Line by line: an event ends with a line that has nothing in it.
bool SseFrames::nextWithCr(std::string_view &data)
{
    const std::string_view text = m_buffer.view();
    if (m_skipsLf && m_line < text.size()) {
        // The second half of a line's end of which the first has counted already.
        m_skipsLf = false;
        if (text[m_line] == '\n') {
            m_start += m_start == m_line ? 1 : 0;
            m_searched = ++m_line;
        }
    }
    while (!m_isTooLong) {
        const std::size_t end = lineEnd(text, m_searched);
        m_isTooLong = std::min(end, text.size()) - m_start > kMaxFrameBytes;
        // Whether LF follows a CR at the end of what is there is not known yet, unless lines have ended with CR alone.
        const bool isOpen = end == std::string_view::npos
                            || (text[end] == '\r' && end + 1 == text.size() && !m_hasLoneCr);
        if (isOpen || m_isTooLong) {
            m_searched = std::min(end, text.size());
            break;
        }
        const bool isPair = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
        m_hasLoneCr = m_hasLoneCr || (text[end] == '\r' && !isPair);
        m_skipsLf = text[end] == '\r' && end + 1 == text.size();
        const bool isEmpty = end == m_line;
        m_searched = m_line = end + (isPair ? 2 : 1);
        if (!isEmpty)
            continue;
        const std::string_view event = text.substr(m_start, end - m_start);
        m_start = m_searched;
        if (readData(event, data))
            return true;
    }
    return false;
}

bool SseFrames::next(std::string_view &data)
{
    if (m_hasCr)
        return nextWithCr(data);
    const std::string_view text = m_buffer.view();
    while (!m_isTooLong) {
        const std::size_t newline = text.find('\n', m_searched);
        const bool isFound = newline != std::string_view::npos;
        m_searched = isFound ? newline + 1 : text.size();
        m_isTooLong = m_searched - m_start > kMaxFrameBytes;
        if (!isFound || m_isTooLong)
            break;
        if (newline == m_start || text[newline - 1] != '\n')
            continue;
        const std::size_t start = m_start;
        m_start = m_line = m_searched;
        if (readData(text.substr(start, newline - 1 - start), data))
            return true;
    }
    return false;
}

std::vector<Json> SseFrames::feed(std::string_view bytes)
{
    add(bytes);
    std::vector<Json> items;
    for (std::string_view data; next(data);)
        if (Json item = itemOf(data); !item.is_null())
            items.push_back(std::move(item));
    return items;
}

bool SseFrames::readData(std::string_view event, std::string_view &data)
{
    if (event.empty() || !isAscii(event.front()) || !isAscii(event.back()))
        event = trimmed(event);
    data = {};
    int lines = 0;
    while (!event.empty()) {
        const std::size_t end = m_hasCr ? lineEnd(event, 0) : event.find('\n');
        const std::string_view line = event.substr(0, end);
        const bool isPair = event.substr(line.size(), 2) == "\r\n";
        event.remove_prefix(std::min(event.size(), line.size() + (isPair ? 2 : 1)));
        if (!line.starts_with("data:"))
            continue;
        const std::string_view value = line.substr(line.starts_with("data: ") ? 6 : 5);
        if (++lines == 1) {
            data = value;
            continue;
        }
        if (lines == 2)
            m_lines = data;
        m_lines += '\n';
        m_lines += value;
        data = m_lines;
    }
    return !data.empty();
}

void JsonArrayFrames::add(std::string_view bytes)
{
    if (!m_blocked)
        forget(m_buffer, m_start, m_at);
    m_buffer.add(bytes);
}

bool JsonArrayFrames::next(std::string_view &object)
{
    const std::string_view text = m_buffer.view();
    if (m_depth == 0 && !m_blocked) {
        m_start = std::min(text.find_first_not_of("[,] \t\n\r", m_start), text.size());
        m_at = m_start;
        m_blocked = m_start < text.size() && text[m_start] != '{';
    }
    const bool isWhole = !m_blocked && findEnd();
    const std::size_t end = isWhole ? m_at : text.size();
    m_isTooLong = m_isTooLong || end - m_start > kMaxFrameBytes;
    m_blocked = m_blocked || m_isTooLong;
    if (m_blocked || !isWhole)
        return false;
    m_last = m_start;
    m_start = m_at;
    object = text.substr(m_last, m_at - m_last);
    return true;
}

bool JsonArrayFrames::findEnd()
{
    const char *const begin = m_buffer.view().data();
    const char *const end = begin + m_buffer.size();
    const char *at = begin + m_at;
    bool isWhole = false;
    while (at != end && !isWhole) {
        if (m_escaped) {
            m_escaped = false;
            ++at;
        } else if (m_inString) {
            at = findQuote(at, end);
            if (at == end)
                break;
            m_escaped = *at == '\\';
            m_inString = m_escaped;
            ++at;
        } else {
            const char c = *at++;
            m_inString = c == '"';
            if (c == '{')
                ++m_depth;
            else if (c == '}')
                isWhole = --m_depth == 0;
        }
    }
    m_at = std::size_t(at - begin);
    return isWhole;
}

std::vector<Json> JsonArrayFrames::feed(std::string_view bytes)
{
    add(bytes);
    std::vector<Json> items;
    for (std::string_view object; next(object);) {
        Json item = parseBounded(object);
        if (item.is_discarded())
            refuse();
        else
            items.push_back(std::move(item));
    }
    return items;
}

void JsonArrayFrames::refuse()
{
    m_start = m_last;
    m_blocked = true;
}

Json itemOf(std::string_view data)
{
    if (data == "[DONE]")
        return {{"$stream_done", "stop"}};
    Json json = parseBounded(data);
    return json.is_discarded() ? Json{{"$parse_error", data}} : json;
}

} // namespace orrery::llm
