// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/memorypanel.h"

#include "ui/format/foreign.h"
#include "ui/theme/theme.h"
#include "ui/widgets/tabletools.h"
#include "ui/widgets/plaintip.h"
#include "ui/widgets/plainlabel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

namespace orrery::ui {

MemoryPanel::MemoryPanel(const EmptyActions &actions, QWidget *parent) : Panel(parent)
{
    auto *content = new QWidget;
    auto *column = new QVBoxLayout(content);
    column->setContentsMargins(0, 6, 0, 0);
    column->setSpacing(metric::small);
    column->addWidget(makeSearchRow());
    auto *head = new QWidget(content);
    auto *lines = new QVBoxLayout(head);
    lines->setContentsMargins(metric::medium, 0, metric::medium, 0);
    lines->setSpacing(metric::small);
    m_pipeline = new PipelineBar(head);
    m_pipeline->setObjectName(QStringLiteral("memoryPipeline"));
    lines->addWidget(m_pipeline);
    m_notes = new PlainLabel(head);
    m_notes->setObjectName(QStringLiteral("memoryNotes"));
    m_notes->setWordWrap(true);
    m_notes->setTextFormat(Qt::PlainText);
    m_notes->hide();
    lines->addWidget(m_notes);
    m_explanation = makeExplanation();
    m_explanation->hide();
    lines->addWidget(m_explanation);
    column->addWidget(head);

    m_tabs = new QTabWidget(content);
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("Memory views"));
    auto *page = new QWidget;
    auto *results = new QVBoxLayout(page);
    results->setContentsMargins(0, 0, 0, 0);
    results->setSpacing(0);
    m_results = addTable(tr("Results"), QStringLiteral("memoryResults"), page);
    results->addWidget(m_results, 1);
    m_formula = new PlainLabel(page);
    m_formula->setObjectName(QStringLiteral("memoryFormula"));
    m_formula->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_formula->setWordWrap(true);
    m_formula->setContentsMargins(metric::medium, 3, metric::medium, 3);
    m_formula->setProperty("muted", true);
    m_formula->hide();
    results->addWidget(m_formula);
    m_searches = addTable(tr("Searches"), QStringLiteral("memorySearches"));
    m_entries = addTable(tr("Browse"), QStringLiteral("memoryEntries"));
    column->addWidget(m_tabs, 1);
    connect(m_searches, &QTableView::activated, this, [this](const QModelIndex &index) {
        emit searchActivated(index.row());
        m_tabs->setCurrentIndex(0);
    });
    connect(m_pipeline, &PipelineBar::chosen, this, &MemoryPanel::stepChosen);
    setAgents({});
    setContent(content, QStringLiteral("memory"),
               tr("What the team remembers, and why a search returned it."), actions);
}

QWidget *MemoryPanel::makeSearchRow()
{
    auto *widget = new QWidget(this);
    auto *row = new QHBoxLayout(widget);
    row->setContentsMargins(metric::medium, 0, metric::medium, 0);
    row->setSpacing(metric::medium);
    m_query = new QLineEdit(widget);
    m_query->setObjectName(QStringLiteral("memoryQuery"));
    m_query->setPlaceholderText(tr("Ask the team's memory…"));
    m_query->setAccessibleName(tr("Memory query"));
    m_scope = new QComboBox(widget);
    m_scope->setAccessibleName(tr("Scope of the memory search"));
    m_type = new QComboBox(widget);
    m_type->setAccessibleName(tr("Type of memories to search"));
    m_type->addItem(tr("any type"), QString());
    for (const char *type : {"semantic", "episodic", "procedural"})
        m_type->addItem(tr(type), QString::fromLatin1(type));
    for (QComboBox *box : {m_scope, m_type}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(box == m_scope ? 12 : 8);
    }
    m_search = new QPushButton(tr("Searc&h"), widget);
    m_search->setAccessibleName(tr("Search the memory"));
    m_explain = new QToolButton(widget);
    m_explain->setObjectName(QStringLiteral("memoryExplain"));
    m_explain->setText(tr("What i&f…"));
    m_explain->setCheckable(true);
    m_explain->setFocusPolicy(Qt::StrongFocus);
    setTip(m_explain,
           tr("Other weights for the shown search, and why something is not among its results"));
    m_explain->setAccessibleName(tr("What if, and why not"));
    row->addWidget(m_query, 1);
    for (QWidget *each : {static_cast<QWidget *>(m_scope), static_cast<QWidget *>(m_type),
                          static_cast<QWidget *>(m_search), static_cast<QWidget *>(m_explain)})
        row->addWidget(each);
    connect(m_query, &QLineEdit::returnPressed, this, &MemoryPanel::search);
    connect(m_search, &QPushButton::clicked, this, &MemoryPanel::search);
    connect(m_explain, &QToolButton::toggled, this, &MemoryPanel::setExplaining);
    return widget;
}

QWidget *MemoryPanel::makeExplanation()
{
    auto *box = new QWidget(this);
    auto *column = new QVBoxLayout(box);
    column->setContentsMargins(0, metric::small, 0, metric::small);
    column->setSpacing(metric::medium);
    m_whatIf = new WhatIfBar(box);
    m_whatIf->setObjectName(QStringLiteral("memoryWhatIf"));
    column->addWidget(m_whatIf);
    m_whyNot = new QLineEdit(box);
    m_whyNot->setObjectName(QStringLiteral("memoryWhyNot"));
    m_whyNot->setPlaceholderText(tr("Why not…? The id or some words of a memory"));
    m_whyNot->setAccessibleName(tr("Why is this memory not among the results?"));
    m_whyNot->setClearButtonEnabled(true);
    column->addWidget(m_whyNot);
    m_answer = new PlainLabel(box);
    m_answer->setObjectName(QStringLiteral("memoryAnswer"));
    m_answer->setWordWrap(true);
    m_answer->setTextFormat(Qt::PlainText);
    m_answer->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_answer->hide();
    column->addWidget(m_answer);
    connect(m_whatIf, &WhatIfBar::changed, this, &MemoryPanel::whatIfChanged);
    connect(m_whatIf, &WhatIfBar::resetRequested, this, &MemoryPanel::whatIfReset);
    connect(m_whyNot, &QLineEdit::returnPressed, this, [this] {
        if (const QString target = m_whyNot->text().trimmed(); !target.isEmpty())
            emit whyNotAsked(target);
    });
    return box;
}

QTableView *MemoryPanel::addTable(const QString &title, const QString &objectName, QWidget *page)
{
    auto *table = new QTableView;
    table->setObjectName(objectName);
    prepareTable(table, tr("Memory: %1").arg(title));
    m_tabs->addTab(page ? page : table, title);
    return table;
}

void MemoryPanel::setResults(QAbstractItemModel *model, int scoreColumn, int formulaRole,
                             ScoreBarDelegate::Reader reader)
{
    m_results->setModel(model);
    m_formulaRole = formulaRole;
    setTwoLineRows(m_results);
    setPlaceholder(m_results,
                   tr("Nothing has been found: ask the memory, or wait until an agent does."));
    m_results->setItemDelegateForColumn(scoreColumn,
                                        new ScoreBarDelegate(std::move(reader), m_results));
    connect(m_results->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this] { showFormula(); });
    connect(model, &QAbstractItemModel::modelReset, this, [this] { showFormula(); });
}

void MemoryPanel::showFormula()
{
    const QModelIndex current = m_results->currentIndex();
    const QString text = current.isValid() ? current.data(m_formulaRole).toString() : QString();
    m_formula->setText(text);
    m_formula->setVisible(!text.isEmpty());
    m_results->setAccessibleDescription(text);
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
        m_scope->addItem(tr("%1 + team").arg(format::name(name)), name);
}

void MemoryPanel::setSearchEnabled(bool enabled)
{
    for (QWidget *each : {static_cast<QWidget *>(m_query), static_cast<QWidget *>(m_scope),
                          static_cast<QWidget *>(m_type), static_cast<QWidget *>(m_search)})
        each->setEnabled(enabled);
}

void MemoryPanel::setPipeline(const QVector<PipelineChip> &chips, const QStringList &notes)
{
    m_pipeline->setChips(chips);
    m_pipeline->setVisible(!chips.isEmpty());
    m_notes->setText(notes.join(QLatin1Char('\n')));
    m_notes->setVisible(!notes.isEmpty());
    m_explain->setEnabled(!chips.isEmpty());
    m_explanation->setVisible(m_explain->isChecked() && !chips.isEmpty());
}

void MemoryPanel::setRanking(const WhatIfValues &values, bool isFused)
{
    m_whatIf->setBase(values, isFused);
}

void MemoryPanel::setAnswer(const QString &sentence)
{
    m_answer->setText(sentence);
    m_answer->setVisible(!sentence.isEmpty());
    m_whyNot->setAccessibleDescription(sentence);
}

void MemoryPanel::setExplaining(bool on)
{
    m_explain->setChecked(on);
    m_explanation->setVisible(on && m_explain->isEnabled());
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
        emit searchRequested(text, m_scope->currentData().toString(),
                             m_type->currentData().toString());
}

void MemoryPanel::focusFilter()
{
    // Without a run there is nothing to ask, but still something to read.
    if (!m_query->isEnabled()) {
        m_tabs->currentIndex() == 0 ? m_results->setFocus() : m_tabs->currentWidget()->setFocus();
        return;
    }
    m_query->setFocus();
    m_query->selectAll();
}

} // namespace orrery::ui
