// SPDX-License-Identifier: GPL-3.0-or-later
// What the way to a server on loopback costs an iteration: the conversation grows, its body is encoded, sent whole, and
// the answer is streamed back. The server has a thread of its own, whose time is not counted in
// `cpu_ms_per_iteration`; all other threads' is.
#include "core/llm/httpmodelclient.h"
#include "core/llm/requestencoder.h"
#include "tests/support/testcertificate.h"

#include <benchmark/benchmark.h>

#include <QCoreApplication>
#include <QEventLoop>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QThread>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <pthread.h>

using namespace orrery;

namespace {

enum class Wire { Plain, Tls };

QByteArray chunked(const QByteArray &body)
{
    QByteArray bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: "
                       "chunked\r\n\r\n";
    for (const QByteArray &event : body.split('\x1e'))
        bytes += QByteArray::number(event.size(), 16) + "\r\n" + event + "\r\n";
    return bytes + "0\r\n\r\n";
}

/// A short answer as a stream of a dozen events.
QByteArray streamedAnswer()
{
    QByteArray body;
    for (int i = 0; i < 10; ++i)
        body += R"(data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"word "},)"
                "\"finish_reason\":null}]}\n\n\x1e";
    body += "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},"
            "\"finish_reason\":\"stop\"}]}\n\n\x1e";
    body += "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":100,"
            "\"completion_tokens\":20,\"total_tokens\":120}}\n\n\x1e"
            "data: [DONE]\n\n";
    return chunked(body);
}

/// One connection after the other; made and used on the server's thread.
class Listener final : public QTcpServer
{
public:
    explicit Listener(Wire wire) : m_wire(wire) { listen(QHostAddress::LocalHost); }

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
        m_received.clear();
        socket.write(m_answer);
        socket.flush();
    }

    const Wire m_wire;
    const QByteArray m_answer = streamedAnswer();
    QByteArray m_received;
};

class Server
{
public:
    explicit Server(Wire wire) : m_wire(wire)
    {
        m_thread.start();
        m_context.moveToThread(&m_thread);
        QMetaObject::invokeMethod(
            &m_context,
            [this] {
                m_listener = std::make_unique<Listener>(m_wire);
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

/// A conversation that grows by 1 KB a turn, as that of an agent that reads files.
class Conversation
{
public:
    Conversation(const std::string &baseUrl, const std::string &caFile)
    {
        m_request.provider = "custom";
        m_request.model = "m";
        m_request.baseUrl = baseUrl;
        m_request.caFile = caFile;
        m_request.settings = {{"stream_options", {{"include_usage", true}}}};
        m_request.messages.push_back(
            std::make_shared<Message>(Message::system("You look at files, part by part.")));
    }

    /// False when it failed.
    bool turn()
    {
        m_request.messages.push_back(
            std::make_shared<Message>(Message::user(std::string(1000, 'x'))));
        auto body = m_encoder.encode(m_request);
        if (!body)
            return false;
        llm::ModelRequest request = m_request;
        request.body = std::move(*body);
        QEventLoop loop;
        llm::ModelHandlers handlers;
        bool isRight = false;
        handlers.onDone = [&](Result<llm::ModelReply> reply) {
            isRight = reply.has_value();
            if (isRight)
                m_request.messages.push_back(std::make_shared<Message>(std::move(reply->message)));
            loop.quit();
        };
        const auto call = m_client.start(std::move(request), std::move(handlers));
        loop.exec();
        return isRight;
    }

private:
    llm::HttpModelClient m_client;
    llm::RequestEncoder m_encoder;
    llm::ModelRequest m_request;
};

void httpLoop(benchmark::State &state, Wire wire)
{
    using Steady = std::chrono::steady_clock;
    static int argc = 1;
    static char name[] = "bench";
    static char *argv[] = {name, nullptr};
    const auto app =
        QCoreApplication::instance() ? nullptr : std::make_unique<QCoreApplication>(argc, argv);
    QTemporaryDir folder;
    QFile file(folder.filePath("ca.pem"));
    if (file.open(QIODevice::WriteOnly))
        file.write(orrery::testing::kTestCertificate);
    file.close();
    const int turns = static_cast<int>(state.range(0));
    Server server(wire);
    double cpu = 0;
    double wall = 0;
    double longest = 0;
    int stalls = 0;
    for (auto _ : state) {
        Conversation conversation(server.baseUrl(), file.fileName().toStdString());
        const double before = server.otherSeconds();
        for (int i = 0; i < turns; ++i) {
            const auto begin = Steady::now();
            if (!conversation.turn()) {
                state.SkipWithError("a request failed");
                return;
            }
            const double took = std::chrono::duration<double>(Steady::now() - begin).count();
            wall += took;
            longest = std::max(longest, took);
            stalls += took > 0.035 ? 1 : 0;
        }
        cpu += server.otherSeconds() - before;
    }
    const double all = double(state.iterations()) * turns;
    state.counters["cpu_ms_per_iteration"] = 1e3 * cpu / all;
    state.counters["wall_ms_per_iteration"] = 1e3 * wall / all;
    state.counters["longest_ms"] = 1e3 * longest;
    state.counters["stalls_over_35_ms"] = stalls;
}
BENCHMARK_CAPTURE(httpLoop, plain, Wire::Plain)
    ->Arg(1)
    ->Arg(20)
    ->Arg(200)
    ->Arg(1000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(httpLoop, tls, Wire::Tls)
    ->Arg(1)
    ->Arg(20)
    ->Arg(200)
    ->Arg(1000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

} // namespace
