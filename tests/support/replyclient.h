// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"

#include <QTimer>

#include <functional>
#include <memory>

namespace orrery::testing {

/// A model client that answers each request with what a function says, `delayMs` later. The function is called on the
/// agents' threads.
class ReplyClient final : public llm::ModelClient
{
public:
    using Answer = std::function<Result<llm::ModelReply>(const llm::ModelRequest &)>;
    explicit ReplyClient(Answer answer, int delayMs = 0)
        : m_answer(std::move(answer)), m_delayMs(delayMs)
    {}

    std::unique_ptr<llm::ModelCall> start(llm::ModelRequest request,
                                          llm::ModelHandlers handlers) override
    {
        return std::make_unique<Call>(m_answer(request), std::move(handlers), m_delayMs);
    }

    static llm::ModelReply text(const char *text)
    {
        llm::ModelReply reply;
        reply.message = Message::assistant(text);
        return reply;
    }
    static llm::ModelReply calling(const char *id, const char *tool, Json arguments)
    {
        ToolCall call;
        call.id = id;
        call.name = tool;
        call.arguments = std::move(arguments);
        llm::ModelReply reply;
        reply.message.role = Role::Assistant;
        reply.message.toolCalls.push_back(std::move(call));
        return reply;
    }

private:
    class Call final : public llm::ModelCall
    {
    public:
        Call(Result<llm::ModelReply> reply, llm::ModelHandlers handlers, int delayMs)
            : m_reply(std::move(reply)), m_handlers(std::move(handlers))
        {
            m_timer.setSingleShot(true);
            m_timer.callOnTimeout([this] { m_handlers.onDone(std::move(m_reply)); });
            m_timer.start(delayMs);
        }
        void abort() override { m_timer.stop(); }

    private:
        Result<llm::ModelReply> m_reply;
        llm::ModelHandlers m_handlers;
        QTimer m_timer;
    };

    const Answer m_answer;
    const int m_delayMs;
};

} // namespace orrery::testing
