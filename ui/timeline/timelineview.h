// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/state/timeaxis.h"

namespace orrery::ui {

/// Which part of a run is in view, and how large. Pixels are counted from the left edge of the lanes.
class TimelineView
{
public:
    /// The width of a folded gap.
    static constexpr double kFoldPx = 26;

    /// Another state of the run. One that is seen whole stays so, one that is followed too; else what is in view stays.
    void setTimeline(const state::Timeline &timeline, std::int64_t nowUs);
    void setWidth(double px);
    double width() const { return m_width; }

    double xOf(std::int64_t us) const { return m_axis.xOf(us, m_usPerPx) - m_left; }
    std::int64_t timeAt(double x) const { return m_axis.timeAt(x + m_left, m_usPerPx); }
    double usPerPx() const { return m_usPerPx; }
    state::TimeRange visible() const { return {timeAt(0), timeAt(m_width)}; }
    const state::TimeAxis &axis() const { return m_axis; }

    /// `factor` < 1 shows less, larger; what is at `x` stays there.
    void zoom(double factor, double x);
    void pan(double px); ///< to later times when positive
    void fit();          ///< the whole run, from now on
    void show(state::TimeRange range);
    void centre(std::int64_t us);
    bool isWhole() const { return m_isWhole; }
    bool isFollowing() const { return m_isFollowing; } ///< the end is in view and is to stay there

private:
    void clamp();
    state::TimeAxis m_axis;
    double m_width = 600;
    double m_usPerPx = 1000;
    double m_left = 0; ///< of the axis, in pixels
    bool m_isWhole = true;
    bool m_isFollowing = true;
};

} // namespace orrery::ui
