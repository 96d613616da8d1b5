// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/message.h"

#include <compare>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace orrery {

/// A conversation that is only ever appended to. Every save and every request takes a copy of it, so a copy shares all
/// of it and costs one reference count, whatever the length: 5 ns, against 28 µs for a vector of 10,000 pointers
/// (bench/bench_context.cpp).
///
/// Messages stand in blocks that the copies share. The first copy to append after a common end goes on in the last
/// block; another one that appends there later gets that block anew. A copy is a value of its own: it may be read and
/// appended to on another thread.
class MessageLog
{
public:
    using value_type = std::shared_ptr<const Message>;
    class const_iterator;
    using iterator = const_iterator;
    using const_reverse_iterator = std::reverse_iterator<const_iterator>;

    MessageLog() = default;
    MessageLog(std::initializer_list<value_type> messages);
    MessageLog(const MessageLog &) = default;
    MessageLog(MessageLog &&other) noexcept
        : m_blocks(std::move(other.m_blocks)), m_size(std::exchange(other.m_size, 0))
    {}
    MessageLog &operator=(const MessageLog &) = default;
    MessageLog &operator=(MessageLog &&other) noexcept
    {
        m_blocks = std::move(other.m_blocks);
        m_size = std::exchange(other.m_size, 0);
        return *this;
    }
    ~MessageLog() = default;

    std::size_t size() const { return m_size; }
    bool empty() const { return m_size == 0; }
    const value_type &operator[](std::size_t index) const;
    const value_type &front() const { return (*this)[0]; }
    const value_type &back() const { return (*this)[m_size - 1]; }
    const_iterator begin() const;
    const_iterator end() const;
    const_reverse_iterator rbegin() const;
    const_reverse_iterator rend() const;

    void push_back(value_type message);
    void clear() { *this = MessageLog(); }

    /// The same messages, not only equal ones.
    bool operator==(const MessageLog &other) const;

private:
    struct Block;
    using Blocks = std::vector<std::shared_ptr<Block>>;

    void startBlock(std::size_t slot);

    std::shared_ptr<const Blocks> m_blocks; ///< those that hold the first m_size messages
    std::size_t m_size = 0;
};

/// Valid as long as the log stays where it is.
class MessageLog::const_iterator
{
public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = MessageLog::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type *;
    using reference = const value_type &;

    const_iterator() = default;
    const_iterator(const MessageLog &log, std::size_t index)
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
    const MessageLog *m_log = nullptr;
    difference_type m_index = 0;
};

inline MessageLog::const_iterator MessageLog::begin() const { return {*this, 0}; }
inline MessageLog::const_iterator MessageLog::end() const { return {*this, m_size}; }
inline MessageLog::const_reverse_iterator MessageLog::rbegin() const
{
    return const_reverse_iterator(end());
}
inline MessageLog::const_reverse_iterator MessageLog::rend() const
{
    return const_reverse_iterator(begin());
}

} // namespace orrery
