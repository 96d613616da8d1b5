// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/context.h"
#include "core/runtime/modelcaller.h"

#include <QObject>

#include <functional>
#include <string>
#include <vector>

namespace orrery::runtime {

struct TeamServices;

/// After a turn, asks an agent's model what of the conversation to remember, change or forget, and does it. Lives on the
/// agent's thread; one at a time. What goes wrong is told by a Warning and costs nothing else.
class Reflection : public QObject
{
public:
    /// As one call of `agent`, for `ancestors` too; a scripted model gives it the steps of `AGENT/memory`.
    Reflection(TeamServices &services, std::string agent, std::vector<std::string> ancestors,
               ClientSlot &client, QObject *parent);
    ~Reflection() override;

    bool isActive() const { return m_active; }
    /// `request` says which model is asked and how; its messages and tools are replaced. `done` is called once, later,
    /// unless it is cancelled.
    void start(const Context &context, llm::ModelRequest request, ModelRef target,
               std::function<void()> done);
    void cancel();

private:
    void ask(llm::ModelRequest request, const ModelRef &target);
    void answered(const ModelCaller::Reply &answer);
    void end();

    TeamServices &m_services;
    const std::string m_agent;
    const WayBackPtr m_wayBack;
    ModelCaller m_caller;
    std::function<void()> m_done;
    std::uint64_t m_generation = 0; ///< what comes back from a cancelled one is dropped
    bool m_active = false;
};

/// Looks in the team's memory for what goes with the last message of the user, and tells of it as a search of `agent`.
/// A text for the model, empty when there is nothing. Blocks.
std::string relevantMemories(TeamServices &services, const std::string &agent,
                             const std::vector<Message> &messages, int limit);

} // namespace orrery::runtime
