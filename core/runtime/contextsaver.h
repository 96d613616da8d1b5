// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/context.h"
#include "core/runtime/wayback.h"

#include <QObject>

#include <functional>
#include <string>

class QTimer;

namespace orrery::runtime {

struct TeamServices;

/// Saves one agent's context when it has changed: one save at a time, and at most a fifth of the time spent on saving, as a
/// long context is written anew each time. What changes meanwhile falls together into the next save. Lives on the
/// agent's thread.
class ContextSaver : public QObject
{
public:
    /// `context` is asked for when a save begins; a copy of it costs one reference count.
    ContextSaver(TeamServices &services, std::string agent,
                 std::function<const Context &()> context, QObject *parent);
    ~ContextSaver() override; ///< what is unsaved is saved

    /// It has changed. `isIdle`: nothing more will change soon, so that nothing waits.
    void changed(bool isIdle);
    /// Now, for somebody who asked; ContextSaved or SaveFailed tells the end of it.
    void saveNow();
    /// What is unsaved is saved; the context will not change any more.
    void finish();

private:
    void save(bool isExplicit);
    void saved();

    TeamServices &m_services;
    const std::string m_agent;
    const std::function<const Context &()> m_context;
    const WayBackPtr m_wayBack;
    QTimer *m_pause; ///< runs while no further save is due
    std::uint64_t m_version = 0;
    std::int64_t m_startUs = 0;
    bool m_isIdle = false;
    bool m_isSaving = false;
    bool m_isUnsaved = false; ///< something has changed since the last save began
};

} // namespace orrery::runtime
