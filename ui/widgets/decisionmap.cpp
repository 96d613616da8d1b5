// SPDX-License-Identifier: GPL-3.0-or-later
// Keyboard, mouse and scrolling; the drawing is in decisionpaint.cpp.
#include "ui/widgets/decisionmap.h"

#include "ui/theme/theme.h"
#include "ui/widgets/plaintip.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStyle>

#include <cmath>

namespace orrery::ui {
namespace {

constexpr double boxWidth = 196;
constexpr double boxHeight = 72;
constexpr double gapX = 22;
constexpr double gapY = 46;
constexpr double margin = 18;
constexpr double smallestFit = 0.62; ///< smaller texts cannot be read; then one scrolls
constexpr int glideMs = 150;

} // namespace

DecisionMap::DecisionMap(QWidget *parent) : QAbstractScrollArea(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Decision graph"));
    setAccessibleDescription(
        tr("Goals and what they led to, from the top down; the outline has the same content"));
    viewport()->setMouseTracking(true);
    m_glide.setStartValue(0.0);
    m_glide.setEndValue(1.0);
    m_glide.setDuration(glideMs);
    connect(&m_glide, &QVariantAnimation::valueChanged, viewport(), qOverload<>(&QWidget::update));
}

void DecisionMap::setGraph(QList<DecisionBox> boxes, QList<DecisionArrow> arrows)
{
    QHash<QString, QPointF> before;
    for (int i = 0; i < m_boxes.size(); ++i)
        before.insert(m_boxes.at(i).id, boxRect(i).topLeft());
    m_boxes = std::move(boxes);
    m_arrows = std::move(arrows);
    m_before.clear();
    m_glide.stop();
    bool moves = false;
    for (int i = 0; i < m_boxes.size(); ++i) {
        const auto old = before.constFind(m_boxes.at(i).id);
        moves = moves || (old != before.constEnd() && *old != boxRect(i).topLeft());
    }
    // A style that animates nothing (reduced motion) says so with a duration of 0.
    if (moves && isVisible()
        && style()->styleHint(QStyle::SH_Widget_Animation_Duration, nullptr, this) > 0) {
        m_before = std::move(before);
        m_glide.start();
    }
    if (indexOf(m_selected) < 0)
        m_selected.clear();
    if (!m_zoomIsOwn)
        showAll();
    updateScroll();
    viewport()->update();
}

void DecisionMap::select(const QString &id)
{
    if (id == m_selected)
        return;
    m_selected = indexOf(id) < 0 ? QString() : id;
    if (const int box = indexOf(m_selected); box >= 0) {
        const QRect shown = transform().mapRect(boxRect(box)).toAlignedRect();
        const QRect room = viewport()->rect().adjusted(8, 8, -8, -8);
        const auto nudge = [](QScrollBar *bar, int low, int high, int from, int to) {
            if (low < from)
                bar->setValue(bar->value() - (from - low));
            else if (high > to)
                bar->setValue(bar->value() + (high - to));
        };
        nudge(horizontalScrollBar(), shown.left(), shown.right(), room.left(), room.right());
        nudge(verticalScrollBar(), shown.top(), shown.bottom(), room.top(), room.bottom());
    }
    viewport()->update();
}

void DecisionMap::choose(int box)
{
    const QString id = box < 0 ? QString() : m_boxes.at(box).id;
    if (id == m_selected)
        return;
    select(id);
    emit selectionChanged(m_selected);
}

QRectF DecisionMap::boxRect(int box) const
{
    const DecisionBox &it = m_boxes.at(box);
    QPointF at(margin + it.x * (boxWidth + gapX), margin + it.layer * (boxHeight + gapY));
    if (m_glide.state() == QAbstractAnimation::Running) {
        const auto from = m_before.constFind(it.id);
        if (from != m_before.constEnd())
            at = *from + (at - *from) * m_glide.currentValue().toDouble();
    }
    return {at, QSizeF(boxWidth, boxHeight)};
}

QSizeF DecisionMap::contentSize() const
{
    double right = 0;
    int layers = 0;
    for (const DecisionBox &box : m_boxes) {
        right = std::max(right, box.x);
        layers = std::max(layers, box.layer);
    }
    return {2 * margin + right * (boxWidth + gapX) + boxWidth,
            2 * margin + layers * (boxHeight + gapY) + boxHeight};
}

/// From unscaled to the viewport: what is smaller than it stands in the middle of its width.
QTransform DecisionMap::transform() const
{
    const double width = contentSize().width() * m_zoom;
    const double left = std::max(0.0, (viewport()->width() - width) / 2);
    QTransform map;
    map.translate(left - horizontalScrollBar()->value(), -verticalScrollBar()->value());
    map.scale(m_zoom, m_zoom);
    return map;
}

void DecisionMap::updateScroll()
{
    const QSizeF size = contentSize() * m_zoom;
    horizontalScrollBar()->setRange(0, qMax(0, int(std::ceil(size.width())) - viewport()->width()));
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(40);
    verticalScrollBar()->setRange(0, qMax(0, int(std::ceil(size.height())) - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(40);
}

void DecisionMap::setZoom(double zoom)
{
    m_zoomIsOwn = true;
    m_zoom = qBound(0.3, zoom, 2.0);
    updateScroll();
    viewport()->update();
}

void DecisionMap::showAll()
{
    m_zoomIsOwn = false;
    const QSizeF size = contentSize();
    const double fit = std::min(maximumViewportSize().width() / size.width(),
                                maximumViewportSize().height() / size.height());
    m_zoom = qBound(smallestFit, fit, 1.0);
    updateScroll();
    viewport()->update();
}

int DecisionMap::boxAt(const QPoint &at) const
{
    const QPointF point = transform().inverted().map(QPointF(at));
    for (int i = 0; i < m_boxes.size(); ++i)
        if (boxRect(i).contains(point))
            return i;
    return -1;
}

int DecisionMap::indexOf(const QString &id) const
{
    if (!id.isEmpty())
        for (int i = 0; i < m_boxes.size(); ++i)
            if (m_boxes.at(i).id == id)
                return i;
    return -1;
}

/// The next box in the same layer; the box itself at the end of it.
int DecisionMap::beside(int box, int step) const
{
    int best = box;
    for (int i = 0; i < m_boxes.size(); ++i) {
        const double away = (m_boxes.at(i).x - m_boxes.at(box).x) * step;
        if (m_boxes.at(i).layer != m_boxes.at(box).layer || away <= 0)
            continue;
        if (best == box || away < (m_boxes.at(best).x - m_boxes.at(box).x) * step)
            best = i;
    }
    return best;
}

void DecisionMap::resizeEvent(QResizeEvent *)
{
    if (!m_zoomIsOwn)
        showAll();
    updateScroll();
}

void DecisionMap::keyPressEvent(QKeyEvent *event)
{
    const int now = indexOf(m_selected);
    const auto along = [&](bool down) {
        for (const DecisionArrow &arrow : m_arrows) {
            if ((down ? arrow.from : arrow.to) != now
                || arrow.kind == DecisionArrow::Kind::Supersedes)
                continue;
            const int other = down ? arrow.to : arrow.from;
            if ((m_boxes.at(other).layer > m_boxes.at(now).layer) == down)
                return other;
        }
        return now;
    };
    if (m_boxes.isEmpty()) {
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    switch (event->key()) {
    case Qt::Key_Up: choose(now < 0 ? 0 : along(false)); break;
    case Qt::Key_Down: choose(now < 0 ? 0 : along(true)); break;
    case Qt::Key_Left: choose(now < 0 ? 0 : beside(now, -1)); break;
    case Qt::Key_Right: choose(now < 0 ? 0 : beside(now, 1)); break;
    case Qt::Key_Home: choose(0); break;
    case Qt::Key_End: choose(static_cast<int>(m_boxes.size()) - 1); break;
    case Qt::Key_Plus:
    case Qt::Key_Equal: setZoom(m_zoom * 1.2); break;
    case Qt::Key_Minus: setZoom(m_zoom / 1.2); break;
    case Qt::Key_0: showAll(); break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (now >= 0)
            emit activated(m_selected);
        break;
    default: QAbstractScrollArea::keyPressEvent(event);
    }
}

void DecisionMap::mousePressEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        choose(boxAt(event->pos()));
}

void DecisionMap::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (boxAt(event->pos()) >= 0)
        emit activated(m_selected);
}

void DecisionMap::wheelEvent(QWheelEvent *event)
{
    if (event->modifiers() & Qt::ControlModifier)
        setZoom(m_zoom * std::pow(1.2, event->angleDelta().y() / 120.0));
    else
        QAbstractScrollArea::wheelEvent(event);
}

bool DecisionMap::viewportEvent(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    auto *help = static_cast<QHelpEvent *>(event);
    const int at = boxAt(help->pos());
    if (at < 0) {
        hideTip();
        return true;
    }
    const DecisionBox &box = m_boxes.at(at);
    QStringList lines{box.label, box.typeWord + QStringLiteral(", ") + box.statusWord};
    if (box.confidence >= 0)
        lines << tr("confidence %1").arg(box.confidence, 0, 'f', 2);
    if (!box.agent.isEmpty())
        lines << tr("recorded by %1").arg(box.agent);
    showTip(help->globalPos(), lines.join(QLatin1Char('\n')), viewport());
    return true;
}

} // namespace orrery::ui
