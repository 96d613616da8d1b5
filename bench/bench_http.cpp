// SPDX-License-Identifier: GPL-3.0-or-later
// What the way to a server on loopback costs an iteration: the conversation grows, its body is encoded, sent whole, and
// the answer is streamed back. The server's own time is not counted in `cpu_ms_per_iteration`.
#include "core/llm/httpmodelclient.h"
#include "core/llm/requestencoder.h"
#include "bench/benchserver.h"

#include <benchmark/benchmark.h>

#include <QCoreApplication>
#include <QEventLoop>
#include <QTemporaryDir>

#include <algorithm>
#include <chrono>

using namespace orrery;
using bench::Wire;

namespace {

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
    return bench::chunked(body);
}

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
    bench::Server server(wire, [answer = streamedAnswer()](const QByteArray &) { return answer; });
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
