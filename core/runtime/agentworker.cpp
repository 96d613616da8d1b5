// SPDX-License-Identifier: GPL-3.0-or-later
// How an agent lives: the loop, its turns, their beginning and end. What its effects do is in agenteffects.cpp.
#include "core/runtime/agentworker.h"

#include "core/llm/httprequest.h"
#include "core/llm/modelprofile.h"
#include "core/llm/outputlimit.h"
#include "core/llm/picturetokens.h"
#include "core/llm/providers.h"
#include "core/model/contextcodec.h"
#include "core/runtime/recovery.h"
#include "core/runtime/targetprofile.h"
#include "core/runtime/teamkeys.h"

#include <QTimer>

#include <type_traits>
#include <utility>

namespace orrery::runtime {
namespace {

/// Which step an effect begins; nothing for what only ends or tells something, which is never held up.
std::optional<Step> stepOf(const Effect &effect)
{
    return std::visit(
        [](const auto &e) -> std::optional<Step> {
            using E = std::decay_t<decltype(e)>;
            if constexpr (std::is_same_v<E, effect::Prepare>)
                return Step::Prepare;
            else if constexpr (std::is_same_v<E, effect::Summarise>)
                return Step::Acquire;
            else if constexpr (std::is_same_v<E, effect::AskHooks>)
                return Step::Hook;
            else if constexpr (std::is_same_v<E, effect::Acquire>)
                return Step::Acquire;
            else if constexpr (std::is_same_v<E, effect::AskApproval>)
                return Step::Approval;
            else if constexpr (std::is_same_v<E, effect::RunTool>)
                return Step::Tool;
            else
                return std::nullopt; // RequestModel: asked for when the limiter has let it go
        },
        effect);
}

} // namespace

AgentWorker::AgentWorker(AgentSpec spec, TeamServices &services, std::stop_token stop,
                         std::vector<std::string> ancestors)
    : m_spec(std::move(spec)), m_services(services), m_ancestors(std::move(ancestors)),
      m_stop(std::move(stop)), m_wayBack(std::make_shared<WayBack>(*this)),
      m_tools(services, m_spec, static_cast<int>(m_ancestors.size()), m_wayBack),
      m_requests(m_spec, m_tools.offered(), services.schemas, services.models),
      m_machine(m_spec, makeRules(), freshContext(m_spec, m_requests.systemPrompt())),
      m_attachments(services.models), m_client(services),
      m_caller(new ModelCaller(services, m_spec.name, m_ancestors, m_client, this)),
      m_summaryCaller(new ModelCaller(services, m_spec.name, m_ancestors, m_client, this)),
      m_reflection(new Reflection(services, m_spec.name, m_ancestors, m_client, this)),
      m_saver(new ContextSaver(
          services, m_spec.name, [this]() -> const Context & { return m_machine.context(); },
          this)),
      m_idleTimer(new QTimer(this))
{
    beginTurn();
    m_idleTimer->setSingleShot(true);
    m_idleTimer->setInterval(m_spec.inactivityTimeoutMs);
    connect(m_idleTimer, &QTimer::timeout, this,
            [this] { emit timedOut(QString::fromStdString(name())); });
}

// The parts refer to members of this object, so they go before it does.
AgentWorker::~AgentWorker()
{
    m_wayBack->close();
    delete m_saver;
    delete m_reflection;
    delete m_summaryCaller;
    delete m_caller;
}

LoopRules AgentWorker::makeRules()
{
    LoopRules rules;
    rules.gate = [this](const std::string &tool) { return m_tools.gateFor(tool); };
    rules.mend = [this](const std::string &name, Json &arguments) {
        const tools::Tool *tool = m_services.tools.find(name);
        if (!tool)
            return std::vector<std::string>();
        tools::MendedArguments mended = tools::mendFor(*tool, std::move(arguments));
        arguments = std::move(mended.arguments);
        return std::move(mended.mended);
    };
    rules.hooks = &m_services.hooks;
    rules.toolCount = m_tools.offered().size();
    rules.output = m_requests.outputRules();
    rules.chance = m_services.chance;
    rules.now = [this] { return m_services.clock.steadyMs(); };
    rules.hasMoreRoom = [this] {
        return llm::largerOutputLimit(profileFor(m_machine.target(), m_services.models),
                                      m_spec.settings)
            .has_value();
    };
    rules.window = [this](const ModelRef &target) { return windowOf(target); };
    rules.tokenScale = m_services.tokenScale;
    return rules;
}

const guidance::ContextWindow &AgentWorker::windowOf(const ModelRef &target)
{
    const auto known = m_windows.find(target.model);
    if (known != m_windows.end())
        return known->second;
    const auto profile =
        std::make_shared<const llm::ModelProfile>(profileFor(target, m_services.models));
    return m_windows[target.model] = {profile->contextTokens, m_requests.fixedBytes(target),
                                      profile->inputHasCache, target.model,
                                      [profile](const Message &message) {
                                          return llm::attachedTokens(message, *profile);
                                      }};
}

llm::ModelRequest AgentWorker::makeRequest()
{
    const ModelRef &target = m_machine.target();
    for (const std::string &sentence : m_attachments.look(target, m_machine.context().messages))
        m_services.publish(EventKind::Warning, name(),
                           eventData({{"code", "attachment_left_out"}, {"message", sentence}}));
    tellLeftOut(target);
    llm::ModelRequest request = m_requests.makeTurn(target, m_machine.context());
    if (m_machine.wantsRoom())
        if (const auto limit =
                llm::largerOutputLimit(profileFor(target, m_services.models), request.settings))
            llm::setOutputLimit(request.settings, *limit);
    llm::prepareRequest(request);
    // Without a body the client says what is wrong with the messages.
    if (auto body = m_encoder.encode(request))
        request.body = std::move(*body);
    return request;
}

void AgentWorker::tellLeftOut(const ModelRef &target)
{
    const auto leftOut = m_requests.takeLeftOut(target);
    if (leftOut.empty())
        return;
    Json settings = Json::array();
    std::string message = "Not all settings of " + name() + " go to its model as they stand.";
    for (const auto &[setting, why] : leftOut) {
        settings.push_back({{"setting", setting}, {"why", why}});
        message += " " + setting + ": " + why + ".";
    }
    m_services.publish(EventKind::Warning, name(),
                       eventData({{"code", "settings_left_out"},
                                  {"message", message},
                                  {"model", target.model},
                                  {"settings", settings}}));
}

void AgentWorker::tellStart(const std::string &prompt)
{
    m_started = true;
    m_services.publish(
        EventKind::AgentStarted, name(),
        eventData({{"role", m_spec.role}, {"model", m_spec.model}, {"prompt", prompt}}));
}

void AgentWorker::begin(const std::string &task, std::vector<ContentPart> attachments)
{
    m_idleTimer->stop();
    m_isDown = false;
    std::string prompt = m_spec.prompt.empty() ? task : m_spec.prompt;
    for (auto at = prompt.find("{{task}}"); at != std::string::npos;
         at = prompt.find("{{task}}", at + task.size()))
        prompt.replace(at, 8, task);
    tellStart(prompt);
    feed(input::Start{prompt.empty() ? std::nullopt : std::optional(std::move(prompt)),
                      std::move(attachments)});
}

void AgentWorker::goOn()
{
    tellStart("");
    feed(input::Start{std::nullopt});
}

void AgentWorker::wake()
{
    if (m_crashed || m_isDown || !m_machine.isIdle() || m_reflection->isActive()
        || m_services.control.isStopping() || !m_services.mailbox.hasMail(name()))
        return;
    if (!m_started)
        tellStart("");
    m_busy = true; // before the mail is taken: see Orchestrator::end()
    m_idleTimer->stop();
    feed(input::Start{std::nullopt});
}

void AgentWorker::gateChanged()
{
    if (std::exchange(m_isHeld, false) && !m_services.control.isStopping())
        tellState(m_pending[m_next]);
    performPending();
}

/// The machine told the state before the effect was held; after that it was told to be paused.
void AgentWorker::tellState(const Effect &effect)
{
    std::size_t index = 0;
    AgentState state = AgentState::Tool;
    if (const auto *run = std::get_if<effect::RunTool>(&effect)) {
        index = run->index;
    } else if (const auto *ask = std::get_if<effect::AskApproval>(&effect)) {
        index = ask->index;
        state = AgentState::WaitingApproval;
    } else {
        return;
    }
    m_services.publish(
        EventKind::AgentState, name(),
        eventData({{"state", toString(state)},
                   {"reason", cleanToolName(m_machine.call(index).name.value_or(""))}}));
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
    m_underWay = 0;
    m_caller->giveUp();
    m_summaryCaller->giveUp();
    m_reflection->cancel();
    m_isHeld = false;
    for (const auto &[id, index] : m_approvals)
        m_services.approvals.withdraw(id);
    m_approvals.clear();
    m_turnStop.request_stop();
    beginTurn();
}

void AgentWorker::cancelNow(const std::string &reason)
{
    const auto finished = std::exchange(m_finished, std::nullopt);
    abandonWork();
    dropPending();
    feed(input::Cancel{reason});
    if (finished)
        becomeIdle(*finished); // the turn itself was done
}

void AgentWorker::interrupt(const std::string &text)
{
    if (m_crashed)
        return;
    m_started = true;
    m_isDown = false;
    m_recalled = false;
    m_finished.reset();
    m_idleTimer->stop();
    abandonWork();
    dropPending();
    feed(input::Interrupt{text});
}

void AgentWorker::clearHistory()
{
    cancelNow("The conversation was cleared");
    feed(input::ClearHistory{});
}

// Reading may block, so it is done on the pool.
void AgentWorker::load(const std::string &session)
{
    if (!m_services.contexts || !m_machine.isIdle() || !m_loading.empty())
        return;
    m_loading = session;
    m_services.tasks.start([this, session, &services = m_services, back = m_wayBack] {
        Result<Context> context = [&]() -> Result<Context> {
            auto saved = services.contexts->load(session);
            if (!saved)
                return fail(saved.error());
            maskTexts(*saved, *services.secrets); // it may be older than the key
            return deserializeContext(*saved);
        }();
        back->post([this, session, context = std::move(context)]() mutable {
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
    addSystemPrompt(context, m_requests.systemPrompt());
    feed(input::Restore{session, std::move(context)});
}

void AgentWorker::retire()
{
    m_idleTimer->stop();
    m_saver->finish();
    m_machine.forget();
    m_encoder = {};
    m_client.reset();
}

void AgentWorker::feed(Input input)
{
    if (m_crashed)
        return;
    try {
        m_machine.handle(input, m_pending);
    } catch (const std::exception &exception) {
        crash(exception.what());
    } catch (...) {
        crash("something that is no exception");
    }
    performPending();
}

/// Stop lets end what is under way; nothing that only waits goes on.
bool AgentWorker::mustStop() const
{
    return m_services.control.isStopping() && !m_machine.isIdle() && !m_caller->isSending()
           && m_underWay == 0;
}

// Effects may cause further inputs while they are performed; they are worked off in order, never recursively.
void AgentWorker::performPending()
{
    if (m_performing || m_crashed)
        return;
    m_performing = true;
    try {
        performAllThatMay();
        while (mustStop()) {
            abandonWork();
            Input cancel = input::Cancel{"Stopped by the person"};
            m_machine.handle(cancel, m_pending);
            performAllThatMay();
        }
    } catch (const std::exception &exception) {
        crash(exception.what());
    } catch (...) {
        crash("something that is no exception");
    }
    m_performing = false;
}

void AgentWorker::performAllThatMay()
{
    while (!m_isHeld && m_next < m_pending.size()) {
        using Answer = RunControl::Answer;
        const auto step = stepOf(m_pending[m_next]);
        const Answer answer = step ? m_services.control.mayPass(name(), *step) : Answer::Go;
        if (answer == Answer::Hold) {
            hold();
            return;
        }
        Effect effect = std::move(m_pending[m_next++]);
        if (answer == Answer::Go) {
            std::visit([this](auto &e) { perform(e); }, effect);
        } else if (const auto *run = std::get_if<effect::RunTool>(&effect)) {
            Input notStarted = input::NotStarted{run->index};
            m_machine.handle(notStarted, m_pending);
        }
    }
    if (m_next < m_pending.size())
        return;
    m_pending.clear();
    m_next = 0;
}

void AgentWorker::hold()
{
    m_isHeld = true;
    m_services.publish(EventKind::AgentState, name(),
                       eventData({{"state", toString(AgentState::Paused)}, {"reason", ""}}));
}

/// What was held and would begin something is given up; what tells or ends something is done.
void AgentWorker::dropPending()
{
    if (m_performing)
        return;
    std::erase_if(m_pending, [this, at = std::size_t(0)](const Effect &effect) mutable {
        if (at++ < m_next)
            return true;
        if (const auto *run = std::get_if<effect::RunTool>(&effect)) {
            Input notStarted = input::NotStarted{run->index};
            std::vector<Effect> none;
            m_machine.handle(notStarted, none);
        }
        return stepOf(effect).has_value();
    });
    m_next = 0;
    performPending();
}

// An agent that breaks down takes nobody with it.
void AgentWorker::crash(const std::string &what)
{
    if (m_crashed)
        return;
    m_crashed = true;
    abandonWork();
    m_pending.clear();
    m_next = 0;
    m_performing = false;
    const std::string reason = "The agent broke down: " + what;
    m_services.publish(EventKind::AgentState, name(),
                       eventData({{"state", toString(AgentState::Crashed)}, {"reason", reason}}));
    m_services.publish(EventKind::AgentFinished, name(),
                       eventData({{"outcome", "crashed"},
                                  {"output", ""},
                                  {"iterations", m_machine.iterations()},
                                  {"usage", m_machine.context().usage},
                                  {"error", reason}}));
    ++m_untold;
    m_busy = false;
    emit becameIdle(QString::fromStdString(name()), QStringLiteral("crashed"),
                    QString::fromStdString(reason), QString());
}

// True when `then` is called later.
bool AgentWorker::reflect(const std::string &outcome, std::function<void()> then)
{
    if (outcome != "done" || !m_services.team.memory.reflect || !m_client.isMade()
        || m_services.control.mayPass(name(), Step::Reflection) == RunControl::Answer::Drop)
        return false;
    m_reflection->start(m_machine.context(), m_requests.make(m_machine.target(), Context()),
                        m_machine.target(), std::move(then));
    return true;
}

void AgentWorker::perform(effect::Finish &finish)
{
    ++m_generation;
    m_underWay = 0;
    const std::string reason = finish.error ? finish.error->message : std::string();
    m_services.publish(
        EventKind::AgentFinished, name(),
        eventData({{"outcome", finish.outcome},
                   {"output", finish.output.is_null() ? JsonItem("") : JsonItem(finish.output)},
                   {"iterations", m_machine.iterations()},
                   {"usage", m_machine.context().usage},
                   {"error", finish.error ? JsonItem(reason) : JsonItem(nullptr)}}));
    m_recalled = false;
    m_isDown = finish.outcome != "done";
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
    ++m_untold;
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
