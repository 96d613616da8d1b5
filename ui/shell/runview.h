// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/memory/searchoutcome.h"
#include "core/model/spec.h"

#include <QObject>
#include <QString>

#include <memory>

namespace orrery::runtime {
class EventBus;
}

namespace orrery::ui {

struct Panels;

/// The run in a few values, for the status bar and the commands: of the present where a person can act on it, else of the
/// moment that is shown.
struct RunPulse {
    QString stateWord; ///< `Done`, `Stopped`, `Now: Paused`, …; empty before there is a run
    int running = 0;
    int approvals = 0;
    int throttled = 0;
    QString throttleLeft; ///< `0:17`
    QString throttleSentence;
    QString costText;
    qint64 tokensPerMinute = 0;
    QString saveProblem;
    QString damage; ///< `breaks at event 347: …`; empty when the journal could be read
    QString workspace;
    QString sandbox; ///< as RunStatus has it
    quint64 lastSeq = 0;
    qint64 lastUs = 0;
    qint64 shownUs = 0;     ///< the time of the moment that is shown
    bool reading = false;   ///< a journal, whose end has not been met
    bool following = false; ///< a journal that somebody else's run writes
    bool scripted = false;
    bool paused = false;
    bool ended = false; ///< by an event that says so
    bool failed = false;
    QString reason; ///< how it ended, in words
    QString task;
    bool interrupted = false; ///< a journal that stops without such an event
    bool atCursor = false;    ///< an earlier moment is shown
};

/// Brings the projections of a run, live or from a journal, and the panels together. Panels are filled at most every
/// 100 ms, less often when that takes long, and every second while something counts down; what is out of sight is filled
/// when it comes into sight. Lives on the GUI thread.
class RunView : public QObject
{
    Q_OBJECT
public:
    explicit RunView(Panels &panels);
    ~RunView() override;

    void clear();
    /// The agents of a team that has not run yet.
    void showTeam(const TeamSpec &team);
    void attach(runtime::EventBus &bus);
    /// Takes what is queued and lets go of the bus; what is shown stays. Call before the bus dies.
    void detach();
    /// journalReady() or journalRefused() comes; what is shown stays.
    void openJournal(const QString &file);
    /// After journalReady(): the panels fill while it is read; caughtUp() tells the end.
    void showJournal();
    /// Instead: the person thought better of it.
    void forgetJournal();
    bool isOpening() const;

    /// Empty = all agents.
    void selectAgent(const QString &agent);
    QString selectedAgent() const;
    QStringList agents() const;
    bool isBusy(const QString &agent) const; ///< works, or waits for something
    void jumpToLive();
    /// To the moment of the next event in the log, or for -1 of the one before; behind the last one is the present.
    void step(int events);

    bool isCaughtUp() const;
    RunPulse pulse() const;

signals:
    void changed();
    void caughtUp();
    void selectionChanged(const QString &agent);
    /// Another request waits for the person.
    void approvalWaits();
    /// A question about the memory that only the memory itself can answer.
    void memoryAsked(const memory::SearchQuery &query);
    /// The log shows the event behind something that the person chose elsewhere.
    void eventChosen();
    /// Something that the person asked of a panel could not be done.
    void failed(const QString &message);
    void journalReady(const QString &file);
    void journalRefused(const orrery::Error &error);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace orrery::ui
