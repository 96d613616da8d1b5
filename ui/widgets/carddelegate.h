// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/plaintip.h"

#include <QHash>
#include <QSet>

#include <functional>

namespace orrery::ui {

/// One entry of a conversation, as it is drawn.
struct Card {
    enum class Kind { Message, Tool, Note, Error };
    Kind kind = Kind::Message;
    QString key;      ///< stays the same while the card changes, and is no other card's in any run
    int revision = 0; ///< the same one never stands for two contents
    QString agent;
    QString monogram; ///< two letters, unique in the team; `YO` for the person
    int agentIndex = -1;
    QString title;  ///< role of a message, name of a tool
    QString status; ///< running, ok, failed, or free words at the right of the header
    QString time;
    QString text; ///< body of a message; result of a tool
    QString thinking;
    QString arguments; ///< of a tool: `name: value` lines
    bool running = false;
    bool failed = false;
    bool foldedAtFirst = false;
};

/// Draws cards. Heights are kept by key, revision and width, since a list asks for them often.
class CardDelegate : public PlainDelegate
{
    Q_OBJECT
public:
    using Reader = std::function<Card(const QModelIndex &)>;
    CardDelegate(Reader reader, QObject *parent);

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    void toggle(const QModelIndex &index);
    /// The whole content as text, for the clipboard.
    QString plainText(const QModelIndex &index) const;

private:
    bool isFolded(const Card &card) const;
    /// Draws with a painter, measures without; returns the height.
    int lay(QPainter *painter, const QRect &outer, const QStyleOptionViewItem &option,
            const Card &card) const;
    int header(QPainter *painter, const QRect &box, const QStyleOptionViewItem &option,
               const Card &card) const;

    Reader m_read;
    QSet<QString> m_toggled; ///< keys whose fold differs from their first state
    mutable QHash<QString, QPair<quint64, int>> m_heights;
};

} // namespace orrery::ui
