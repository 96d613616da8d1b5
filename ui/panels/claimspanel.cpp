// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/claimspanel.h"

#include "ui/widgets/tabletools.h"

#include <QAction>
#include <QSplitter>
#include <QTableView>

namespace orrery::ui {

ClaimsPanel::ClaimsPanel(const EmptyActions &actions, QWidget *parent) : Panel(parent)
{
    auto *split = new QSplitter(Qt::Vertical);
    split->setChildrenCollapsible(false);
    split->setHandleWidth(1);
    m_map = new ClaimMap(split);
    m_map->setMinimumHeight(90);
    m_table = new QTableView(split);
    m_table->setObjectName(QStringLiteral("claimsTable"));
    prepareTable(m_table, tr("Claims"));
    m_table->setTextElideMode(Qt::ElideMiddle); // the end of a path tells more than its middle
    m_table->setMinimumHeight(72);
    m_release = new QAction(tr("Release claim"), m_table);
    m_release->setShortcut(QKeySequence::Delete);
    m_release->setShortcutContext(Qt::WidgetShortcut);
    m_release->setEnabled(false);
    m_table->addAction(m_release);
    connect(m_release, &QAction::triggered, this, [this] {
        if (m_table->currentIndex().isValid())
            emit releaseRequested(m_table->currentIndex());
    });
    split->addWidget(m_map);
    split->addWidget(m_table);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    setContent(split, QStringLiteral("claims"),
               tr("Who holds which lines of which file, and who was refused."), actions);
}

void ClaimsPanel::setReleaseEnabled(bool enabled) { m_release->setEnabled(enabled); }

void ClaimsPanel::setModel(QAbstractItemModel *model) { m_table->setModel(model); }

void ClaimsPanel::focusFilter() { m_table->setFocus(); }

} // namespace orrery::ui
