// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/contextsaver.h"

#include "core/model/contextcodec.h"
#include "core/runtime/teamkeys.h"
#include "core/runtime/teamservices.h"

#include <QTimer>

namespace orrery::runtime {

ContextSaver::ContextSaver(TeamServices &services, std::string agent,
                           std::function<const Context &()> context, QObject *parent)
    : QObject(parent), m_services(services), m_agent(std::move(agent)),
      m_context(std::move(context)), m_wayBack(std::make_shared<WayBack>(*this)),
      m_pause(new QTimer(this))
{
    m_pause->setSingleShot(true);
    connect(m_pause, &QTimer::timeout, this, [this] {
        if (m_isUnsaved && !m_isSaving)
            save(false);
    });
}

ContextSaver::~ContextSaver()
{
    m_wayBack->close();
    finish();
}

void ContextSaver::changed(bool isIdle)
{
    if (!m_services.contexts)
        return;
    m_isUnsaved = true;
    m_isIdle = isIdle;
    if (!m_isSaving && (isIdle || !m_pause->isActive()))
        save(false);
}

void ContextSaver::saveNow()
{
    if (m_services.contexts)
        save(true);
    else
        m_services.publish(EventKind::SaveFailed, m_agent,
                           eventData({{"message", "This run has no journal to save into."}}));
}

void ContextSaver::finish()
{
    m_pause->stop();
    if (m_isUnsaved)
        save(false);
}

void ContextSaver::saved()
{
    m_isSaving = false;
    const std::int64_t took = m_services.clock.steadyUs() - m_startUs;
    if (m_isUnsaved && m_isIdle)
        save(false);
    else
        m_pause->start(std::chrono::milliseconds(4 * took / 1000));
}

void ContextSaver::save(bool isExplicit)
{
    m_isUnsaved = false;
    m_isSaving = true;
    m_pause->stop();
    m_startUs = m_services.clock.steadyUs();
    auto snapshot = std::make_shared<const Context>(m_context());
    m_services.contexts->save(
        m_services.run + "/" + m_agent,
        [snapshot, secrets = m_services.secrets] {
            Json saved = serializeContext(*snapshot);
            maskTexts(saved, *secrets);
            return saved;
        },
        [this, &services = m_services, agent = m_agent, version = ++m_version, isExplicit,
         back = m_wayBack](const store::ContextStore::Saved &saved) {
            if (saved.error)
                services.publish(EventKind::SaveFailed, agent,
                                 eventData({{"message", saved.error->message}}));
            else
                services.publish(
                    EventKind::ContextSaved, agent,
                    eventData(
                        {{"version", version}, {"bytes", saved.bytes}, {"explicit", isExplicit}}));
            back->post([this] { this->saved(); });
        });
}

} // namespace orrery::runtime
