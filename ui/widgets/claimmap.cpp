// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/claimmap.h"

#include "ui/theme/theme.h"
#include "ui/widgets/statebadge.h"
#include "ui/widgets/plaintip.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>

namespace orrery::ui {
namespace {

constexpr int axisHeight = 22;
constexpr int fadeMs = 60000;
/// Ends beyond any real file mean the whole of it.
constexpr int wholeFile = 1000000;

/// A round step that gives at most `most` ticks.
int axisStep(int lines, int most)
{
    for (int unit = 1;; unit *= 10) {
        for (const int factor : {1, 2, 5}) {
            if (lines / (unit * factor) <= most)
                return unit * factor;
        }
    }
}

} // namespace

ClaimMap::ClaimMap(QWidget *parent) : QAbstractScrollArea(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Claim map"));
    setAccessibleDescription(
        tr("Which lines of which file each agent holds; the table below has the same content"));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
}

QString ClaimMap::lineText(int start, int end)
{
    return end >= wholeFile ? tr("whole file") : QStringLiteral("%1–%2").arg(start).arg(end);
}

QString ClaimMap::remaining(qint64 ms)
{
    if (ms <= 0)
        return tr("expired");
    const qint64 seconds = (ms + 999) / 1000;
    return QStringLiteral("%1:%2").arg(seconds / 60).arg(seconds % 60, 2, 10, QLatin1Char('0'));
}

int ClaimMap::rowHeight() const { return fontMetrics().height() * 2 + 18; }

QSize ClaimMap::sizeHint() const { return {420, axisHeight + rowHeight() * 3 + 4}; }

void ClaimMap::setFiles(QList<ClaimFile> files, qint64 nowMs)
{
    m_files = std::move(files);
    m_nowMs = nowMs;
    int last = 20;
    const auto grow = [&last](int end) {
        if (end < wholeFile)
            last = qMax(last, end);
    };
    for (const ClaimFile &file : std::as_const(m_files)) {
        for (const ClaimBar &bar : file.bars)
            grow(bar.end);
        for (const ClaimAttempt &attempt : file.denied)
            grow(attempt.end);
        for (const ClaimEdit &edit : file.edits)
            grow(edit.line);
    }
    const int step = axisStep(last, 8);
    m_lastLine = (last / step + 1) * step;
    m_current = qMin(m_current, static_cast<int>(m_files.size()) - 1);
    updateScroll();
    viewport()->update();
}

int ClaimMap::labelWidth() const
{
    int widest = 60;
    for (const ClaimFile &file : m_files)
        widest = qMax(widest, fontMetrics().horizontalAdvance(file.file));
    return qMin(widest + 20, viewport()->width() * 3 / 10);
}

QRectF ClaimMap::laneRect(int row) const
{
    const int top = axisHeight + row * rowHeight() - verticalScrollBar()->value();
    const int left = labelWidth();
    return QRectF(left, top + 3, qMax(20, viewport()->width() - left - 14), rowHeight() - 6);
}

QRectF ClaimMap::lineRect(const QRectF &lane, int start, int end) const
{
    const auto x = [&](int line) {
        return lane.left() + lane.width() * qBound(0, line, m_lastLine) / double(m_lastLine);
    };
    const qreal left = x(qMax(0, start - 1));
    return QRectF(left, lane.top(), qMax(3.0, x(end) - left), lane.height());
}

void ClaimMap::paintAxis(QPainter &painter, bool grid) const
{
    const Tokens &t = tokens(palette());
    const QRectF lane = laneRect(0);
    painter.setFont(smallFont(font()));
    if (!grid)
        painter.fillRect(QRect(0, 0, viewport()->width(), axisHeight), t.raised);
    const int step = axisStep(m_lastLine, qMax(2, int(lane.width() / 56)));
    painter.setPen(t.muted);
    if (!grid)
        painter.drawText(QRectF(8, 0, lane.left() - 20, axisHeight),
                         Qt::AlignVCenter | Qt::AlignRight, tr("line"));
    for (int line = 0; line <= m_lastLine; line += step) {
        const qreal x = lane.left() + lane.width() * line / m_lastLine;
        if (grid) {
            painter.setPen(t.border);
            painter.drawLine(QPointF(x, axisHeight), QPointF(x, viewport()->height()));
            continue;
        }
        painter.setPen(t.muted);
        QRectF label(x - 30, 0, 60, axisHeight - 3);
        label.moveRight(qMin<qreal>(label.right(), viewport()->width() + 18));
        painter.drawText(label, Qt::AlignCenter, QString::number(qMax(1, line)));
    }
    painter.setPen(t.border);
    painter.drawLine(0, axisHeight, viewport()->width(), axisHeight);
}

void ClaimMap::paintBar(QPainter &painter, const QRectF &lane, const ClaimBar &bar, qreal roomUntil,
                        bool covered) const
{
    const Tokens &t = tokens(palette());
    const QColor color = agentColor(bar.agentIndex, palette());
    const QRectF box = lineRect(lane, bar.start, bar.end);
    const double left =
        bar.ttlMs > 0 ? qBound(0.0, double(bar.expiresAtMs - m_nowMs) / double(bar.ttlMs), 1.0)
                      : 1.0;
    QColor soft = color;
    soft.setAlphaF(bar.ended ? 0.07F : 0.28F);
    painter.setPen(QPen(color, 1.2,
                        bar.ended                       ? Qt::DotLine
                        : agentIsDashed(bar.agentIndex) ? Qt::DashLine
                                                        : Qt::SolidLine));
    painter.setBrush(soft);
    painter.drawRoundedRect(box, 3, 3);
    const QRectF drained(box.left(), box.bottom() - 5, box.width() * left, 4);
    if (!bar.ended)
        painter.fillRect(drained.adjusted(1, 0, -1, 0), color);

    if (covered)
        return;
    const qreal badge = qMin<qreal>(box.height() - 9, 20);
    const bool roomForBadge = box.width() >= badge + 6;
    if (roomForBadge)
        drawMonogram(painter, QRectF(box.left() + 3, box.top() + 3, badge + 4, badge), bar.monogram,
                     bar.agentIndex, palette());
    painter.setFont(smallFont(font()));
    painter.setPen(bar.ended ? t.muted : t.text);
    const QFontMetrics metrics(painter.font());
    const QString lines = lineText(bar.start, bar.end);
    const QString time = bar.ended ? tr("ended") : remaining(bar.expiresAtMs - m_nowMs);
    const qreal from = box.left() + (roomForBadge ? badge + 11 : 4);
    const qreal below = box.bottom() - 5;
    // Inside the bar when it fits, else behind it up to the next one; then the time alone, then nothing.
    for (const QString &label : {lines + QStringLiteral(" · ") + time, time}) {
        const int width = metrics.horizontalAdvance(label);
        qreal left = -1;
        if (from + width + 4 <= box.right())
            left = from;
        else if (box.right() + 4 + width <= roomUntil)
            left = box.right() + 4;
        if (left < 0)
            continue;
        painter.drawText(QRectF(left, box.top(), width + 4, below - box.top()),
                         Qt::AlignVCenter | Qt::AlignLeft, label);
        break;
    }
}

void ClaimMap::paintRow(QPainter &painter, int row) const
{
    const Tokens &t = tokens(palette());
    const ClaimFile &file = m_files.at(row);
    const QRectF lane = laneRect(row);
    if (row == m_current)
        painter.fillRect(QRectF(0, lane.top() - 3, viewport()->width(), rowHeight()), t.accentSoft);
    painter.setFont(font());
    painter.setPen(t.text);
    const QRectF label(8, lane.top(), lane.left() - 16, lane.height());
    painter.drawText(
        label, Qt::AlignVCenter | Qt::AlignLeft,
        painter.fontMetrics().elidedText(file.file, Qt::ElideLeft, int(label.width())));
    const QRectF upper = lane.adjusted(0, 0, 0, -lane.height() * 0.36);
    // Bars are in order of time: later ones lie on top, and what is held now on all that has ended.
    for (const bool ended : {true, false}) {
        for (qsizetype i = 0; i < file.bars.size(); ++i) {
            const ClaimBar &bar = file.bars.at(i);
            if (bar.ended != ended)
                continue;
            qreal roomUntil = lane.right() + 10;
            bool covered = false;
            for (qsizetype j = 0; j < file.bars.size(); ++j) {
                const ClaimBar &other = file.bars.at(j);
                if (other.start > bar.start)
                    roomUntil = qMin(roomUntil, lineRect(lane, other.start, other.end).left() - 2);
                const bool above = bar.ended && (!other.ended || j > i);
                covered = covered || (above && other.start <= bar.end && bar.start <= other.end);
            }
            paintBar(painter, upper, bar, roomUntil, covered);
        }
    }
    for (const ClaimAttempt &attempt : file.denied) {
        const double age = qBound(0.0, double(m_nowMs - attempt.atMs) / fadeMs, 1.0);
        painter.save();
        painter.setOpacity(1.0 - 0.65 * age);
        const QColor color = agentColor(attempt.agentIndex, palette());
        const QRectF box =
            lineRect(lane, attempt.start, attempt.end).adjusted(0, lane.height() * 0.66, 0, 0);
        drawHatch(painter, box, color);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(color, 1.4, Qt::DashLine));
        painter.drawRoundedRect(box, 3, 3);
        const QString who = QStringLiteral("╳ ") + attempt.monogram;
        QFont bold = smallFont(font());
        bold.setBold(true);
        painter.setFont(bold);
        const QRectF tag(box.left() + 3, box.top() + 1,
                         painter.fontMetrics().horizontalAdvance(who) + 6, box.height() - 2);
        painter.fillRect(tag, t.surface);
        painter.setPen(color);
        painter.drawText(tag, Qt::AlignCenter, who);
        painter.restore();
    }
    for (const ClaimEdit &edit : file.edits) {
        const QRectF at = lineRect(lane, edit.line, edit.line);
        painter.fillRect(QRectF(at.left(), upper.top(), edit.inside ? 1 : 2, upper.height()),
                         edit.inside ? t.text : t.failure);
    }
    painter.setPen(t.border);
    painter.drawLine(QPointF(0, lane.bottom() + 3),
                     QPointF(viewport()->width(), lane.bottom() + 3));
}

void ClaimMap::paintEvent(QPaintEvent *)
{
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(viewport()->rect(), tokens(palette()).surface);
    painter.save();
    painter.setClipRect(0, axisHeight, viewport()->width(), viewport()->height() - axisHeight);
    if (!m_files.isEmpty())
        paintAxis(painter, true);
    for (int row = 0; row < m_files.size(); ++row)
        paintRow(painter, row);
    painter.restore();
    paintAxis(painter, false);
    if (m_files.isEmpty()) {
        painter.setFont(font());
        painter.setPen(tokens(palette()).muted);
        painter.drawText(viewport()->rect().adjusted(0, axisHeight, 0, 0), Qt::AlignCenter,
                         tr("Nobody holds any lines."));
    }
    if (hasFocus()) {
        painter.setPen(tokens(palette()).accent);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(viewport()->rect().adjusted(0, 0, -1, -1));
    }
}

void ClaimMap::updateScroll()
{
    const int content = axisHeight + static_cast<int>(m_files.size()) * rowHeight();
    verticalScrollBar()->setRange(0, qMax(0, content - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(rowHeight());
}

void ClaimMap::resizeEvent(QResizeEvent *) { updateScroll(); }

void ClaimMap::setCurrent(int row)
{
    if (m_files.isEmpty())
        return;
    m_current = qBound(0, row, static_cast<int>(m_files.size()) - 1);
    const int top = m_current * rowHeight();
    const int room = viewport()->height() - axisHeight - rowHeight();
    verticalScrollBar()->setValue(qBound(top - room, verticalScrollBar()->value(), top));
    viewport()->update();
    emit fileActivated(m_files.at(m_current).file);
}

void ClaimMap::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Down)
        setCurrent(m_current + 1);
    else if (event->key() == Qt::Key_Up)
        setCurrent(m_current - 1);
    else
        QAbstractScrollArea::keyPressEvent(event);
}

void ClaimMap::mousePressEvent(QMouseEvent *event)
{
    const int row = (event->pos().y() - axisHeight + verticalScrollBar()->value()) / rowHeight();
    if (event->pos().y() > axisHeight && row < m_files.size())
        setCurrent(row);
}

bool ClaimMap::viewportEvent(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    auto *help = static_cast<QHelpEvent *>(event);
    const int row = (help->pos().y() - axisHeight + verticalScrollBar()->value()) / rowHeight();
    if (help->pos().y() <= axisHeight || row < 0 || row >= m_files.size()) {
        hideTip();
        return true;
    }
    const ClaimFile &file = m_files.at(row);
    QStringList lines{file.file};
    for (const ClaimBar &bar : file.bars)
        lines << (bar.ended ? tr("%1 held %2").arg(bar.agent, lineText(bar.start, bar.end))
                            : tr("%1 holds %2, expires in %3")
                                  .arg(bar.agent, lineText(bar.start, bar.end),
                                       remaining(bar.expiresAtMs - m_nowMs)));
    for (const ClaimAttempt &attempt : file.denied)
        lines << tr("%1 was refused %2, held by %3")
                     .arg(attempt.agent, lineText(attempt.start, attempt.end), attempt.holder);
    showTip(help->globalPos(), lines.join(QLatin1Char('\n')), viewport());
    return true;
}

} // namespace orrery::ui
