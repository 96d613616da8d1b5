// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/eventspanel.h"

#include "ui/format/foreign.h"
#include "ui/theme/theme.h"
#include "ui/widgets/logtable.h"
#include "ui/widgets/tabletools.h"
#include "ui/widgets/plaintip.h"
#include "ui/widgets/plainlabel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QSplitter>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace orrery::ui {
namespace {

/// Of the kind box: everything but the pieces of a streamed answer, which are most of a log and say
/// least.
const QString withoutPieces = QStringLiteral("-model_delta");

/// Fills a box and keeps its choice. Each item is a name and what it stands for.
void fill(QComboBox *box, const QList<std::pair<QString, QString>> &items)
{
    const QString chosen = box->currentData().toString();
    const QSignalBlocker quiet(box);
    box->clear();
    for (const auto &[name, data] : items)
        box->addItem(name, data);
    box->setCurrentIndex(qMax(0, box->findData(chosen)));
}

} // namespace

EventsPanel::EventsPanel(const EmptyActions &actions, QWidget *parent) : Panel(parent)
{
    auto *content = new QWidget;
    auto *column = new QVBoxLayout(content);
    column->setContentsMargins(0, 6, 0, 0);
    column->setSpacing(6);
    column->addWidget(makeFilterRow(content));
    auto *split = new QSplitter(Qt::Horizontal, content);
    split->setHandleWidth(1);
    split->setChildrenCollapsible(false);
    m_table = new LogTable(split);
    m_table->setObjectName(QStringLiteral("eventsTable"));
    prepareTable(m_table, tr("Events"));
    m_details = new QPlainTextEdit(split);
    m_details->setObjectName(QStringLiteral("eventDetails"));
    m_details->setReadOnly(true);
    m_details->setTabChangesFocus(true);
    m_details->setAccessibleName(tr("Data of the chosen event"));
    m_details->setFont(monospaceFont(smallFont(font())));
    m_details->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    split->addWidget(m_table);
    split->addWidget(m_details);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 1);
    split->setSizes({600, 220});
    column->addWidget(split, 1);
    connect(m_table->verticalScrollBar(), &QScrollBar::actionTriggered, this, [this] {
        const QScrollBar *bar = m_table->verticalScrollBar();
        m_follow->setChecked(bar->sliderPosition() >= bar->maximum());
    });
    connect(m_table, &QTableView::activated, this, &EventsPanel::eventActivated);
    setContent(content, QStringLiteral("events"), tr("Every event of the run, in order."), actions);
}

QWidget *EventsPanel::makeFilterRow(QWidget *parent)
{
    auto *bar = new QWidget(parent);
    auto *row = new QHBoxLayout(bar);
    row->setContentsMargins(metric::medium, 0, metric::medium, 0);
    row->setSpacing(metric::medium);
    m_filter = new QLineEdit(bar);
    m_filter->setObjectName(QStringLiteral("eventFilter"));
    m_filter->setPlaceholderText(tr("Filter events…"));
    m_filter->setAccessibleName(tr("Filter events by text"));
    m_filter->setClearButtonEnabled(true);
    m_kind = new QComboBox(bar);
    m_kind->setObjectName(QStringLiteral("eventKind"));
    m_kind->setAccessibleName(tr("Kind of event"));
    m_agent = new QComboBox(bar);
    m_agent->setObjectName(QStringLiteral("eventAgent"));
    m_agent->setAccessibleName(tr("Agent of the event"));
    for (QComboBox *box : {m_kind, m_agent}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(10);
    }
    m_count = new PlainLabel(bar);
    m_count->setProperty("muted", true);
    m_follow = new QToolButton(bar);
    m_follow->setText(tr("Follow"));
    m_follow->setCheckable(true);
    m_follow->setChecked(true);
    m_follow->setFocusPolicy(Qt::StrongFocus);
    m_follow->setAccessibleName(tr("Follow new events"));
    setTip(m_follow, tr("Keep the newest event in view"));
    row->addWidget(m_filter, 1);
    row->addWidget(m_kind);
    row->addWidget(m_agent);
    row->addWidget(m_count);
    row->addWidget(m_follow);
    setKinds({});
    setAgents({});
    m_kind->setCurrentIndex(m_kind->findData(withoutPieces));
    const auto tell = [this] { announceFilter(); };
    // Typing is gathered, so that a long log is not filtered for each letter.
    auto *wait = new QTimer(this);
    wait->setSingleShot(true);
    wait->setInterval(120);
    connect(wait, &QTimer::timeout, this, tell);
    connect(m_filter, &QLineEdit::textChanged, wait, qOverload<>(&QTimer::start));
    connect(m_kind, &QComboBox::currentIndexChanged, this, tell);
    connect(m_agent, &QComboBox::currentIndexChanged, this, tell);
    connect(m_follow, &QToolButton::toggled, this, [this](bool on) {
        if (on)
            scheduleFollow();
    });
    return bar;
}

void EventsPanel::setModel(QAbstractItemModel *filtered, Details details)
{
    m_readDetails = std::move(details);
    m_table->setModel(filtered);
    setPlaceholder(m_table, tr("No event matches the filter."));
    m_details->hide();
    m_follow->setChecked(true);
    connect(filtered, &QAbstractItemModel::rowsInserted, this, &EventsPanel::scheduleFollow);
    connect(filtered, &QAbstractItemModel::modelReset, this, &EventsPanel::scheduleFollow);
    // A reset takes the current row away without a word.
    connect(filtered, &QAbstractItemModel::modelReset, this, [this] { showDetails({}); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &EventsPanel::showDetails);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &now) {
                if (now.isValid())
                    emit eventChosen(now);
            });
    scheduleFollow();
}

void EventsPanel::showDetails(const QModelIndex &now)
{
    // Who looks at an event does not want it to run away.
    if (now.isValid() && now.row() + 1 < m_table->model()->rowCount())
        m_follow->setChecked(false);
    m_details->setVisible(now.isValid());
    m_details->setPlainText(now.isValid() ? m_readDetails(now) : QString());
}

void EventsPanel::scheduleFollow()
{
    if (m_followQueued)
        return;
    m_followQueued = true;
    QTimer::singleShot(0, this, [this] {
        m_followQueued = false;
        updateCount();
        // Who looks at an earlier moment does not want it to run away.
        if (m_follow->isChecked() && m_table->moment() == -1)
            m_table->scrollToBottom();
    });
}

void EventsPanel::updateCount()
{
    m_count->setText(tr("%1 events").arg(m_table->model()->rowCount()));
}

void EventsPanel::setKinds(const QStringList &names)
{
    QList<std::pair<QString, QString>> items{{tr("all kinds"), QString()},
                                             {tr("no text pieces"), withoutPieces}};
    for (const QString &name : names)
        items << std::pair(name, name);
    fill(m_kind, items);
}

void EventsPanel::setAgents(const QStringList &names)
{
    QList<std::pair<QString, QString>> items{{tr("all agents"), QString()}};
    for (const QString &name : names)
        items << std::pair(format::name(name), name);
    fill(m_agent, items);
}

void EventsPanel::announceFilter()
{
    emit filterChanged(m_filter->text(), m_kind->currentData().toString(),
                       m_agent->currentData().toString());
    if (m_table->model())
        updateCount();
}

void EventsPanel::setFilter(const QString &text) { m_filter->setText(text); }

void EventsPanel::clearFilter()
{
    const QSignalBlocker quietKind(m_kind);
    const QSignalBlocker quietAgent(m_agent);
    m_filter->clear();
    m_kind->setCurrentIndex(0);
    m_agent->setCurrentIndex(0);
    announceFilter();
}

void EventsPanel::choose(const QModelIndex &event)
{
    bringUp(event);
    m_table->setFocus();
}

void EventsPanel::bringUp(const QModelIndex &event)
{
    m_follow->setChecked(false);
    m_table->setCurrentIndex(event);
    m_table->scrollTo(event, QAbstractItemView::PositionAtCenter);
}

QTableView *EventsPanel::table() const { return m_table; }

void EventsPanel::setMoment(int row, bool mayScroll)
{
    if (m_table->moment() == row)
        return;
    m_table->setMoment(row);
    if (row == -1)
        scheduleFollow();
    else if (row >= 0 && mayScroll)
        m_table->scrollTo(m_table->model()->index(row, 0));
}

void EventsPanel::focusFilter()
{
    m_filter->setFocus();
    m_filter->selectAll();
}

} // namespace orrery::ui
