// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/slidingwindow.h"

namespace orrery::team {

void SlidingWindow::count(Index index, const Entry &entry, int sign)
{
    for (WindowSums *sums : {&m_sums, &m_chunks[chunkOf(index)]}) {
        sums->tokens += sign * entry.tokens;
        sums->requests += sign * entry.requests;
    }
    if (entry.tokens < 0 || entry.requests < 0)
        m_negative += static_cast<std::size_t>(sign);
    m_bookings += static_cast<std::size_t>(sign * entry.bookings);
}

SlidingWindow::Index SlidingWindow::add(const Entry &entry)
{
    if (m_entries.end() % kChunk == 0)
        m_chunks.emplace_back();
    const Index index = m_entries.push(entry);
    count(index, entry, 1);
    return index;
}

void SlidingWindow::correct(Index index, std::int64_t tokens, std::int64_t requests)
{
    Entry &entry = m_entries[index];
    count(index, entry, -1);
    entry.tokens += tokens;
    entry.requests += requests;
    ++entry.bookings;
    count(index, entry, 1);
}

std::optional<SlidingWindow::Entry> SlidingWindow::takeExpired(std::int64_t nowMs)
{
    if (m_entries.empty() || m_entries.front().timeMs > nowMs - lengthMs)
        return std::nullopt;
    const Entry entry = m_entries.front();
    count(m_entries.begin(), entry, -1);
    m_entries.pop();
    if (m_entries.begin() % kChunk == 0)
        m_chunks.pop_front();
    return entry;
}

std::optional<SlidingWindow::Fit> SlidingWindow::whenAtMost(const WindowSums &most) const
{
    WindowSums left = m_sums;
    Index index = m_entries.begin();
    // Without entries that count less than nothing the sums only fall: a chunk after which they are still too high can
    // be skipped.
    if (m_negative == 0) {
        for (const WindowSums &chunk : m_chunks) {
            const WindowSums after{left.tokens - chunk.tokens, left.requests - chunk.requests};
            if (after.tokens <= most.tokens && after.requests <= most.requests)
                break;
            left = after;
            index = (index / kChunk + 1) * kChunk;
        }
    }
    for (; index < m_entries.end(); ++index) {
        const Entry &entry = m_entries[index];
        left.tokens -= entry.tokens;
        left.requests -= entry.requests;
        // Entries of one time leave together.
        const bool groupGoesOn = m_negative > 0 && index + 1 < m_entries.end()
                                 && m_entries[index + 1].timeMs == entry.timeMs;
        if (!groupGoesOn && left.tokens <= most.tokens && left.requests <= most.requests)
            return Fit{entry.timeMs + lengthMs, index};
    }
    return std::nullopt;
}

} // namespace orrery::team
