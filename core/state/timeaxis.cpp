// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/timeaxis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace orrery::state {
namespace {

constexpr std::int64_t worthFolding = 20;
constexpr double finestUsPerPx = 0.01;
constexpr std::int64_t second = 1'000'000;

std::int64_t lengthOf(const TimeRange &range) { return range.toUs - range.fromUs; }

} // namespace

std::vector<Gap> foldsOf(const Timeline &timeline)
{
    std::vector<Gap> longest = timeline.gaps;
    std::sort(longest.begin(), longest.end(),
              [](const Gap &a, const Gap &b) { return lengthOf(a) > lengthOf(b); });
    std::int64_t left = timeline.endUs - timeline.startUs;
    std::vector<Gap> folds;
    for (const Gap &gap : longest) {
        if (lengthOf(gap) < left / worthFolding)
            break;
        left -= lengthOf(gap);
        folds.push_back(gap);
    }
    std::sort(folds.begin(), folds.end(),
              [](const Gap &a, const Gap &b) { return a.fromUs < b.fromUs; });
    return folds;
}

TimeAxis::TimeAxis(TimeRange whole, std::vector<Gap> folds, double foldPx)
    : m_whole(whole), m_folds(std::move(folds)), m_foldPx(foldPx)
{
    std::int64_t folded = 0;
    for (const Gap &gap : m_folds) {
        m_folded.push_back(folded);
        folded += lengthOf(gap);
    }
}

std::size_t TimeAxis::foldsBefore(std::int64_t us) const
{
    const auto after =
        std::upper_bound(m_folds.begin(), m_folds.end(), us,
                         [](std::int64_t time, const Gap &gap) { return time < gap.fromUs; });
    return static_cast<std::size_t>(after - m_folds.begin());
}

double TimeAxis::xOf(std::int64_t us, double usPerPx) const
{
    const std::size_t folds = foldsBefore(us);
    if (folds == 0)
        return static_cast<double>(us - m_whole.fromUs) / usPerPx;
    const Gap &last = m_folds[folds - 1];
    const auto before = static_cast<double>(last.fromUs - m_whole.fromUs - m_folded[folds - 1]);
    const double start = before / usPerPx + static_cast<double>(folds - 1) * m_foldPx;
    if (us < last.toUs)
        return start
               + m_foldPx * static_cast<double>(us - last.fromUs)
                     / static_cast<double>(lengthOf(last));
    return start + m_foldPx + static_cast<double>(us - last.toUs) / usPerPx;
}

std::int64_t TimeAxis::timeAt(double x, double usPerPx) const
{
    // The folds lie in the same order on the line as in time.
    std::size_t low = 0, high = m_folds.size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (xOf(m_folds[middle].fromUs, usPerPx) <= x)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return m_whole.fromUs + std::llround(x * usPerPx);
    const Gap &last = m_folds[low - 1];
    const double into = x - xOf(last.fromUs, usPerPx);
    if (into < m_foldPx)
        return last.fromUs + std::llround(into / m_foldPx * static_cast<double>(lengthOf(last)));
    return last.toUs + std::llround((into - m_foldPx) * usPerPx);
}

double TimeAxis::scaleFor(TimeRange range, double px) const
{
    std::int64_t folded = 0;
    double foldPx = 0;
    for (const Gap &gap : m_folds) {
        const std::int64_t from = std::max(gap.fromUs, range.fromUs);
        const std::int64_t to = std::min(gap.toUs, range.toUs);
        if (to <= from)
            continue;
        folded += to - from;
        foldPx += m_foldPx * static_cast<double>(to - from) / static_cast<double>(lengthOf(gap));
    }
    // Also where folds take all of the width, time goes on between them.
    const double left = std::max(px - foldPx, px / 4);
    return std::max(static_cast<double>(lengthOf(range) - folded) / std::max(1.0, left),
                    finestUsPerPx);
}

std::vector<TimeRange> TimeAxis::pieces(TimeRange range) const
{
    std::vector<TimeRange> found;
    std::int64_t from = range.fromUs;
    auto fold = std::upper_bound(m_folds.begin(), m_folds.end(), from,
                                 [](std::int64_t time, const Gap &gap) { return time < gap.toUs; });
    for (; fold != m_folds.end() && fold->fromUs < range.toUs; ++fold) {
        if (fold->fromUs > from)
            found.push_back({from, fold->fromUs});
        from = std::max(from, fold->toUs);
    }
    if (from < range.toUs)
        found.push_back({from, range.toUs});
    return found;
}

std::int64_t niceStep(double usPerPx, double leastPx)
{
    const double least = usPerPx * leastPx;
    for (std::int64_t unit = 1; unit < second; unit *= 10)
        for (const std::int64_t factor : {1, 2, 5})
            if (static_cast<double>(unit * factor) >= least)
                return unit * factor;
    constexpr std::array<std::int64_t, 18> clock{
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
    for (const std::int64_t seconds : clock)
        if (static_cast<double>(seconds * second) >= least)
            return seconds * second;
    for (std::int64_t days = 1;; days *= 10)
        for (const std::int64_t factor : {2, 5, 10})
            if (static_cast<double>(days * factor) * 86400e6 >= least || days > 1'000'000)
                return days * factor * 86400 * second;
}

std::string rulerText(std::int64_t us, std::int64_t stepUs)
{
    const char *sign = us < 0 ? "−" : "";
    const std::int64_t all = us < 0 ? -us : us;
    const auto seconds = static_cast<long long>(all / second);
    char text[64];
    int used = seconds >= 3600 ? std::snprintf(text, sizeof text, "%s%lld:%02lld:%02lld", sign,
                                               seconds / 3600, seconds / 60 % 60, seconds % 60)
                               : std::snprintf(text, sizeof text, "%s%lld:%02lld", sign,
                                               seconds / 60, seconds % 60);
    int digits = 0;
    for (std::int64_t unit = second; unit > stepUs && unit > 1; unit /= 10)
        ++digits;
    if (digits == 0)
        return {text, static_cast<std::size_t>(used)};
    char part[16];
    std::snprintf(part, sizeof part, ".%06lld", static_cast<long long>(all % second));
    return std::string(text, static_cast<std::size_t>(used))
           + std::string(part, static_cast<std::size_t>(digits) + 1);
}

} // namespace orrery::state
