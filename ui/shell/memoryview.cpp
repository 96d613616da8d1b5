// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/memoryview.h"

#include "ui/panels/memorypanel.h"
#include "ui/viewmodels/memorymodel.h"

#include <QTableView>

namespace orrery::ui {

namespace {

WhatIfValues valuesOf(const memory::RankSettings &rank)
{
    return {rank.weights.relevance,
            rank.weights.importance,
            rank.weights.recencyWeight(rank.decayLambda),
            rank.decayLambda,
            rank.rrfK,
            rank.minScore};
}

memory::RankSettings with(memory::RankSettings rank, const WhatIfValues &values)
{
    rank.weights = {values.relevance, values.importance, values.recency};
    rank.decayLambda = values.lambda;
    rank.rrfK = values.k;
    rank.minScore = values.least;
    return rank;
}

void showRanking(MemoryPanel &panel, MemoryModel &model)
{
    QVector<PipelineChip> chips;
    for (const PipelineStep &step : model.pipeline())
        chips << PipelineChip{step.text, step.tip, step.failed, step.rows.has_value()};
    panel.setPipeline(chips, model.notes());
    QTableView *table = panel.resultsTable();
    table->setColumnHidden(MemoryResultsModel::Vector, !model.results()->hasVectors());
    table->setColumnHidden(MemoryResultsModel::Recency, !model.results()->countsRecency());
}

} // namespace

void connectMemoryPanel(MemoryPanel &panel, MemoryModel &model,
                        std::function<void(const memory::SearchQuery &)> ask)
{
    MemoryPanel *p = &panel;
    MemoryModel *m = &model;
    showRanking(panel, model);
    QObject::connect(m, &MemoryModel::searchShown, p, [p, m] {
        p->clearStep();
        showRanking(*p, *m);
        p->setQuery(m->query());
        p->setRanking(valuesOf(m->ranking()), m->results()->hasVectors());
        p->setAnswer(m->answer());
    });
    QObject::connect(m, &MemoryModel::rankingShown, p, [p, m] { showRanking(*p, *m); });
    QObject::connect(p, &MemoryPanel::searchActivated, m, [m](int row) { m->selectSearch(row); });
    QObject::connect(p, &MemoryPanel::stepChosen, m, [m](int step) {
        const auto steps = m->pipeline();
        const bool isStep = step >= 0 && step < steps.size() && steps[step].rows;
        m->results()->setRows(isStep ? *steps[step].rows : MemoryResultsModel::Rows::All);
    });
    QObject::connect(p, &MemoryPanel::whatIfChanged, m,
                     [m](const WhatIfValues &values) { m->setWhatIf(with(m->ranking(), values)); });
    QObject::connect(p, &MemoryPanel::whatIfReset, m, [m] { m->setWhatIf(std::nullopt); });
    QObject::connect(p, &MemoryPanel::whyNotAsked, m,
                     [p, m, ask = std::move(ask)](const QString &target) {
                         const QString known = m->whyNot(target);
                         if (known.isEmpty())
                             ask(m->questionFor(target));
                         else
                             p->setAnswer(known);
                     });
}

} // namespace orrery::ui
