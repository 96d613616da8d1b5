// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"
#include "core/state/shared.h"
#include "core/state/stateevent.h"

#include <map>
#include <string>
#include <vector>

namespace orrery::state {

/// What one agent does, and what it has used since its run began. Longer texts are not here, but the numbers of the events
/// that have them; 0 = there is none.
struct Agent {
    std::string name, role, model;
    std::string parent; ///< whose sub-agent it is; empty = nobody's
    AgentState state = AgentState::Idle;
    std::int64_t iteration = 0;
    std::int64_t tokens = 0; ///< of its answers, for whatever purpose: input and output
    std::int64_t outputTokens = 0;
    std::int64_t costNanoUsd = 0;          ///< of the answers that have a price
    std::int64_t priced = 0, unpriced = 0; ///< answers
    std::uint64_t stateSeq = 0;            ///< what brought it into its state, and tells why
    std::uint64_t waitSeq = 0;     ///< why it waits for the limiter or for a claim, while it does
    std::uint64_t toolSeq = 0;     ///< the start of its latest tool
    std::uint64_t saidSeq = 0;     ///< the latest message that its model wrote
    std::uint64_t errorSeq = 0;    ///< what went wrong last
    std::uint64_t finishedSeq = 0; ///< the end of its latest turn, with its output

    bool operator==(const Agent &) const = default;
};

/// The agents of the latest run and those of earlier ones, in order of appearance.
class Agents
{
public:
    void apply(const StateEvent &event);
    const std::vector<Agent> &all() const { return *m_all; }
    const Agent *find(std::string_view name) const; ///< null when unknown
    bool operator==(const Agents &) const = default;

private:
    std::size_t placeOf(std::string_view name);
    void startRun(const StateEvent &event);
    void applyTo(Agent &agent, const StateEvent &event);

    Shared<std::vector<Agent>> m_all;
    Shared<std::map<std::string, std::size_t, std::less<>>> m_places;
};

} // namespace orrery::state
