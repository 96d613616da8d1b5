// SPDX-License-Identifier: GPL-3.0-or-later
// How an agent lives: its turns, their beginning and end. Requests, tools and saves are in files of their own.
#include "core/runtime/agentworker.h"

#include "core/llm/providers.h"

#include <QTimer>

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
        if (const auto next = m_services.limiter.pump(m_services.clock.wallMs()); next && m_ticket)
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
    if (m_reservation)
        m_services.limiter.release(std::exchange(m_reservation, 0), m_services.clock.wallMs());
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

} // namespace orrery::runtime
