// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/limitchart.h"

#include "ui/theme/theme.h"
#include "ui/widgets/numbers.h"
#include "ui/widgets/statebadge.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <numeric>

namespace orrery::ui {
namespace {

constexpr qint64 windowMs = 60000;
constexpr qint64 forecastMs = 15000; ///< shown to the right of now: what leaves if nothing is added
constexpr qreal markSize = 9;
constexpr int markLane = 14; ///< below the areas, so that a mark never lies on its own colour

void drawMark(QPainter &painter, const QPointF &at, LimitMark mark, const QColor &color,
              const Tokens &t)
{
    const qreal r = markSize / 2;
    painter.setPen(QPen(t.surface, 0.8));
    painter.setBrush(color);
    switch (mark) {
    case LimitMark::Acquired:
        painter.drawPolygon(
            QPolygonF({at + QPointF(0, -r), at + QPointF(r, r), at + QPointF(-r, r)}));
        break;
    case LimitMark::Refunded:
        painter.setBrush(t.surface);
        painter.setPen(QPen(color, 1.6));
        painter.drawPolygon(
            QPolygonF({at + QPointF(0, r), at + QPointF(r, -r), at + QPointF(-r, -r)}));
        break;
    case LimitMark::Waiting:
        painter.setBrush(t.surface);
        painter.setPen(QPen(t.warn, 1.8));
        painter.drawEllipse(at, r, r);
        painter.drawLine(at, at + QPointF(0, -r + 1));
        painter.drawLine(at, at + QPointF(r - 2, 0));
        break;
    case LimitMark::Denied:
    case LimitMark::ProviderDenied:
        painter.setBrush(t.failure);
        painter.drawEllipse(at, r + 1, r + 1);
        painter.setPen(QPen(Qt::white, 1.8));
        if (mark == LimitMark::Denied)
            painter.drawLine(at + QPointF(-r + 1, 0), at + QPointF(r - 1, 0));
        else
            painter.drawLine(at + QPointF(0, -r + 1), at + QPointF(0, r - 1));
        break;
    }
}

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

LimitChart::LimitChart(const QString &unit, QWidget *parent) : QWidget(parent), m_unit(unit)
{
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

QSize LimitChart::sizeHint() const { return m_compact ? QSize(300, 44) : QSize(300, 130); }

QSize LimitChart::minimumSizeHint() const { return m_compact ? QSize(160, 40) : QSize(160, 84); }

void LimitChart::setCompact(bool compact)
{
    m_compact = compact;
    setSizePolicy(QSizePolicy::Expanding, compact ? QSizePolicy::Fixed : QSizePolicy::Expanding);
}

QList<double> LimitChart::heldAt(const QList<WindowEntry> &entries, qint64 timeMs, int agents)
{
    QList<double> held(agents + 1, 0.0);
    for (const WindowEntry &entry : entries) {
        if (entry.timeMs > timeMs || entry.endMs <= timeMs)
            continue;
        held[entry.reserved || entry.agentIndex < 0 || entry.agentIndex >= agents
                 ? agents
                 : entry.agentIndex] += entry.amount;
    }
    return held;
}

void LimitChart::setData(QList<WindowEntry> entries, QList<MarkAt> marks,
                         std::optional<double> limit, qint64 nowMs)
{
    m_entries = std::move(entries);
    m_marks = std::move(marks);
    m_limit = limit;
    m_nowMs = nowMs;
    double most = limit.value_or(1);
    for (const WindowEntry &entry : std::as_const(m_entries)) {
        double sum = 0;
        for (const double part : heldAt(m_entries, entry.timeMs, 1))
            sum += part;
        most = qMax(most, sum);
    }
    // The limit is the measure of everything, so it gets a little air and no more.
    m_top = limit && most <= *limit ? *limit * 1.15 : niceTop(most * 1.05);
    update();
}

QRectF LimitChart::plot() const
{
    const int axis = fontMetrics().horizontalAdvance(QStringLiteral("100.0k")) + 6;
    const int below = m_compact ? 3 : QFontMetrics(smallFont(font())).height() + 4 + markLane;
    return QRectF(axis, 4, qMax(10, width() - axis - 10), qMax(10, height() - 4 - below));
}

qreal LimitChart::xOf(qint64 timeMs) const
{
    const QRectF area = plot();
    return area.left()
           + area.width() * double(timeMs - m_nowMs + windowMs) / (windowMs + forecastMs);
}

qreal LimitChart::yOf(double amount) const
{
    const QRectF area = plot();
    return area.bottom() - area.height() * qBound(0.0, amount / m_top, 1.0);
}

void LimitChart::paintAxes(QPainter &painter) const
{
    const Tokens &t = tokens(palette());
    const QRectF area = plot();
    painter.setFont(smallFont(font()));
    painter.fillRect(area, t.raised);
    constexpr int parts = 5;
    constexpr int now = 4;
    for (int part = 0; part <= parts; ++part) {
        const qreal x = area.left() + area.width() * part / parts;
        painter.setPen(part == now ? t.muted : t.border);
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        if (m_compact)
            continue;
        painter.setPen(t.muted);
        const QString label = part == now     ? tr("now")
                              : part == parts ? QStringLiteral("+15 s")
                                              : QStringLiteral("−%1 s").arg(60 - part * 15);
        QRectF box(x - 30, area.bottom() + 2 + markLane, 60,
                   height() - area.bottom() - 2 - markLane);
        if (part == parts)
            box.moveRight(width() - 2);
        painter.drawText(box, (part == parts ? Qt::AlignRight : Qt::AlignHCenter) | Qt::AlignTop,
                         label);
    }
    painter.setPen(t.muted);
    const QRectF axis(0, 0, area.left() - 5, 16);
    painter.drawText(axis.translated(0, area.bottom() - 13), Qt::AlignRight | Qt::AlignVCenter,
                     QStringLiteral("0"));
    if (m_limit)
        painter.drawText(axis.translated(0, qBound(0.0, yOf(*m_limit) - 8, area.bottom() - 28)),
                         Qt::AlignRight | Qt::AlignVCenter, shortNumber(qint64(*m_limit)));
    else
        painter.drawText(axis, Qt::AlignRight | Qt::AlignVCenter, shortNumber(qint64(m_top)));
}

void LimitChart::paintAreas(QPainter &painter) const
{
    int agents = 1;
    QList<qint64> steps{m_nowMs - windowMs, m_nowMs, m_nowMs + forecastMs};
    for (const WindowEntry &entry : m_entries) {
        agents = qMax(agents, entry.agentIndex + 1);
        for (const qint64 at : {entry.timeMs, entry.endMs}) {
            if (at > m_nowMs - windowMs && at < m_nowMs + forecastMs)
                steps << at;
        }
    }
    std::sort(steps.begin(), steps.end());
    qreal forecastY = -1;
    for (int i = 0; i + 1 < steps.size(); ++i) {
        const QList<double> held = heldAt(m_entries, steps[i], agents);
        if (steps[i] >= m_nowMs) {
            const qreal y = yOf(std::accumulate(held.begin(), held.end(), 0.0));
            painter.setPen(QPen(tokens(palette()).muted, 1.4, Qt::DotLine));
            if (forecastY >= 0)
                painter.drawLine(QPointF(xOf(steps[i]), forecastY), QPointF(xOf(steps[i]), y));
            painter.drawLine(QPointF(xOf(steps[i]), y), QPointF(xOf(steps[i + 1]), y));
            forecastY = y;
            continue;
        }
        double below = 0;
        for (int layer = 0; layer <= agents; ++layer) {
            if (held[layer] <= 0)
                continue;
            const qreal top = yOf(below + held[layer]);
            const QRectF box(xOf(steps[i]), top, xOf(steps[i + 1]) - xOf(steps[i]),
                             yOf(below) - top);
            if (layer < agents) {
                painter.fillRect(box, agentColor(layer, palette()));
            } else {
                painter.fillRect(box, tokens(palette()).sunken);
                drawHatch(painter, box, tokens(palette()).muted);
            }
            below += held[layer];
        }
    }
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
    const QString label = tr("limit %1 %2").arg(shortNumber(qint64(*m_limit)), m_unit);
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

void LimitChart::paintMarks(QPainter &painter) const
{
    for (const MarkAt &mark : m_marks) {
        if (mark.timeMs <= m_nowMs - windowMs || mark.timeMs > m_nowMs)
            continue;
        drawMark(painter, QPointF(xOf(mark.timeMs), plot().bottom() + markLane / 2.0 + 1),
                 mark.mark, agentColor(mark.agentIndex, palette()), tokens(palette()));
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
    paintAreas(painter);
    painter.restore();
    paintLimit(painter);
    if (!m_compact)
        paintMarks(painter);
    painter.setPen(tokens(palette()).border);
    painter.drawLine(plot().bottomLeft(), plot().bottomRight());
}

const MarkAt *LimitChart::markNear(const QPointF &at) const
{
    for (auto mark = m_marks.crbegin(); mark != m_marks.crend(); ++mark) {
        const QPointF center(xOf(mark->timeMs), plot().bottom() + markLane / 2.0 + 1);
        if (QLineF(center, at).length() <= markSize)
            return &*mark;
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
            QToolTip::showText(help->globalPos(),
                               mark->agent + QStringLiteral(": ") + mark->sentence, this);
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

} // namespace orrery::ui
