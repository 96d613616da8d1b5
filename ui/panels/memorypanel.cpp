// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/memorypanel.h"

#include "ui/theme/theme.h"
#include "ui/widgets/tabletools.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>

namespace orrery::ui {

MemoryPanel::MemoryPanel(const EmptyActions &actions, QWidget *parent) : Panel(parent)
{
    auto *content = new QWidget;
    auto *column = new QVBoxLayout(content);
    column->setContentsMargins(0, 6, 0, 0);
    column->setSpacing(metric::small);
    auto *row = new QHBoxLayout;
    row->setContentsMargins(metric::medium, 0, metric::medium, 0);
    row->setSpacing(metric::medium);
    m_query = new QLineEdit(content);
    m_query->setObjectName(QStringLiteral("memoryQuery"));
    m_query->setPlaceholderText(tr("Ask the team's memory…"));
    m_query->setAccessibleName(tr("Memory query"));
    m_scope = new QComboBox(content);
    m_scope->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_scope->setMinimumContentsLength(14);
    m_scope->setAccessibleName(tr("Scope of the memory search"));
    m_search = new QPushButton(tr("Searc&h"), content);
    m_search->setAccessibleName(tr("Search the memory"));
    row->addWidget(m_query, 1);
    row->addWidget(m_scope);
    row->addWidget(m_search);
    column->addLayout(row);
    auto *line = new QHBoxLayout;
    line->setContentsMargins(metric::medium, 0, metric::medium, 0);
    m_summary = new QLabel(content);
    m_summary->setProperty("muted", true);
    m_summary->setWordWrap(true);
    m_summary->hide();
    line->addWidget(m_summary);
    column->addLayout(line);

    m_tabs = new QTabWidget(content);
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("Memory views"));
    m_results = addTable(tr("Results"), QStringLiteral("memoryResults"));
    m_dropped = addTable(tr("Dropped"), QStringLiteral("memoryDropped"));
    m_searches = addTable(tr("Searches"), QStringLiteral("memorySearches"));
    m_entries = addTable(tr("Browse"), QStringLiteral("memoryEntries"));
    column->addWidget(m_tabs, 1);
    connect(m_searches, &QTableView::activated, this, [this](const QModelIndex &index) {
        emit searchActivated(index.row());
        m_tabs->setCurrentWidget(m_results);
    });
    connect(m_query, &QLineEdit::returnPressed, this, &MemoryPanel::search);
    connect(m_search, &QPushButton::clicked, this, &MemoryPanel::search);
    setAgents({});
    setContent(content, QStringLiteral("memory"),
               tr("What the team remembers, and why a search returned it."), actions);
}

QTableView *MemoryPanel::addTable(const QString &title, const QString &objectName)
{
    auto *table = new QTableView;
    table->setObjectName(objectName);
    prepareTable(table, tr("Memory: %1").arg(title));
    m_tabs->addTab(table, title);
    return table;
}

void MemoryPanel::setResults(QAbstractItemModel *model, int scoreColumn,
                             ScoreBarDelegate::Reader reader)
{
    m_results->setModel(model);
    setTwoLineRows(m_results);
    setPlaceholder(m_results,
                   tr("Nothing has been found: ask the memory, or wait until an agent does."));
    m_results->setItemDelegateForColumn(scoreColumn,
                                        new ScoreBarDelegate(std::move(reader), m_results));
}

void MemoryPanel::setDropped(QAbstractItemModel *model)
{
    m_dropped->setModel(model);
    setTwoLineRows(m_dropped);
    setPlaceholder(m_dropped, tr("The search that is shown dropped nothing."));
}

void MemoryPanel::setEntries(QAbstractItemModel *model)
{
    m_entries->setModel(model);
    setTwoLineRows(m_entries);
    setPlaceholder(m_entries, tr("Nothing has been remembered in this run."));
}

void MemoryPanel::setSearches(QAbstractItemModel *model)
{
    m_searches->setModel(model);
    setPlaceholder(m_searches, tr("Nobody has searched the memory yet."));
}

void MemoryPanel::setAgents(const QStringList &names)
{
    m_scope->clear();
    m_scope->addItem(tr("all scopes"), QString());
    for (const QString &name : names)
        m_scope->addItem(tr("%1 + team").arg(name), name);
}

void MemoryPanel::setSearchEnabled(bool enabled)
{
    m_query->setEnabled(enabled);
    m_scope->setEnabled(enabled);
    m_search->setEnabled(enabled);
}

void MemoryPanel::setSummary(const QString &text)
{
    m_summary->setText(text);
    m_summary->setVisible(!text.isEmpty());
}

void MemoryPanel::setQuery(const QString &text)
{
    if (!m_query->hasFocus())
        m_query->setText(text);
}

void MemoryPanel::search()
{
    const QString text = m_query->text().trimmed();
    if (!text.isEmpty())
        emit searchRequested(text, m_scope->currentData().toString());
}

void MemoryPanel::focusFilter()
{
    // Without a run there is nothing to ask, but still something to read.
    if (!m_query->isEnabled()) {
        m_tabs->currentWidget()->setFocus();
        return;
    }
    m_query->setFocus();
    m_query->selectAll();
}

} // namespace orrery::ui
