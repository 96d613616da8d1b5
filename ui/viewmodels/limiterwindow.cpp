// SPDX-License-Identifier: GPL-3.0-or-later
// The sliding window, replayed from the entries that the limiter's events left.
#include "ui/viewmodels/limitermodel.h"

#include <algorithm>

namespace orrery::ui {
namespace {

/// A change of the window at a time.
struct Change {
    qint64 timeMs;
    const LimiterModel::Entry *entry;
    qint64 tokens;
    qint64 reserved;
    int requests;
};

void add(LimiterWindow &window, const LimiterModel::Entry &entry, qint64 tokens, qint64 reserved,
         int requests)
{
    LimiterWindow::Share &share = window.agents[entry.agent];
    share.agentIndex = entry.agentIndex;
    share.tokens += tokens;
    share.reserved += reserved;
    share.requests += requests;
    window.tokens += tokens;
    window.reserved += reserved;
    window.requests += requests;
    if (share.tokens == 0 && share.reserved == 0 && share.requests == 0)
        window.agents.erase(entry.agent);
}

} // namespace

bool LimiterModel::Entry::reservedAt(qint64 ms) const
{
    return ms >= timeMs && ms < timeMs + windowMs && (settledMs == 0 || ms < settledMs);
}

qint64 LimiterModel::Entry::tokensAt(qint64 ms) const
{
    if (ms < timeMs || ms >= timeMs + windowMs)
        return 0;
    return reservedAt(ms) ? estimated : actual;
}

int LimiterModel::Entry::requestsAt(qint64 ms) const
{
    if (ms < timeMs || ms >= timeMs + windowMs)
        return 0;
    return reservedAt(ms) ? 1 : requests;
}

std::pair<std::size_t, std::size_t> LimiterModel::range(qint64 fromMs, qint64 toMs) const
{
    const auto before = [](const Entry &entry, qint64 ms) { return entry.timeMs <= ms; };
    const auto first =
        std::lower_bound(m_entries.begin(), m_entries.end(), fromMs - windowMs, before);
    const auto last = std::lower_bound(first, m_entries.end(), toMs, before);
    return {static_cast<std::size_t>(first - m_entries.begin()),
            static_cast<std::size_t>(last - m_entries.begin())};
}

LimiterWindow LimiterModel::windowAt(qint64 ms) const
{
    LimiterWindow window;
    const auto [first, last] = range(ms, ms);
    for (std::size_t i = first; i < last; ++i) {
        const Entry &entry = m_entries[i];
        add(window, entry, entry.tokensAt(ms), entry.reservedAt(ms) ? entry.estimated : 0,
            entry.requestsAt(ms));
    }
    return window;
}

std::vector<LimiterModel::Step> LimiterModel::steps(qint64 fromMs, qint64 toMs) const
{
    std::vector<Change> changes;
    const auto [first, last] = range(fromMs, toMs);
    const auto change = [&](qint64 timeMs, const Entry &entry) {
        if (timeMs <= fromMs || timeMs > toMs)
            return;
        const qint64 was = timeMs - 1;
        changes.push_back({timeMs, &entry, entry.tokensAt(timeMs) - entry.tokensAt(was),
                           (entry.reservedAt(timeMs) ? entry.estimated : 0)
                               - (entry.reservedAt(was) ? entry.estimated : 0),
                           entry.requestsAt(timeMs) - entry.requestsAt(was)});
    };
    for (std::size_t i = first; i < last; ++i) {
        const Entry &entry = m_entries[i];
        const qint64 leavesMs = entry.timeMs + windowMs;
        change(entry.timeMs, entry);
        if (entry.settledMs > entry.timeMs && entry.settledMs < leavesMs)
            change(entry.settledMs, entry);
        change(leavesMs, entry);
    }
    std::sort(changes.begin(), changes.end(),
              [](const Change &a, const Change &b) { return a.timeMs < b.timeMs; });

    std::vector<Step> steps{{fromMs, windowAt(fromMs)}};
    for (const Change &each : changes) {
        if (steps.back().timeMs != each.timeMs)
            steps.push_back({each.timeMs, LimiterWindow(steps.back().window)});
        add(steps.back().window, *each.entry, each.tokens, each.reserved, each.requests);
    }
    return steps;
}

std::vector<LimiterModel::MarkAt> LimiterModel::marks(qint64 fromMs, qint64 toMs) const
{
    const auto first =
        std::lower_bound(m_marks.begin(), m_marks.end(), fromMs,
                         [](const MarkAt &mark, qint64 ms) { return mark.timeMs < ms; });
    const auto last = std::upper_bound(
        first, m_marks.end(), toMs, [](qint64 ms, const MarkAt &mark) { return ms < mark.timeMs; });
    return {first, last};
}

} // namespace orrery::ui
