// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/messagelog.h"

#include <algorithm>
#include <array>
#include <atomic>

namespace orrery {
namespace {

constexpr std::size_t kBlockSize = 256;

} // namespace

struct MessageLog::Block {
    std::array<value_type, kBlockSize> messages; ///< written once, each by the log that took it
    std::atomic<std::size_t> taken{0};

    /// False when another copy of the log has gone on from here.
    bool take(std::size_t slot)
    {
        // Only the number itself is shared by threads; the slots below it were written before the copy was made.
        return taken.compare_exchange_strong(slot, slot + 1, std::memory_order_relaxed);
    }
};

MessageLog::MessageLog(std::initializer_list<value_type> messages)
{
    for (const value_type &message : messages)
        push_back(message);
}

const MessageLog::value_type &MessageLog::operator[](std::size_t index) const
{
    return (*m_blocks)[index / kBlockSize]->messages[index % kBlockSize];
}

void MessageLog::push_back(value_type message)
{
    const std::size_t slot = m_size % kBlockSize;
    if (slot == 0 || !m_blocks->back()->take(slot))
        startBlock(slot);
    m_blocks->back()->messages[slot] = std::move(message);
    ++m_size;
}

/// A last block of our own, with the messages that it had before `slot`.
void MessageLog::startBlock(std::size_t slot)
{
    auto block = std::make_shared<Block>();
    if (slot > 0)
        std::copy_n(m_blocks->back()->messages.begin(), slot, block->messages.begin());
    block->taken.store(slot + 1, std::memory_order_relaxed);

    auto blocks = std::make_shared<Blocks>();
    const std::size_t kept = m_size / kBlockSize;
    blocks->reserve(kept + 1);
    if (kept > 0)
        std::copy_n(m_blocks->begin(), kept, std::back_inserter(*blocks));
    blocks->push_back(std::move(block));
    m_blocks = std::move(blocks);
}

bool MessageLog::operator==(const MessageLog &other) const
{
    return m_size == other.m_size && std::equal(begin(), end(), other.begin());
}

} // namespace orrery
