// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/encodedrequest.h"
#include "core/llm/messagewriter.h"
#include "core/llm/modelclient.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace orrery::llm {

/// Writes the bodies of one agent's requests. Each message is encoded once: a request whose messages begin with those
/// of the one before costs what is new in it (and a look at each block of the log, to be sure of that). When the
/// history was rewritten, or the provider's form has changed, it begins anew. The head (model, settings, tools, system
/// text) is written again only when something of it has changed. Belongs to one thread.
class RequestEncoder
{
public:
    /// What was really done, for tests and benchmarks.
    struct Counters {
        std::uint64_t messages = 0; ///< encoded
        std::uint64_t heads = 0;    ///< written
        std::uint64_t restarts = 0; ///< histories encoded from the beginning
    };

    /// The body for `request.messages`; `request.body` is not looked at. Errors: InvalidArgument, naming the
    /// message that cannot be sent.
    Result<std::shared_ptr<const EncodedRequest>> encode(const ModelRequest &request);

    const Counters &counters() const { return m_counters; }

private:
    /// What the head was made of.
    struct HeadKey {
        std::string provider;
        std::string model;
        Json settings;
        std::shared_ptr<const ToolSchemaList> tools;
        std::optional<std::string> system;
        bool stream = false;
        bool dropsThinking = false;
    };

    bool goesOn(const ModelRequest &request) const;
    void restart(const ModelRequest &request);
    Result<void> appendNew(const MessageList &messages);
    void lookAtTurn(const Message &message);
    bool dropsThinking(const ModelRequest &request) const;
    bool isHeadFor(const ModelRequest &request) const;
    void writeHead(const ModelRequest &request);

    std::unique_ptr<MessageWriter> m_writer;
    std::string m_provider; ///< of the writer
    std::string m_model;
    const ModelTable *m_models = nullptr;
    UnsignedThinking m_thinking = UnsignedThinking::LeaveOut;
    MessageList m_encoded;
    std::size_t m_loopStart = 0; ///< behind the last user message
    bool m_hasReasoning = false; ///< was written, and leaves with the next user message
    bool m_hasSystem = false;
    bool m_turnHasAnswer = false; ///< the model has answered since the last user message
    bool m_turnLacksThinking =
        false; ///< and its first answer does not begin with thinking of this server
    std::shared_ptr<ByteLog> m_log;
    std::optional<std::string> m_system;
    std::string m_scratch;
    HeadKey m_headKey;
    std::shared_ptr<const std::string> m_head;
    bool m_replacesMessages = false; ///< `extra_body` holds the messages itself
    Counters m_counters;
};

} // namespace orrery::llm
