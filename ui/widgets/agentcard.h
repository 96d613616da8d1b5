// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/plaintip.h"

#include <functional>
#include <optional>

namespace orrery::ui {

/// An agent as its card shows it.
struct AgentCard {
    QString name;
    QString monogram; ///< two letters, unique in the team
    int index = 0;
    QString role;
    QString model;
    QString state;    ///< as in agent_state events
    QString activity; ///< what it does now, why it waits, or how it ended
    int iteration = 0;
    qint64 tokens = 0;
    std::optional<double> cost;
};

/// Draws the cards of a list: as much of each agent as lets the whole team be seen.
class AgentCardDelegate : public PlainDelegate
{
    Q_OBJECT
public:
    using Reader = std::function<AgentCard(const QModelIndex &)>;
    AgentCardDelegate(Reader reader, QObject *parent)
        : PlainDelegate(parent), m_read(std::move(reader))
    {}

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    /// How many lines role, model and activity have at most.
    struct Lines {
        int role, model, activity;
    };
    static Lines linesFor(const QStyleOptionViewItem &option, const QModelIndex &index);
    static int topHeight(const QFont &font, const Lines &lines);
    static int heightFor(const QStyleOptionViewItem &option, const Lines &lines);
    void lay(QPainter &painter, const QRect &room, const QStyleOptionViewItem &option,
             const AgentCard &card, const Lines &lines) const;

    Reader m_read;
};

} // namespace orrery::ui
