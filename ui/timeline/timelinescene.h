// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/state/timeline.h"

#include <QList>
#include <QString>

#include <functional>
#include <optional>

namespace orrery::ui {

/// Whose lane it is.
struct LaneLabel {
    QString name;
    QString monogram;    ///< empty: the run as a whole
    int agentIndex = -1; ///< for its colour
    std::size_t lane = 0;
};

/// What a timeline shows: a moment of a run that does not change, with names for it.
struct TimelineScene {
    state::Timeline timeline;
    QList<LaneLabel> lanes; ///< those that are shown, from above
    std::function<QString(state::NameId)> nameOf;
    qint64 nowUs = 0; ///< where what goes on ends
    const state::Lane &laneAt(qsizetype row) const { return *timeline.lanes[lanes[row].lane]; }
};

/// Where everything is, from above to below, in pixels from the first lane's top.
class LaneLayout
{
public:
    struct Row {
        int top = 0, height = 0;
    };
    struct Lane {
        int top = 0, height = 0;
        Row turns, iterations, marks,
            repeats; ///< relative to the lane's top; height 0 = there is none
        QList<Row> calls;
    };
    /// Lanes are low when there are more than a few, or when they would not fit into `room`.
    LaneLayout() = default;
    LaneLayout(const TimelineScene &scene, int lineHeight, int room);

    const QList<Lane> &lanes() const { return m_lanes; }
    int height() const { return m_height; }
    bool isLow() const { return m_isLow; }
    qsizetype laneAt(int y) const; ///< -1 when there is none

private:
    void add(const state::Lane &lane, int lineHeight);
    QList<Lane> m_lanes;
    int m_height = 0;
    bool m_isLow = false;
};

/// What is at a place, or is selected: a bar, or a mark.
struct TimelineItem {
    enum class Where { Row, Marks, Repeats };
    qsizetype lane = -1; ///< in TimelineScene::lanes
    Where where = Where::Row;
    std::size_t row = 0, index = 0;
    bool operator==(const TimelineItem &) const = default;
};
const state::SpanRow &rowOf(const TimelineScene &scene, const TimelineItem &item);
const state::Bar &barOf(const TimelineScene &scene, const TimelineItem &item);

/// `Request`, `Waiting: approval`, …
QString kindName(state::BarKind kind);
/// What stands in a bar: the tool's name, or the kind's, which may be `isShort`: what is waited for.
QString barLabel(const TimelineScene &scene, const state::Bar &bar, bool isShort = false);
/// All that is known of a bar, in lines.
QString barText(const TimelineScene &scene, const TimelineItem &item);
/// What lies in a range, in lines: time by kind, tokens, cost, and the same by agent.
QString sumsText(const TimelineScene &scene, const state::RangeSums &sums, state::TimeRange range);

} // namespace orrery::ui
