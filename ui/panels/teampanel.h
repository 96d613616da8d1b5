// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

#include <QHash>
#include <QPointer>

#include <functional>
#include <optional>

class QAbstractItemModel;
class QListView;
class QModelIndex;

namespace orrery::ui {

/// An agent as its card shows it.
struct AgentCard {
    QString name;
    QString monogram; ///< two letters, unique in the team
    int index = 0;
    QString role;
    QString model;
    QString state;    ///< as in agent_state events
    QString activity; ///< what it does now, or why it waits
    int iteration = 0;
    qint64 tokens = 0;
    std::optional<double> cost;
};

/// The agents, one card each.
class TeamPanel : public Panel
{
    Q_OBJECT
public:
    using Reader = std::function<AgentCard(const QModelIndex &)>;
    explicit TeamPanel(const EmptyActions &actions, QWidget *parent = nullptr);

    void setModel(QAbstractItemModel *model, Reader reader);
    /// An unknown or empty name selects nobody.
    void selectAgent(const QString &name);
    QString selectedAgent() const;
    void focusFilter() override;

signals:
    /// Empty = nobody in particular (Esc).
    void agentSelected(const QString &name);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    QListView *m_list;
    Reader m_read;
    QString m_selected;
};

} // namespace orrery::ui
