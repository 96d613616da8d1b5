// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/teampanel.h"

#include <QAbstractItemModel>
#include <QItemSelectionModel>
#include <QKeyEvent>
#include <QListView>

namespace orrery::ui {

TeamPanel::TeamPanel(const EmptyActions &actions, QWidget *parent) : Panel(parent)
{
    m_list = new QListView(this);
    m_list->setObjectName(QStringLiteral("teamList"));
    m_list->setAccessibleName(tr("Agents"));
    m_list->setMouseTracking(true);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setResizeMode(QListView::Adjust);
    m_list->installEventFilter(this);
    setContent(m_list, QStringLiteral("team"),
               tr("The agents of a team, what each does and what it has used."), actions);
}

void TeamPanel::setModel(QAbstractItemModel *model, Reader reader)
{
    m_read = std::move(reader);
    m_selected.clear();
    auto *old = m_list->itemDelegate();
    m_list->setItemDelegate(new AgentCardDelegate(m_read, m_list));
    if (old && old->parent() == m_list)
        old->deleteLater();
    m_list->setModel(model);
    if (!model)
        return;
    // The selection, not the current item: that one moves when the list merely gets the focus.
    connect(m_list->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        const QModelIndexList chosen = m_list->selectionModel()->selectedIndexes();
        const QString name = chosen.isEmpty() ? QString() : m_read(chosen.constFirst()).name;
        if (name == m_selected)
            return;
        m_selected = name;
        emit agentSelected(name);
    });
    connect(model, &QAbstractItemModel::modelReset, this, [this] { m_selected.clear(); });
}

bool TeamPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_list || event->type() != QEvent::KeyPress || !m_list->model())
        return Panel::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent *>(event)->key();
    if (key == Qt::Key_Escape && !m_selected.isEmpty()) {
        m_list->clearSelection();
        return true;
    }
    // The list's own keys only select what they move to, never where it already stands.
    const bool selects = key == Qt::Key_Down || key == Qt::Key_Up || key == Qt::Key_Space
                         || key == Qt::Key_Return || key == Qt::Key_Home;
    if (selects && m_selected.isEmpty() && m_list->model()->rowCount() > 0) {
        const QModelIndex current = m_list->currentIndex();
        const QModelIndex target = current.isValid() ? current : m_list->model()->index(0, 0);
        m_list->selectionModel()->setCurrentIndex(target, QItemSelectionModel::ClearAndSelect);
        return true;
    }
    return Panel::eventFilter(watched, event);
}

void TeamPanel::selectAgent(const QString &name)
{
    if (name == m_selected)
        return;
    const QAbstractItemModel *model = m_list->model();
    for (int row = 0; model && row < model->rowCount(); ++row) {
        const QModelIndex index = model->index(row, 0);
        if (m_read(index).name == name) {
            m_list->setCurrentIndex(index);
            return;
        }
    }
    m_list->clearSelection();
}

QString TeamPanel::selectedAgent() const { return m_selected; }

void TeamPanel::setAgentActions(const QList<QAction *> &actions)
{
    m_list->addActions(actions);
    m_list->setContextMenuPolicy(Qt::ActionsContextMenu);
}

void TeamPanel::focusFilter() { m_list->setFocus(); }

} // namespace orrery::ui
