// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

#include <functional>

class QAbstractItemModel;
class QComboBox;
class QLabel;
class QLineEdit;
class QModelIndex;
class QPlainTextEdit;
class QTableView;
class QToolButton;

namespace orrery::ui {

class LogTable;

/// The log: every event, filtered by text, kind and agent, with the chosen one's data beside it.
class EventsPanel : public Panel
{
    Q_OBJECT
public:
    using Details = std::function<QString(const QModelIndex &)>;
    explicit EventsPanel(const EmptyActions &actions, QWidget *parent = nullptr);

    void setModel(QAbstractItemModel *filtered, Details details);
    void setKinds(const QStringList &names);
    void setAgents(const QStringList &names);
    void setFilter(const QString &text);
    void clearFilter();
    /// Selects an event and brings it into view; new ones are not followed any more.
    void choose(const QModelIndex &event);
    /// The same, and the keyboard stays where it is.
    void bringUp(const QModelIndex &event);
    /// Tells filterChanged() with what the panel shows now.
    void announceFilter();
    QTableView *table() const;
    /// The moment that is looked at: its last row, -1 = the present, -2 = it is before all rows. A new one is brought into
    /// view when it may be.
    void setMoment(int row, bool mayScroll);
    void focusFilter() override;

signals:
    /// Empty kind or agent means all.
    void filterChanged(const QString &text, const QString &kind, const QString &agent);
    /// Double click or Enter: the run is to be shown as it was after this event.
    void eventActivated(const QModelIndex &index);
    void eventChosen(const QModelIndex &index);

private:
    QWidget *makeFilterRow(QWidget *parent);
    void showDetails(const QModelIndex &now);
    void updateCount();
    void scheduleFollow();

    QLineEdit *m_filter;
    QComboBox *m_kind;
    QComboBox *m_agent;
    QLabel *m_count;
    QToolButton *m_follow;
    LogTable *m_table;
    QPlainTextEdit *m_details;
    Details m_readDetails;
    bool m_followQueued = false;
};

} // namespace orrery::ui
