// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/runcontrol.h"

namespace orrery::runtime {

// The same for every step today; that it is named lets a breakpoint tell them apart.
RunControl::Answer RunControl::mayPass(std::string_view agent, Step) const
{
    switch (m_state.load()) {
    case State::Stopping: return Answer::Drop;
    case State::Paused: return Answer::Hold;
    case State::Running: break;
    }
    if (!m_holdsSome)
        return Answer::Go;
    std::lock_guard lock(m_mutex);
    return m_held.contains(agent) ? Answer::Hold : Answer::Go;
}

bool RunControl::pause()
{
    State running = State::Running;
    return m_state.compare_exchange_strong(running, State::Paused);
}

bool RunControl::resume()
{
    State paused = State::Paused;
    return m_state.compare_exchange_strong(paused, State::Running);
}

void RunControl::pauseAgent(const std::string &agent)
{
    std::lock_guard lock(m_mutex);
    m_held.insert(agent);
    m_holdsSome = true;
}

void RunControl::resumeAgent(const std::string &agent)
{
    std::lock_guard lock(m_mutex);
    m_held.erase(agent);
    m_holdsSome = !m_held.empty();
}

void RunControl::stop()
{
    m_state = State::Stopping;
    std::lock_guard lock(m_mutex);
    m_held.clear();
    m_holdsSome = false;
}

} // namespace orrery::runtime
