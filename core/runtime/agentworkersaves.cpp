// SPDX-License-Identifier: GPL-3.0-or-later
// The part of AgentWorker that saves and loads its context.
#include "core/runtime/agentworker.h"

#include "core/model/contextcodec.h"

#include <QTimer>

namespace orrery::runtime {

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

} // namespace orrery::runtime
