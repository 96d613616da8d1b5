// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

namespace orrery::bench {

/// The events of a run that never was, as many as are asked for: agents that think, stream answers, wait for the limiter,
/// claim, edit, run commands and talk to one another, side by side. The same seed gives the same run.
class InventedRun
{
public:
    /// `deltasPerAnswer`: in how many pieces a model's answer comes.
    explicit InventedRun(int agents, unsigned seed = 1, int deltasPerAnswer = 14);

    /// The next event: numbered from 1, some milliseconds after the one before.
    EventPtr next();
    /// The end of the run: each agent's, and run_finished.
    std::vector<EventPtr> end();

private:
    struct Planned {
        EventKind kind;
        Json data;
        std::int64_t durationUs = 0;
        bool belongsToStart = false; ///< its parent is the agent's latest tool_started
    };
    struct Agent {
        std::string name;
        int iteration = 0;
        std::uint64_t toolStarted = 0;
        std::deque<Planned> ahead;
    };
    EventPtr publish(EventKind kind, const std::string &agent, Json data,
                     std::int64_t durationUs = 0, std::uint64_t parent = 0);
    void plan(Agent &agent);
    std::string words(int count);
    int below(int most) { return int(m_random() % unsigned(most)); }

    std::minstd_rand m_random;
    int m_deltas;
    std::vector<Agent> m_agents;
    std::uint64_t m_seq = 0;
    std::int64_t m_timeUs = 1'700'000'000'000'000;
    std::uint64_t m_calls = 0;
    std::uint64_t m_tableSeq = 0;
};

} // namespace orrery::bench
