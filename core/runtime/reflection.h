// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"
#include "core/model/context.h"
#include "core/model/spec.h"

#include <QObject>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace orrery::runtime {

struct TeamServices;

/// After a turn, asks an agent's model what of the conversation to remember, change or forget, and does it. Lives on the
/// agent's thread; one at a time. What goes wrong is told by a Warning and costs nothing else.
class Reflection : public QObject
{
public:
    /// As one call of `agent`; a scripted model gives it the steps of `AGENT/memory`.
    Reflection(TeamServices &services, std::string agent, QObject *parent);

    bool isActive() const { return m_active; }
    /// `request` says which model is asked and how; its messages and tools are replaced. `done` is called once, later,
    /// unless it is cancelled.
    void start(const Context &context, llm::ModelRequest request, llm::ModelClient &client,
               std::function<void()> done);
    void cancel();

private:
    void ask(const std::vector<Message> &messages, llm::ModelRequest request,
             llm::ModelClient &client);
    void answered(Result<llm::ModelReply> reply);
    void apply(const std::string &answer);
    void warn(const std::string &what);
    void end();

    TeamServices &m_services;
    const std::string m_agent;
    std::unique_ptr<llm::ModelCall> m_call;
    std::function<void()> m_done;
    std::string m_callId;
    std::string m_model; ///< `provider:model`
    std::uint64_t m_requestSeq = 0;
    std::int64_t m_startUs = 0;
    std::uint64_t m_reservation = 0;
    std::uint64_t m_generation = 0; ///< what comes back from a cancelled one is dropped
    bool m_active = false;
};

/// Looks in the team's memory for what goes with the last message of the user, and tells of it as a search of `agent`.
/// A text for the model, empty when there is nothing. Blocks.
std::string relevantMemories(TeamServices &services, const std::string &agent,
                             const std::vector<Message> &messages, int limit);

} // namespace orrery::runtime
