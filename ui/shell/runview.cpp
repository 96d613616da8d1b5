// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/runview.h"

#include "ui/shell/graphviews.h"
#include "ui/shell/memoryview.h"
#include "ui/shell/panels.h"
#include "ui/shell/rowreaders.h"
#include "ui/shell/selectionlink.h"
#include "ui/shell/timelinelink.h"
#include "ui/viewmodels/agentsmodel.h"
#include "ui/viewmodels/eventsummary.h"
#include "ui/format/foreign.h"
#include "ui/format/format.h"
#include "ui/viewmodels/rundocument.h"
#include "ui/widgets/tabletools.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QTableView>
#include <QTimer>

#include <algorithm>
#include <utility>

namespace orrery::ui {
namespace {

constexpr int refreshMs = 100;
constexpr int clockMs = 1000; ///< what counts down does so in seconds
/// So much longer than the panels take, nothing is filled: the window stays a window.
constexpr int restFactor = 4;
/// A refused attempt stays on the map so long, and a claim that has ended.
constexpr qint64 mapMemoryMs = 60000;

QString damageText(const std::vector<store::Damage> &damage)
{
    if (damage.empty())
        return {};
    const QString what = format::name(QString::fromStdString(damage.front().what), 300);
    QString text = damage.front().seq == 0
                       ? RunView::tr("is damaged: %1").arg(what)
                       : RunView::tr("breaks at event %1. %2").arg(damage.front().seq).arg(what);
    if (damage.size() > 1)
        text += RunView::tr(" (and in %1 more places)").arg(damage.size() - 1);
    return text;
}

} // namespace

struct RunView::Private {
    Private(RunView &view, Panels &given)
        : q(view), panels(given), knowledge(*document.knowledge(), *given.knowledge),
          decisions(*document.decisions(), *given.decisions), timeline(document, *given.timeline),
          selection(document, *given.events, *given.conversation)
    {}

    RunView &q;
    Panels &panels;
    RunDocument document;
    KnowledgeView knowledge;
    DecisionsView decisions;
    TimelineLink timeline;
    SelectionLink selection;
    QTimer refresh;
    QTimer clock;
    QStringList agentNames;
    QStringList asked; ///< the requests for approval that the person was told of
    bool tellsCaughtUp = false;

    void setModels();
    void connectPanels();
    void fillSoon();
    void fillPanels();
    void fillClaims();
    void fillLimits();
    void fillApproval();
    void fillNames();
    void goToEvent(quint64 seq);
    void showMoment(bool mayScroll);
    void tick();
};

RunView::RunView(Panels &panels) : d(std::make_unique<Private>(*this, panels))
{
    d->setModels();
    d->connectPanels();
    d->refresh.setSingleShot(true);
    connect(&d->refresh, &QTimer::timeout, this, [this] { d->fillPanels(); });
    d->clock.setInterval(clockMs);
    connect(&d->clock, &QTimer::timeout, this, [this] { d->tick(); });
    d->refresh.setInterval(refreshMs);
    connect(&d->document, &RunDocument::eventsApplied, this, [this] { d->fillSoon(); });
    // While events trickle in, each of them is the last one for a moment.
    connect(&d->document, &RunDocument::caughtUp, this, [this] {
        d->tellsCaughtUp = true;
        d->fillSoon();
    });
    connect(&d->document, &RunDocument::journalReady, this, &RunView::journalReady);
    connect(&d->document, &RunDocument::journalRefused, this, &RunView::journalRefused);
    connect(&d->document, &RunDocument::cursorChanged, this, [this] {
        d->fillPanels();
        d->showMoment(true);
    });
    connect(d->document.filteredEvents(), &EventsFilterModel::scanFinished, this,
            [this] { d->showMoment(false); });
    connect(&d->document, &RunDocument::selectionChanged, this, [this](const QString &agent) {
        d->panels.team->selectAgent(agent);
        d->panels.conversation->setHeading(agent);
        emit selectionChanged(agent);
    });
}

RunView::~RunView() = default;

void RunView::Private::setModels()
{
    panels.team->setModel(document.agents(), readAgentCard);
    panels.conversation->setModel(document.conversation(), readCard);
    panels.claims->setModel(document.claims());
    panels.limits->setModel(document.limiter());
    MemoryModel *memory = document.memory();
    panels.memory->setResults(memory->results(), MemoryResultsModel::Final,
                              MemoryResultsModel::FormulaRole, readScore);
    panels.memory->setEntries(memory->entries());
    panels.memory->setSearches(memory->searches());
    panels.events->setModel(document.filteredEvents(), [](const QModelIndex &index) {
        return index.data(EventsModel::JsonRole).toString();
    });
    panels.events->setKinds(eventGroupNames());

    setColumnWidths(panels.claims->table(), {10, 0, 7, 12, 5, 4, 4, 8});
    panels.claims->table()->setColumnHidden(ClaimsModel::Claimed, true);
    setColumnWidths(panels.limits->table(), {12, 11, 9, 6, 6, 10, 0});
    setColumnWidths(panels.memory->resultsTable(), {4, 0, 15, 8, 8, 4, 4, 4, 4, 12});
    setColumnWidths(panels.memory->entriesTable(), {0, 10, 5, 10, 11, 12});
    setColumnWidths(panels.memory->searchesTable(), {12, 11, 0, 10, 3, 6});
    setColumnWidths(panels.events->table(), {5, 12, 11, 18, 0, 7});

    setAgentColumn(panels.claims->table(), ClaimsModel::Agent, ClaimsModel::ColorIndexRole);
    setAgentColumn(panels.limits->table(), LimiterModel::Agent, LimiterModel::ColorIndexRole);
    setAgentColumn(panels.events->table(), EventsModel::Agent, EventsModel::ColorIndexRole);
    setAgentColumn(panels.memory->entriesTable(), MemoryEntriesModel::Agent,
                   MemoryEntriesModel::ColorIndexRole);
    setAgentColumn(panels.memory->searchesTable(), MemorySearchesModel::Agent,
                   MemorySearchesModel::ColorIndexRole);
}

void RunView::Private::connectPanels()
{
    QObject::connect(panels.team, &TeamPanel::agentSelected, &q,
                     [this](const QString &agent) { document.setSelectedAgent(agent); });
    for (Panel *panel : {static_cast<Panel *>(panels.claims), static_cast<Panel *>(panels.limits)})
        QObject::connect(panel, &Panel::shown, &q, [this] { fillSoon(); });
    QObject::connect(panels.conversation, &ConversationPanel::everybodyRequested, &q,
                     [this] { document.setSelectedAgent({}); });
    QObject::connect(panels.events, &EventsPanel::filterChanged, &q,
                     [this](const QString &text, const QString &kind, const QString &agent) {
                         document.filteredEvents()->setFilter(text, kind, agent);
                     });
    panels.events->announceFilter();
    QObject::connect(panels.events, &EventsPanel::eventActivated, &q,
                     [this](const QModelIndex &index) {
                         document.setCursor(index.data(EventsModel::SeqRole).toULongLong());
                     });
    const auto leadToEvents = [this](QTableView *table, int seqRole) {
        QObject::connect(table, &QTableView::activated, &q,
                         [this, seqRole](const QModelIndex &index) {
                             goToEvent(index.data(seqRole).toULongLong());
                         });
    };
    leadToEvents(panels.claims->table(), ClaimsModel::SeqRole);
    leadToEvents(panels.limits->table(), LimiterModel::SeqRole);
    leadToEvents(panels.memory->entriesTable(), MemoryEntriesModel::SeqRole);
    QObject::connect(panels.conversation, &ConversationPanel::eventRequested, &q,
                     [this](const QModelIndex &card) {
                         goToEvent(card.data(ConversationModel::SeqRole).toULongLong());
                     });
    connectMemoryPanel(*panels.memory, *document.memory(),
                       [this](const memory::SearchQuery &query) { emit q.memoryAsked(query); });
    QObject::connect(&knowledge, &KnowledgeView::eventRequested, &q,
                     [this](quint64 seq) { goToEvent(seq); });
    QObject::connect(&decisions, &DecisionsView::eventRequested, &q,
                     [this](quint64 seq) { goToEvent(seq); });
    QObject::connect(&decisions, &DecisionsView::failed, &q, &RunView::failed);
}

void RunView::Private::showMoment(bool mayScroll)
{
    constexpr int present = -1;
    constexpr int beforeAll = -2;
    int row = present;
    if (document.cursor()) {
        const int event = document.events()->rowOfSeq(*document.cursor());
        row = document.filteredEvents()->rowAtOrBefore(event);
        row = row < 0 ? beforeAll : row;
    }
    panels.events->setMoment(row, mayScroll);
}

void RunView::Private::goToEvent(quint64 seq)
{
    const QModelIndex event =
        document.events()->index(document.events()->rowOfSeq(seq), EventsModel::Summary);
    QModelIndex row = document.filteredEvents()->mapFromSource(event);
    if (!row.isValid()) {
        panels.events->clearFilter();
        row = document.filteredEvents()->mapFromSource(event);
    }
    if (!row.isValid())
        return;
    panels.events->choose(row);
    emit q.eventChosen();
}

void RunView::clear()
{
    d->clock.stop();
    d->tellsCaughtUp = false;
    d->asked.clear();
    d->document.clear();
    d->panels.memory->setPipeline({}, {});
    d->panels.memory->setQuery({});
    d->fillPanels();
}

void RunView::showTeam(const TeamSpec &team)
{
    d->document.showTeam(team);
    d->fillPanels();
}

void RunView::attach(runtime::EventBus &bus)
{
    d->document.attach(bus);
    d->clock.start();
    d->tick();
}

void RunView::detach()
{
    d->document.detach();
    d->clock.stop();
}

void RunView::openJournal(const QString &file) { d->document.openJournal(file); }

void RunView::showJournal()
{
    d->document.showJournal();
    d->clock.start();
}

void RunView::forgetJournal() { d->document.forgetJournal(); }

bool RunView::isOpening() const { return d->document.isOpening(); }

void RunView::selectAgent(const QString &agent) { d->document.setSelectedAgent(agent); }

QString RunView::selectedAgent() const { return d->document.selectedAgent(); }

QStringList RunView::agents() const { return d->document.agents()->names(); }

bool RunView::isBusy(const QString &agent) const { return d->document.present()->isBusy(agent); }

void RunView::jumpToLive() { d->document.jumpToLive(); }

void RunView::step(int events)
{
    const EventsModel *log = d->document.events();
    const EventsFilterModel *shown = d->document.filteredEvents();
    const quint64 at = d->document.cursor().value_or(d->document.present()->lastSeq());
    const int last = log->rowCount() - 1;
    const int here = std::min(log->rowOfSeq(at), last);
    const int nearest = shown->rowAtOrBefore(here);
    // Between two events that the log shows, the one before is a step away already.
    const bool isBetween =
        nearest >= 0 && shown->mapToSource(shown->index(nearest, 0)).row() != here;
    const int row = nearest + events + (events < 0 && isBetween ? 1 : 0);
    if (row >= shown->rowCount() && d->document.cursor())
        jumpToLive();
    else if (row >= 0 && row < shown->rowCount())
        d->document.setCursor(
            shown->index(row, EventsModel::Seq).data(EventsModel::SeqRole).toULongLong());
}

bool RunView::isCaughtUp() const
{
    return !isOpening() && d->document.isCaughtUp() && !d->refresh.isActive();
}

void RunView::Private::tick()
{
    document.setNow(QDateTime::currentMSecsSinceEpoch());
    // What is over, or a moment in the past, stays as it was drawn.
    if (!document.isTicking() && (!document.isLive() || document.present()->hasEnded()))
        return;
    if (document.isTicking()) {
        fillClaims();
        fillLimits();
        timeline.fill();
    }
    emit q.changed();
}

void RunView::Private::fillSoon()
{
    if (!refresh.isActive())
        refresh.start();
}

void RunView::Private::fillPanels()
{
    refresh.stop();
    QElapsedTimer watch;
    watch.start();
    const bool live = document.isLive();
    fillNames();
    panels.team->setEmpty(document.agents()->rowCount() == 0);
    panels.conversation->setEmpty(!live && document.conversation()->rowCount() == 0
                                  && document.selectedAgent().isEmpty());
    panels.events->setEmpty(document.events()->rowCount() == 0);
    MemoryModel *memory = document.memory();
    panels.memory->setEmpty(!live && memory->entries()->rowCount() == 0
                            && memory->searches()->rowCount() == 0);
    knowledge.fill(live);
    decisions.fill(live);
    timeline.fill();
    fillClaims();
    fillLimits();
    fillApproval();
    emit q.changed();
    refresh.setInterval(std::max<int>(refreshMs, int(watch.elapsed()) * restFactor));
    if (std::exchange(tellsCaughtUp, false))
        emit q.caughtUp();
}

void RunView::Private::fillNames()
{
    const QStringList names = document.agents()->names();
    if (names == agentNames)
        return;
    agentNames = names;
    panels.events->setAgents(names);
    panels.memory->setAgents(names);
}

void RunView::Private::fillClaims()
{
    const ClaimsModel *claims = document.claims();
    panels.claims->setEmpty(!document.isLive() && claims->rowCount() == 0);
    if (!panels.claims->isVisible())
        return;
    const qint64 now = document.nowMs();
    panels.claims->map()->setFiles(claimFiles(claims->mapData(now - mapMemoryMs)), now);
}

void RunView::Private::fillLimits()
{
    const LimiterModel *limiter = document.limiter();
    panels.limits->setEmpty(!document.isLive() && limiter->rowCount() == 0);
    if (!panels.limits->isVisible())
        return;
    const qint64 now = document.nowMs();
    const LimitSeries series = limitSeries(*limiter, now);
    panels.limits->tokensChart()->setAgents(series.agents);
    panels.limits->tokensChart()->setData(series.tokens, series.marks, series.tokenLimit, now);
    panels.limits->requestsChart()->setData(series.requests, {}, series.requestLimit, now);
    panels.limits->setSummary(limitSummary(*limiter, now));
    panels.limits->setLatest(limiter->lastSentence());
}

void RunView::Private::fillApproval()
{
    const ApprovalsModel *approvals = document.approvals();
    QList<ApprovalRequest> requests;
    QStringList ids;
    // Only a run that is there can be answered; it is, whatever moment is shown.
    for (int row = 0; document.isLive() && row < approvals->rowCount(); ++row) {
        const QModelIndex at = approvals->index(row, 0);
        const auto text = [&](int role) { return at.data(role).toString(); };
        ApprovalRequest request;
        request.id = text(ApprovalsModel::IdRole);
        request.agent = text(ApprovalsModel::AgentRole);
        request.tool = text(ApprovalsModel::ToolRole);
        request.folder = document.present()->workspace();
        request.reason = text(ApprovalsModel::ReasonRole);
        request.arguments = text(ApprovalsModel::ArgumentsRole);
        if (const QVariant command = at.data(ApprovalsModel::CommandRole); command.isValid())
            request.command = command.toString();
        request.otherArguments = text(ApprovalsModel::OtherArgumentsRole);
        ids << request.id;
        requests << std::move(request);
    }
    panels.conversation->approval()->showRequests(requests);
    const bool isNew = std::any_of(ids.cbegin(), ids.cend(),
                                   [this](const QString &id) { return !asked.contains(id); });
    asked = ids;
    if (isNew)
        emit q.approvalWaits();
}

RunPulse RunView::pulse() const
{
    const RunDocument &document = d->document;
    const bool isNow = document.isLive() || document.isFollowing();
    const RunStatus *status = isNow ? d->document.present() : d->document.status();
    const qint64 nowMs = isNow ? document.presentMs() : document.nowMs();
    RunPulse pulse;
    pulse.atCursor = document.cursor().has_value();
    if (status->state() != RunState::Idle)
        pulse.stateWord = status->stateWord();
    if (document.isFollowing() && status->isActive())
        pulse.stateWord = tr("%1 (in another window)").arg(pulse.stateWord);
    if (isNow && pulse.atCursor)
        pulse.stateWord = tr("Now: %1").arg(pulse.stateWord);
    pulse.running = status->running();
    pulse.approvals = status->waitingApproval();
    pulse.throttled = status->throttled();
    if (const auto until = status->throttledUntilMs())
        pulse.throttleLeft = format::remaining(*until - nowMs);
    pulse.throttleSentence = status->throttleSentence();
    pulse.costText = status->costText();
    pulse.tokensPerMinute = status->tokensPerMinute(nowMs);
    pulse.saveProblem = status->saveProblem();
    pulse.damage = damageText(document.damage());
    pulse.workspace = status->workspace();
    pulse.sandbox = status->sandbox();
    pulse.lastSeq = status->lastSeq();
    pulse.lastUs = status->lastUs();
    pulse.shownUs = document.cursorTimeUs();
    pulse.reading = document.isReading();
    pulse.following = document.isFollowing();
    pulse.scripted = status->isScripted();
    pulse.paused = status->isPaused();
    pulse.ended = status->hasEnded();
    pulse.failed = status->state() == RunState::Failed;
    pulse.reason = status->reason();
    pulse.task = status->task();
    pulse.interrupted = status->state() == RunState::Interrupted;
    return pulse;
}

} // namespace orrery::ui
