// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string_view>
#include <vector>

namespace orrery::store {

/// A text that occurs often, by number: name of an agent, run, tool or kind, or a call's id. 0 = none (the empty text).
using NameId = std::uint32_t;

/// Texts by number, each once. Grows only: a text stays where it is. One thread adds, any reads.
class EventNames
{
public:
    EventNames();
    ~EventNames();
    EventNames(const EventNames &) = delete;

    NameId intern(std::string_view text);
    NameId find(std::string_view text) const; ///< 0 when it is not there
    /// Of a number that was given out; empty for any other. Takes no lock.
    std::string_view text(NameId id) const;
    std::size_t size() const { return m_size.load(std::memory_order_acquire); }

private:
    static constexpr std::size_t kChunk = 8192; ///< texts
    static constexpr std::size_t kChunks = 16384;
    static constexpr std::size_t kBytes = 1 << 16; ///< of text that are asked for at once
    using Chunk = std::array<std::string_view, kChunk>;
    std::size_t slotOf(std::string_view text) const;
    std::string_view kept(std::string_view text);
    void grow();

    std::unique_ptr<std::atomic<Chunk *>[]> m_chunks;
    std::atomic<std::size_t> m_size{1};
    mutable std::shared_mutex m_mutex; ///< of m_slots
    std::vector<NameId> m_slots;       ///< open addressing; 0 = free
    std::vector<std::unique_ptr<char[]>> m_texts;
    std::size_t m_used = kBytes; ///< of the last of m_texts
};

} // namespace orrery::store
