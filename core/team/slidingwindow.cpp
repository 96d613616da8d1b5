// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/slidingwindow.h"

namespace orrery::team {

std::optional<SlidingWindow::Fit> SlidingWindow::whenAtMost(const WindowSums &most) const
{
    WindowSums left = m_sums;
    Index index = m_begin;
    // Without entries that count less than nothing the sums only fall: a chunk after which they are still too high can
    // be skipped.
    if (m_negative == 0) {
        constexpr std::size_t chunkSize = decltype(m_entries)::chunkSize;
        for (; index < m_entries.end(); index = (index / chunkSize + 1) * chunkSize) {
            WindowSums after = left;
            const WindowSums &chunk = m_entries.summary(index);
            after.add(-chunk.tokens, -chunk.requests);
            if (after.tokens <= most.tokens && after.requests <= most.requests)
                break;
            left = after;
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
