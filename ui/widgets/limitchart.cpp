// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/limitchart.h"

#include "ui/format/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/statebadge.h"
#include "ui/widgets/plaintip.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>

#include <numeric>

namespace orrery::ui {
namespace {

/// Of the past that is shown; what is to come gets a further one.
constexpr int parts = 4;
constexpr int tickLane = 7;  ///< below the areas: one tick for each call
constexpr int markLane = 16; ///< below the ticks

double niceTop(double most)
{
    for (double unit = 1;; unit *= 10) {
        for (const double factor : {1.0, 2.0, 5.0}) {
            if (unit * factor >= most)
                return unit * factor;
        }
    }
}

} // namespace

double WindowStep::sum() const { return std::accumulate(held.begin(), held.end(), reserved); }

LimitChart::LimitChart(const QString &unit, QWidget *parent) : QWidget(parent), m_unit(unit)
{
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    layOut();
}

QSize LimitChart::sizeHint() const { return m_compact ? QSize(300, 44) : QSize(300, 150); }

QSize LimitChart::minimumSizeHint() const { return m_compact ? QSize(160, 40) : QSize(160, 110); }

void LimitChart::setCompact(bool compact)
{
    m_compact = compact;
    setSizePolicy(QSizePolicy::Expanding, compact ? QSizePolicy::Fixed : QSizePolicy::Expanding);
    layOut();
}

void LimitChart::setAgents(QList<ChartAgent> agents) { m_agents = std::move(agents); }

qint64 LimitChart::spanFor(qint64 ageMs)
{
    return ageMs < 20000 ? 20000 : ageMs < 40000 ? 40000 : windowMs;
}

void LimitChart::setData(QList<WindowStep> steps, QList<MarkAt> marks, std::optional<double> limit,
                         qint64 nowMs)
{
    m_steps = std::move(steps);
    m_marks = std::move(marks);
    m_limit = limit;
    m_nowMs = nowMs;
    qint64 oldest = m_marks.isEmpty() ? nowMs : m_marks.first().timeMs;
    double most = limit.value_or(1);
    for (const WindowStep &step : std::as_const(m_steps)) {
        const double sum = step.sum();
        most = qMax(most, sum);
        if (sum > 0)
            oldest = qMin(oldest, step.timeMs);
    }
    m_spanMs = spanFor(nowMs - oldest);
    // The limit is the measure of everything, so it gets a little air and no more.
    m_top = limit ? qMax(*limit * 1.12, most * 1.02) : niceTop(most * 1.05);
    update();
}

void LimitChart::layOut()
{
    const int axis = fontMetrics().horizontalAdvance(QStringLiteral("100.0k")) + 6;
    const int line = QFontMetrics(smallFont(font())).height();
    const int above = m_compact ? 4 : line + 8;
    const int below = m_compact ? 3 : line + 4 + tickLane + markLane;
    m_plot = QRectF(axis, above, qMax(10, width() - axis - 10), qMax(10, height() - above - below));
}

void LimitChart::resizeEvent(QResizeEvent *) { layOut(); }

void LimitChart::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        layOut();
}

qreal LimitChart::xOf(qint64 timeMs) const
{
    const QRectF area = plot();
    const double shown = double(m_spanMs) * (parts + 1) / parts;
    return area.left() + area.width() * double(timeMs - m_nowMs + m_spanMs) / shown;
}

qreal LimitChart::yOf(double amount) const
{
    const QRectF area = plot();
    return area.bottom() - area.height() * qBound(0.0, amount / m_top, 1.0);
}

qreal LimitChart::markY() const { return plot().bottom() + tickLane + markLane / 2.0; }

void LimitChart::paintLegend(QPainter &painter) const
{
    const Tokens &t = tokens(palette());
    painter.setFont(smallFont(font()));
    const QFontMetrics metrics(painter.font());
    qreal x = plot().left();
    const auto item = [&](const QString &name, int agentIndex, bool reserved) {
        const int width = metrics.horizontalAdvance(name);
        if (x + 14 + width > plot().right())
            return;
        const QRectF box(x, 5 + (metrics.height() - 10) / 2.0, 10, 10);
        painter.fillRect(box, reserved ? t.sunken : agentColor(agentIndex, palette()));
        if (reserved)
            drawHatch(painter, box, t.muted);
        painter.setPen(t.muted);
        painter.drawText(QRectF(x + 14, 4, width + 4, metrics.height() + 2), Qt::AlignVCenter,
                         name);
        x += 14 + width + 14;
    };
    item(tr("reserved"), -1, true);
    for (const ChartAgent &agent : m_agents)
        item(agent.name, agent.index, false);
}

void LimitChart::paintAxes(QPainter &painter) const
{
    const Tokens &t = tokens(palette());
    const QRectF area = plot();
    const qreal below = area.bottom() + tickLane + markLane;
    painter.setFont(smallFont(font()));
    painter.fillRect(area, t.raised);
    for (int part = 0; part <= parts + 1; ++part) {
        const qreal x = area.left() + area.width() * part / (parts + 1);
        painter.setPen(part == parts ? t.muted : t.border);
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        if (m_compact)
            continue;
        painter.setPen(t.muted);
        const qint64 seconds = (part - parts) * m_spanMs / parts / 1000;
        const QString label = seconds == 0  ? tr("now")
                              : seconds > 0 ? QStringLiteral("+%1 s").arg(seconds)
                                            : QStringLiteral("−%1 s").arg(-seconds);
        QRectF box(x - 30, below + 2, 60, height() - below - 2);
        if (part == parts + 1)
            box.moveRight(width() - 2);
        painter.drawText(
            box, (part == parts + 1 ? Qt::AlignRight : Qt::AlignHCenter) | Qt::AlignTop, label);
    }
    painter.setPen(t.muted);
    const QRectF axis(0, 0, area.left() - 5, 16);
    painter.drawText(axis.translated(0, area.bottom() - 13), Qt::AlignRight | Qt::AlignVCenter,
                     QStringLiteral("0"));
    const double marked = m_limit.value_or(m_top);
    painter.drawText(axis.translated(0, qBound(0.0, yOf(marked) - 8, area.bottom() - 28)),
                     Qt::AlignRight | Qt::AlignVCenter, format::count(qint64(marked)));
}

void LimitChart::paintStep(QPainter &painter, const WindowStep &step, qint64 untilMs) const
{
    const Tokens &t = tokens(palette());
    const qreal left = xOf(step.timeMs);
    const qreal width = xOf(untilMs) - left;
    double below = 0;
    const auto layer = [&](double amount) {
        const qreal top = yOf(below + amount);
        const QRectF box(left, top, width, yOf(below) - top);
        below += amount;
        return box;
    };
    for (int agent = 0; agent < step.held.size(); ++agent)
        if (step.held[agent] > 0)
            painter.fillRect(layer(step.held[agent]), agentColor(agent, palette()));
    if (step.reserved > 0) {
        const QRectF box = layer(step.reserved);
        painter.fillRect(box, t.sunken);
        drawHatch(painter, box, t.muted);
    }
}

/// What is there now and leaves, if nothing else comes.
void LimitChart::paintForecast(QPainter &painter) const
{
    painter.setPen(QPen(tokens(palette()).muted, 1.4, Qt::DotLine));
    const WindowStep *before = nullptr;
    qreal x = xOf(m_nowMs);
    for (const WindowStep &step : m_steps) {
        if (before && step.timeMs > m_nowMs) {
            const qreal y = yOf(before->sum());
            painter.drawLine(QPointF(x, y), QPointF(xOf(step.timeMs), y));
            x = xOf(step.timeMs);
            painter.drawLine(QPointF(x, y), QPointF(x, yOf(step.sum())));
        }
        before = &step;
    }
    if (before)
        painter.drawLine(QPointF(x, yOf(before->sum())),
                         QPointF(plot().right(), yOf(before->sum())));
}

void LimitChart::paintLimit(QPainter &painter) const
{
    if (!m_limit)
        return;
    const Tokens &t = tokens(palette());
    const QRectF area = plot();
    painter.setPen(QPen(t.text, 1.6));
    painter.drawLine(QPointF(area.left(), yOf(*m_limit)), QPointF(area.right(), yOf(*m_limit)));
    painter.setPen(QPen(t.muted, 1, Qt::DashLine));
    if (!m_compact)
        painter.drawLine(QPointF(area.left(), yOf(*m_limit * 0.8)),
                         QPointF(area.right(), yOf(*m_limit * 0.8)));
    const QString label = tr("limit %1 %2").arg(format::count(qint64(*m_limit)), m_unit);
    painter.setFont(smallFont(font()));
    const QRectF box(area.left() + 6, yOf(*m_limit) + 2,
                     painter.fontMetrics().horizontalAdvance(label) + 8,
                     painter.fontMetrics().height());
    QColor back = t.raised;
    back.setAlpha(225);
    painter.fillRect(box, back);
    painter.setPen(t.text);
    painter.drawText(box, Qt::AlignCenter, label);
}

QList<MarkCluster> LimitChart::clusters() const
{
    QList<qreal> xs;
    for (const MarkAt &mark : m_marks)
        xs << xOf(mark.timeMs);
    QFont bold = smallFont(font());
    bold.setBold(true);
    return clusterMarks(m_marks, xs, QFontMetrics(bold).horizontalAdvance(QStringLiteral("×99")));
}

void LimitChart::paintMarks(QPainter &painter) const
{
    const Tokens &t = tokens(palette());
    const QRectF area = plot();
    for (const MarkAt &mark : m_marks)
        if (mark.mark == LimitMark::Acquired)
            painter.fillRect(QRectF(xOf(mark.timeMs) - 1, area.bottom() + 2, 2, tickLane - 3),
                             agentColor(mark.agentIndex, palette()));
    QFont bold = smallFont(font());
    bold.setBold(true);
    painter.setFont(bold);
    for (const MarkCluster &cluster : clusters()) {
        drawMark(painter, {cluster.x, markY()}, cluster.mark, t);
        if (cluster.count == 1)
            continue;
        painter.setPen(t.text);
        painter.drawText(QRectF(cluster.x + markSize / 2 + 3, markY() - 10, 40, 20),
                         Qt::AlignVCenter | Qt::AlignLeft,
                         QStringLiteral("×%1").arg(cluster.count));
    }
}

void LimitChart::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintAxes(painter);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setClipRect(plot());
    for (int i = 0; i < m_steps.size() && m_steps[i].timeMs < m_nowMs; ++i)
        paintStep(painter, m_steps[i],
                  i + 1 < m_steps.size() ? qMin(m_nowMs, m_steps[i + 1].timeMs) : m_nowMs);
    paintForecast(painter);
    painter.restore();
    paintLimit(painter);
    if (!m_compact) {
        paintLegend(painter);
        paintMarks(painter);
    }
    painter.setPen(tokens(palette()).border);
    painter.drawLine(plot().bottomLeft(), plot().bottomRight());
}

const MarkAt *LimitChart::markNear(const QPointF &at) const
{
    for (const MarkCluster &cluster : clusters()) {
        const QRectF room(cluster.x - markSize, markY() - markSize,
                          cluster.count > 1 ? markSize * 4 : markSize * 2, markSize * 2);
        if (room.contains(at))
            return &m_marks[cluster.newest];
    }
    return nullptr;
}

void LimitChart::mousePressEvent(QMouseEvent *event)
{
    if (const MarkAt *mark = markNear(event->position()); mark && !mark->sentence.isEmpty())
        emit markActivated(mark->sentence);
}

bool LimitChart::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        auto *help = static_cast<QHelpEvent *>(event);
        if (const MarkAt *mark = markNear(help->pos()))
            showTip(help->globalPos(), mark->agent + QStringLiteral(": ") + mark->sentence, this);
        else
            hideTip();
        return true;
    }
    return QWidget::event(event);
}

} // namespace orrery::ui
