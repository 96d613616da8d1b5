// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/graphviews.h"

#include "ui/panels/decisionspanel.h"
#include "ui/panels/knowledgepanel.h"
#include "ui/viewmodels/decisionsmodel.h"
#include "ui/viewmodels/knowledgemodel.h"
#include "ui/widgets/tabletools.h"
#include "ui/widgets/treetools.h"

#include <QBuffer>
#include <QFileDialog>
#include <QPainter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <QTableView>
#include <QTreeView>

namespace orrery::ui {
namespace {

DecisionArrow::Kind arrowKind(decisions::EdgeType type)
{
    using Type = decisions::EdgeType;
    switch (type) {
    case Type::Chosen: return DecisionArrow::Kind::Chosen;
    case Type::Rejected: return DecisionArrow::Kind::Rejected;
    case Type::Blocks: return DecisionArrow::Kind::Blocks;
    case Type::Supersedes: return DecisionArrow::Kind::Supersedes;
    default: return DecisionArrow::Kind::Plain;
    }
}

DecisionBox boxOf(const DecisionMapData::Box &given)
{
    DecisionBox box;
    box.id = given.id;
    box.label = given.label;
    box.typeWord = nodeTypeWord(given.type);
    box.statusWord = nodeStatusWord(given.status);
    // Both enumerations list the same things in the same order.
    box.shape = static_cast<DecisionBox::Shape>(given.type);
    box.status = static_cast<DecisionBox::Status>(given.status);
    box.confidence = given.confidence;
    box.agent = given.agent;
    box.monogram = given.monogram;
    box.agentIndex = given.agentIndex;
    box.older = given.older;
    box.layer = given.place.layer;
    box.x = given.place.x;
    return box;
}

QByteArray svgOf(const DecisionMap &map)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setSize(map.contentSize().toSize());
    svg.setViewBox(QRectF({0, 0}, map.contentSize()));
    QPainter painter(&svg);
    painter.setFont(map.font());
    map.paintAll(painter);
    painter.end();
    return bytes;
}

} // namespace

KnowledgeView::KnowledgeView(KnowledgeModel &model, KnowledgePanel &panel)
    : m_model(model), m_panel(panel)
{
    using Entries = KnowledgeEntriesModel;
    panel.setEntries(model.entries(), Entries::IdRole);
    panel.setLinks(model.links(), KnowledgeLinksModel::EntryIdRole);
    panel.setIssues(model.issues(), KnowledgeIssuesModel::EntryIdRole);
    panel.setDocuments(model.documents());
    setColumnWidths(panel.entriesTable(), {5, 0, 8, 5, 8, 7, 14, 11, 12});
    // The rest is in the reader, and one click on the header away.
    for (const int column :
         {Entries::Score, Entries::Sources, Entries::Tags, Entries::Agent, Entries::Updated})
        panel.entriesTable()->setColumnHidden(column, true);
    setColumnWidths(panel.linksTable(), {6, 0, 14, 18});
    setColumnWidths(panel.issuesTable(), {8, 14, 0, 30});
    setColumnWidths(panel.documentsTable(), {0, 9, 12, 6, 6, 11, 12});
    setAgentColumn(panel.entriesTable(), Entries::Agent, Entries::ColorIndexRole);
    setAgentColumn(panel.documentsTable(), KnowledgeDocumentsModel::Agent,
                   KnowledgeDocumentsModel::ColorIndexRole);

    connect(&panel, &KnowledgePanel::queryChanged, this, [this](const QString &text) {
        m_model.setQuery(text);
        m_panel.entriesTable()->setColumnHidden(Entries::Score, m_model.query().isEmpty());
    });
    connect(&panel, &KnowledgePanel::entryChosen, &model, &KnowledgeModel::showEntry);
    connect(&panel, &KnowledgePanel::nameFollowed, &model, &KnowledgeModel::showSlug);
    connect(&panel, &KnowledgePanel::backRequested, &model, &KnowledgeModel::goBack);
    connect(&panel, &KnowledgePanel::eventRequested, this,
            [this] { emit eventRequested(m_model.page().seq); });
    connect(panel.entriesTable(), &QTableView::activated, this, [this](const QModelIndex &index) {
        emit eventRequested(index.data(Entries::SeqRole).toULongLong());
    });
    connect(panel.documentsTable(), &QTableView::activated, this, [this](const QModelIndex &index) {
        emit eventRequested(index.data(KnowledgeDocumentsModel::SeqRole).toULongLong());
    });
    connect(&model, &KnowledgeModel::pageShown, this, &KnowledgeView::showPage);
    connect(&model, &KnowledgeModel::healthChanged, this, [this] {
        const auto &health = m_model.health();
        m_panel.setHealth({{tr("Coverage"), health.coverage,
                            tr("Compiled documents out of all documents; 1 without any")},
                           {tr("Freshness"), health.freshness,
                            tr("How lately entries were changed; falls to 0.37 within 30 days")},
                           {tr("Coherence"), health.coherence,
                            tr("1, less 0.2 for each grave issue, 0.1 for a middling one, 0.05 "
                               "for a slight one")}},
                          m_model.healthSentence());
        m_panel.setCounts(static_cast<int>(health.issues.size()),
                          static_cast<int>(health.pendingDocuments));
    });
}

void KnowledgeView::showPage()
{
    const KnowledgePage page = m_model.page();
    m_panel.showPage(page.title, page.facts, page.summary, page.content, m_model.canGoBack());
    m_panel.markEntry(page.id);
}

void KnowledgeView::fill(bool isLive)
{
    m_panel.setEmpty(!isLive && m_model.isEmpty());
    // Somebody reads at once what there is.
    if (m_model.page().id.isEmpty() && m_model.entries()->rowCount() > 0)
        m_model.showEntry(
            m_model.entries()->index(0, 0).data(KnowledgeEntriesModel::IdRole).toString());
}

DecisionsView::DecisionsView(DecisionsModel &model, DecisionsPanel &panel)
    : m_model(model), m_panel(panel)
{
    panel.setModel(&model, DecisionsModel::IdRole);
    setTreeColumnWidths(panel.outline(), {34, 11, 11, 6, 12, 12, 0});
    setAgentColumn(panel.outline(), DecisionsModel::Agent, DecisionsModel::ColorIndexRole);
    connect(&model, &DecisionsModel::graphChanged, this, &DecisionsView::show);
    connect(&panel, &DecisionsPanel::viewChanged, this, &DecisionsView::show);
    connect(&panel, &DecisionsPanel::nodeChosen, this, &DecisionsView::choose);
    connect(&panel, &DecisionsPanel::nodeActivated, this,
            [this](const QString &id) { emit eventRequested(m_model.details(id).seq); });
    connect(&panel, &DecisionsPanel::exportRequested, this,
            [this](DecisionsPanel::Export format) { exportTo(static_cast<int>(format)); });
    show();
}

void DecisionsView::show()
{
    DecisionsModel::View view;
    view.hideTurnedDown = m_panel.hidesTurnedDown();
    if (m_panel.showsOnlyPath())
        view.onlyPathTo = m_chosen;
    const DecisionMapData data = m_model.mapData(view);
    QList<DecisionBox> boxes;
    for (const DecisionMapData::Box &box : data.boxes)
        boxes << boxOf(box);
    QList<DecisionArrow> arrows;
    for (const DecisionMapData::Arrow &arrow : data.arrows) {
        QString word;
        if (arrow.type != decisions::EdgeType::LeadsTo)
            word = QString::fromUtf8(toString(arrow.type).data(),
                                     qsizetype(toString(arrow.type).size()));
        arrows << DecisionArrow{arrow.from, arrow.to, arrowKind(arrow.type), word};
    }
    m_panel.map()->setGraph(std::move(boxes), std::move(arrows));
    m_panel.setNodeCount(m_model.nodeCount());
    choose(m_chosen);
}

void DecisionsView::choose(const QString &id)
{
    const bool another = id != m_chosen;
    m_chosen = id;
    const DecisionDetails details = m_model.details(id);
    QStringList lines;
    if (!details.rationale.isEmpty())
        lines << tr("Why: %1").arg(details.rationale);
    if (!details.followsFrom.isEmpty())
        lines << tr("From: %1").arg(details.followsFrom.join(QStringLiteral("; ")));
    if (!details.leadsTo.isEmpty())
        lines << tr("To: %1").arg(details.leadsTo.join(QStringLiteral("; ")));
    m_panel.setDetails(details.label, details.facts, lines.join(QLatin1Char('\n')));
    m_panel.showNode(details.id, m_model.indexOf(id));
    if (another && m_panel.showsOnlyPath())
        show();
}

void DecisionsView::fill(bool isLive)
{
    m_panel.setEmpty(!isLive && m_model.nodeCount() == 0);
    if (m_chosen.isEmpty() && m_model.nodeCount() > 0)
        choose(m_model.index(0, 0).data(DecisionsModel::IdRole).toString());
}

void DecisionsView::exportTo(int format)
{
    using Export = DecisionsPanel::Export;
    const auto chosen = static_cast<Export>(format);
    const QString suffix = chosen == Export::Mermaid ? QStringLiteral("mmd")
                           : chosen == Export::Svg   ? QStringLiteral("svg")
                                                     : QStringLiteral("json");
    const QString name = QFileDialog::getSaveFileName(&m_panel, tr("Export the decisions"),
                                                      QStringLiteral("decisions.") + suffix,
                                                      QStringLiteral("*.") + suffix);
    if (name.isEmpty())
        return;
    const QByteArray bytes = chosen == Export::Mermaid ? m_model.mermaid().toUtf8()
                             : chosen == Export::Svg   ? svgOf(*m_panel.map())
                                                       : m_model.json().toUtf8();
    QSaveFile file(name);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        emit failed(tr("%1 cannot be written: %2").arg(name, file.errorString()));
}

} // namespace orrery::ui
