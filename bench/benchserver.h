// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/testcertificate.h"

#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>
#include <QTcpServer>
#include <QThread>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <functional>
#include <memory>
#include <pthread.h>
#include <utility>

/// A model's server on loopback for the benchmarks.
namespace orrery::bench {

enum class Wire { Plain, Tls };

/// A stream of events, separated by \x1e, as a whole answer.
inline QByteArray chunked(const QByteArray &body)
{
    QByteArray bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: "
                       "chunked\r\n\r\n";
    for (const QByteArray &event : body.split('\x1e'))
        bytes += QByteArray::number(event.size(), 16) + "\r\n" + event + "\r\n";
    return bytes + "0\r\n\r\n";
}

/// One connection after the other; made and used on the server's thread.
class Listener final : public QTcpServer
{
public:
    Listener(Wire wire, std::function<QByteArray(const QByteArray &)> answer)
        : m_wire(wire), m_answer(std::move(answer))
    {
        listen(QHostAddress::LocalHost);
    }

    /// Between the end of an answer and the end of the next request.
    struct Pauses {
        double longest = 0; ///< in seconds
        int over35ms = 0;
    };
    Pauses pauses;

private:
    void incomingConnection(qintptr descriptor) override
    {
        auto *socket = new QSslSocket(this);
        socket->setSocketDescriptor(descriptor);
        socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        if (m_wire == Wire::Tls) {
            QSslConfiguration configuration = socket->sslConfiguration();
            configuration.setCaCertificates({}); // else it reads the system's for each connection
            socket->setSslConfiguration(configuration);
            socket->setLocalCertificate(
                QSslCertificate(QByteArray(orrery::testing::kTestCertificate)));
            socket->setPrivateKey(
                QSslKey(QByteArray(orrery::testing::kTestCertificateKey), QSsl::Ec));
            socket->startServerEncryption();
        }
        connect(socket, &QSslSocket::readyRead, socket, [this, socket] { read(*socket); });
        connect(socket, &QSslSocket::disconnected, socket, &QObject::deleteLater);
    }

    void read(QSslSocket &socket)
    {
        m_received += socket.readAll();
        const auto end = m_received.indexOf("\r\n\r\n");
        if (end < 0)
            return;
        const auto at = m_received.left(end).toLower().indexOf("content-length:");
        const qsizetype length =
            m_received.mid(at + 15, m_received.indexOf('\r', at) - at - 15).trimmed().toLongLong();
        if (m_received.size() < end + 4 + length)
            return;
        if (m_answered != Steady::time_point()) {
            const double pause = std::chrono::duration<double>(Steady::now() - m_answered).count();
            pauses.longest = std::max(pauses.longest, pause);
            pauses.over35ms += pause > 0.035 ? 1 : 0;
        }
        socket.write(m_answer(std::exchange(m_received, {}).mid(end + 4)));
        socket.flush();
        m_answered = Steady::now();
    }

    using Steady = std::chrono::steady_clock;

    const Wire m_wire;
    const std::function<QByteArray(const QByteArray &)> m_answer;
    QByteArray m_received;
    Steady::time_point m_answered;
};

/// On a thread of its own, whose time is not counted in otherSeconds(): all other threads' is.
class Server
{
public:
    /// `answer` makes all bytes of an answer from the body of a request, on the server's thread.
    Server(Wire wire, std::function<QByteArray(const QByteArray &)> answer) : m_wire(wire)
    {
        m_thread.start();
        m_context.moveToThread(&m_thread);
        QMetaObject::invokeMethod(
            &m_context,
            [this, &answer] {
                m_listener = std::make_unique<Listener>(m_wire, std::move(answer));
                pthread_getcpuclockid(pthread_self(), &m_clock);
            },
            Qt::BlockingQueuedConnection);
    }
    ~Server()
    {
        QMetaObject::invokeMethod(
            &m_context, [this] { m_listener.reset(); }, Qt::BlockingQueuedConnection);
        m_thread.quit();
        m_thread.wait();
    }

    std::string baseUrl() const
    {
        return (m_wire == Wire::Tls ? "https://127.0.0.1:" : "http://127.0.0.1:")
               + std::to_string(m_listener->serverPort()) + "/v1";
    }

    /// Since this was asked last. Not while a request is under way.
    Listener::Pauses takePauses() { return std::exchange(m_listener->pauses, {}); }
    /// Of the process, without its own.
    double otherSeconds() const { return seconds(CLOCK_PROCESS_CPUTIME_ID) - seconds(m_clock); }

private:
    static double seconds(clockid_t clock)
    {
        timespec now{};
        clock_gettime(clock, &now);
        return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
    }

    const Wire m_wire;
    clockid_t m_clock = CLOCK_THREAD_CPUTIME_ID;
    QThread m_thread;
    QObject m_context;
    std::unique_ptr<Listener> m_listener;
};

} // namespace orrery::bench
