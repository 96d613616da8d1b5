// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/spec.h"
#include "ui/viewmodels/openapproval.h"
#include "ui/viewmodels/projection.h"

#include <QObject>
#include <QString>

#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace orrery::ui {

enum class RunState { Idle, Running, Paused, Done, Failed, Stopped, Interrupted };
QString runStateWord(RunState state); ///< `Idle`, `Running`, …

/// The run in a few values: what the header and the status bar show. The latest run when a journal
/// holds several.
class RunStatus : public QObject, public Projection
{
    Q_OBJECT
public:
    explicit RunStatus(QObject *parent = nullptr);

    void apply(const std::vector<EventPtr> &batch) override;
    void reset() override;
    /// A run without an end was interrupted.
    void endOfJournal() override;
    /// For the number and time of the latest event.
    bool wantsEveryDelta() const override { return true; }
    /// A team that has not run yet.
    void showTeam(const TeamSpec &team);

    QString run() const { return m_run; }
    QString team() const { return m_team; }
    QString task() const { return m_task; }
    QString workspace() const { return m_workspace; }
    /// What protects from commands: `bubblewrap`, `none (why)`; empty when the team has none, or an older journal.
    QString sandbox() const { return m_sandbox; }
    bool isScripted() const { return m_scripted; }
    RunState state() const { return m_state; }
    QString stateWord() const { return runStateWord(m_state); }
    QString reason() const { return m_reason; }
    bool isPaused() const { return m_state == RunState::Paused; }
    bool isActive() const { return m_state == RunState::Running || m_state == RunState::Paused; }
    bool hasEnded() const { return m_state > RunState::Paused; }

    std::optional<qint64> rpm() const { return m_rpm; }
    std::optional<qint64> tpm() const { return m_tpm; }
    std::optional<double> budgetUsd() const { return m_budget; }

    qint64 inputTokens() const { return m_input; }
    qint64 outputTokens() const { return m_output; }
    qint64 tokens() const { return m_input + m_output; }
    /// What the priced answers cost; nothing when there was no priced answer.
    std::optional<double> costUsd() const { return m_cost; }
    int unpricedAnswers() const { return m_unpriced; }
    /// `$0.84`, `$0.84/$5.00`, `$0.84 + unpriced`, `unpriced`; empty before the first answer.
    QString costText() const;
    /// Tokens of the answers in the minute before `nowMs`.
    qint64 tokensPerMinute(qint64 nowMs) const;

    bool isBusy(const QString &agent) const;        ///< works, or waits for something
    int running() const;                            ///< agents that think or use a tool
    int waitingApproval() const;                    ///< open approval requests
    int throttled() const;                          ///< agents that wait for the rate limit
    std::optional<qint64> throttledUntilMs() const; ///< the earliest known
    QString throttleSentence() const;               ///< of the latest wait or refusal
    QString saveProblem() const
    {
        return m_saveProblem;
    } ///< empty when contexts and journal are saved

    quint64 lastSeq() const { return m_lastSeq; }
    qint64 startUs() const { return m_startUs; }
    qint64 lastUs() const { return m_lastUs; }

signals:
    void changed();

private:
    struct Agent {
        AgentState state = AgentState::Idle;
        std::optional<qint64> fitsAtMs;
    };
    void applyOne(const Event &event);
    void startRun(const Event &event);
    void addUsage(const Event &event);
    void clearRun();

    QString m_run, m_team, m_task, m_workspace, m_sandbox, m_reason, m_saveProblem, m_sentence;
    bool m_scripted = false;
    RunState m_state = RunState::Idle;
    std::optional<qint64> m_rpm, m_tpm;
    std::optional<double> m_budget, m_cost;
    qint64 m_input = 0, m_output = 0;
    int m_unpriced = 0;
    std::unordered_map<std::string, Agent> m_agents;
    std::vector<OpenApproval> m_approvals;
    std::deque<std::pair<qint64, qint64>> m_minute; ///< time in ms, tokens
    quint64 m_lastSeq = 0;
    qint64 m_startUs = 0, m_lastUs = 0;
};

} // namespace orrery::ui
