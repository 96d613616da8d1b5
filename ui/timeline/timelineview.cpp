// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelineview.h"

#include <algorithm>

namespace orrery::ui {
namespace {

/// Free at both sides of a run that is seen whole.
constexpr double marginPx = 12;
constexpr double finestUsPerPx = 0.5;
constexpr double endIsNearPx = 40;

} // namespace

void TimelineView::setTimeline(const state::Timeline &timeline, std::int64_t nowUs)
{
    const std::int64_t from = visible().fromUs;
    const bool wasEmpty = m_axis.whole().toUs == m_axis.whole().fromUs;
    const state::TimeRange whole{timeline.startUs,
                                 std::max({timeline.endUs, nowUs, timeline.startUs + 1})};
    m_axis = state::TimeAxis(whole, foldsOf(timeline), kFoldPx);
    if (m_isWhole || wasEmpty)
        fit();
    else if (m_isFollowing)
        m_left = m_axis.width(m_usPerPx) - m_width + endIsNearPx / 2;
    else
        m_left = m_axis.xOf(from, m_usPerPx);
}

void TimelineView::setWidth(double px)
{
    const std::int64_t from = visible().fromUs;
    m_width = std::max(1.0, px);
    if (m_isWhole)
        fit();
    else
        m_left = m_axis.xOf(from, m_usPerPx);
}

void TimelineView::fit()
{
    const double room = std::max(1.0, m_width - 2 * marginPx);
    m_usPerPx = std::max(m_axis.scaleFor(m_axis.whole(), room), finestUsPerPx);
    m_left = -marginPx;
    m_isWhole = m_isFollowing = true;
}

void TimelineView::clamp()
{
    const double room = std::max(1.0, m_width - 2 * marginPx);
    const double coarsest = m_axis.scaleFor(m_axis.whole(), room);
    if (m_usPerPx >= coarsest)
        return fit();
    const double all = m_axis.width(m_usPerPx);
    m_left = std::clamp(m_left, -m_width / 2, std::max(-m_width / 2, all - m_width / 2));
    m_isWhole = false;
    m_isFollowing = all - m_left - m_width < 0 && all - m_left > m_width / 2;
}

void TimelineView::zoom(double factor, double x)
{
    const std::int64_t anchor = timeAt(x);
    m_usPerPx = std::max(m_usPerPx * factor, finestUsPerPx);
    m_left = m_axis.xOf(anchor, m_usPerPx) - x;
    clamp();
}

void TimelineView::pan(double px)
{
    if (m_isWhole)
        return;
    m_left += px;
    clamp();
}

void TimelineView::show(state::TimeRange range)
{
    const double room = std::max(1.0, m_width - 2 * marginPx);
    m_usPerPx = std::max(m_axis.scaleFor(range, room), finestUsPerPx);
    const double middle =
        (m_axis.xOf(range.fromUs, m_usPerPx) + m_axis.xOf(range.toUs, m_usPerPx)) / 2;
    m_left = middle - m_width / 2;
    clamp();
}

void TimelineView::centre(std::int64_t us)
{
    if (m_isWhole)
        return;
    m_left = m_axis.xOf(us, m_usPerPx) - m_width / 2;
    clamp();
}

} // namespace orrery::ui
