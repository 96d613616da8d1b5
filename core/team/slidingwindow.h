// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/team/chunkedqueue.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

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

/// What was counted in the last 60 s, in order of time, with running sums. A reservation and its later correction are
/// one entry, which leaves the window as a whole; one that is still open then is kept until it is closed. Not
/// thread-safe; times never go back.
class SlidingWindow
{
public:
    static constexpr std::int64_t lengthMs = 60000;
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

    struct Entry {
        std::int64_t timeMs = 0;
        std::int64_t tokens = 0;
        std::int64_t requests = 0;
        // Of reservations:
        std::int64_t cost = 0; ///< in nano-dollars
        std::int64_t askedMs = 0;
        std::uint32_t agent = 0;
        bool isCorrected = false; ///< by a refund or delta
        bool isOpen = false;      ///< reserved and not yet settled
    };
    using Index = std::uint64_t;

    Index add(std::int64_t timeMs, std::int64_t tokens, std::int64_t requests, std::uint32_t agent)
    {
        const Index index = push(timeMs, tokens, requests, agent, 0, 0, false);
        if (m_firstOpen == index)
            ++m_firstOpen;
        return index;
    }
    /// A request that is to be closed.
    Index reserve(std::int64_t timeMs, std::int64_t tokens, std::uint32_t agent, std::int64_t cost,
                  std::int64_t askedMs)
    {
        const Index index = push(timeMs, tokens, 1, agent, cost, askedMs, true);
        if (m_firstOpen == index)
            m_firstOpenMs = timeMs;
        return index;
    }
    /// Ends a reservation, whose entry is given, and books a refund or delta into it if it is still in the window.
    void close(Index index, Entry &entry, std::int64_t tokens, std::int64_t requests);
    Index begin() const { return m_begin; }
    Index end() const { return m_entries.end(); }
    bool contains(Index index) const { return index >= m_begin && index < end(); }
    /// The oldest open reservation, end() if there is none.
    Index firstOpen() const { return m_firstOpen; }
    /// Its time; kNever if there is none.
    std::int64_t firstOpenMs() const { return m_firstOpenMs; }
    bool isOpen(Index index) const { return m_entries.contains(index) && m_entries[index].isOpen; }
    /// Null when it is not open; valid until something is added or dropped.
    Entry *findOpen(Index index)
    {
        if (!m_entries.contains(index))
            return nullptr;
        Entry &entry = m_entries[index];
        return entry.isOpen ? &entry : nullptr;
    }
    const Entry &operator[](Index index) const { return m_entries[index]; }

    /// What has left the window by `nowMs` goes, oldest first; `gone` is told of each entry just before.
    template <typename Gone>
    void dropExpired(std::int64_t nowMs, Gone gone)
    {
        if (m_frontMs <= nowMs - lengthMs)
            dropUpTo(nowMs - lengthMs, gone);
    }

    const WindowSums &sums() const { return m_sums; }
    std::size_t bookings() const ///< corrections count
    {
        return static_cast<std::size_t>(end() - m_begin) + m_corrections;
    }

    struct Fit {
        std::int64_t timeMs = 0; ///< when it fits
        Index last = 0;          ///< the entry with which enough has left
    };
    /// When the sums will have fallen to `most` if nothing is added. Nothing if they never do. Skips whole chunks of
    /// entries: 1,000,000 take some microseconds.
    std::optional<Fit> whenAtMost(const WindowSums &most) const;

private:
    template <typename Gone>
    [[gnu::noinline]] void dropUpTo(std::int64_t timeMs, Gone gone)
    {
        do {
            const auto [entry, chunk] = m_entries.at(m_begin);
            gone(std::as_const(entry));
            m_sums.add(-entry.tokens, -entry.requests);
            chunk.add(-entry.tokens, -entry.requests);
            m_negative -= isNegative(entry);
            m_corrections -= entry.isCorrected;
            ++m_begin;
            forget();
            m_frontMs = timeOf(m_begin);
        } while (m_frontMs <= timeMs);
    }
    static bool isNegative(const Entry &entry) { return entry.tokens < 0 || entry.requests < 0; }
    // Written field by field: an entry that is made first and copied then is read in pieces of other sizes than it was
    // written in, which stalls.
    Index push(std::int64_t timeMs, std::int64_t tokens, std::int64_t requests, std::uint32_t agent,
               std::int64_t cost, std::int64_t askedMs, bool isOpen)
    {
        const auto [entry, chunk] = m_entries.push();
        entry.timeMs = timeMs;
        entry.tokens = tokens;
        entry.requests = requests;
        entry.cost = cost;
        entry.askedMs = askedMs;
        entry.agent = agent;
        entry.isCorrected = false;
        entry.isOpen = isOpen;
        m_sums.add(tokens, requests);
        chunk.add(tokens, requests);
        // What is rare is written only if it is there: a mutex waits until all that was written has gone to the cache.
        if (tokens < 0 || requests < 0)
            ++m_negative;
        const Index index = m_entries.end() - 1;
        if (index == m_begin)
            m_frontMs = timeMs;
        return index;
    }
    std::int64_t timeOf(Index index) const
    {
        return index == end() ? kNever : m_entries[index].timeMs;
    }
    void forget()
    {
        while (m_entries.begin() < m_begin && m_entries.begin() < m_firstOpen)
            m_entries.pop();
    }

    ChunkedQueue<Entry, WindowSums> m_entries; ///< from the older of the next two on
    Index m_begin = 0;
    Index m_firstOpen = 0;
    // Of these two, so that what has nothing to do need not look at them:
    std::int64_t m_frontMs = kNever;
    std::int64_t m_firstOpenMs = kNever;
    // Of those in the window:
    WindowSums m_sums;
    std::size_t m_corrections = 0;
    std::size_t m_negative = 0; ///< entries that count less than nothing
};

inline void SlidingWindow::close(Index index, Entry &entry, std::int64_t tokens,
                                 std::int64_t requests)
{
    entry.isOpen = false;
    if (index >= m_begin && (tokens != 0 || requests != 0)) {
        const bool wasNegative = isNegative(entry);
        entry.tokens += tokens;
        entry.requests += requests;
        entry.isCorrected = true;
        ++m_corrections;
        if (isNegative(entry) != wasNegative)
            m_negative += wasNegative ? -1 : 1;
        m_sums.add(tokens, requests);
        m_entries.summary(index).add(tokens, requests);
    }
    if (index != m_firstOpen)
        return;
    do
        ++m_firstOpen;
    while (m_firstOpen != end() && !m_entries[m_firstOpen].isOpen);
    m_firstOpenMs = timeOf(m_firstOpen);
    forget();
}

} // namespace orrery::team
