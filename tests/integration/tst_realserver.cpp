// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httpmodelclient.h"
#include "tests/support/aimockserver.h"
#include "tests/support/modelprobe.h"
#include "tests/support/testregistry.h"

#include <QDateTime>
#include <QTest>

using namespace orrery;
using orrery::testing::ModelProbe;

/// The HTTP client against a server that other people wrote (tests/integration/aimock/README.md).
class TestRealServer : public QObject
{
    Q_OBJECT

private:
    orrery::testing::AimockServer m_server;

    llm::ModelRequest request(const std::string &text, bool stream = true) const
    {
        llm::ModelRequest request;
        request.agent = "coder";
        request.provider = "custom";
        request.model = "gpt-4o-mini";
        request.baseUrl = m_server.url() + "/v1";
        request.apiKey = "any-key-will-do";
        request.messages = {std::make_shared<Message>(Message::system("You are a test.")),
                            std::make_shared<Message>(Message::user(text))};
        request.stream = stream;
        request.idleTimeoutMs = 20000;
        return request;
    }

    static void streamedAndPlain()
    {
        QTest::addColumn<bool>("stream");
        QTest::newRow("streamed") << true;
        QTest::newRow("plain") << false;
    }

private slots:
    void initTestCase()
    {
        if (const QString why = orrery::testing::AimockServer::missing(); !why.isEmpty())
            QSKIP(qPrintable(why));
        QVERIFY2(m_server.start(), "the server did not start");
    }

    void cleanupTestCase() { m_server.stop(); }

    void answersWithText_data() { streamedAndPlain(); }
    void answersWithText()
    {
        QFETCH(bool, stream);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(request("say hello", stream)));
        QVERIFY2(probe.succeeded(), probe.failed() ? probe.error().message.c_str() : "");
        QCOMPARE(*probe.reply().message.content,
                 std::string("Hello from an independent server: ä€🌍."));
        QCOMPARE(probe.text, stream ? *probe.reply().message.content : std::string());
        QCOMPARE(probe.reply().finishReason, std::string("stop"));
        QCOMPARE(probe.reply().usage.inputTokens, std::int64_t(12));
        QCOMPARE(probe.reply().usage.outputTokens, std::int64_t(9));
    }

    void asksForTools_data() { streamedAndPlain(); }
    void asksForTools()
    {
        QFETCH(bool, stream);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(request("use tools", stream)));
        QVERIFY2(probe.succeeded(), probe.failed() ? probe.error().message.c_str() : "");
        const auto &calls = probe.reply().message.toolCalls;
        QCOMPARE(calls.size(), std::size_t(2));
        QCOMPARE(*calls[0].id, std::string("call_1"));
        QCOMPARE(*calls[0].name, std::string("read_file"));
        QCOMPARE(calls[0].arguments["path"].get<std::string>(), std::string("src/main.c"));
        QCOMPARE(*calls[1].name, std::string("grep"));
        QCOMPARE(calls[1].arguments["pattern"].get<std::string>(), std::string("TODO"));
        QCOMPARE(probe.reply().finishReason, std::string("tool_calls"));
    }

    void cancelClosesTheSocketWhileTheServerIsTalking()
    {
        qint64 calledMs = 0;
        Json before;
        {
            llm::HttpModelClient client;
            ModelProbe probe(client);
            probe.start(request("talk long"));
            QTRY_VERIFY(probe.deltas.size() >= 3);
            before = m_server.connections();
            calledMs = QDateTime::currentMSecsSinceEpoch();
            probe.call->abort();
            Json after;
            QTRY_VERIFY((after = m_server.connections())["open"].get<int>()
                        < before["open"].get<int>());
            const auto tookMs = after["lastClosedMs"].get<qint64>() - calledMs;
            qInfo("closed after %lld ms, as the server sees it", tookMs);
            QCOMPARE(after["cutOff"].get<int>(), before["cutOff"].get<int>() + 1);
            QVERIFY(!probe.result);
        }
    }

    void rateLimitIsReported()
    {
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(request("too fast")));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::RateLimited);
        QCOMPARE(probe.error().httpStatus, 429);
        QVERIFY(probe.error().retryable);
        QCOMPARE(probe.error().retryAfterMs, 3000LL);
        QVERIFY(probe.error().message.find("Rate limit reached") != std::string::npos);
    }

    void cutStreamIsReported()
    {
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(request("cut it")));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::Network);
        QVERIFY(probe.error().retryable);
        QVERIFY2(probe.error().message.find("cut after") != std::string::npos,
                 probe.error().message.c_str());
        QVERIFY(!probe.text.empty());
    }

    void garbageIsReported_data() { streamedAndPlain(); }
    void garbageIsReported()
    {
        QFETCH(bool, stream);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(request("talk rubbish", stream)));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::BadResponse);
        QVERIFY2(probe.error().detail.find("malformed json") != std::string::npos,
                 probe.error().detail.c_str());
    }

    void serverErrorIsReported()
    {
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(request("fall over")));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::Server);
        QVERIFY(probe.error().message.find("The server had an error") != std::string::npos);
    }
};

ORRERY_TEST(TestRealServer)
#include "tst_realserver.moc"
