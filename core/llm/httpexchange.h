// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"
#include "core/llm/replyreader.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <memory>
#include <string>

class QNetworkReply;

namespace orrery::llm {

/// One request and its answer on the wire: feeds the bytes to a ReplyReader, watches the clock, and turns whatever can
/// go wrong into one Error. Ends with exactly one onDone, or with abort().
class HttpExchange final : public QObject
{
    Q_OBJECT

public:
    HttpExchange(const ModelRequest &request, ModelHandlers handlers);
    ~HttpExchange() override;

    /// Takes the reply; `host` is how errors name the server.
    void follow(QNetworkReply *reply, std::string host);
    /// Ends with an error from the event loop, for requests that cannot be sent.
    void failLater(Error error);
    /// Closes the connection; no handler is called any more.
    void abort();

private:
    void onReadyRead();
    void onFinished();
    void onTimeout();
    void finish(Result<ModelReply> result);
    /// Drops the reply. With `drain` a complete answer may end by itself, so that its connection can be used again.
    void release(bool drain);

    std::string m_apiKey;
    std::string m_host;
    ReplyReader::Expected m_expected;
    ModelHandlers m_handlers;
    std::unique_ptr<ReplyReader> m_reader;
    QPointer<QNetworkReply> m_reply;
    QTimer m_silence;
    std::string m_failure; ///< body of an answer that is not 200
    bool m_done = false;
};

} // namespace orrery::llm
