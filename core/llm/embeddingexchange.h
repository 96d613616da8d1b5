// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/embeddingclient.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <string>

class QNetworkReply;

namespace orrery::llm {

/// The requests of one EmbeddingCall, one after the other, each repeated while the server asks for patience.
class EmbeddingExchange final : public QObject
{
    Q_OBJECT

public:
    EmbeddingExchange(const EmbeddingServer &server, QNetworkAccessManager &network,
                      std::vector<std::string> texts, EmbeddingsDone done);
    ~EmbeddingExchange() override;

    /// Ends without a word.
    void abort();

private:
    void sendNext();
    void send();
    void onReadyRead();
    void onFinished();
    void onTimeout();
    void onAnswer();
    void onError(Error error);
    void finish(Result<Embeddings> result);
    void release();
    /// Texts of the request under way.
    std::size_t count() const;

    const EmbeddingServer &m_server;
    QNetworkAccessManager &m_network;
    const std::vector<std::string> m_texts;
    EmbeddingsDone m_done;
    Embeddings m_vectors; ///< of the texts that are done
    std::string m_host;
    QPointer<QNetworkReply> m_reply;
    std::string m_answer;
    QTimer m_clock; ///< for an answer, or for the next attempt
    int m_attempt = 0;
    bool m_isWaiting = false; ///< for the next attempt
    bool m_isOver = false;
};

} // namespace orrery::llm
