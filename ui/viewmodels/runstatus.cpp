// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/runstatus.h"

#include "ui/viewmodels/fields.h"
#include "ui/format/format.h"

#include <algorithm>

namespace orrery::ui {
namespace {

constexpr qint64 minuteMs = 60000;

RunState endState(std::string_view outcome)
{
    if (outcome == "done")
        return RunState::Done;
    return outcome == "stopped" ? RunState::Stopped : RunState::Failed;
}

} // namespace

QString runStateWord(RunState state)
{
    switch (state) {
    case RunState::Idle: return QStringLiteral("Idle");
    case RunState::Running: return QStringLiteral("Running");
    case RunState::Paused: return QStringLiteral("Paused");
    case RunState::Done: return QStringLiteral("Done");
    case RunState::Failed: return QStringLiteral("Failed");
    case RunState::Stopped: return QStringLiteral("Stopped");
    case RunState::Interrupted: return QStringLiteral("Interrupted");
    }
    return {};
}

RunStatus::RunStatus(QObject *parent) : QObject(parent) {}

void RunStatus::apply(const std::vector<EventPtr> &batch)
{
    for (const EventPtr &event : batch)
        applyOne(*event);
    if (!batch.empty())
        emit changed();
}

void RunStatus::reset()
{
    clearRun();
    m_run.clear();
    m_team.clear();
    m_task.clear();
    m_workspace.clear();
    m_sandbox.clear();
    m_scripted = false;
    m_rpm.reset();
    m_tpm.reset();
    m_budget.reset();
    m_lastSeq = 0;
    m_startUs = m_lastUs = 0;
    emit changed();
}

void RunStatus::clearRun()
{
    m_state = RunState::Idle;
    m_reason.clear();
    m_saveProblem.clear();
    m_sentence.clear();
    m_cost.reset();
    m_input = m_output = 0;
    m_unpriced = 0;
    m_agents.clear();
    m_approvals.clear();
    m_minute.clear();
}

void RunStatus::showTeam(const TeamSpec &team)
{
    reset();
    m_team = toQString(team.name);
    m_task = toQString(team.task);
    m_scripted = team.scripted();
    m_rpm = team.limits.rpm;
    m_tpm = team.limits.tpm;
    m_budget = team.limits.budgetUsd;
    emit changed();
}

void RunStatus::endOfJournal()
{
    if (!isActive())
        return;
    m_state = RunState::Interrupted;
    m_agents.clear();
    m_approvals.clear();
    m_reason = tr("ended unexpectedly after event %1 at %2")
                   .arg(m_lastSeq)
                   .arg(format::clockTime(m_lastUs));
    emit changed();
}

void RunStatus::startRun(const Event &event)
{
    const Fields data(event.data);
    clearRun();
    m_run = toQString(event.run);
    m_team = data.text("team");
    m_task = data.text("task");
    m_workspace = data.text("workspace");
    m_sandbox = data.text("sandbox");
    m_scripted = data.flag("scripted");
    const Fields limits = data.object("limits");
    m_rpm = limits.integer("rpm");
    m_tpm = limits.integer("tpm");
    m_budget = limits.real("budget_usd");
    m_startUs = event.timeUs;
    m_state = RunState::Running;
}

void RunStatus::addUsage(const Event &event)
{
    const Fields data(event.data);
    const Fields usage = data.object("usage");
    const qint64 input = usage.count("input_tokens");
    const qint64 output = usage.count("output_tokens");
    m_input += input;
    m_output += output;
    if (const auto cost = data.real("cost_usd"))
        m_cost = m_cost.value_or(0) + *cost;
    else
        ++m_unpriced;
    const qint64 ms = event.timeUs / 1000;
    while (!m_minute.empty() && m_minute.front().first <= ms - minuteMs)
        m_minute.pop_front();
    m_minute.emplace_back(ms, input + output);
}

void RunStatus::applyOne(const Event &event)
{
    const Fields data(event.data);
    m_lastSeq = std::max<quint64>(m_lastSeq, event.seq);
    m_lastUs = event.timeUs;
    std::erase_if(m_approvals,
                  [&](const OpenApproval &request) { return request.isEndedBy(event); });
    switch (event.kind) {
    case EventKind::RunStarted: startRun(event); break;
    case EventKind::RunFinished:
        m_state = endState(data.view("outcome"));
        m_reason = data.text("reason");
        break;
    case EventKind::RunPaused: m_state = RunState::Paused; break;
    case EventKind::RunResumed: // also when a message makes an ended run go on
        m_state = RunState::Running;
        m_reason.clear();
        break;
    case EventKind::AgentState: {
        Agent &agent = m_agents[event.agent];
        agent.state = agentStateFromString(data.view("state"));
        if (agent.state != AgentState::WaitingRate)
            agent.fitsAtMs.reset();
        break;
    }
    case EventKind::AgentLeft: m_agents[event.agent].fitsAtMs.reset(); break;
    case EventKind::AgentFinished: {
        const RunState end = endState(data.view("outcome"));
        m_agents[event.agent] = {end == RunState::Done      ? AgentState::Done
                                 : end == RunState::Stopped ? AgentState::Stopped
                                                            : AgentState::Failed,
                                 {}};
        break;
    }
    case EventKind::ResponseReceived: addUsage(event); break;
    case EventKind::ApprovalRequested: m_approvals.emplace_back(event); break;
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied:
        m_sentence = data.text("sentence");
        m_agents[event.agent].fitsAtMs = data.integer("fits_at_ms");
        break;
    case EventKind::LimiterAcquired: m_agents[event.agent].fitsAtMs.reset(); break;
    case EventKind::SaveFailed: m_saveProblem = data.text("message"); break;
    case EventKind::ContextSaved: m_saveProblem.clear(); break;
    default: break;
    }
}

QString RunStatus::costText() const
{
    const QString budget =
        m_budget ? QLatin1Char('/') + QStringLiteral("$%1").arg(*m_budget, 0, 'f', 2) : QString();
    if (m_cost)
        return format::money(m_cost) + budget + (m_unpriced > 0 ? tr(" + unpriced") : QString());
    return m_unpriced > 0 ? tr("unpriced") : QString();
}

qint64 RunStatus::tokensPerMinute(qint64 nowMs) const
{
    qint64 sum = 0;
    for (const auto &[ms, tokens] : m_minute)
        if (ms > nowMs - minuteMs && ms <= nowMs)
            sum += tokens;
    return sum;
}

bool RunStatus::isBusy(const QString &agent) const
{
    const auto found = m_agents.find(agent.toStdString());
    if (found == m_agents.end())
        return false;
    switch (found->second.state) {
    case AgentState::Thinking:
    case AgentState::Tool:
    case AgentState::WaitingApproval:
    case AgentState::WaitingRate:
    case AgentState::WaitingClaim:
    case AgentState::Paused: return true;
    default: return false;
    }
}

int RunStatus::running() const
{
    return static_cast<int>(std::count_if(m_agents.begin(), m_agents.end(), [](const auto &entry) {
        return entry.second.state == AgentState::Thinking || entry.second.state == AgentState::Tool;
    }));
}

int RunStatus::waitingApproval() const { return static_cast<int>(m_approvals.size()); }

int RunStatus::throttled() const
{
    return static_cast<int>(std::count_if(m_agents.begin(), m_agents.end(), [](const auto &entry) {
        return entry.second.state == AgentState::WaitingRate;
    }));
}

std::optional<qint64> RunStatus::throttledUntilMs() const
{
    std::optional<qint64> earliest;
    for (const auto &[name, agent] : m_agents)
        if (agent.state == AgentState::WaitingRate && agent.fitsAtMs)
            earliest = std::min(earliest.value_or(*agent.fitsAtMs), *agent.fitsAtMs);
    return earliest;
}

QString RunStatus::throttleSentence() const { return m_sentence; }

} // namespace orrery::ui
