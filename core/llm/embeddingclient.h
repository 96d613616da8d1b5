// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/embeddinganswer.h"
#include "core/llm/httptransport.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace orrery::llm {

/// Whom to ask for embeddings, and how.
struct EmbeddingServer {
    EmbeddingApi api = EmbeddingApi::OpenAi;
    std::string baseUrl;
    std::string model;
    std::string apiKey; ///< never logged, never journalled
    std::string proxy;  ///< see HttpMessage::proxy
    std::string caFile; ///< see HttpMessage::caFile
    /// Values in each vector; 0 = as many as the first answer has. A server whose model can have several is asked for so
    /// many when `asksForDimensions` is set.
    int dimensions = 0;
    bool asksForDimensions = false;
    std::size_t textsPerRequest = 64;
    int timeoutMs = 60000; ///< for one answer
    int attempts = 4;      ///< for one request
    int firstDelayMs =
        500; ///< before the second attempt, doubled for each one after, unless the server says how long
    int longestDelayMs = 30000; ///< when the server asks for more, its answer is the error
};

using EmbeddingsDone = std::function<void(Result<Embeddings>)>;

/// Texts on their way to becoming vectors. Lives on the thread that started it; destroying it closes the connection, and
/// its handler is not called any more.
class EmbeddingCall
{
public:
    virtual ~EmbeddingCall() = default;
};

/// Asks one server for embeddings. Belongs to one thread with an event loop, and never blocks it. Any number of calls may
/// be under way; each sends one request after the other.
class EmbeddingClient
{
public:
    explicit EmbeddingClient(EmbeddingServer server) : m_server(std::move(server)) {}

    /// `done` is called once, from the event loop and never from within this function, with a vector for each text, or
    /// with the first error: all or nothing. The client must outlive the call.
    std::unique_ptr<EmbeddingCall> start(std::vector<std::string> texts, EmbeddingsDone done);

private:
    const EmbeddingServer m_server;
    HttpTransport m_transport;
};

} // namespace orrery::llm
