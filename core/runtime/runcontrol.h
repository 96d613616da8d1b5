// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace orrery::runtime {

/// What an agent is about to begin.
enum class Step : std::uint8_t { Prepare, Hook, Acquire, Request, Approval, Tool, Reflection };

/// The gate before everything that the agents of a run begin: Pause, a pause of one agent and Stop are states of it. What has
/// begun already it does not touch. Thread-safe; asking costs one atomic read while nobody is held.
class RunControl
{
public:
    enum class Answer {
        Go,
        Hold, ///< keep it; resume() lets it go
        Drop  ///< never: the run is to stop
    };
    Answer mayPass(std::string_view agent, Step step) const;

    /// False when it is paused already, or stopping.
    bool pause();
    /// False when it was not paused.
    bool resume();
    bool isPaused() const { return m_state == State::Paused; }
    void pauseAgent(const std::string &agent);
    void resumeAgent(const std::string &agent);
    /// For good; ends all pauses.
    void stop();
    bool isStopping() const { return m_state == State::Stopping; }

private:
    enum class State : std::uint8_t { Running, Paused, Stopping };
    std::atomic<State> m_state{State::Running};
    std::atomic<bool> m_holdsSome{false};
    mutable std::mutex m_mutex;
    std::set<std::string, std::less<>> m_held; ///< agents; guarded by m_mutex
};

} // namespace orrery::runtime
