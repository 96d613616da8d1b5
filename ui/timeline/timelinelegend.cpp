// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinelegend.h"

#include "ui/theme/theme.h"
#include "ui/timeline/timelinepainter.h"

#include <QPainter>

namespace orrery::ui {

TimelineLegend::TimelineLegend(QWidget *parent) : QWidget(parent)
{
    setAccessibleName(tr("What the colours of the timeline mean"));
    setAccessibleDescription(
        tr("Blue: request, pale until its first piece; orange: tool; hatched: waiting; triangle "
           "down: edit; box: "
           "claim; disc: memory; rhombus: message; cross: failure; triangle up: something odd"));
}

QSize TimelineLegend::sizeHint() const
{
    return {400, QFontMetrics(smallFont(font())).height() + metric::medium};
}

void TimelineLegend::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const Tokens &t = tokens(palette());
    painter.setFont(smallFont(font()));
    const QFontMetrics metrics(painter.font());
    int x = metric::medium;
    const int box = 12;
    const auto item = [&](const QString &text, const auto &draw) {
        const int width = metrics.horizontalAdvance(text);
        if (x + box + metric::small + width > this->width() - metric::medium)
            return;
        draw(QRectF(x, (height() - box) / 2.0, box, box));
        painter.setPen(t.muted);
        painter.drawText(QRect(x + box + metric::small + 1, 0, width + 2, height()),
                         Qt::AlignVCenter, text);
        x += box + metric::small + width + metric::large + metric::small;
    };
    const auto fill = [&](const QColor &color) {
        return [&painter, color](const QRectF &at) { painter.fillRect(at, color); };
    };
    const auto mark = [&](state::BarKind kind, state::Worst worst) {
        return [&, kind, worst](const QRectF &at) {
            drawTimelineMark(painter, t, kind, worst, at.center(), TimelinePainter::kMarkPx - 1);
        };
    };
    item(tr("request"), [&](const QRectF &at) {
        QColor pale = t.llm;
        pale.setAlphaF(TimelinePainter::kPale);
        painter.fillRect(at.adjusted(0, 0, -at.width() / 2, 0), pale);
        painter.fillRect(at.adjusted(at.width() / 2, 0, 0, 0), t.llm);
    });
    item(tr("tool"), fill(t.tool));
    item(tr("waiting"), [&](const QRectF &at) { painter.fillRect(at, timelineWait(t)); });
    item(tr("turn, iteration"), fill(t.iteration));
    item(tr("edit"), mark(state::BarKind::Edit, state::Worst::None));
    item(tr("claim"), mark(state::BarKind::Claim, state::Worst::None));
    item(tr("memory"), mark(state::BarKind::Memory, state::Worst::None));
    item(tr("message"), mark(state::BarKind::Message, state::Worst::None));
    item(tr("failure"), mark(state::BarKind::Problem, state::Worst::Failed));
    item(tr("odd"), mark(state::BarKind::Problem, state::Worst::Note));
}

} // namespace orrery::ui
