// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/embeddingclient.h"
#include "core/llm/httpfetch.h"

#include <QObject>
#include <QTimer>

#include <string>

namespace orrery::llm {

/// The requests of one EmbeddingCall, one after the other, each repeated while the server asks for patience.
class EmbeddingExchange final : public QObject
{
public:
    EmbeddingExchange(const EmbeddingServer &server, HttpTransport &transport,
                      std::vector<std::string> texts, EmbeddingsDone done);

    /// Ends without a word.
    void abort();

private:
    void sendNext();
    void send();
    HttpMessage message() const;
    void onAnswer(const HttpAnswer &answer);
    void onTimeout();
    void take(const std::string &body);
    void onError(Error error);
    void finish(Result<Embeddings> result);
    void release();
    /// Texts of the request under way.
    std::size_t count() const;

    const EmbeddingServer &m_server;
    HttpTransport &m_transport;
    const std::vector<std::string> m_texts;
    EmbeddingsDone m_done;
    Embeddings m_vectors; ///< of the texts that are done
    std::string m_url;
    std::string m_host;
    std::unique_ptr<HttpFetch> m_fetch;
    QTimer m_clock; ///< for an answer, or for the next attempt
    int m_attempt = 0;
    bool m_isWaiting = false; ///< for the next attempt
    bool m_isOver = false;
};

} // namespace orrery::llm
