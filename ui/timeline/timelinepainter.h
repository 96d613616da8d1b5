// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/timelinescene.h"
#include "ui/timeline/timelineview.h"

#include <QBrush>
#include <QFont>
#include <QPalette>
#include <QRect>

#include <vector>

class QColor;
class QPainter;

namespace orrery::ui {

struct Tokens;

/// What the person points at, on top of the scene.
struct TimelineMarks {
    std::optional<qint64> cursorUs; ///< nothing: the present
    std::optional<state::TimeRange> range;
    TimelineItem selected; ///< lane -1: none
    state::NameId selectedCall = 0;
    qsizetype currentLane = -1;
    bool hasFocus = false;
};

/// A pencil's point for an edit, a box for a claim, a disc for memory, a rhombus for a message, a cross for a failure, a
/// triangle for what is odd.
void drawTimelineMark(QPainter &painter, const Tokens &tokens, state::BarKind kind,
                      state::Worst worst, const QPointF &middle, int size);
QBrush timelineWait(const Tokens &tokens); ///< the hatched ground of a wait

/// Draws the lanes of a scene. What it costs depends on the pixels and not on the bars: each row is asked for cells of two
/// pixels. `area` is where the lanes are, from the end of the gutter to the right, in the painter's coordinates;
/// `scrolled` of their pixels are above it.
class TimelinePainter
{
public:
    static constexpr float kPale = 0.45F; ///< how strong a request is before its first piece
    static constexpr int kCellPx = 2;
    static constexpr int kMarkPx = 10; ///< a mark takes so much of a lane

    TimelinePainter(QPainter &painter, const TimelineScene &scene, const LaneLayout &layout,
                    const TimelineView &view, const QPalette &palette, const QFont &font);

    void paintLanes(const QRect &area, int gutter, int scrolled, const TimelineMarks &marks);
    void paintRuler(const QRect &area, const TimelineMarks &marks);
    /// The whole run, small, with the part that is in view.
    void paintOverview(const QRect &area);
    /// The line of the cursor, from the ruler down.
    void paintCursor(const QRect &area, const QRect &ruler, const TimelineMarks &marks);
    std::size_t looked() const { return m_looked; } ///< bars and sums; for measurements

private:
    struct Piece; ///< of the time in view, in which pixels and times are in proportion
    QList<Piece> pieces(int cellPx) const;
    void paintGutter(const QRect &box, qsizetype lane, const TimelineMarks &marks);
    void paintRow(const state::SpanRow &row, const QRect &box, const TimelineMarks &marks);
    void paintPatch(const state::SpanRow &row, const state::Patch &patch, const Piece &piece,
                    const QRect &box, const TimelineMarks &marks);
    void paintMany(const state::Patch &patch, const QRectF &box);
    QColor inkOn(const QColor &ground) const;
    void paintBar(const state::Bar &bar, const QRectF &box, const TimelineMarks &marks);
    void paintLabel(const state::Bar &bar, const QRectF &box, const QColor &on);
    void paintMarks(const state::SpanRow &row, const QRect &box, const TimelineMarks &marks);
    void paintManyMarks(const state::Patch &patch, const QRectF &box);
    void paintRepeats(const state::SpanRow &row, const QRect &box);
    void paintArrows(const QRect &area, int scrolled);
    void paintFolds(const QRect &area);
    void paintRange(const QRect &area, const TimelineMarks &marks);
    QColor colorOf(state::BarKind kind) const;
    qreal callMiddle(std::uint32_t lane) const; ///< of the first row of calls; -1: not shown

    QPainter &m_painter;
    const TimelineScene &m_scene;
    const LaneLayout &m_layout;
    const TimelineView &m_view;
    const QPalette &m_palette;
    const Tokens &m_tokens;
    QFont m_font, m_small;
    const QBrush m_wait;
    std::vector<state::Patch> m_patches; ///< used again for each row
    std::size_t m_looked = 0;
    qreal m_left = 0; ///< of the lanes, in the painter's coordinates
};

} // namespace orrery::ui
