// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"
#include "ui/widgets/agentcard.h"

class QAbstractItemModel;
class QListView;
class QModelIndex;

namespace orrery::ui {

/// The agents, one card each.
class TeamPanel : public Panel
{
    Q_OBJECT
public:
    using Reader = AgentCardDelegate::Reader;
    explicit TeamPanel(const EmptyActions &actions, QWidget *parent = nullptr);

    void setModel(QAbstractItemModel *model, Reader reader);
    /// An unknown or empty name selects nobody.
    void selectAgent(const QString &name);
    QString selectedAgent() const;
    void focusFilter() override;
    /// What the context menu of an agent offers.
    void setAgentActions(const QList<QAction *> &actions);

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
