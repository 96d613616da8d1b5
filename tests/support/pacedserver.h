// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHostAddress>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

namespace orrery::testing {

/// A server on loopback that takes a request at its own pace, and may answer before it has all of it.
class PacedServer final : public QObject
{
public:
    /// `bytes` at most every `gapMs`; 0 = all that is there. `answerEarly`: as soon as the head has come.
    PacedServer(qint64 bytes, int gapMs, QByteArray answer, bool answerEarly = false)
        : m_bytes(bytes), m_gapMs(gapMs), m_answer(std::move(answer)), m_answerEarly(answerEarly)
    {
        connect(&m_server, &QTcpServer::newConnection, this,
                [this] { accept(m_server.nextPendingConnection()); });
        m_server.listen(QHostAddress::LocalHost);
    }

    std::string url() const
    {
        return "http://127.0.0.1:" + std::to_string(m_server.serverPort()) + "/v1/x";
    }
    const QByteArray &body() const { return m_body; }

private:
    void accept(QTcpSocket *socket)
    {
        if (m_bytes == 0) {
            connect(socket, &QTcpSocket::readyRead, this, [this, socket] { take(socket); });
            return;
        }
        socket->setReadBufferSize(m_bytes); // so that the rest waits at the sender's side
        auto *clock = new QTimer(socket);
        connect(clock, &QTimer::timeout, this, [this, socket] { take(socket); });
        clock->start(m_gapMs);
    }

    void take(QTcpSocket *socket)
    {
        m_received += m_bytes == 0 ? socket->readAll() : socket->read(m_bytes);
        if (m_headEnd < 0) {
            m_headEnd = m_received.indexOf("\r\n\r\n");
            if (m_headEnd < 0)
                return;
            const auto at = m_received.toLower().indexOf("content-length:");
            m_length = m_received.mid(at + 15, m_received.indexOf('\r', at) - at - 15)
                           .trimmed()
                           .toLongLong();
            if (m_answerEarly)
                socket->write(m_answer);
        }
        if (m_answerEarly || m_received.size() < m_headEnd + 4 + m_length || !m_body.isEmpty())
            return;
        m_body = m_received.mid(m_headEnd + 4);
        socket->write(m_answer);
    }

    QTcpServer m_server;
    const qint64 m_bytes;
    const int m_gapMs;
    const QByteArray m_answer;
    const bool m_answerEarly;
    QByteArray m_received;
    QByteArray m_body;
    qsizetype m_headEnd = -1;
    qint64 m_length = 0;
};

} // namespace orrery::testing
