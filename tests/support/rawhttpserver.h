// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"
#include "tests/support/testcertificate.h"

#include <QHostAddress>
#include <QPointer>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

#include <deque>
#include <memory>
#include <vector>

namespace orrery::testing {

inline const QByteArray kSse = "text/event-stream";
inline const QByteArray kJson = "application/json";
inline const QByteArray kDone = "data: [DONE]\n\n";
inline constexpr const char *kKey = "sk-secret-0123456789";

inline QByteArray sseEvent(const Json &data)
{
    return "data: " + QByteArray::fromStdString(data.dump()) + "\n\n";
}

/// A server on loopback that reads one request after the other and answers with exactly the bytes that a test gives.
class RawHttpServer final : public QObject
{
public:
    enum class After { KeepOpen, Close, Reset };
    struct Answer {
        std::vector<QByteArray> pieces; ///< written one by one, `gapMs` apart, each flushed
        After after = After::Close;
        int gapMs = 1;
    };
    struct Request {
        QByteArray head;
        QByteArray body;

        QByteArray header(const QByteArray &name) const
        {
            for (const QByteArray &line : head.split('\n')) {
                if (line.toLower().startsWith(name.toLower() + ":"))
                    return line.mid(name.size() + 1).trimmed();
            }
            return {};
        }
    };

    enum class Wire { Plain, Tls };
    explicit RawHttpServer(Wire wire = Wire::Plain)
        : m_server(wire == Wire::Tls ? tlsServer() : std::make_unique<QTcpServer>()), m_wire(wire)
    {
        connect(m_server.get(), &QTcpServer::pendingConnectionAvailable, this, [this] {
            while (QTcpSocket *socket = m_server->nextPendingConnection())
                accept(socket);
        });
        m_server->setListenBacklogSize(200);
        m_server->listen(QHostAddress::LocalHost);
    }

    quint16 port() const { return m_server->serverPort(); }
    std::string baseUrl() const
    {
        return (m_wire == Wire::Tls ? "https://127.0.0.1:" : "http://127.0.0.1:")
               + std::to_string(port()) + "/v1";
    }
    void answer(Answer answer) { m_answers.push_back(std::move(answer)); }
    void answer(const QByteArray &bytes, After after = After::Close)
    {
        m_answers.push_back({{bytes}, after});
    }
    const std::vector<Request> &requests() const { return m_requests; }
    int open() const { return m_open; } ///< connections that the client has not closed
    int accepted() const { return m_accepted; }
    void stopListening() { m_server->close(); }
    /// As servers do with connections that nobody has used for a while.
    void closeConnections()
    {
        for (QTcpSocket *socket : m_server->findChildren<QTcpSocket *>())
            socket->disconnectFromHost();
    }

    /// An answer with `Connection: close` and no length: its end is the end of the connection.
    static QByteArray head(const QByteArray &status, const QByteArray &type,
                           const QByteArray &more = {})
    {
        return "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\n" + more
               + "Connection: close\r\n\r\n";
    }
    static QByteArray full(const QByteArray &status, const QByteArray &type, const QByteArray &body,
                           const QByteArray &more = {})
    {
        return "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: "
               + QByteArray::number(body.size()) + "\r\n" + more + "\r\n" + body;
    }

private:
    static std::unique_ptr<QTcpServer> tlsServer()
    {
        QSslConfiguration configuration;
        configuration.setLocalCertificate(QSslCertificate(QByteArray(kTestCertificate)));
        configuration.setPrivateKey(QSslKey(QByteArray(kTestCertificateKey), QSsl::Ec));
        auto server = std::make_unique<QSslServer>();
        server->setSslConfiguration(configuration);
        return server;
    }

    void accept(QTcpSocket *socket)
    {
        ++m_open;
        ++m_accepted;
        socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        connect(socket, &QTcpSocket::disconnected, this, [this, socket] {
            --m_open;
            socket->deleteLater();
        });
        connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
    }

    void read(QTcpSocket *socket)
    {
        QByteArray buffer = socket->property("buffer").toByteArray() + socket->readAll();
        const auto headEnd = buffer.indexOf("\r\n\r\n");
        if (headEnd >= 0) {
            Request request{buffer.left(headEnd), {}};
            const auto length = request.header("Content-Length").toInt();
            if (buffer.size() >= headEnd + 4 + length) {
                request.body = buffer.mid(headEnd + 4, length);
                buffer.remove(0, headEnd + 4 + length);
                m_requests.push_back(request);
                if (!m_answers.empty()) {
                    const Answer answer = m_answers.front();
                    m_answers.pop_front();
                    write(socket, answer, 0);
                }
            }
        }
        socket->setProperty("buffer", buffer);
    }

    void write(QPointer<QTcpSocket> socket, const Answer &answer, std::size_t piece)
    {
        if (!socket || socket->state() != QAbstractSocket::ConnectedState)
            return;
        if (piece < answer.pieces.size()) {
            socket->write(answer.pieces[piece]);
            socket->flush();
            QTimer::singleShot(answer.gapMs, this, [=, this] { write(socket, answer, piece + 1); });
        } else if (answer.after == After::Close) {
            socket->disconnectFromHost();
        } else if (answer.after == After::Reset) {
            socket->abort();
        }
    }

    std::unique_ptr<QTcpServer> m_server;
    const Wire m_wire;
    std::deque<Answer> m_answers;
    std::vector<Request> m_requests;
    int m_open = 0;
    int m_accepted = 0;
};

} // namespace orrery::testing
