// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"
#include "ui/widgets/approvalcard.h"
#include "ui/widgets/carddelegate.h"

class QAbstractItemModel;
class QLabel;
class QLineEdit;
class QModelIndex;
class QPushButton;

namespace orrery::ui {

class CardList;

/// What one agent was told, said and did; below it what waits for approval and a box to talk to the agent.
class ConversationPanel : public Panel
{
    Q_OBJECT
public:
    explicit ConversationPanel(const EmptyActions &actions, QWidget *parent = nullptr);

    void setModel(QAbstractItemModel *model, CardDelegate::Reader reader);
    /// Whom the box talks to; empty disables it.
    void setRecipient(const QString &agent, bool enabled);
    /// Whether that agent is at work, so that it could be interrupted.
    void setRecipientBusy(bool busy);
    /// Whose conversation is shown; empty = all agents'.
    void setHeading(const QString &agent);
    ApprovalCard *approval() const { return m_approval; }
    /// Selects a card and brings it into view.
    void showCard(int row);
    void focusFilter() override;

signals:
    /// `interrupt`: the agent shall drop what it does for it.
    void messageSent(const QString &text, bool interrupt);
    void everybodyRequested();
    void cardChosen(const QModelIndex &card);
    /// The event behind this card is wanted.
    void eventRequested(const QModelIndex &card);

private:
    void send(bool interrupt);
    void copyCurrent();
    void toggleCurrent();
    bool eventFilter(QObject *watched, QEvent *event) override;

    QLabel *m_heading;
    QPushButton *m_everybody;
    CardList *m_list;
    CardDelegate *m_cards = nullptr;
    ApprovalCard *m_approval;
    QLineEdit *m_message;
    QPushButton *m_send;
    QPushButton *m_interrupt;
};

} // namespace orrery::ui
