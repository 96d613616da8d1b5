// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace orrery::state {

/// A list of values of which copies share the parts that have not changed since: a copy costs a reference count for each
/// `Chunk` entries, an append or a change at most the copy of one chunk. One thread changes the original, others may
/// read copies of it.
template <typename T, std::size_t Chunk = 128>
class SharedVector
{
public:
    std::size_t size() const { return m_size; }
    bool empty() const { return m_size == 0; }
    const T &operator[](std::size_t index) const
    {
        return (*m_chunks[index / Chunk])[index % Chunk];
    }
    const T &back() const { return (*this)[m_size - 1]; }

    void push_back(T value)
    {
        if (m_size % Chunk == 0)
            m_chunks.push_back(std::make_shared<Values>());
        own(m_chunks.back()).push_back(std::move(value));
        ++m_size;
    }
    /// Valid until the next append or copy.
    T &change(std::size_t index) { return own(m_chunks[index / Chunk])[index % Chunk]; }

private:
    using Values = std::vector<T>;
    static Values &own(std::shared_ptr<Values> &chunk)
    {
        if (chunk.use_count() != 1)
            chunk = std::make_shared<Values>(*chunk);
        // What the last reader read lies before what is written now.
        std::atomic_thread_fence(std::memory_order_acquire);
        return *chunk;
    }

    std::vector<std::shared_ptr<Values>> m_chunks;
    std::size_t m_size = 0;
};

} // namespace orrery::state
