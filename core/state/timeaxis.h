// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/state/timeline.h"

namespace orrery::state {

/// Which of the gaps are worth folding: each that would take more than a twentieth of what is left of the run when the
/// longer ones are folded. In order of time.
std::vector<Gap> foldsOf(const Timeline &timeline);

/// Where a time is on a line on which a pixel is so many µs, but for folded gaps, which all have the same width.
class TimeAxis
{
public:
    TimeAxis() = default;
    TimeAxis(TimeRange whole, std::vector<Gap> folds, double foldPx);

    TimeRange whole() const { return m_whole; }
    const std::vector<Gap> &folds() const { return m_folds; }
    /// In pixels from the start; within a fold in proportion. Times before and after the run count on.
    double xOf(std::int64_t us, double usPerPx) const;
    std::int64_t timeAt(double x, double usPerPx) const;
    double width(double usPerPx) const { return xOf(m_whole.toUs, usPerPx); }
    /// The scale with which the whole range has this width; at least 1 µs for 100 pixels.
    double scaleFor(TimeRange range, double px) const;
    /// A range without its folds: the pieces in which pixels and times are in proportion.
    std::vector<TimeRange> pieces(TimeRange range) const;

private:
    std::size_t foldsBefore(std::int64_t us) const; ///< folds that have begun
    TimeRange m_whole;
    std::vector<Gap> m_folds;
    std::vector<std::int64_t> m_folded; ///< [i]: the time in the folds before fold i
    double m_foldPx = 0;
};

/// The distance of the marks of a ruler, in µs: 1, 2 or 5 of a unit below a second, then what clocks have.
std::int64_t niceStep(double usPerPx, double leastPx);
/// A time since the start of a run, no more exact than `stepUs` asks for: `0:00`, `1:05`, `2:00:00`, `0:04.25`, `0:00.000350`.
std::string rulerText(std::int64_t us, std::int64_t stepUs);

} // namespace orrery::state
