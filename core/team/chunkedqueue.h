// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

namespace orrery::team {

/// A first-in, first-out queue whose entries keep their number, counted from 0, for life. All is O(1), and growing
/// moves nothing. T is a plain value.
template <typename T, std::size_t N = 256>
class ChunkedQueue
{
public:
    using Index = std::uint64_t;
    static constexpr std::size_t chunkSize = N;

    Index begin() const { return m_begin; }
    Index end() const { return m_end; }
    bool empty() const { return m_begin == m_end; }
    bool contains(Index index) const { return index >= m_begin && index < m_end; }

    T &operator[](Index index) { return (*m_chunks[chunkOf(index)])[index % N]; }
    const T &operator[](Index index) const { return (*m_chunks[chunkOf(index)])[index % N]; }
    T &front() { return (*this)[m_begin]; }

    Index push(const T &value)
    {
        if (m_end % N == 0)
            m_chunks.push_back(m_spare ? std::move(m_spare) : std::make_unique<Chunk>());
        (*m_chunks.back())[m_end % N] = value;
        return m_end++;
    }
    void pop()
    {
        if (++m_begin % N != 0)
            return;
        m_spare = std::move(m_chunks.front());
        m_chunks.pop_front();
    }

private:
    using Chunk = std::array<T, N>;
    std::size_t chunkOf(Index index) const { return index / N - m_begin / N; }

    std::deque<std::unique_ptr<Chunk>> m_chunks;
    std::unique_ptr<Chunk> m_spare; ///< the chunk emptied last
    Index m_begin = 0;
    Index m_end = 0;
};

} // namespace orrery::team
