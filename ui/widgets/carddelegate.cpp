// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/carddelegate.h"

#include "ui/format/format.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/statebadge.h"
#include "ui/widgets/textblock.h"

#include <QPainter>

namespace orrery::ui {
namespace {

constexpr int cardPad = 10;
constexpr int cardBadge = 20;
constexpr int foldedLines = 3;
constexpr int openLines = 400;
constexpr qsizetype mostHeights = 200000;

/// At most `most` lines, and how many were left out.
QString firstLines(const QString &text, int most, int *left)
{
    qsizetype at = -1;
    for (int line = 0; line < most; ++line) {
        at = text.indexOf(QLatin1Char('\n'), at + 1);
        if (at < 0) {
            *left = 0;
            return text;
        }
    }
    *left = static_cast<int>(text.mid(at + 1).count(QLatin1Char('\n'))) + 1;
    return text.left(at);
}

} // namespace

CardDelegate::CardDelegate(Reader reader, QObject *parent)
    : PlainDelegate(parent), m_read(std::move(reader))
{}

bool CardDelegate::isFolded(const Card &card) const
{
    return card.foldedAtFirst != m_toggled.contains(card.key);
}

void CardDelegate::toggle(const QModelIndex &index)
{
    const Card card = m_read(index);
    if (!m_toggled.remove(card.key))
        m_toggled.insert(card.key);
    m_heights.remove(card.key);
    emit sizeHintChanged(index);
}

QString CardDelegate::plainText(const QModelIndex &index) const
{
    const Card card = m_read(index);
    QStringList parts;
    if (card.kind == Card::Kind::Tool)
        parts << card.title << card.arguments;
    if (!card.thinking.isEmpty())
        parts << card.thinking;
    parts << card.text;
    parts.removeAll(QString());
    return parts.join(QLatin1Char('\n'));
}

int CardDelegate::header(QPainter *painter, const QRect &box, const QStyleOptionViewItem &option,
                         const Card &card) const
{
    if (!painter)
        return cardBadge + 4;
    const Tokens &t = tokens(option.palette);
    const int y = box.top();
    int x = box.left();
    if (card.kind == Card::Kind::Tool) {
        const QColor color = card.failed ? t.error : card.running ? t.warn : t.ok;
        drawIcon(*painter, QRectF(x, y + 2, 16, 16), toolIcon(card.title), color);
    } else {
        drawMonogram(*painter, QRectF(x, y, cardBadge + 4, cardBadge), card.monogram,
                     card.agentIndex, option.palette);
    }
    x += cardBadge + 12;
    const QFont small = smallFont(option.font);
    const QFontMetrics smallMetrics(small);
    const QString right = card.time;
    const int rightWidth = smallMetrics.horizontalAdvance(right);
    painter->setFont(small);
    painter->setPen(t.muted);
    painter->drawText(QRect(box.right() - rightWidth, y, rightWidth + 1, cardBadge),
                      Qt::AlignVCenter | Qt::AlignRight, right);
    int room = box.right() - rightWidth - 12 - x;

    QFont bold = card.kind == Card::Kind::Tool ? monospaceFont(option.font) : option.font;
    bold.setBold(true);
    const QString name = QFontMetrics(bold).elidedText(
        card.kind == Card::Kind::Tool ? card.title : card.agent, Qt::ElideRight, room);
    painter->setFont(bold);
    painter->setPen(t.text);
    painter->drawText(QRect(x, y, room, cardBadge), Qt::AlignVCenter | Qt::AlignLeft, name);
    const int used = QFontMetrics(bold).horizontalAdvance(name) + 10;
    x += used;
    room -= used;
    QString rest = card.kind == Card::Kind::Tool ? card.status : card.title;
    if (card.kind != Card::Kind::Tool && !card.status.isEmpty())
        rest += QStringLiteral(" · ") + card.status;
    if (room > 20) {
        painter->setFont(small);
        painter->setPen(card.failed ? t.error : card.running ? t.warn : t.muted);
        painter->drawText(QRect(x, y, room, cardBadge), Qt::AlignVCenter | Qt::AlignLeft,
                          smallMetrics.elidedText(rest, Qt::ElideRight, room));
    }
    return cardBadge + 4;
}

int CardDelegate::lay(QPainter *painter, const QRect &outer, const QStyleOptionViewItem &option,
                      const Card &card) const
{
    const Tokens &t = tokens(option.palette);
    const bool folded = isFolded(card);
    const int most = folded ? foldedLines : openLines;
    QRect room = outer.adjusted(cardPad + 4, cardPad - 2, -cardPad, 0);
    const auto advance = [&room](int height) { room.setTop(room.top() + height); };
    advance(header(painter, room, option, card));

    const QFont body = option.font;
    const QFont small = smallFont(option.font);
    const QFont code = monospaceFont(small);
    int left = 0;
    if (!card.thinking.isEmpty()) {
        QFont italic = small;
        italic.setItalic(true);
        advance(drawBlock(painter, room, italic, t.muted,
                          tr("Thinking: ") + firstLines(card.thinking, folded ? 1 : 40, &left))
                + 2);
    }
    if (card.kind == Card::Kind::Tool)
        advance(drawBlock(painter, room, code, t.muted, firstLines(card.arguments, most, &left)));
    if (!card.text.isEmpty()) {
        const QString text = firstLines(card.text, most, &left);
        if (card.kind == Card::Kind::Tool) {
            advance(4);
            const int height = drawBlock(nullptr, room.adjusted(8, 0, -8, 0), code, t.text, text);
            if (painter) {
                painter->setPen(Qt::NoPen);
                painter->setBrush(t.raised);
                painter->drawRoundedRect(QRect(room.left(), room.top(), room.width(), height + 6),
                                         3, 3);
            }
            drawBlock(painter, room.adjusted(8, 3, -8, 0), code, card.failed ? t.error : t.text,
                      text);
            advance(height + 6);
        } else {
            advance(drawBlock(painter, room, body,
                              card.kind == Card::Kind::Error ? t.error : t.text, text));
        }
        if (left > 0)
            advance(drawBlock(painter, room, small, t.accent,
                              tr("… %1 (Space opens)")
                                  .arg(format::counted(left, tr("more line"), tr("more lines"))))
                    + 2);
    }
    return room.top() - outer.top() + cardPad - 2;
}

void CardDelegate::paint(QPainter *painter, const QStyleOptionViewItem &given,
                         const QModelIndex &index) const
{
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    const Tokens &t = tokens(option.palette);
    const Card card = m_read(index);
    const QRect outer = option.rect.adjusted(
        metric::medium + (card.kind == Card::Kind::Tool ? 20 : 0), 3, -metric::medium, -3);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setClipRect(option.rect);
    const bool selected = option.state & QStyle::State_Selected;
    painter->setPen(QPen(selected ? t.accent : t.border, selected ? 1.6 : 1));
    painter->setBrush(card.kind == Card::Kind::Error ? t.errorSoft : t.surface);
    painter->drawRoundedRect(QRectF(outer).adjusted(0.5, 0.5, -0.5, -0.5), metric::radius,
                             metric::radius);
    painter->setPen(Qt::NoPen);
    painter->setBrush(card.kind == Card::Kind::Error ? t.failure
                                                     : agentColor(card.agentIndex, option.palette));
    painter->drawRoundedRect(QRectF(outer.left() + 1, outer.top() + 1, 3, outer.height() - 2), 1.5,
                             1.5);
    lay(painter, outer, option, card);
    painter->restore();
}

QSize CardDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Card card = m_read(index);
    const int width = option.rect.width() > 0 ? option.rect.width() : 400;
    const quint64 state =
        (quint64(width) << 40) ^ (quint64(card.revision) << 1) ^ (isFolded(card) ? 1U : 0U);
    const auto known = m_heights.constFind(card.key);
    if (known != m_heights.constEnd() && known->first == state)
        return {width, known->second};
    const QRect outer(0, 0, width - 2 * metric::medium - (card.kind == Card::Kind::Tool ? 20 : 0),
                      0);
    const int height = lay(nullptr, outer, option, card) + 6;
    // Runs that are no longer shown leave theirs behind.
    if (m_heights.size() > mostHeights)
        m_heights.clear();
    m_heights.insert(card.key, {state, height});
    return {width, height};
}

} // namespace orrery::ui
