// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/localservers.h"
#include "tests/support/rawhttpserver.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <optional>

using namespace orrery;
using orrery::testing::RawHttpServer;
using After = RawHttpServer::After;

class TestLocalServers : public QObject
{
    Q_OBJECT

private:
    static std::optional<std::vector<llm::LocalServer>> search(std::vector<llm::LocalPort> ports,
                                                               int timeoutMs = 5000)
    {
        llm::LocalServerFinder finder(std::move(ports), timeoutMs);
        std::optional<std::vector<llm::LocalServer>> result;
        finder.find([&](std::vector<llm::LocalServer> servers) { result = std::move(servers); });
        if (result)
            return std::nullopt; // a report from within find() is a fault
        (void)QTest::qWaitFor([&] { return result.has_value(); }, 20000);
        return result;
    }

    static QByteArray json(const QByteArray &body)
    {
        return RawHttpServer::full("200 OK", "application/json", body);
    }

private slots:
    void findsWhoAnswersLikeAModelServer()
    {
        RawHttpServer ollama;
        ollama.answer(json(R"({"object":"list","data":[{"id":"qwen3:4b"},{"id":"llama3"}]})"),
                      After::KeepOpen);
        ollama.answer(json(R"({"version":"0.5.1"})"), After::KeepOpen);
        RawHttpServer llama;
        llama.answer(json(R"({"data":[{"id":"tiny.gguf","owned_by":"llamacpp"}]})"),
                     After::KeepOpen);
        RawHttpServer web;
        web.answer(RawHttpServer::full("200 OK", "text/html", "<html>hello</html>"),
                   After::KeepOpen);
        RawHttpServer other;
        other.answer(json(R"({"data":[{"name":"not a model"}]})"), After::KeepOpen);
        RawHttpServer gone;
        const quint16 closed = gone.port();
        gone.stopListening();
        const auto found = search({{"ollama", ollama.port()},
                                   {"vllm", llama.port()},
                                   {"llamacpp", web.port()},
                                   {"lmstudio", other.port()},
                                   {"vllm", closed}});
        QVERIFY(found);
        QCOMPARE(found->size(), std::size_t(2));
        QCOMPARE((*found)[0].kind, std::string("ollama"));
        QCOMPARE((*found)[0].baseUrl, ollama.baseUrl());
        QCOMPARE((*found)[0].models, (std::vector<std::string>{"qwen3:4b", "llama3"}));
        QCOMPARE((*found)[1].kind, std::string("llamacpp"));
        QVERIFY(ollama.requests()[0].head.startsWith("GET /v1/models "));
        QVERIFY(ollama.requests()[1].head.startsWith("GET /api/version "));
    }

    void whatOnlySitsOnOllamasPortIsNotOllama()
    {
        RawHttpServer server;
        server.answer(json(R"({"data":[{"id":"m"}]})"), After::KeepOpen);
        server.answer(RawHttpServer::full("404 Not Found", "text/plain", "no"), After::KeepOpen);
        const auto found = search({{"ollama", server.port()}});
        QVERIFY(found);
        QCOMPARE(found->size(), std::size_t(1));
        QCOMPARE((*found)[0].kind, std::string("custom"));
    }

    void silentServersDoNotHoldUpTheSearch()
    {
        RawHttpServer silent;
        const auto found = search({{"vllm", silent.port()}}, 200);
        QVERIFY(found);
        QVERIFY(found->empty());
    }

    void noPortsNoServers()
    {
        const auto found = search({});
        QVERIFY(found);
        QVERIFY(found->empty());
    }
};

ORRERY_TEST(TestLocalServers)
#include "tst_localservers.moc"
