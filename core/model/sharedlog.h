// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <compare>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace orrery {

/// A list that is only ever appended to, such as a conversation. Every save and every request takes a copy of it, so a
/// copy shares all of it and costs one reference count, whatever the length: 5 ns, against 28 µs for a vector of 10,000
/// pointers (bench/bench_context.cpp).
///
/// Entries stand in blocks that the copies share. The first copy to append after a common end goes on in the last
/// block; another one that appends there later gets that block anew. A copy is a value of its own: it may be read and
/// appended to on another thread.
template <typename T>
class SharedLog
{
public:
    using value_type = std::shared_ptr<const T>;
    class const_iterator;
    using iterator = const_iterator;
    using const_reverse_iterator = std::reverse_iterator<const_iterator>;

    SharedLog() = default;
    SharedLog(std::initializer_list<value_type> entries);
    SharedLog(const SharedLog &) = default;
    SharedLog(SharedLog &&other) noexcept
        : m_blocks(std::move(other.m_blocks)), m_size(std::exchange(other.m_size, 0))
    {}
    SharedLog &operator=(const SharedLog &) = default;
    SharedLog &operator=(SharedLog &&other) noexcept
    {
        m_blocks = std::move(other.m_blocks);
        m_size = std::exchange(other.m_size, 0);
        return *this;
    }
    ~SharedLog() = default;

    std::size_t size() const { return m_size; }
    bool empty() const { return m_size == 0; }
    const value_type &operator[](std::size_t index) const;
    const value_type &front() const { return (*this)[0]; }
    const value_type &back() const { return (*this)[m_size - 1]; }
    const_iterator begin() const { return {*this, 0}; }
    const_iterator end() const { return {*this, m_size}; }
    const_reverse_iterator rbegin() const { return const_reverse_iterator(end()); }
    const_reverse_iterator rend() const { return const_reverse_iterator(begin()); }

    void push_back(value_type entry);
    void clear() { *this = SharedLog(); }

    /// The same entries, not only equal ones.
    bool operator==(const SharedLog &other) const;
    /// Whether `start`, or the same entries, is where this one begins. O(blocks) if one is a copy of the other.
    bool startsWith(const SharedLog &start) const;

private:
    static constexpr std::size_t kBlockSize = 256;
    struct Block {
        std::array<value_type, kBlockSize> entries; ///< written once, each by the log that took it
        std::atomic<std::size_t> taken{0};

        /// False when another copy of the log has gone on from here.
        bool take(std::size_t slot)
        {
            // Only the number itself is shared by threads; the slots below it were written before the copy was made.
            return taken.compare_exchange_strong(slot, slot + 1, std::memory_order_relaxed);
        }
    };
    using Blocks = std::vector<std::shared_ptr<Block>>;

    void startBlock(std::size_t slot);

    std::shared_ptr<const Blocks> m_blocks; ///< those that hold the first m_size entries
    std::size_t m_size = 0;
};

/// Valid as long as the log stays where it is.
template <typename T>
class SharedLog<T>::const_iterator
{
public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = typename SharedLog<T>::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type *;
    using reference = const value_type &;

    const_iterator() = default;
    const_iterator(const SharedLog &log, std::size_t index)
        : m_log(&log), m_index(difference_type(index))
    {}

    reference operator*() const { return (*m_log)[std::size_t(m_index)]; }
    pointer operator->() const { return &**this; }
    reference operator[](difference_type offset) const { return *(*this + offset); }

    const_iterator &operator+=(difference_type offset)
    {
        m_index += offset;
        return *this;
    }
    const_iterator &operator-=(difference_type offset) { return *this += -offset; }
    const_iterator &operator++() { return *this += 1; }
    const_iterator &operator--() { return *this -= 1; }
    const_iterator operator++(int) { return std::exchange(*this, *this + 1); }
    const_iterator operator--(int) { return std::exchange(*this, *this - 1); }

    friend const_iterator operator+(const_iterator it, difference_type offset)
    {
        return it += offset;
    }
    friend const_iterator operator+(difference_type offset, const_iterator it)
    {
        return it += offset;
    }
    friend const_iterator operator-(const_iterator it, difference_type offset)
    {
        return it -= offset;
    }
    friend difference_type operator-(const const_iterator &a, const const_iterator &b)
    {
        return a.m_index - b.m_index;
    }
    bool operator==(const const_iterator &other) const { return m_index == other.m_index; }
    auto operator<=>(const const_iterator &other) const { return m_index <=> other.m_index; }

private:
    const SharedLog *m_log = nullptr;
    difference_type m_index = 0;
};

template <typename T>
SharedLog<T>::SharedLog(std::initializer_list<value_type> entries)
{
    for (const value_type &entry : entries)
        push_back(entry);
}

template <typename T>
const typename SharedLog<T>::value_type &SharedLog<T>::operator[](std::size_t index) const
{
    return (*m_blocks)[index / kBlockSize]->entries[index % kBlockSize];
}

template <typename T>
void SharedLog<T>::push_back(value_type entry)
{
    const std::size_t slot = m_size % kBlockSize;
    if (slot == 0 || !m_blocks->back()->take(slot))
        startBlock(slot);
    m_blocks->back()->entries[slot] = std::move(entry);
    ++m_size;
}

/// A last block of our own, with the entries that it had before `slot`.
template <typename T>
void SharedLog<T>::startBlock(std::size_t slot)
{
    auto block = std::make_shared<Block>();
    if (slot > 0)
        std::copy_n(m_blocks->back()->entries.begin(), slot, block->entries.begin());
    block->taken.store(slot + 1, std::memory_order_relaxed);

    auto blocks = std::make_shared<Blocks>();
    const std::size_t kept = m_size / kBlockSize;
    blocks->reserve(kept + 1);
    if (kept > 0)
        std::copy_n(m_blocks->begin(), kept, std::back_inserter(*blocks));
    blocks->push_back(std::move(block));
    m_blocks = std::move(blocks);
}

template <typename T>
bool SharedLog<T>::operator==(const SharedLog &other) const
{
    return m_size == other.m_size && startsWith(other);
}

template <typename T>
bool SharedLog<T>::startsWith(const SharedLog &start) const
{
    if (start.m_size > m_size)
        return false;
    for (std::size_t first = 0; first < start.m_size; first += kBlockSize) {
        const auto &ours = (*m_blocks)[first / kBlockSize];
        const auto &theirs = (*start.m_blocks)[first / kBlockSize];
        const auto end =
            theirs->entries.begin() + std::ptrdiff_t(std::min(kBlockSize, start.m_size - first));
        // In a block that both have, a slot below both sizes was written by one and read by the other.
        if (ours != theirs && !std::equal(theirs->entries.begin(), end, ours->entries.begin()))
            return false;
    }
    return true;
}

} // namespace orrery
