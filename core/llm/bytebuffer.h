// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace orrery::llm {

/// Bytes that come at the end and go at the beginning. Keeps room, so that a single byte costs next to nothing.
class ByteBuffer
{
public:
    void add(std::string_view bytes)
    {
        const std::size_t size = m_size + bytes.size();
        if (size > m_bytes.size())
            m_bytes.resize(std::max(size, 2 * m_bytes.size()));
        std::copy(bytes.begin(), bytes.end(), m_bytes.data() + m_size);
        m_size = size;
    }
    /// False when there is no room: add() makes some.
    bool addInRoom(char byte)
    {
        if (m_size == m_bytes.size())
            return false;
        m_bytes[m_size++] = byte;
        return true;
    }
    void dropFirst(std::size_t count)
    {
        std::copy(m_bytes.data() + count, m_bytes.data() + m_size, m_bytes.data());
        m_size -= count;
    }
    std::string_view view() const { return {m_bytes.data(), m_size}; }
    std::size_t size() const { return m_size; }

private:
    std::string m_bytes; ///< the first m_size count
    std::size_t m_size = 0;
};

} // namespace orrery::llm
