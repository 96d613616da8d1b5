// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/knowledgepanel.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/safereader.h"
#include "ui/widgets/tabletools.h"
#include "ui/widgets/plaintip.h"
#include "ui/widgets/plainlabel.h"

#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

namespace orrery::ui {
namespace {

constexpr int debounceMs = 150;

QToolButton *iconButton(const QString &icon, const QString &name, QWidget *parent)
{
    auto *button = new QToolButton(parent);
    button->setIcon(themedIcon(icon));
    button->setIconSize({16, 16});
    button->setProperty("flat", true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAccessibleName(name);
    setTip(button, name);
    return button;
}

QStringList localFiles(const QMimeData *data)
{
    QStringList files;
    for (const QUrl &url : data->urls())
        if (url.isLocalFile())
            files << url.toLocalFile();
    return files;
}

} // namespace

KnowledgePanel::KnowledgePanel(const EmptyActions &actions, QWidget *parent) : Panel(parent)
{
    setMinimumSize(200, 120); // its parts together would keep the window from being small
    auto *split = new QSplitter(Qt::Horizontal);
    split->setChildrenCollapsible(false);
    split->setHandleWidth(1);
    split->addWidget(makeList());
    split->addWidget(makeReader());
    split->setStretchFactor(0, 11);
    split->setStretchFactor(1, 10);
    split->setSizes({550, 500});
    m_debounce.setSingleShot(true);
    m_debounce.setInterval(debounceMs);
    connect(&m_debounce, &QTimer::timeout, this, [this] { emit queryChanged(m_query->text()); });
    connect(m_query, &QLineEdit::textChanged, &m_debounce, qOverload<>(&QTimer::start));
    showPage({}, {}, {}, {}, false);
    setIngestEnabled(false);
    setContent(split, QStringLiteral("knowledge"),
               tr("What the team knows: entries that agents write, link and search."), actions);
}

QWidget *KnowledgePanel::makeList()
{
    auto *list = new QWidget;
    auto *column = new QVBoxLayout(list);
    column->setContentsMargins(0, 6, 0, 0);
    column->setSpacing(metric::small);
    auto *row = new QHBoxLayout;
    row->setContentsMargins(metric::medium, 0, metric::medium, 0);
    row->setSpacing(metric::medium);
    m_query = new QLineEdit(list);
    m_query->setObjectName(QStringLiteral("knowledgeQuery"));
    m_query->setPlaceholderText(tr("Search the knowledge base…"));
    m_query->setAccessibleName(tr("Knowledge search"));
    m_query->setClearButtonEnabled(true);
    m_ingest = new QPushButton(tr("Add documents…"), list);
    setTip(m_ingest,
           tr("Put files into the queue from which agents make entries; they can be dropped here "
              "too. Nothing leaves this machine unless the agents' model is remote."));
    row->addWidget(m_query, 1);
    row->addWidget(m_ingest);
    column->addLayout(row);
    m_tabs = new QTabWidget(list);
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("Knowledge views"));
    m_entries = addTable(m_tabs, tr("Entries"), QStringLiteral("knowledgeEntries"));
    m_entries->setSelectionMode(QAbstractItemView::SingleSelection);

    auto *health = new QWidget;
    auto *below = new QVBoxLayout(health);
    below->setContentsMargins(0, 0, 0, 0);
    below->setSpacing(metric::small);
    m_meters = new Meters(health);
    m_health = new PlainLabel(health);
    m_health->setProperty("muted", true);
    m_health->setContentsMargins(metric::medium, 0, metric::medium, 0);
    m_issues = new QTableView(health);
    m_issues->setObjectName(QStringLiteral("knowledgeIssues"));
    prepareTable(m_issues, tr("Knowledge: issues"));
    below->addWidget(m_meters);
    below->addWidget(m_health);
    below->addWidget(m_issues, 1);
    m_tabs->addTab(health, tr("Health"));
    m_documents = addTable(m_tabs, tr("Ingest queue"), QStringLiteral("knowledgeDocuments"));
    column->addWidget(m_tabs, 1);
    connect(m_ingest, &QPushButton::clicked, this, [this] { emit ingestRequested({}); });
    connect(m_query, &QLineEdit::returnPressed, this, [this] {
        m_debounce.stop();
        emit queryChanged(m_query->text());
        m_tabs->setCurrentWidget(m_entries);
        m_entries->setFocus();
        if (m_entries->model() && m_entries->model()->rowCount() > 0)
            m_entries->selectRow(0);
    });
    return list;
}

QWidget *KnowledgePanel::makeReader()
{
    auto *page = new QWidget;
    auto *column = new QVBoxLayout(page);
    column->setContentsMargins(metric::medium, 6, metric::medium, 0);
    column->setSpacing(metric::small);
    auto *row = new QHBoxLayout;
    row->setSpacing(metric::small);
    m_back = iconButton(QStringLiteral("back"), tr("Back to the entry before (Alt+Left)"), page);
    m_title = new ProseLabel(page);
    m_title->setObjectName(QStringLiteral("knowledgeTitle"));
    m_title->setAccessibleName(tr("Title of the entry"));
    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    bold.setPointSizeF(bold.pointSizeF() * 1.15);
    m_title->setFont(bold);
    m_event = iconButton(QStringLiteral("events"), tr("Go to the event that saved it"), page);
    row->addWidget(m_back, 0, Qt::AlignTop);
    row->addWidget(m_title, 1);
    row->addWidget(m_event, 0, Qt::AlignTop);
    column->addLayout(row);
    m_facts = new ProseLabel(page);
    m_facts->setProperty("muted", true);
    column->addWidget(m_facts);
    m_summary = new ProseLabel(page);
    QFont italic = m_summary->font();
    italic.setItalic(true);
    m_summary->setFont(italic);
    column->addWidget(m_summary);
    auto *split = new QSplitter(Qt::Vertical, page);
    split->setChildrenCollapsible(false);
    split->setHandleWidth(1);
    m_reader = new SafeReader(split);
    m_reader->setObjectName(QStringLiteral("knowledgeReader"));
    m_reader->setAccessibleName(tr("Text of the entry"));
    m_reader->setMinimumHeight(48);
    m_links = new QTableView(split);
    m_links->setObjectName(QStringLiteral("knowledgeLinks"));
    prepareTable(m_links, tr("Links of the entry"));
    m_links->setMinimumHeight(52);
    split->addWidget(m_reader);
    split->addWidget(m_links);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    column->addWidget(split, 1);
    m_address = new ProseLabel(page);
    m_address->setProperty("muted", true);
    m_address->hide();
    column->addWidget(m_address);

    connect(m_back, &QToolButton::clicked, this, &KnowledgePanel::backRequested);
    auto *alt = new QShortcut(QKeySequence(Qt::ALT | Qt::Key_Left), this);
    alt->setContext(Qt::WidgetWithChildrenShortcut);
    connect(alt, &QShortcut::activated, this, &KnowledgePanel::backRequested);
    connect(m_event, &QToolButton::clicked, this, &KnowledgePanel::eventRequested);
    connect(m_reader, &SafeReader::nameFollowed, this, &KnowledgePanel::nameFollowed);
    connect(m_reader, &SafeReader::addressClicked, this, [this](const QString &address) {
        m_address->setText(tr("Not opened: %1").arg(address));
        m_address->show();
    });
    return page;
}

QTableView *KnowledgePanel::addTable(QTabWidget *tabs, const QString &title,
                                     const QString &objectName)
{
    auto *table = new QTableView;
    table->setObjectName(objectName);
    prepareTable(table, tr("Knowledge: %1").arg(title));
    tabs->addTab(table, title);
    return table;
}

void KnowledgePanel::setEntries(QAbstractItemModel *model, int idRole)
{
    m_entryRole = idRole;
    m_entries->setModel(model);
    setPlaceholder(m_entries, tr("No entry yet; agents add them with kb_add_entry."));
    connect(m_entries->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &index) {
                if (index.isValid() && !m_marking)
                    emit entryChosen(index.data(m_entryRole).toString());
            });
}

void KnowledgePanel::setLinks(QAbstractItemModel *model, int idRole)
{
    m_links->setModel(model);
    setPlaceholder(m_links, tr("No links."));
    connect(m_links, &QTableView::activated, this, [this, idRole](const QModelIndex &index) {
        emit entryChosen(index.data(idRole).toString());
    });
}

void KnowledgePanel::setIssues(QAbstractItemModel *model, int idRole)
{
    m_issues->setModel(model);
    setPlaceholder(m_issues, tr("Nothing to mend."));
    connect(m_issues, &QTableView::activated, this, [this, idRole](const QModelIndex &index) {
        emit entryChosen(index.data(idRole).toString());
    });
}

void KnowledgePanel::setDocuments(QAbstractItemModel *model)
{
    m_documents->setModel(model);
    setPlaceholder(m_documents, tr("No documents. Drop files here while a run goes on."));
}

void KnowledgePanel::showPage(const QString &title, const QString &facts, const QString &summary,
                              const QString &markdown, bool canGoBack)
{
    const bool any = !facts.isEmpty();
    m_back->setEnabled(canGoBack);
    m_event->setEnabled(any);
    m_title->setText(any ? title : tr("No entry chosen"));
    m_facts->setText(any ? facts : tr("Choose an entry to read it."));
    m_summary->setText(summary);
    m_summary->setVisible(!summary.isEmpty());
    m_reader->setVisible(any);
    m_links->setVisible(any);
    m_address->hide();
    if (m_reader->property("markdown").toString() == markdown)
        return; // the place to which one has scrolled stays
    m_reader->setProperty("markdown", markdown);
    m_reader->showMarkdown(markdown);
}

void KnowledgePanel::markEntry(const QString &id)
{
    const QAbstractItemModel *model = m_entries->model();
    if (id.isEmpty() || m_entries->currentIndex().data(m_entryRole).toString() == id)
        return;
    for (int row = 0; row < model->rowCount(); ++row) {
        if (model->index(row, 0).data(m_entryRole).toString() != id)
            continue;
        m_marking = true;
        m_entries->selectRow(row);
        m_marking = false;
        return;
    }
}

void KnowledgePanel::setHealth(QList<Meters::Meter> meters, const QString &sentence)
{
    m_meters->setMeters(std::move(meters));
    m_health->setText(sentence);
}

void KnowledgePanel::setCounts(int issues, int pending)
{
    m_tabs->setTabText(1, issues > 0 ? tr("Health (%1)").arg(issues) : tr("Health"));
    m_tabs->setTabText(2, pending > 0 ? tr("Ingest queue (%1)").arg(pending) : tr("Ingest queue"));
}

void KnowledgePanel::setIngestEnabled(bool enabled)
{
    m_ingest->setEnabled(enabled);
    setAcceptDrops(enabled);
}

void KnowledgePanel::focusFilter()
{
    m_query->setFocus();
    m_query->selectAll();
}

void KnowledgePanel::dragEnterEvent(QDragEnterEvent *event)
{
    if (!localFiles(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void KnowledgePanel::dropEvent(QDropEvent *event)
{
    event->acceptProposedAction();
    emit ingestRequested(localFiles(event->mimeData()));
}

} // namespace orrery::ui
