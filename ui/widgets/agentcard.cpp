// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/agentcard.h"

#include "ui/format/format.h"
#include "ui/format/foreign.h"
#include "ui/theme/theme.h"
#include "ui/widgets/statebadge.h"
#include "ui/widgets/textblock.h"

#include <QAbstractItemView>
#include <QPainter>

namespace orrery::ui {
namespace {

constexpr int pad = 9;     ///< between the card's edge and what is in it
constexpr int outside = 3; ///< between two cards
constexpr int badge = 32;

int lineOf(const QFont &font) { return QFontMetrics(font).height(); }

QString used(const AgentCard &card)
{
    if (card.iteration == 0)
        return {};
    QString text = AgentCardDelegate::tr("iter. %1 · %2 tokens")
                       .arg(card.iteration)
                       .arg(format::count(card.tokens));
    if (card.cost)
        text += QStringLiteral(" · ") + format::money(card.cost);
    return text;
}

} // namespace

AgentCardDelegate::Lines AgentCardDelegate::linesFor(const QStyleOptionViewItem &option,
                                                     const QModelIndex &index)
{
    const auto *view = qobject_cast<const QAbstractItemView *>(option.widget);
    if (!view || !index.model())
        return {1, 1, 1};
    const int room = view->viewport()->height() / qMax(1, index.model()->rowCount());
    for (const Lines &lines : {Lines{2, 1, 4}, Lines{2, 1, 3}, Lines{2, 1, 2}, Lines{1, 0, 1}}) {
        if (heightFor(option, lines) <= room)
            return lines;
    }
    return {0, 0, 1};
}

/// Without lines for role and model the state stands right below the name.
int AgentCardDelegate::topHeight(const QFont &font, const Lines &lines)
{
    const int line = lineOf(font);
    return lines.role + lines.model > 0
               ? qMax(badge, line + lineOf(smallFont(font)) * (lines.role + lines.model)) + 6
               : qMax(badge, line * 2 + 5);
}

int AgentCardDelegate::heightFor(const QStyleOptionViewItem &option, const Lines &lines)
{
    const int state = lines.role + lines.model > 0 ? lineOf(option.font) + 3 : 0;
    return 2 * (pad + outside) + topHeight(option.font, lines) + state
           + lineOf(smallFont(option.font)) * lines.activity;
}

QSize AgentCardDelegate::sizeHint(const QStyleOptionViewItem &option,
                                  const QModelIndex &index) const
{
    return {120, heightFor(option, linesFor(option, index))};
}

void AgentCardDelegate::lay(QPainter &painter, const QRect &room,
                            const QStyleOptionViewItem &option, const AgentCard &card,
                            const Lines &lines) const
{
    const Tokens &t = tokens(option.palette);
    const QFont small = smallFont(option.font);
    QFont bold = option.font;
    bold.setBold(true);
    drawMonogram(painter, QRectF(room.left(), room.top() + 1, badge, badge - 2), card.monogram,
                 card.index, option.palette);
    QRect text = room.adjusted(badge + 10, 0, 0, 0);
    const auto advance = [](QRect &of, int height) { of.setTop(of.top() + height); };
    advance(text, drawLines(painter, text, bold, t.text, format::name(card.name), 1));
    const QString role = card.role == card.name ? QString() : card.role;
    advance(text, drawLines(painter, text, small, t.muted, role, lines.role));
    drawLines(painter, text, small, t.muted, card.model, lines.model);

    const bool roomy = lines.role + lines.model > 0;
    QRect row(roomy ? room.left() : text.left(), 0, roomy ? room.width() : text.width(),
              lineOf(option.font));
    row.moveTop(roomy ? room.top() + topHeight(option.font, lines) : text.top());
    painter.setFont(option.font);
    const int stateWidth = drawState(painter, row, stateLook(card.state, option.palette)) + 8;
    const QString numbers = used(card);
    const bool beside = stateWidth + QFontMetrics(small).horizontalAdvance(numbers) <= row.width();
    if (beside) {
        painter.setFont(small);
        painter.setPen(t.muted);
        painter.drawText(row, Qt::AlignVCenter | Qt::AlignRight, numbers);
    }
    row = QRect(room.left(), row.bottom() + 4, room.width(), room.bottom() - row.bottom());
    // What does not fit beside the state goes before what the agent does.
    if (!beside && lines.activity > 1)
        advance(row, drawLines(painter, row, small, t.muted, numbers, 1));
    QString last = card.activity;
    if (!beside && lines.activity == 1)
        last = last.isEmpty() ? numbers : numbers + QStringLiteral(" · ") + last;
    drawLines(painter, row, small, t.muted, last, lines.activity - (!beside && lines.activity > 1));
}

void AgentCardDelegate::paint(QPainter *painter, const QStyleOptionViewItem &given,
                              const QModelIndex &index) const
{
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    const Tokens &t = tokens(option.palette);
    const bool selected = option.state & QStyle::State_Selected;
    const bool focused = option.state & QStyle::State_HasFocus;
    const QRect box = option.rect.adjusted(metric::medium, outside, -metric::medium, -outside);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(selected || focused ? t.accent : t.border, selected ? 1.8 : 1));
    painter->setBrush(selected ? t.accentSoft : t.surface);
    painter->drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), metric::radius,
                             metric::radius);
    painter->setClipRect(box);
    lay(*painter, box.adjusted(pad, pad, -pad, -pad), option, m_read(index),
        linesFor(option, index));
    painter->restore();
}

} // namespace orrery::ui
