// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/agentmachine.h"

#include <QTest>

namespace orrery::testing {

using namespace orrery::runtime;

inline AgentSpec spec()
{
    AgentSpec spec;
    spec.name = "solo";
    spec.model = "openai:first";
    return spec;
}

inline LoopRules rules(bool asks = false)
{
    LoopRules rules;
    rules.gate = [asks](const std::string &tool) { return ToolGate{tool != "ghost", asks}; };
    rules.toolCount = 2;
    return rules;
}

inline Message calling(std::initializer_list<const char *> tools)
{
    Message message;
    message.role = Role::Assistant;
    int n = 0;
    for (const char *tool : tools) {
        ToolCall call;
        call.id = "c" + std::to_string(++n);
        call.name = tool;
        message.toolCalls.push_back(std::move(call));
    }
    return message;
}

inline input::Reply reply(Message message)
{
    input::Reply reply;
    reply.reply.message = std::move(message);
    return reply;
}

inline input::ModelFailed failure(ErrorCode code, bool retryable, bool fromProvider,
                                  long long retryAfterMs = -1)
{
    Error error = makeError(code, "it failed");
    error.retryable = retryable;
    error.fromProvider = fromProvider;
    error.retryAfterMs = retryAfterMs;
    return {std::move(error), false};
}

/// The machine and all that it has asked for so far.
struct Bench {
    explicit Bench(AgentSpec agent = spec(), LoopRules loop = rules())
        : machine(agent, std::move(loop), freshContext(agent, "You help."))
    {}

    void feed(Input input)
    {
        fresh = machine.handle(std::move(input));
        for (const Effect &effect : fresh)
            all.push_back(effect);
    }
    /// From idle to a request in flight.
    void ask()
    {
        feed(input::Start{"Do it."});
        feed(input::Ready{});
        feed(input::Granted{});
    }
    /// From a reply to the next request in flight.
    void askAgain()
    {
        feed(input::Ready{});
        feed(input::Granted{});
    }
    template <typename Wanted>
    const Wanted *last(const std::vector<Effect> &effects) const
    {
        for (auto it = effects.rbegin(); it != effects.rend(); ++it)
            if (const auto *wanted = std::get_if<Wanted>(&*it))
                return wanted;
        return nullptr;
    }
    template <typename Wanted>
    const Wanted *now() const
    {
        return last<Wanted>(fresh);
    }
    std::vector<std::size_t> launched() const
    {
        std::vector<std::size_t> indexes;
        for (const Effect &effect : fresh)
            if (const auto *run = std::get_if<effect::RunTool>(&effect))
                indexes.push_back(run->index);
        return indexes;
    }
    std::vector<std::string> toolTexts() const
    {
        std::vector<std::string> texts;
        for (const auto &message : machine.context().messages)
            if (message->role == Role::Tool)
                texts.push_back(*message->content);
        return texts;
    }
    Json published(EventKind kind) const
    {
        for (auto it = all.rbegin(); it != all.rend(); ++it)
            if (const auto *publish = std::get_if<effect::Publish>(&*it);
                publish && publish->kind == kind)
                return publish->data;
        return {};
    }

    AgentMachine machine;
    std::vector<Effect> fresh;
    std::vector<Effect> all;
};

} // namespace orrery::testing
