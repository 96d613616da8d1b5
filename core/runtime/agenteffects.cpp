// SPDX-License-Identifier: GPL-3.0-or-later
// The part of AgentWorker that performs single effects.
#include "core/runtime/agentworker.h"

#include "core/base/utf8.h"

#include <QTimer>

#include <algorithm>

namespace orrery::runtime {
namespace {

Message messageOf(const team::PeerMessage &mail)
{
    return Message::user(mail.from == "person" ? mail.text
                                               : "Message from " + mail.from + ": " + mail.text);
}

} // namespace

void AgentWorker::onPool(std::function<std::function<void()>()> job)
{
    ++m_underWay;
    const std::uint64_t generation = m_generation;
    m_services.tasks.start([this, generation, job = std::move(job), back = m_wayBack] {
        back->post([this, generation, done = job()] {
            if (generation != m_generation)
                return;
            --m_underWay;
            done();
        });
    });
}

// Mail is taken out when it enters the conversation, not before: a turn that is given up meanwhile leaves it in the box.
void AgentWorker::handInMail(std::string memories)
{
    input::Ready ready;
    ready.memories = std::move(memories);
    for (team::PeerMessage &mail : m_services.mailbox.take(name())) {
        m_services.publish(EventKind::PeerMessageDelivered, name(),
                           eventData({{"id", mail.id}, {"from", mail.from}, {"text", mail.text}}));
        ready.mail.push_back(messageOf(mail));
    }
    feed(std::move(ready));
}

// A search may wait for an embedder, so it is done on the pool.
void AgentWorker::perform(effect::Prepare &)
{
    const bool recalls =
        m_services.team.memory.inject > 0 && m_machine.context().iteration == 0 && !m_recalled;
    if (!recalls) {
        handInMail({});
        return;
    }
    m_recalled = true;
    std::vector<Message> messages;
    for (const auto &message : m_machine.context().messages)
        messages.push_back(*message);
    for (const team::PeerMessage &mail : m_services.mailbox.peek(name()))
        messages.push_back(messageOf(mail));
    onPool([this, &services = m_services, agent = name(),
            messages = std::move(messages)]() -> std::function<void()> {
        return [this, memories = relevantMemories(services, agent, messages,
                                                  services.team.memory.inject)] {
            handInMail(memories);
        };
    });
}

// Hooks may run commands, so they are asked on the pool like tools.
void AgentWorker::perform(effect::AskHooks &ask)
{
    onPool([this, &services = m_services, point = ask.point,
            payload = std::move(ask.payload)]() -> std::function<void()> {
        return [this, verdict = services.hooks.ask(point, payload)]() mutable {
            feed(input::HooksAnswered{std::move(verdict)});
        };
    });
}

void AgentWorker::perform(effect::Acquire &)
{
    llm::ModelRequest request = makeRequest();
    m_caller->reserve(std::move(request), m_machine.target(),
                      {.purpose = {},
                       .reserveTokens = m_spec.reserveTokens,
                       // Another provider need not be waited for.
                       .patience = m_machine.hasFallback() ? LimiterGate::Patience::NotForProvider
                                                           : LimiterGate::Patience::Waits,
                       .weight = m_machine.requestWeight()},
                      [this](Result<void> reserved) {
                          using Answer = RunControl::Answer;
                          if (!reserved) {
                              feed(input::Refused{reserved.error()});
                              return;
                          }
                          if (m_services.control.mayPass(name(), Step::Request) == Answer::Go) {
                              feed(input::Granted{});
                              return;
                          }
                          // Nobody holds a part of the window while it is held itself.
                          m_caller->giveUp();
                          m_pending.insert(m_pending.begin() + static_cast<std::ptrdiff_t>(m_next),
                                           effect::Acquire{});
                          performPending();
                      });
}

void AgentWorker::perform(effect::RequestModel &)
{
    m_caller->send([this](ModelCaller::Reply answer) {
        if (answer.reply)
            feed(input::Reply{std::move(*answer.reply)});
        else
            feed(input::ModelFailed{answer.reply.error(), answer.hasStreamed, answer.tookMs});
    });
}

void AgentWorker::perform(effect::Retry &retry)
{
    constexpr long long kDayMs = 86400000;
    const long long delayMs = std::min(retry.delayMs, kDayMs);
    m_services.publish(EventKind::AgentState, name(),
                       eventData({{"state", toString(AgentState::WaitingRate)},
                                  {"reason", retry.reason},
                                  {"until_ms", m_services.clock.wallMs() + delayMs}}));
    QTimer::singleShot(static_cast<int>(delayMs), this, [this, generation = m_generation] {
        if (generation == m_generation)
            feed(input::RetryNow{});
    });
}

void AgentWorker::perform(effect::Summarise &summarise)
{
    const ModelRef &own = m_spec.context.summaryModel;
    const ModelRef target = own.model.empty() ? m_machine.target() : own;
    tellLeftOut(target);
    m_summaryCaller->reserve(
        requestBeside(m_requests.make(target, Context()), "summary", summarise.system,
                      summarise.prompt),
        target, {.purpose = "summary"}, [this, again = summarise](Result<void> reserved) {
            if (!reserved) {
                feed(input::SummaryFailed{reserved.error(), {}});
                return;
            }
            if (m_services.control.mayPass(name(), Step::Request) == RunControl::Answer::Go) {
                ++m_underWay;
                m_summaryCaller->send(
                    [this](const ModelCaller::Reply &answer) { summarised(answer); });
                return;
            }
            m_summaryCaller->giveUp();
            m_pending.insert(m_pending.begin() + static_cast<std::ptrdiff_t>(m_next), again);
            performPending();
        });
}

void AgentWorker::summarised(const ModelCaller::Reply &answer)
{
    --m_underWay;
    const std::string call = m_summaryCaller->callId();
    if (!answer.reply) {
        m_summaryCaller->giveBack(answer.reply.error());
        feed(input::SummaryFailed{answer.reply.error(), call});
        return;
    }
    m_summaryCaller->settle(answer.reply->usage);
    const std::string text = answer.reply->message.content.value_or("");
    if (isBlank(text))
        feed(input::SummaryFailed{makeError(ErrorCode::NoOutput, "The model's summary was empty."),
                                  call});
    else
        feed(input::Summarised{text, call});
}

void AgentWorker::perform(effect::AskApproval &ask)
{
    const ToolCall &call = m_machine.call(ask.index);
    const std::string id = m_services.approvals.open(
        [this, back = m_wayBack](const std::string &answered, const ApprovalDecision &decision) {
            back->post([this, answered, decision] { approvalAnswered(answered, decision); });
        });
    m_approvals[id] = ask.index;
    std::string reason = "The team's permissions ask for approval of this tool.";
    if (const tools::Tool *tool = m_services.tools.find(cleanToolName(call.name.value_or("")));
        tool && tool->category == tools::ToolCategory::Execute)
        reason += " Sandbox: " + m_services.sandbox->description() + ".";
    m_services.publish(EventKind::ApprovalRequested, name(),
                       eventData({{"approval", id},
                                  {"call", call.id.value_or("")},
                                  {"tool", call.name.value_or("")},
                                  {"args", call.arguments},
                                  {"reason", reason}}));
}

void AgentWorker::approvalAnswered(const std::string &id, const ApprovalDecision &decision)
{
    const auto it = m_approvals.find(id);
    if (it == m_approvals.end())
        return; // given up meanwhile
    const std::size_t index = it->second;
    m_approvals.erase(it);
    const ToolCall &call = m_machine.call(index);
    m_services.publish(EventKind::ApprovalResolved, name(),
                       eventData({{"approval", id},
                                  {"call", call.id.value_or("")},
                                  {"tool", call.name.value_or("")},
                                  {"decision", toString(decision.verdict)},
                                  {"note", decision.note},
                                  {"by", decision.by}}));
    feed(input::Approval{index, decision});
}

void AgentWorker::perform(effect::RunTool &run)
{
    ++m_underWay;
    m_tools.run(m_machine.call(run.index), m_machine.turnDeps(), m_turnStop.get_token(),
                [this, index = run.index, generation = m_generation](tools::ToolExecution result) {
                    if (generation != m_generation)
                        return;
                    --m_underWay;
                    feed(input::ToolDone{index, std::move(result)});
                });
}

void AgentWorker::perform(effect::Publish &publish)
{
    if (publish.kind == EventKind::RequestFailed) {
        Json data = publish.data;
        data["call"] = m_caller->callId();
        publish.data = data;
    }
    const std::uint64_t seq = m_services.publish(publish.kind, name(), std::move(publish.data), 0);
    if (!publish.kept.handle.empty())
        m_services.results.put(publish.kept.handle, seq, std::move(publish.kept.text));
}

} // namespace orrery::runtime
