// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/agentworker.h"

#include "core/base/ids.h"
#include "core/llm/httprequest.h"
#include "core/llm/providers.h"
#include "core/model/contextcodec.h"
#include "core/tools/toolexecutor.h"
#include "core/llm/toolschema.h"

#include <QPointer>
#include <QTimer>

#include <algorithm>

namespace orrery::runtime {

AgentWorker::AgentWorker(AgentSpec spec, TeamServices &services, std::stop_token stop, int depth)
    : m_spec(std::move(spec)), m_services(services), m_depth(depth), m_stop(std::move(stop)),
      m_requests(m_spec, offeredTools(), services.schemas),
      m_machine(m_spec, makeRules(), freshContext(m_spec, m_requests.systemPrompt())),
      m_reflection(new Reflection(services, m_spec.name, this)), m_limiterTimer(new QTimer(this)),
      m_idleTimer(new QTimer(this)), m_saveTimer(new QTimer(this))
{
    beginTurn();
    m_idleTimer->setSingleShot(true);
    m_idleTimer->setInterval(m_spec.inactivityTimeoutMs);
    connect(m_idleTimer, &QTimer::timeout, this,
            [this] { emit timedOut(QString::fromStdString(name())); });
    m_saveTimer->setSingleShot(true);
    connect(m_saveTimer, &QTimer::timeout, this, [this] {
        if (m_unsaved && !m_saving)
            saveContext();
    });
    m_limiterTimer->setSingleShot(true);
    connect(m_limiterTimer, &QTimer::timeout, this, [this] {
        if (const auto next = m_services.limiter->pump(m_services.clock.wallMs()); next && m_ticket)
            armLimiterTimer(*next);
    });
}

AgentWorker::~AgentWorker()
{
    {
        std::lock_guard lock(m_wayBack->mutex);
        m_wayBack->worker = nullptr;
    }
    if (m_unsaved)
        saveContext();
}

void AgentWorker::post(std::function<void()> job)
{
    QMetaObject::invokeMethod(this, std::move(job), Qt::QueuedConnection);
}

void AgentWorker::begin(const std::string &task)
{
    m_idleTimer->stop();
    m_started = true;
    std::string prompt = m_spec.prompt.empty() ? task : m_spec.prompt;
    for (auto at = prompt.find("{{task}}"); at != std::string::npos;
         at = prompt.find("{{task}}", at + task.size()))
        prompt.replace(at, 8, task);
    m_services.publish(
        EventKind::AgentStarted, name(),
        eventData({{"role", m_spec.role}, {"model", m_spec.model}, {"prompt", prompt}}));
    feed(input::Start{prompt.empty() ? std::nullopt : std::optional(std::move(prompt))});
}

void AgentWorker::wake()
{
    if (m_crashed || !m_machine.isIdle() || m_reflection->isActive() || m_services.stopping
        || !m_services.mailbox.hasMail(name()))
        return;
    if (!m_started) {
        m_services.publish(
            EventKind::AgentStarted, name(),
            eventData({{"role", m_spec.role}, {"model", m_spec.model}, {"prompt", ""}}));
        m_started = true;
    }
    m_busy = true; // before the mail is taken: see TeamRun::agentIdle
    m_idleTimer->stop();
    feed(input::Start{std::nullopt});
}

void AgentWorker::resume()
{
    if (!m_held)
        return;
    m_held = false;
    effect::Prepare prepare;
    perform(prepare);
}

// Every piece of work gets a stop source of its own, which the end of the run requests too.
void AgentWorker::beginTurn()
{
    m_stopLink.reset();
    m_turnStop = std::stop_source();
    m_stopLink.emplace(m_stop, [source = m_turnStop]() mutable { source.request_stop(); });
}

void AgentWorker::abandonWork()
{
    ++m_generation;
    if (m_call)
        m_call->abort();
    m_call.reset();
    m_reflection->cancel();
    m_held = false;
    m_approvals.clear();
    leaveQueue();
    m_turnStop.request_stop();
    beginTurn();
}

void AgentWorker::cancelNow(const std::string &reason)
{
    const auto finished = std::exchange(m_finished, std::nullopt);
    abandonWork();
    feed(input::Cancel{reason});
    if (finished)
        becomeIdle(*finished); // the turn itself was done
}

void AgentWorker::interrupt(const std::string &text)
{
    if (m_crashed)
        return;
    m_started = true;
    m_recalled = false;
    m_finished.reset();
    m_idleTimer->stop();
    abandonWork();
    feed(input::Interrupt{text});
}

void AgentWorker::clearHistory()
{
    cancelNow("The conversation was cleared");
    feed(input::ClearHistory{});
}

void AgentWorker::saveNow()
{
    if (m_services.contexts)
        saveContext(true);
    else
        m_services.publish(EventKind::SaveFailed, name(),
                           eventData({{"message", "This run has no journal to save into."}}));
}

// Reading may block, so it is done on the pool.
void AgentWorker::load(const std::string &session)
{
    if (!m_services.contexts || !m_machine.isIdle() || !m_loading.empty())
        return;
    m_loading = session;
    m_services.toolPool.start([this, session] {
        Result<Context> context = [&]() -> Result<Context> {
            const auto saved = m_services.contexts->load(session);
            return saved ? deserializeContext(*saved) : Result<Context>(fail(saved.error()));
        }();
        post([this, session, context = std::move(context)]() mutable {
            m_loading.clear();
            if (context)
                restore(session, std::move(*context));
            else
                m_services.publish(
                    EventKind::Warning, name(),
                    eventData({{"code", "load_context"}, {"message", context.error().message}}));
        });
    });
}

void AgentWorker::restore(const std::string &session, Context context)
{
    feed(input::Restore{session, std::move(context)});
}

void AgentWorker::retire()
{
    m_idleTimer->stop();
    m_saveTimer->stop();
    if (m_unsaved)
        saveContext();
    m_machine.forget();
    m_prepared.reset();
    m_encoder = {};
    m_client.reset();
}

void AgentWorker::resolve(const std::string &callId, const ApprovalDecision &decision)
{
    const auto it = m_approvals.find(callId);
    if (it == m_approvals.end())
        return;
    const std::size_t index = it->second;
    m_approvals.erase(it);
    using Verdict = ApprovalDecision::Verdict;
    const char *word = decision.verdict == Verdict::Approve ? "approve"
                       : decision.verdict == Verdict::Edit  ? "edit"
                                                            : "reject";
    m_services.publish(EventKind::ApprovalResolved, name(),
                       eventData({{"call", callId},
                                  {"tool", m_machine.call(index).name.value_or("")},
                                  {"decision", word},
                                  {"note", decision.note},
                                  {"by", decision.by}}));
    feed(input::Approval{index, decision});
}

// Effects may cause further inputs while they are performed; they are worked off in order, never recursively.
void AgentWorker::feed(Input input)
{
    if (m_crashed)
        return;
    try {
        work(input);
    } catch (const std::exception &exception) {
        crash(exception.what());
    } catch (...) {
        crash("something that is no exception");
    }
}

void AgentWorker::work(Input &input)
{
    m_machine.handle(input, m_pending);
    if (m_performing)
        return;
    m_performing = true;
    for (std::size_t i = 0; i < m_pending.size(); ++i) {
        Effect effect = std::move(m_pending[i]);
        std::visit([this](auto &e) { perform(e); }, effect);
    }
    m_pending.clear();
    m_performing = false;
}

// An agent that breaks down takes nobody with it.
void AgentWorker::crash(const std::string &what)
{
    if (m_crashed)
        return;
    m_crashed = true;
    abandonWork();
    m_pending.clear();
    m_performing = false;
    if (m_services.limiter && m_reservation)
        m_services.limiter->release(std::exchange(m_reservation, 0), m_services.clock.wallMs());
    const std::string reason = "The agent broke down: " + what;
    m_services.publish(EventKind::AgentState, name(),
                       eventData({{"state", toString(AgentState::Crashed)}, {"reason", reason}}));
    m_services.publish(EventKind::AgentFinished, name(),
                       eventData({{"outcome", "crashed"},
                                  {"output", ""},
                                  {"iterations", m_machine.iterations()},
                                  {"usage", m_machine.context().usage},
                                  {"error", reason}}));
    m_busy = false;
    emit becameIdle(QString::fromStdString(name()), QStringLiteral("crashed"),
                    QString::fromStdString(reason), QString());
}

void AgentWorker::perform(effect::Prepare &)
{
    if (m_services.stopping) {
        feed(input::Cancel{"Stopped by the person"});
        return;
    }
    if (m_services.paused) {
        m_held = true;
        m_services.publish(EventKind::AgentState, name(),
                           eventData({{"state", toString(AgentState::Paused)}, {"reason", ""}}));
        return;
    }
    input::Ready ready;
    for (team::PeerMessage &mail : m_services.mailbox.take(name())) {
        m_services.publish(EventKind::PeerMessageDelivered, name(),
                           eventData({{"id", mail.id}, {"from", mail.from}, {"text", mail.text}}));
        ready.mail.push_back(Message::user(
            mail.from == "person" ? mail.text : "Message from " + mail.from + ": " + mail.text));
    }
    const bool beginsTurn = m_machine.context().iteration == 0 && !m_recalled;
    if (m_services.team.memory.inject > 0 && beginsTurn)
        recallThen(std::move(ready));
    else
        feed(std::move(ready));
}

// A search may wait for an embedder, so it is done on the pool.
void AgentWorker::recallThen(input::Ready ready)
{
    m_recalled = true;
    std::vector<Message> messages;
    for (const auto &message : m_machine.context().messages)
        messages.push_back(*message);
    messages.insert(messages.end(), ready.mail.begin(), ready.mail.end());
    const std::uint64_t generation = m_generation;
    m_services.toolPool.start(
        [this, generation, ready = std::move(ready), messages = std::move(messages)]() mutable {
            ready.memories =
                relevantMemories(m_services, name(), messages, m_services.team.memory.inject);
            post([this, generation, ready = std::move(ready)]() mutable {
                if (generation == m_generation)
                    feed(std::move(ready));
            });
        });
}

// True when `then` is called later.
bool AgentWorker::reflect(const std::string &outcome, std::function<void()> then)
{
    if (outcome != "done" || !m_services.team.memory.reflect || m_services.stopping || !m_client)
        return false;
    llm::ModelRequest request = m_requests.make(m_machine.target(), Context());
    request.apiKey = llm::resolveApiKey(request.provider, m_machine.target().apiKeyEnv);
    m_reflection->start(m_machine.context(), std::move(request), *m_client, std::move(then));
    return true;
}

// Hooks may run commands, so they are asked on the pool like tools.
void AgentWorker::perform(effect::AskHooks &ask)
{
    const std::uint64_t generation = m_generation;
    // The pool is waited for before any worker is destroyed, so `this` outlives the job.
    m_services.toolPool.start(
        [this, generation, point = ask.point, payload = std::move(ask.payload)]() mutable {
            HookVerdict verdict = m_services.hooks.ask(point, std::move(payload));
            post([this, generation, verdict = std::move(verdict)]() mutable {
                if (generation == m_generation)
                    feed(input::HooksAnswered{std::move(verdict)});
            });
        });
}

llm::ModelRequest AgentWorker::makeRequest()
{
    llm::ModelRequest request = m_requests.make(m_machine.target(), m_machine.context());
    llm::prepareRequest(request);
    // Without a body the client says what is wrong with the messages.
    if (auto body = m_encoder.encode(request))
        request.body = std::move(*body);
    return request;
}

void AgentWorker::perform(effect::Acquire &)
{
    m_prepared = makeRequest();
    m_preparedFor = m_machine.target();
    const auto &body = m_prepared->body;
    const auto bytes = static_cast<std::int64_t>(body ? body->size() : 0);
    m_estimate =
        m_spec.reserveTokens > 0 ? m_spec.reserveTokens : std::max<std::int64_t>(1, bytes / 4);
    if (!m_services.limiter) {
        feed(input::Granted{});
        return;
    }
    const std::uint64_t generation = m_generation;
    QPointer<AgentWorker> self(this);
    auto outcome = m_services.limiter->acquire(
        {name(), m_estimate, estimatedCost(), m_preparedFor.provider()}, m_services.clock.wallMs(),
        [this, generation](team::RateLimiter::Verdict verdict) {
            post(
                [this, verdict = std::move(verdict), generation] { granted(verdict, generation); });
        });
    if (outcome.verdict.reservation != 0) {
        granted(outcome.verdict, generation);
        return;
    }
    const team::LimiterDenial &denial = *outcome.verdict.denial;
    const bool waits = outcome.ticket != 0;
    m_services.publish(waits ? EventKind::LimiterWaiting : EventKind::LimiterDenied, name(),
                       toJson(denial));
    if (!waits) {
        Error error = makeError(ErrorCode::RateLimited, denial.sentence);
        feed(input::Refused{std::move(error)});
        return;
    }
    m_ticket = outcome.ticket;
    m_services.publish(
        EventKind::AgentState, name(),
        eventData({{"state", toString(AgentState::WaitingRate)}, {"reason", denial.sentence}}));
    armLimiterTimer(denial.fitsAtMs.value_or(m_services.clock.wallMs() + 1000));
}

void AgentWorker::armLimiterTimer(std::int64_t fitsAtMs)
{
    const std::int64_t wait =
        std::clamp<std::int64_t>(fitsAtMs - m_services.clock.wallMs(), 1, 60000);
    m_limiterTimer->start(static_cast<int>(wait));
}

void AgentWorker::leaveQueue()
{
    m_limiterTimer->stop();
    if (m_ticket)
        m_services.limiter->cancel(std::exchange(m_ticket, 0), m_services.clock.wallMs());
}

void AgentWorker::granted(const team::RateLimiter::Verdict &verdict, std::uint64_t generation)
{
    m_limiterTimer->stop();
    if (generation != m_generation) {
        // Stopped while it waited: nobody will use what it was given.
        if (verdict.reservation)
            m_services.limiter->release(verdict.reservation, m_services.clock.wallMs());
        return;
    }
    m_ticket = 0;
    if (verdict.reservation == 0) {
        m_services.publish(EventKind::LimiterDenied, name(), toJson(*verdict.denial));
        using Reason = team::LimiterDenial::Reason;
        const Reason reason = verdict.denial->reason;
        const bool money = reason == Reason::Budget || reason == Reason::AgentBudget;
        feed(input::Refused{makeError(money ? ErrorCode::Budget : ErrorCode::RateLimited,
                                      verdict.denial->sentence)});
        return;
    }
    m_reservation = verdict.reservation;
    m_services.publish(EventKind::LimiterAcquired, name(),
                       eventData({{"reservation", m_reservation},
                                  {"tokens", m_estimate},
                                  {"window_tokens", verdict.windowTokens},
                                  {"window_requests", verdict.windowRequests}}));
    feed(input::Granted{});
}

void AgentWorker::perform(effect::RequestModel &)
{
    // Made for the estimate already, unless it goes to another model now.
    llm::ModelRequest request =
        m_prepared && m_preparedFor == m_machine.target() ? std::move(*m_prepared) : makeRequest();
    m_prepared.reset();
    m_callId = newId("call");
    m_requestStartUs = m_services.clock.steadyUs();
    m_firstTokenUs = 0;
    m_requestSeq =
        m_services.publish(EventKind::RequestSent, name(),
                           eventData({{"call", m_callId},
                                      {"provider", request.provider},
                                      {"model", request.model},
                                      {"base_url", request.baseUrl},
                                      {"scripted", request.provider == "scripted"},
                                      {"message_count", request.messages.size()},
                                      {"tool_count", request.tools ? request.tools->size() : 0},
                                      {"body_bytes", request.body ? request.body->size() : 0},
                                      {"tokens_est", m_estimate},
                                      {"schema_conversions", m_services.schemas.conversions()}}));
    request.apiKey = llm::resolveApiKey(request.provider, m_machine.target().apiKeyEnv);

    const std::uint64_t generation = ++m_generation;
    llm::ModelHandlers handlers;
    handlers.onDelta = [this, generation](const llm::ModelDelta &delta) {
        if (generation != m_generation)
            return;
        if (m_firstTokenUs == 0)
            m_firstTokenUs = m_services.clock.steadyUs();
        const auto orAbsent = [](const std::string &text) {
            return text.empty() ? JsonItem::absent() : JsonItem(text);
        };
        m_services.publish(EventKind::ModelDelta, name(),
                           eventData({{"call", m_callId},
                                      {"text", orAbsent(delta.text)},
                                      {"thinking", orAbsent(delta.thinking)}}),
                           m_requestSeq);
    };
    handlers.onDone = [this, generation](Result<llm::ModelReply> reply) {
        if (generation == m_generation)
            modelDone(std::move(reply));
    };
    if (!m_client)
        m_client = m_services.makeModelClient();
    m_call = m_client->start(std::move(request), std::move(handlers));
}

std::optional<double> AgentWorker::costOf(const Usage &usage) const
{
    const ModelRef &model = m_machine.target();
    const Price *price = m_services.team.priceOf(model.model);
    return price ? std::optional(orrery::costOf(*price, usage, model.provider())) : std::nullopt;
}

void AgentWorker::modelDone(Result<llm::ModelReply> reply)
{
    // We are in one of the call's own functions: it is let go of when the next one has ended, or this worker goes.
    m_endedCall = std::move(m_call);
    if (!reply) {
        holdProvider(reply.error());
        feed(input::ModelFailed{reply.error(), m_firstTokenUs != 0});
        return;
    }
    const std::int64_t now = m_services.clock.steadyUs();
    m_cost = costOf(reply->usage);
    m_services.publish(
        EventKind::ResponseReceived, name(),
        eventData({{"call", m_callId},
                   {"finish_reason", reply->finishReason},
                   {"usage", reply->usage},
                   {"raw_usage", reply->rawUsage},
                   {"cost_usd", m_cost ? JsonItem(*m_cost) : JsonItem(nullptr)},
                   {"ttft_ms", m_firstTokenUs ? JsonItem((m_firstTokenUs - m_requestStartUs) / 1000)
                                              : JsonItem(nullptr)}}),
        m_requestSeq, now - m_requestStartUs);
    feed(input::Reply{std::move(*reply)});
}

/// What a call costs that uses the tokens reserved for it and answers as long as it may.
std::optional<double> AgentWorker::estimatedCost() const
{
    Usage usage;
    usage.inputTokens = m_estimate;
    if (const auto most = m_spec.settings.find("max_tokens");
        most != m_spec.settings.end() && most->is_number_integer())
        usage.outputTokens = most->get<std::int64_t>();
    return costOf(usage);
}

/// A provider that asks for a pause gets it from the whole team.
void AgentWorker::holdProvider(const Error &error)
{
    if (!m_services.limiter || error.httpStatus != 429 || error.retryAfterMs <= 0)
        return;
    const std::string provider = m_machine.target().provider();
    const std::int64_t now = m_services.clock.wallMs();
    const std::int64_t until = now + error.retryAfterMs;
    const std::string sentence = provider + " answered that it gets too many calls (HTTP 429).";
    m_services.limiter->penalise(provider, until, sentence, now);
    m_services.publish(
        EventKind::LimiterHeld, name(),
        eventData({{"provider", provider}, {"until_ms", until}, {"sentence", sentence}}));
}

void AgentWorker::perform(effect::Settle &settle)
{
    if (!m_services.limiter || !m_reservation)
        return;
    const auto reservation = std::exchange(m_reservation, 0);
    const std::int64_t now = m_services.clock.wallMs();
    m_services.limiter->record(name(), settle.usage.totalTokens, m_cost.value_or(0), reservation,
                               now);
    const auto status = m_services.limiter->limiter().status(now);
    m_services.publish(EventKind::LimiterSettled, name(),
                       eventData({{"reservation", reservation},
                                  {"tokens_est", m_estimate},
                                  {"tokens_actual", settle.usage.totalTokens},
                                  {"window_tokens", status.windowTokens},
                                  {"window_requests", status.windowRequests}}));
}

void AgentWorker::perform(effect::Release &)
{
    if (!m_services.limiter || !m_reservation)
        return;
    const auto reservation = std::exchange(m_reservation, 0);
    m_services.publish(EventKind::LimiterReleased, name(),
                       eventData({{"reservation", reservation}, {"tokens", m_estimate}}));
    m_services.limiter->release(reservation, m_services.clock.wallMs());
}

void AgentWorker::perform(effect::Retry &retry)
{
    const std::uint64_t generation = m_generation;
    QTimer::singleShot(static_cast<int>(std::min<long long>(retry.delayMs, 3600000)), this,
                       [this, generation] {
                           if (generation == m_generation)
                               feed(input::RetryNow{});
                       });
}

void AgentWorker::perform(effect::AskApproval &ask)
{
    const ToolCall &call = m_machine.call(ask.index);
    std::string id = call.id.value_or("");
    if (id.empty() || m_approvals.contains(id))
        id = newId("approval");
    m_approvals[id] = ask.index;
    m_services.publish(
        EventKind::ApprovalRequested, name(),
        eventData({{"call", id},
                   {"tool", call.name.value_or("")},
                   {"args", call.arguments},
                   {"reason", "The team's permissions ask for approval of this tool."}}));
}

tools::ToolContext AgentWorker::toolContext(const std::string &callId)
{
    tools::ToolContext context;
    context.run = m_services.run;
    context.agent = m_spec.name;
    context.callId = callId;
    context.workspace = m_services.workspace;
    context.stop = m_turnStop.get_token();
    context.writeGate = m_services.writeGate.get();
    context.deps = m_machine.turnDeps();
    context.emitEvent = [this](EventKind kind, Json data) {
        m_services.publish(kind, name(), data);
    };
    return context;
}

void AgentWorker::toolFinished(const ToolRun &run, const tools::ToolExecution &result)
{
    m_services.publish(EventKind::ToolFinished, name(),
                       eventData({{"call", run.callId},
                                  {"tool", run.tool->name},
                                  {"ok", result.ok},
                                  {"content", result.content}}),
                       run.startSeq, m_services.clock.steadyUs() - run.startUs);
}

void AgentWorker::perform(effect::RunTool &effect)
{
    const ToolCall &call = m_machine.call(effect.index);
    ToolRun run{m_services.tools.at(cleanToolName(call.name.value_or(""))), call.id.value_or(""), 0,
                m_services.clock.steadyUs()};
    run.startSeq = m_services.publish(EventKind::ToolStarted, name(),
                                      eventData({{"call", run.callId},
                                                 {"tool", run.tool->name},
                                                 {"args", call.arguments},
                                                 {"category", toString(run.tool->category)}}));
    if (run.tool->isQuick) {
        tools::ToolExecution result =
            tools::executeTool(*run.tool, call.arguments, toolContext(run.callId));
        toolFinished(run, result);
        feed(input::ToolDone{effect.index, std::move(result)});
        return;
    }
    const std::uint64_t generation = m_generation;
    if (run.tool->start) {
        const tools::Tool &tool = *run.tool;
        tools::startTool(
            tool, call.arguments, toolContext(run.callId),
            [this, run, generation, index = effect.index](tools::ToolExecution result) {
                post([this, run, generation, index, result = std::move(result)]() mutable {
                    toolFinished(run, result);
                    if (generation == m_generation)
                        feed(input::ToolDone{index, std::move(result)});
                });
            });
        return;
    }
    // The pool is waited for before any worker is destroyed, so `this` outlives the job.
    m_services.toolPool.start([this, generation, index = effect.index, args = call.arguments,
                               context = toolContext(run.callId), run = std::move(run)]() mutable {
        tools::ToolExecution result = tools::executeTool(*run.tool, args, std::move(context));
        post([this, generation, index, run = std::move(run), result = std::move(result)]() mutable {
            toolFinished(run, result);
            if (generation == m_generation)
                feed(input::ToolDone{index, std::move(result)});
        });
    });
}

// One save at a time, and at most a fifth of the time spent on saving: a long context is written anew each time. What
// changes meanwhile falls together into the next save. Nothing waits once the agent is idle.
void AgentWorker::perform(effect::Save &)
{
    if (!m_services.contexts)
        return;
    m_unsaved = true;
    if (!m_saving && (m_machine.isIdle() || !m_saveTimer->isActive()))
        saveContext();
}

void AgentWorker::saved()
{
    m_saving = false;
    const std::int64_t took = m_services.clock.steadyUs() - m_saveStartUs;
    if (m_unsaved && m_machine.isIdle())
        saveContext();
    else
        m_saveTimer->start(std::chrono::milliseconds(4 * took / 1000));
}

void AgentWorker::saveContext(bool isExplicit)
{
    m_unsaved = false;
    m_saving = true;
    m_saveTimer->stop();
    m_saveStartUs = m_services.clock.steadyUs();
    const std::uint64_t version = ++m_saveVersion;
    auto snapshot = std::make_shared<const Context>(m_machine.context());
    m_services.contexts->save(
        m_services.run + "/" + name(), [snapshot] { return serializeContext(*snapshot); },
        [&services = m_services, agent = name(), version, isExplicit,
         back = m_wayBack](const store::ContextStore::Saved &saved) {
            if (saved.error)
                services.publish(EventKind::SaveFailed, agent,
                                 eventData({{"message", saved.error->message}}));
            else
                services.publish(
                    EventKind::ContextSaved, agent,
                    eventData(
                        {{"version", version}, {"bytes", saved.bytes}, {"explicit", isExplicit}}));
            std::lock_guard lock(back->mutex);
            if (AgentWorker *worker = back->worker)
                worker->post([worker] { worker->saved(); });
        });
}

void AgentWorker::perform(effect::Publish &publish)
{
    if (publish.kind == EventKind::RequestFailed) {
        Json data = publish.data;
        data["call"] = m_callId;
        publish.data = data;
    }
    m_services.publish(publish.kind, name(), std::move(publish.data), 0);
}

void AgentWorker::perform(effect::Finish &finish)
{
    ++m_generation;
    const std::string reason = finish.error ? finish.error->message : std::string();
    m_services.publish(
        EventKind::AgentFinished, name(),
        eventData({{"outcome", finish.outcome},
                   {"output", finish.output.is_null() ? JsonItem("") : JsonItem(finish.output)},
                   {"iterations", m_machine.iterations()},
                   {"usage", m_machine.context().usage},
                   {"error", finish.error ? JsonItem(reason) : JsonItem(nullptr)}}));
    m_recalled = false;
    const bool reflects = reflect(finish.outcome, [this] {
        if (const auto finished = std::exchange(m_finished, std::nullopt))
            becomeIdle(*finished);
    });
    if (reflects)
        m_finished = finish;
    else
        becomeIdle(finish);
}

void AgentWorker::becomeIdle(const effect::Finish &finish)
{
    const std::string reason = finish.error ? finish.error->message : std::string();
    m_busy = false;
    if (m_spec.inactivityTimeoutMs > 0)
        m_idleTimer->start();
    emit becameIdle(QString::fromStdString(name()), QString::fromStdString(finish.outcome),
                    QString::fromStdString(reason),
                    QString::fromStdString(finish.output.is_null() ? std::string()
                                           : finish.output.is_string()
                                               ? finish.output.get<std::string>()
                                               : finish.output.dump()));
    // Mail may have come between the last look into the box and now.
    if (finish.outcome == "done" && m_services.mailbox.hasMail(name()))
        post([this] { wake(); });
}

LoopRules AgentWorker::makeRules()
{
    LoopRules rules;
    rules.gate = [this](const std::string &tool) { return gateFor(tool); };
    rules.hooks = &m_services.hooks;
    rules.toolCount = offeredTools().size();
    rules.output = m_requests.outputRules();
    return rules;
}

std::vector<std::string> AgentWorker::offeredTools() const
{
    std::vector<std::string> names;
    for (const auto &[tool, definition] : m_services.tools)
        if (gateFor(tool).known)
            names.push_back(tool);
    std::sort(names.begin(), names.end());
    return names;
}

ToolGate AgentWorker::gateFor(const std::string &tool) const
{
    const auto has = [&](const std::vector<std::string> &list) {
        return std::find(list.begin(), list.end(), tool) != list.end();
    };
    ToolGate gate;
    const auto it = m_services.tools.find(tool);
    gate.known = it != m_services.tools.end() && (m_spec.tools.empty() || has(m_spec.tools))
                 && !m_services.policy.isBlocked(tool)
                 && (!it->second->delegates || m_depth < m_services.team.subAgents.maxDepth);
    if (gate.known)
        gate.needsApproval = !has(m_services.team.permissions.allow)
                             && (it->second->needsApproval
                                 || m_services.policy.requiresApproval(tool, it->second->category));
    return gate;
}

} // namespace orrery::runtime
