// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace orrery::team {

struct NoSummary {};

/// A first-in, first-out queue whose entries keep their number, counted from 0, for life, in chunks that each carry a
/// Summary of the caller's. All is O(1) amortised; growing moves no entry. T and Summary are plain values.
template <typename T, typename Summary = NoSummary, std::size_t N = 256>
class ChunkedQueue
{
public:
    using Index = std::uint64_t;
    static constexpr std::size_t chunkSize = N;

    Index begin() const { return m_begin; }
    Index end() const { return m_end; }
    bool empty() const { return m_begin == m_end; }
    bool contains(Index index) const { return index >= m_begin && index < m_end; }

    T &operator[](Index index) { return chunkOf(index).entries[index % N]; }
    const T &operator[](Index index) const { return chunkOf(index).entries[index % N]; }
    T &front() { return (*this)[m_begin]; }
    const T &front() const { return (*this)[m_begin]; }
    /// Of the chunk that holds the entry.
    Summary &summary(Index index) { return chunkOf(index).summary; }
    const Summary &summary(Index index) const { return chunkOf(index).summary; }

    /// An entry with its chunk's summary, found at once.
    struct Place {
        T &entry;
        Summary &summary;
    };
    Place at(Index index)
    {
        Chunk &chunk = chunkOf(index);
        return {chunk.entries[index % N], chunk.summary};
    }
    /// Where the next entry comes: to be filled in.
    Place push()
    {
        if (m_end % N == 0)
            addChunk();
        return at(m_end++);
    }
    Index push(const T &value)
    {
        push().entry = value;
        return m_end - 1;
    }
    void pop()
    {
        if (++m_begin % N == 0)
            m_spare = std::move(slot(m_begin - 1));
    }

private:
    struct Chunk {
        std::array<T, N> entries;
        [[no_unique_address]] Summary summary;
    };

    std::unique_ptr<Chunk> &slot(Index index) { return m_ring[(index / N) & m_mask]; }
    Chunk &chunkOf(Index index) const { return *m_ring[(index / N) & m_mask]; }

    void addChunk()
    {
        const Index first = m_begin / N;
        if (m_end / N - first == m_ring.size()) { // full: twice as many slots
            std::vector<std::unique_ptr<Chunk>> ring(m_ring.size() * 2);
            for (Index chunk = first; chunk < m_end / N; ++chunk)
                ring[chunk % ring.size()] = std::move(m_ring[chunk % m_ring.size()]);
            m_ring = std::move(ring);
            m_mask = m_ring.size() - 1;
        }
        std::unique_ptr<Chunk> &chunk = slot(m_end);
        chunk = m_spare ? std::move(m_spare) : std::make_unique<Chunk>();
        chunk->summary = {};
    }

    std::vector<std::unique_ptr<Chunk>> m_ring = std::vector<std::unique_ptr<Chunk>>(
        4);                         ///< a power of two; chunk c is in slot c modulo its size
    std::size_t m_mask = 3;         ///< its size - 1
    std::unique_ptr<Chunk> m_spare; ///< the chunk emptied last
    Index m_begin = 0;
    Index m_end = 0;
};

} // namespace orrery::team
