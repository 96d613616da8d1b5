// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/httptransport.h"
#include "core/llm/modelclient.h"
#include "core/llm/replyreader.h"

#include <QObject>
#include <QPointer>

#include <memory>
#include <string>
#include <vector>

namespace orrery::llm {

/// One request and its answer on the wire: feeds the bytes to a ReplyReader, and turns whatever can go wrong into one
/// Error. Ends with exactly one onDone, or with abort().
class HttpExchange final : public QObject, private HttpSink
{
public:
    HttpExchange(const ModelRequest &request, ModelHandlers handlers);

    /// What must stand in no error, beside the key.
    void hide(std::string value) { m_hidden.push_back(std::move(value)); }
    void send(HttpTransport &transport, HttpMessage message);
    /// Ends with an error from the event loop, for requests that cannot be sent.
    void failLater(Error error);
    /// Closes the connection; no handler is called any more.
    void abort();

private:
    void onBytes(std::string_view bytes) override;
    void onEnd(const HttpEnd &end) override;
    void finish(Result<ModelReply> result);
    bool isReadable(std::string_view bytes);

    std::vector<std::string> m_hidden;
    ReplyReader::Expected m_expected;
    ModelHandlers m_handlers;
    QPointer<HttpTransport> m_transport;
    std::unique_ptr<HttpTransfer> m_transfer;
    std::unique_ptr<ReplyReader> m_reader;
    std::string m_url;
    std::string m_host;    ///< how errors name the server
    std::string m_failure; ///< body of an answer that is not 200, or is a web page
    bool m_isPage = false;
    bool m_hasBytes = false;
    bool m_done = false;
};

} // namespace orrery::llm
