// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "ui/viewmodels/agentsmodel.h"
#include "ui/viewmodels/approvalsmodel.h"
#include "ui/viewmodels/claimsmodel.h"
#include "ui/viewmodels/conversationmodel.h"
#include "ui/viewmodels/decisionsmodel.h"
#include "ui/viewmodels/eventpump.h"
#include "ui/viewmodels/eventsfiltermodel.h"
#include "ui/viewmodels/eventsmodel.h"
#include "ui/viewmodels/journalfeed.h"
#include "ui/viewmodels/knowledgemodel.h"
#include "ui/viewmodels/limitermodel.h"
#include "ui/viewmodels/memorymodel.h"
#include "ui/viewmodels/runstatus.h"
#include "ui/viewmodels/runtimeline.h"
#include "ui/viewmodels/selection.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>

namespace orrery::ui {

/// One run as the window shows it: all its events, the projections of them, and what all panels
/// share: the selected agent, the time cursor and the filter. Fed by a live bus or by a journal.
/// Works in slices of half a frame. The projections show the moment of the cursor, but for present() and approvals(),
/// since what a person can act on is always the present, and events(), which is always the whole log.
class RunDocument : public QObject, private Projection
{
    Q_OBJECT
public:
    explicit RunDocument(QObject *parent = nullptr);
    ~RunDocument() override;

    AgentRoster &roster() { return m_roster; }
    RunStatus *status() { return &m_status; }
    RunStatus *present() { return &m_present; }
    AgentsModel *agents() { return &m_agents; }
    ConversationModel *conversation() { return &m_conversation; }
    ClaimsModel *claims() { return &m_claims; }
    LimiterModel *limiter() { return &m_limiter; }
    MemoryModel *memory() { return &m_memory; }
    KnowledgeModel *knowledge() { return &m_knowledge; }
    DecisionsModel *decisions() { return &m_decisions; }
    EventsModel *events() { return &m_events; }
    EventsFilterModel *filteredEvents() { return &m_filtered; }
    ApprovalsModel *approvals() { return &m_approvals; }
    /// Of the whole run, whatever moment is shown.
    const RunTimeline &timeline() const { return m_timeline; }
    Selection &selection() { return m_selection; }

    /// Forgets everything, lets go of bus and journal.
    void clear();
    /// A team that has not run yet; clears first.
    void showTeam(const TeamSpec &team);
    /// Follows a run from now on. Clears first when the document showed another run's events.
    void attach(runtime::EventBus &bus);
    /// Delivers what is queued and lets go of the bus; the document stays as it is. Call before the
    /// bus dies.
    void detach();
    /// The events of a journal, all there will ever be; clears first.
    void load(std::vector<EventPtr> events);
    /// Opens a journal on another thread; journalReady() or journalRefused() comes. What is shown stays. Another one that
    /// is being opened is forgotten.
    void openJournal(const QString &path);
    bool isOpening() const { return m_opening != nullptr; }
    /// After journalReady(): clears, and reads that journal bit by bit. caughtUp() tells the end, or that there is no more
    /// for now: while a run writes it, the document follows it.
    void showJournal();
    /// Instead: leaves it.
    void forgetJournal();

    const std::vector<EventPtr> &allEvents() const { return m_all; }
    bool isLive() const { return m_live; } ///< attached to a bus
    bool isReading() const
    {
        return m_feed && !m_following;
    } ///< a journal, whose end has not been met
    bool isFollowing() const { return m_feed && m_following; } ///< a journal that somebody writes
    bool isTicking() const;                                    ///< time goes on in what is shown
    /// The places of the journal that cannot be read.
    const std::vector<store::Damage> &damage() const { return m_damage; }
    /// Everything known up to the cursor is shown, nothing is queued or being read.
    bool isCaughtUp() const;

    QString selectedAgent() const { return m_selected; }
    void setSelectedAgent(const QString &agent); ///< empty = all
    QString filterText() const { return m_filtered.text(); }
    void setFilterText(const QString &text); ///< keeps kind and agent of the event filter

    /// Shows the run as it was after event `seq`; new events are kept but not shown.
    void setCursor(quint64 seq);
    void jumpToLive();
    std::optional<quint64> cursor() const { return m_cursor; } ///< nothing = at the end, following
    qint64 cursorTimeUs() const; ///< of the last event shown; 0 when there is none
    quint64 shownSeq() const;

    /// Wall clock for everything that counts down. With a fixed cursor, or an ended run, the time
    /// of what is shown is used instead.
    void setNow(qint64 nowMs);
    qint64 nowMs() const { return m_nowMs; } ///< the time the panels are to show
    qint64 presentMs() const;                ///< the same for what a person can act on

signals:
    void eventsApplied(); ///< once a batch, after all models have it
    void caughtUp();
    void selectionChanged(const QString &agent);
    void cursorChanged();
    void journalReady(const QString &path);
    void journalRefused(const orrery::Error &error);
    void filterChanged(const QString &text);

private:
    void apply(const std::vector<EventPtr> &batch) override;
    void reset() override;
    bool wantsEveryDelta() const override { return true; }

    void append(const std::vector<EventPtr> &batch);
    void resetProjections();
    void retarget();
    void advance(); ///< projects for half a frame, then goes on from the timer
    void project(std::size_t from, std::size_t to);
    void readMore();
    void take(const JournalPart &part);
    void work();
    void updateNow();
    void tellIfCaughtUp();

    AgentRoster m_roster;
    RunStatus m_status, m_present;
    AgentsModel m_agents;
    ConversationModel m_conversation;
    ClaimsModel m_claims;
    LimiterModel m_limiter;
    MemoryModel m_memory;
    KnowledgeModel m_knowledge;
    DecisionsModel m_decisions;
    EventsModel m_events;
    EventsFilterModel m_filtered;
    ApprovalsModel m_approvals;
    RunTimeline m_timeline;
    Selection m_selection;
    std::vector<Projection *> m_projections;

    EventPump m_pump;
    std::unique_ptr<JournalFeed> m_opening, m_feed;
    std::vector<store::Damage> m_damage;
    QTimer m_poll;
    std::vector<EventPtr> m_all;
    std::size_t m_projected = 0; ///< of m_all
    std::size_t m_target = 0;    ///< of m_all: where the cursor stands
    std::optional<quint64> m_cursor;
    QString m_selected;
    bool m_live = false;
    bool m_asked = false;     ///< the feed for more, which has not come
    bool m_following = false; ///< there was no more, but somebody writes
    bool m_complete = false;  ///< a journal that has been read to its end
    bool m_toldCaughtUp = true;
    qint64 m_wallMs = 0, m_nowMs = 0;
    QTimer m_timer;
};

} // namespace orrery::ui
