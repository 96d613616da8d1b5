// SPDX-License-Identifier: GPL-3.0-or-later
// How the decision graph is drawn; what it does is in decisionmap.cpp.
#include "ui/theme/theme.h"
#include "ui/widgets/decisionmap.h"
#include "ui/widgets/statebadge.h"
#include "ui/widgets/textblock.h"

#include <QPainter>
#include <QPainterPath>

#include <cmath>

namespace orrery::ui {
namespace {

using Form = DecisionBox::Shape; // QFrame has a Shape of its own
using Status = DecisionBox::Status;
using Kind = DecisionArrow::Kind;

QColor shapeColor(Form shape, const Tokens &t)
{
    switch (shape) {
    case Form::Goal: return t.accent;
    case Form::Decision: return t.llm;
    case Form::Option: return t.message;
    case Form::Action: return t.tool;
    case Form::Outcome: return t.memory;
    case Form::Observation: return t.muted;
    case Form::Revisit: return t.human;
    }
    return t.text;
}

QPolygonF polygon(std::initializer_list<QPointF> points)
{
    return QPolygonF(QList<QPointF>(points));
}

void drawHead(QPainter &painter, const QPointF &tip, const QPointF &direction, const QColor &color)
{
    const double length = std::hypot(direction.x(), direction.y());
    if (length < 1e-6)
        return;
    const QPointF d = direction / length;
    const QPointF n(-d.y(), d.x());
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawPolygon(polygon({tip, tip - d * 8 + n * 4, tip - d * 8 - n * 4}));
}

} // namespace

void DecisionMap::paintArrow(QPainter &painter, const DecisionArrow &arrow) const
{
    const Tokens &t = tokens(palette());
    const QRectF from = boxRect(arrow.from);
    const QRectF to = boxRect(arrow.to);
    const bool down = to.top() > from.bottom();
    QPointF start(from.center().x(), down ? from.bottom() : from.top());
    QPointF end(to.center().x(), down ? to.top() : to.bottom());
    QPointF out(0, down ? 1 : -1);
    if (!down && to.bottom() > from.top()) { // in one layer: from side to side
        const bool right = to.left() > from.left();
        start = {right ? from.right() : from.left(), from.center().y()};
        end = {right ? to.left() : to.right(), to.center().y()};
        out = {right ? 1.0 : -1.0, 0};
    }
    const double reach = std::max(18.0, std::hypot(end.x() - start.x(), end.y() - start.y()) * 0.4);
    const QColor color = arrow.kind == Kind::Blocks   ? t.failure
                         : arrow.kind == Kind::Chosen ? t.accent
                                                      : t.muted;
    const double width = arrow.kind == Kind::Chosen ? 2.6 : 1.3;
    const Qt::PenStyle style = arrow.kind == Kind::Rejected     ? Qt::DashLine
                               : arrow.kind == Kind::Supersedes ? Qt::DotLine
                                                                : Qt::SolidLine;
    QPainterPath path(start);
    const QPointF stop = end - out * 7;
    path.cubicTo(start + out * reach, stop - out * reach * 0.6, stop);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(color, width, style, Qt::RoundCap));
    painter.drawPath(path);
    if (arrow.kind == Kind::Blocks) {
        const QPointF across(-out.y(), out.x());
        painter.setPen(QPen(color, 3, Qt::SolidLine, Qt::FlatCap));
        painter.drawLine(stop - across * 9, stop + across * 9);
    } else {
        drawHead(painter, end, out, color);
    }
    if (arrow.word.isEmpty())
        return;
    painter.setFont(smallFont(font()));
    const QFontMetricsF metrics(painter.font());
    QRectF tag(0, 0, metrics.horizontalAdvance(arrow.word) + 8, metrics.height());
    tag.moveCenter(path.pointAtPercent(0.56));
    painter.fillRect(tag, t.surface);
    painter.setPen(arrow.kind == Kind::Blocks   ? t.error
                   : arrow.kind == Kind::Chosen ? t.text
                                                : t.muted);
    painter.drawText(tag, Qt::AlignCenter, arrow.word);
}

void DecisionMap::paintOutline(QPainter &painter, const DecisionBox &box, const QRectF &rect) const
{
    const Tokens &t = tokens(palette());
    const bool chosen = box.id == m_selected;
    const bool faded = box.status == Status::Rejected || box.status == Status::Superseded;
    const QColor color = chosen ? t.accent : faded ? t.muted : shapeColor(box.shape, t);
    const Qt::PenStyle style = box.status == Status::Rejected     ? Qt::DashLine
                               : box.status == Status::Superseded ? Qt::DotLine
                                                                  : Qt::SolidLine;
    painter.setPen(QPen(color, chosen ? 2.4 : 1.4, style));
    painter.setBrush(chosen ? t.accentSoft : t.surface);
    const QRectF r = rect.adjusted(1, 1, -1, -1);
    switch (box.shape) {
    case Form::Goal:
        painter.drawRoundedRect(r, 8, 8);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(color, 1, style));
        painter.drawRoundedRect(r.adjusted(3.5, 3.5, -3.5, -3.5), 6, 6);
        break;
    case Form::Option: painter.drawRoundedRect(r, r.height() / 2, r.height() / 2); break;
    case Form::Outcome:
        painter.drawPolygon(polygon({{r.left() + 12, r.top()},
                                     {r.right() - 12, r.top()},
                                     {r.right(), r.center().y()},
                                     {r.right() - 12, r.bottom()},
                                     {r.left() + 12, r.bottom()},
                                     {r.left(), r.center().y()}}));
        break;
    case Form::Observation:
        painter.drawPolygon(polygon({r.topLeft(),
                                     {r.right() - 12, r.top()},
                                     {r.right(), r.top() + 12},
                                     r.bottomRight(),
                                     r.bottomLeft()}));
        painter.drawPolyline(polygon({{r.right() - 12, r.top()},
                                      {r.right() - 12, r.top() + 12},
                                      {r.right(), r.top() + 12}}));
        break;
    case Form::Revisit: painter.drawRoundedRect(r, 16, 16); break;
    case Form::Decision:
    case Form::Action: painter.drawRoundedRect(r, 3, 3); break;
    }
}

void DecisionMap::paintGlyph(QPainter &painter, const DecisionBox &box, const QRectF &rect) const
{
    const Tokens &t = tokens(palette());
    const bool faded = box.status == Status::Rejected || box.status == Status::Superseded;
    const QColor color = faded ? t.muted : shapeColor(box.shape, t);
    painter.setPen(QPen(color, 1.6));
    painter.setBrush(Qt::NoBrush);
    const QPointF c = rect.center();
    const double r = rect.width() / 2;
    switch (box.shape) {
    case Form::Goal:
        painter.drawEllipse(c, r, r);
        painter.setBrush(color);
        painter.drawEllipse(c, r * 0.4, r * 0.4);
        break;
    case Form::Decision:
        painter.drawPolygon(polygon(
            {{c.x(), c.y() - r}, {c.x() + r, c.y()}, {c.x(), c.y() + r}, {c.x() - r, c.y()}}));
        break;
    case Form::Option:
        painter.drawRoundedRect(QRectF(c.x() - r, c.y() - r * 0.55, 2 * r, r * 1.1), r * 0.55,
                                r * 0.55);
        break;
    case Form::Action:
        painter.drawRect(QRectF(c.x() - r * 0.85, c.y() - r * 0.85, r * 1.7, r * 1.7));
        break;
    case Form::Outcome:
        painter.drawPolygon(polygon({{c.x() - r * 0.5, c.y() - r * 0.87},
                                     {c.x() + r * 0.5, c.y() - r * 0.87},
                                     {c.x() + r, c.y()},
                                     {c.x() + r * 0.5, c.y() + r * 0.87},
                                     {c.x() - r * 0.5, c.y() + r * 0.87},
                                     {c.x() - r, c.y()}}));
        break;
    case Form::Observation:
        painter.drawEllipse(QRectF(c.x() - r, c.y() - r * 0.6, 2 * r, r * 1.2));
        painter.setBrush(color);
        painter.drawEllipse(c, r * 0.3, r * 0.3);
        break;
    case Form::Revisit: {
        painter.drawArc(rect, 60 * 16, 290 * 16);
        const double angle = 60 * M_PI / 180;
        const QPointF tip(c.x() + r * std::cos(angle), c.y() - r * std::sin(angle));
        drawHead(painter, tip + QPointF(4, 1), {1, 0.35}, color);
        break;
    }
    }
}

void DecisionMap::paintBox(QPainter &painter, int index) const
{
    const Tokens &t = tokens(palette());
    const DecisionBox &box = m_boxes.at(index);
    const QRectF rect = boxRect(index);
    const bool faded = box.status == Status::Rejected || box.status == Status::Superseded;
    paintOutline(painter, box, rect);

    const double inset = box.shape == Form::Option || box.shape == Form::Outcome ? 18 : 10;
    const QRectF room = rect.adjusted(inset, 7, -inset, -7);
    const QRectF glyph(room.left(), room.top() + 1, 12, 12);
    paintGlyph(painter, box, glyph);
    const QFont small = smallFont(font());
    const QFontMetricsF smallMetrics(small);
    painter.setFont(small);
    painter.setPen(t.muted);
    QString word = box.typeWord;
    if (box.status != Status::Active)
        word += (box.status == Status::Completed ? QStringLiteral(" ✔ ") : QStringLiteral(" · "))
                + box.statusWord;
    if (box.older > 0)
        word += tr(" · %1 older").arg(box.older);
    const double badge = box.monogram.isEmpty() ? 0 : 22;
    const QRectF head(glyph.right() + 5, room.top() - 1, room.right() - glyph.right() - 5 - badge,
                      15);
    painter.drawText(head, Qt::AlignVCenter | Qt::AlignLeft,
                     smallMetrics.elidedText(word, Qt::ElideRight, head.width()));
    if (badge > 0)
        drawMonogram(painter, QRectF(room.right() - 20, room.top() - 2, 20, 15), box.monogram,
                     box.agentIndex, palette());

    QFont body = font();
    body.setStrikeOut(box.status == Status::Superseded);
    const bool tells = box.confidence >= 0;
    const QRectF text(room.left(), room.top() + 17, room.width(),
                      room.height() - 17 - (tells ? 9 : 0));
    const int lines = std::max(1, int(text.height() / QFontMetricsF(body).height()));
    drawLines(painter, text.toRect(), body, faded ? t.muted : t.text, box.label, lines);
    if (!tells)
        return;
    // Five steps and the number.
    const double filled = box.confidence * 5;
    const double y = room.bottom() - 6;
    for (int step = 0; step < 5; ++step) {
        const QRectF part(room.left() + step * 13, y, 11, 4);
        painter.fillRect(part, t.sunken);
        const double share = qBound(0.0, filled - step, 1.0);
        painter.fillRect(QRectF(part.left(), part.top(), part.width() * share, part.height()),
                         faded ? t.muted : shapeColor(box.shape, t));
    }
    painter.setFont(small);
    painter.setPen(t.muted);
    painter.drawText(QRectF(room.left() + 70, y - 6, 40, 15), Qt::AlignVCenter | Qt::AlignLeft,
                     QString::number(box.confidence, 'f', 2));
}

void DecisionMap::paintAll(QPainter &painter) const
{
    painter.setRenderHint(QPainter::Antialiasing);
    for (const DecisionArrow &arrow : m_arrows)
        paintArrow(painter, arrow);
    for (int box = 0; box < m_boxes.size(); ++box)
        paintBox(painter, box);
}

void DecisionMap::paintEvent(QPaintEvent *)
{
    QPainter painter(viewport());
    const Tokens &t = tokens(palette());
    painter.fillRect(viewport()->rect(), t.surface);
    painter.setFont(font());
    if (m_boxes.isEmpty()) {
        painter.setPen(t.muted);
        painter.drawText(viewport()->rect(), Qt::AlignCenter, tr("Nothing has been decided."));
    } else {
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setTransform(transform());
        const QRectF seen = transform().inverted().mapRect(QRectF(viewport()->rect()));
        for (const DecisionArrow &arrow : m_arrows)
            if (seen.intersects(boxRect(arrow.from).united(boxRect(arrow.to))))
                paintArrow(painter, arrow);
        for (int box = 0; box < m_boxes.size(); ++box)
            if (seen.intersects(boxRect(box)))
                paintBox(painter, box);
        painter.restore();
    }
    if (hasFocus()) {
        painter.setPen(t.accent);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(viewport()->rect().adjusted(0, 0, -1, -1));
    }
}

} // namespace orrery::ui
