// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/team/chunkedqueue.h"

#include <cstdint>
#include <optional>

namespace orrery::team {

struct WindowSums {
    std::int64_t tokens = 0;
    std::int64_t requests = 0;

    void add(std::int64_t moreTokens, std::int64_t moreRequests)
    {
        tokens += moreTokens;
        requests += moreRequests;
    }
};

/// What was counted in the last 60 s, in order of time, with running sums. An acquire and its later correction are one
/// entry, which leaves as a whole. Not thread-safe; times never go back.
class SlidingWindow
{
public:
    static constexpr std::int64_t lengthMs = 60000;

    struct Entry {
        std::int64_t timeMs = 0;
        std::int64_t tokens = 0;
        std::int64_t requests = 0;
        std::uint32_t agent = 0;
        std::uint8_t bookings = 1; ///< 2 = corrected by a refund or delta
        bool isReserved = false;   ///< not yet settled
    };
    using Index = std::uint64_t;

    Index add(const Entry &entry);
    /// Books a refund or delta into an entry that is still in the window.
    void correct(Index index, std::int64_t tokens, std::int64_t requests);
    void setSettled(Index index) { m_entries[index].isReserved = false; }
    Index begin() const { return m_entries.begin(); }
    Index end() const { return m_entries.end(); }
    bool contains(Index index) const { return m_entries.contains(index); }
    const Entry &operator[](Index index) const { return m_entries[index]; }

    /// The oldest entry has left the window by `nowMs`.
    bool hasExpired(std::int64_t nowMs) const
    {
        return !m_entries.empty() && m_entries.front().timeMs <= nowMs - lengthMs;
    }
    /// Takes the oldest entry out; there must be one.
    Entry takeOldest();

    const WindowSums &sums() const { return m_sums; }
    std::size_t bookings() const { return m_bookings; } ///< corrections count

    struct Fit {
        std::int64_t timeMs = 0; ///< when it fits
        Index last = 0;          ///< the entry with which enough has left
    };
    /// When the sums will have fallen to `most` if nothing is added. Nothing if they never do. Skips whole chunks of
    /// entries: 1,000,000 take some microseconds.
    std::optional<Fit> whenAtMost(const WindowSums &most) const;

private:
    static bool isNegative(const Entry &entry) { return entry.tokens < 0 || entry.requests < 0; }

    ChunkedQueue<Entry, WindowSums> m_entries;
    WindowSums m_sums;
    std::size_t m_bookings = 0;
    std::size_t m_negative = 0; ///< entries that count less than nothing
};

inline SlidingWindow::Index SlidingWindow::add(const Entry &entry)
{
    const Index index = m_entries.push(entry);
    m_sums.add(entry.tokens, entry.requests);
    m_entries.summary(index).add(entry.tokens, entry.requests);
    m_negative += isNegative(entry);
    m_bookings += entry.bookings;
    return index;
}

inline void SlidingWindow::correct(Index index, std::int64_t tokens, std::int64_t requests)
{
    Entry &entry = m_entries[index];
    m_negative -= isNegative(entry);
    entry.tokens += tokens;
    entry.requests += requests;
    ++entry.bookings;
    m_negative += isNegative(entry);
    ++m_bookings;
    m_sums.add(tokens, requests);
    m_entries.summary(index).add(tokens, requests);
}

inline SlidingWindow::Entry SlidingWindow::takeOldest()
{
    const Entry entry = m_entries.front();
    m_sums.add(-entry.tokens, -entry.requests);
    m_entries.summary(m_entries.begin()).add(-entry.tokens, -entry.requests);
    m_negative -= isNegative(entry);
    m_bookings -= entry.bookings;
    m_entries.pop();
    return entry;
}

} // namespace orrery::team
