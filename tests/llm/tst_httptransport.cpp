// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httpfetch.h"
#include "core/llm/httpwire.h"
#include "tests/support/pacedserver.h"
#include "tests/support/rawhttpserver.h"
#include "tests/support/testregistry.h"

#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace orrery;
using namespace orrery::testing;
using After = RawHttpServer::After;
using llm::HttpFault;

namespace {

std::shared_ptr<const llm::EncodedRequest> bodyOf(std::size_t bytes)
{
    auto log = std::make_shared<llm::ByteLog>();
    std::string text(bytes, ' ');
    for (std::size_t i = 0; i < bytes; ++i)
        text[i] = static_cast<char>('a' + (i * 31 + i / 257) % 26);
    log->append(text);
    return std::make_shared<const llm::EncodedRequest>(std::make_shared<const std::string>("{"),
                                                       log, "}");
}

llm::HttpMessage messageTo(const std::string &url, std::size_t bytes = 10)
{
    llm::HttpMessage message;
    message.url = url;
    message.headers = {{"content-type", "application/json"}};
    message.body = bodyOf(bytes);
    return message;
}

llm::HttpMessage messageTo(const RawHttpServer &server, std::size_t bytes = 10)
{
    return messageTo(server.baseUrl() + "/x", bytes);
}

QByteArray okAnswer(const QByteArray &body = "fine")
{
    return RawHttpServer::full("200 OK", "text/plain", body);
}

/// Keeps what comes, and does what a test wants in the callbacks.
struct Sink final : llm::HttpSink {
    void onBytes(std::string_view bytes) override
    {
        text += bytes;
        ++pieces;
        if (inBytes)
            inBytes();
    }
    void onEnd(const llm::HttpEnd &how) override
    {
        ++ends;
        end = how;
        if (inEnd)
            inEnd();
    }

    std::function<void()> inBytes;
    std::function<void()> inEnd;
    std::string text;
    int pieces = 0;
    int ends = 0;
    llm::HttpEnd end;
    std::unique_ptr<llm::HttpTransfer> transfer;
};

/// The whole answer to one message.
std::optional<llm::HttpAnswer> fetch(llm::HttpTransport &transport, llm::HttpMessage message)
{
    std::optional<llm::HttpAnswer> answer;
    llm::HttpFetch fetch(transport, std::move(message), 64 << 20,
                         [&](llm::HttpAnswer found) { answer = std::move(found); });
    (void)QTest::qWaitFor([&] { return answer.has_value(); }, 30000);
    return answer;
}

/// An environment variable for the time of a test.
class Variable
{
public:
    Variable(const char *name, const QByteArray &value) : m_name(name), m_before(qgetenv(name))
    {
        qputenv(name, value);
    }
    ~Variable() { m_before.isNull() ? qunsetenv(m_name) : qputenv(m_name, m_before); }
    Variable(const Variable &) = delete;
    Variable &operator=(const Variable &) = delete;

private:
    const char *m_name;
    const QByteArray m_before;
};

QByteArray addressOf(const RawHttpServer &server)
{
    return "http://127.0.0.1:" + QByteArray::number(server.port());
}

} // namespace

class TestHttpTransport : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        for (const char *name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                 "ALL_PROXY", "no_proxy", "NO_PROXY"})
            qunsetenv(name);
    }

    void aConnectionIsUsedAgain_data()
    {
        QTest::addColumn<bool>("tls");
        QTest::newRow("plain") << false;
        QTest::newRow("TLS") << true;
    }
    void aConnectionIsUsedAgain()
    {
        QFETCH(bool, tls);
        RawHttpServer server(tls ? RawHttpServer::Wire::Tls : RawHttpServer::Wire::Plain);
        QTemporaryDir folder;
        QFile file(folder.filePath("ca.pem"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(kTestCertificate);
        file.close();
        llm::HttpTransport transport;
        for (int i = 0; i < 5; ++i) {
            server.answer(okAnswer("answer " + QByteArray::number(i)), After::KeepOpen);
            auto message = messageTo(server, 100000);
            message.caFile = file.fileName().toStdString();
            const auto answer = fetch(transport, message);
            QVERIFY(answer);
            QVERIFY2(answer->isOk(), answer->end.words.c_str());
            QCOMPARE(answer->body, "answer " + std::to_string(i));
            QCOMPARE(server.requests().back().body.toStdString(), message.body->toString());
        }
        QCOMPARE(server.accepted(), 1);
    }

    void anUnknownAuthorityIsNotTrusted()
    {
        RawHttpServer server(RawHttpServer::Wire::Tls);
        llm::HttpTransport transport;
        const auto answer = fetch(transport, messageTo(server));
        QVERIFY(answer);
        QCOMPARE(int(answer->end.fault), int(HttpFault::Tls));
        const Error error = llm::errorOfEnd(answer->end, "h");
        QVERIFY2(error.message.find("certificate") != std::string::npos, error.message.c_str());
        QVERIFY(!error.retryable);
        QVERIFY(server.requests().empty());
    }

    void aMissingFileOfAuthoritiesIsNamed()
    {
        RawHttpServer server(RawHttpServer::Wire::Tls);
        llm::HttpTransport transport;
        auto message = messageTo(server);
        message.caFile = "/nowhere/ca.pem";
        const auto answer = fetch(transport, message);
        QVERIFY(answer);
        QCOMPARE(int(answer->end.fault), int(HttpFault::Tls));
        QVERIFY2(answer->end.words.find("/nowhere/ca.pem") != std::string::npos,
                 answer->end.words.c_str());
    }

    void bodiesArriveAsTheyAre_data()
    {
        QTest::addColumn<qulonglong>("bytes");
        QTest::addColumn<qlonglong>("atATime");
        for (const qulonglong bytes : {0ULL, 1ULL, 16383ULL, 16385ULL, 65536ULL, 300000ULL}) {
            QTest::addRow("%llu bytes, a quick server", bytes) << bytes << 0LL;
            QTest::addRow("%llu bytes, a slow server", bytes) << bytes << 4096LL;
        }
        QTest::newRow("5 MB, a quick server") << 5000000ULL << 0LL;
        QTest::newRow("3 MB, a slow server") << 3000000ULL << 60000LL;
    }
    void bodiesArriveAsTheyAre()
    {
        QFETCH(qulonglong, bytes);
        QFETCH(qlonglong, atATime);
        PacedServer server(atATime, 1, okAnswer());
        llm::HttpTransport transport;
        const auto message = messageTo(server.url(), bytes);
        const auto answer = fetch(transport, message);
        QVERIFY(answer);
        QVERIFY2(answer->isOk(), answer->end.words.c_str());
        QCOMPARE(answer->body, std::string("fine"));
        QVERIFY(server.body().toStdString() == message.body->toString());
    }

    void anAnswerMayComeBeforeTheBodyIsSent()
    {
        PacedServer server(
            1000, 1, RawHttpServer::full("413 Payload Too Large", "text/plain", "too much"), true);
        llm::HttpTransport transport;
        const auto answer = fetch(transport, messageTo(server.url(), 8000000));
        QVERIFY(answer);
        QCOMPARE(answer->head.status, 413);
        QCOMPARE(answer->body, std::string("too much"));
        QCOMPARE(int(answer->end.fault), int(HttpFault::None));
    }

    /// A server closes what was idle for long; the client only finds out when it sends.
    void aStaleConnectionIsReplaced()
    {
        RawHttpServer server;
        server.answer(okAnswer("one"), After::KeepOpen);
        server.answer(okAnswer("two"), After::KeepOpen);
        llm::HttpTransport transport;
        QCOMPARE(fetch(transport, messageTo(server))->body, std::string("one"));
        server.closeConnections();
        const auto message = messageTo(server, 700000);
        const auto answer = fetch(transport, message);
        QCOMPARE(int(answer->end.fault), int(HttpFault::None));
        QCOMPARE(answer->body, std::string("two"));
        QCOMPARE(server.accepted(), 2);
        QVERIFY(server.requests().back().body.toStdString() == message.body->toString());
    }

    /// The same when the server closes while the request is under way.
    void aConnectionThatEndsUnderARequestIsReplaced()
    {
        RawHttpServer server;
        server.answer(okAnswer("one"), After::KeepOpen);
        server.answer({{}, After::Close, 0});
        server.answer(okAnswer("two"), After::KeepOpen);
        llm::HttpTransport transport;
        QCOMPARE(fetch(transport, messageTo(server))->body, std::string("one"));
        const auto message = messageTo(server, 400000);
        const auto answer = fetch(transport, message);
        QCOMPARE(answer->body, std::string("two"));
        QCOMPARE(server.requests().size(), std::size_t(3));
        QVERIFY(server.requests()[2].body.toStdString() == message.body->toString());
    }

    void aNewConnectionThatEndsIsAFault()
    {
        RawHttpServer server;
        server.answer({{}, After::Close, 0});
        llm::HttpTransport transport;
        const auto answer = fetch(transport, messageTo(server));
        QCOMPARE(int(answer->end.fault), int(HttpFault::Closed));
        QCOMPARE(server.requests().size(), std::size_t(1));
    }

    void eachLimitIsItsOwn_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("tls");
        QTest::addColumn<int>("fault");
        QTest::addColumn<QByteArray>("names");
        const QByteArray head = RawHttpServer::head("200 OK", "text/event-stream");
        // The server never answers the handshake.
        QTest::newRow("connect") << QByteArray() << true << int(HttpFault::ConnectLimit)
                                 << QByteArray("connect_timeout_s");
        QTest::newRow("nothing") << QByteArray() << false << int(HttpFault::FirstByteLimit)
                                 << QByteArray("first_byte_timeout_s");
        QTest::newRow("the head alone") << head << false << int(HttpFault::FirstByteLimit)
                                        << QByteArray("first_byte_timeout_s");
        QTest::newRow("a piece") << head + "data: 1\n\n"
                                 << false << int(HttpFault::IdleLimit) << QByteArray(" timeout_s");
    }
    void eachLimitIsItsOwn()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, tls);
        QFETCH(int, fault);
        QFETCH(QByteArray, names);
        for (const HttpFault limit :
             {HttpFault::ConnectLimit, HttpFault::FirstByteLimit, HttpFault::IdleLimit}) {
            if (int(limit) != fault)
                continue;
            RawHttpServer server;
            server.answer(bytes, After::KeepOpen);
            llm::HttpTransport transport;
            auto message = messageTo((tls ? "https://127.0.0.1:" : "http://127.0.0.1:")
                                     + std::to_string(server.port()));
            // The others are so long that the test would fail by its own limit.
            message.limits = {100000, 100000, 100000};
            (limit == HttpFault::ConnectLimit     ? message.limits.connectMs
             : limit == HttpFault::FirstByteLimit ? message.limits.firstByteMs
                                                  : message.limits.idleMs) = 60;
            const auto answer = fetch(transport, message);
            QVERIFY(answer);
            QCOMPARE(int(answer->end.fault), fault);
            QCOMPARE(answer->end.limitMs, 60);
            const Error error = llm::errorOfEnd(answer->end, "h");
            QCOMPARE(error.code, ErrorCode::Timeout);
            QVERIFY(error.retryable);
            QVERIFY2(error.message.find("60 ms") != std::string::npos, error.message.c_str());
            QVERIFY2(error.message.find(names.toStdString()) != std::string::npos,
                     error.message.c_str());
            QTRY_COMPARE(server.open(), 0);
        }
    }

    void piecesKeepAnAnswerAlive()
    {
        RawHttpServer server;
        RawHttpServer::Answer slow{{RawHttpServer::head("200 OK", "text/plain")}, After::Close, 60};
        for (int i = 0; i < 12; ++i)
            slow.pieces.push_back("x");
        server.answer(slow);
        llm::HttpTransport transport;
        auto message = messageTo(server);
        message.limits = {10000, 10000, 600}; // less than all of it takes
        const auto answer = fetch(transport, message);
        QCOMPARE(int(answer->end.fault), int(HttpFault::None));
        QCOMPARE(answer->body, std::string(12, 'x'));
    }

    void theTransferMayBeDestroyedInEachCallback_data()
    {
        QTest::addColumn<bool>("inEnd");
        QTest::addColumn<bool>("transportToo");
        QTest::newRow("bytes") << false << false;
        QTest::newRow("end") << true << false;
        QTest::newRow("bytes, with its transport") << false << true;
        QTest::newRow("end, with its transport") << true << true;
    }
    void theTransferMayBeDestroyedInEachCallback()
    {
        QFETCH(bool, inEnd);
        QFETCH(bool, transportToo);
        RawHttpServer server;
        server.answer({{RawHttpServer::head("200 OK", "text/plain") + "a", "b", "c"},
                       inEnd ? After::Close : After::KeepOpen,
                       5});
        auto transport = std::make_unique<llm::HttpTransport>();
        Sink sink;
        const auto destroy = [&] {
            if (transportToo)
                transport.reset();
            sink.transfer.reset();
        };
        (inEnd ? sink.inEnd : sink.inBytes) = destroy;
        sink.transfer = transport->start(messageTo(server), sink);
        QTRY_COMPARE(server.accepted(), 1);
        QTRY_VERIFY(!sink.transfer);
        QTRY_COMPARE(server.open(), 0);
        QTest::qWait(30);
        QCOMPARE(sink.pieces, inEnd ? 3 : 1);
        QCOMPARE(sink.ends, inEnd ? 1 : 0);
    }

    void aCallbackMayStartTheNextTransfer()
    {
        RawHttpServer server;
        server.answer(okAnswer("first"), After::KeepOpen);
        server.answer(okAnswer("second"), After::KeepOpen);
        llm::HttpTransport transport;
        Sink first;
        Sink second;
        first.inEnd = [&] { second.transfer = transport.start(messageTo(server), second); };
        first.transfer = transport.start(messageTo(server), first);
        QTRY_COMPARE(second.ends, 1);
        QCOMPARE(second.text, std::string("second"));
        QCOMPARE(server.accepted(), 1);
    }

    void destroyingClosesAtOnce_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("silent") << QByteArray();
        QTest::newRow("within the answer") << RawHttpServer::head("200 OK", "text/plain") + "a";
    }
    void destroyingClosesAtOnce()
    {
        QFETCH(QByteArray, answer);
        RawHttpServer server;
        server.answer(answer, After::KeepOpen);
        llm::HttpTransport transport;
        Sink sink;
        sink.transfer = transport.start(messageTo(server), sink);
        QTRY_COMPARE(server.requests().size(), std::size_t(1));
        if (!answer.isEmpty())
            QTRY_COMPARE(sink.pieces, 1);
        sink.transfer.reset();
        const int pieces = sink.pieces;
        QTRY_COMPARE(server.open(), 0);
        QCOMPARE(sink.pieces, pieces);
        QCOMPARE(sink.ends, 0);
    }

    /// What is left of an answer may come, so that its connection is kept; but not for ever.
    void theRestOfAnAnswerMayCome_data()
    {
        QTest::addColumn<bool>("comes");
        QTest::newRow("comes") << true;
        QTest::newRow("does not come") << false;
    }
    void theRestOfAnAnswerMayCome()
    {
        QFETCH(bool, comes);
        RawHttpServer server;
        std::vector<QByteArray> pieces{
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nab"};
        if (comes)
            pieces.push_back("cd");
        server.answer({pieces, After::KeepOpen, 30});
        llm::HttpTransport transport;
        Sink sink;
        sink.inBytes = [&] { transport.letEnd(std::move(sink.transfer), comes ? 10000 : 60); };
        sink.transfer = transport.start(messageTo(server), sink);
        QTRY_COMPARE(sink.pieces, 1);
        if (comes) {
            QTest::qWait(100);
            server.answer(okAnswer("next"), After::KeepOpen);
            QCOMPARE(fetch(transport, messageTo(server))->body, std::string("next"));
            QCOMPARE(server.accepted(), 1);
        } else {
            QTRY_COMPARE(server.open(), 0);
        }
        QCOMPARE(sink.pieces, 1);
        QCOMPARE(sink.ends, 0);
    }

    void aHundredTransfersAtOnce()
    {
        constexpr int kTransfers = 100;
        RawHttpServer server;
        for (int i = 0; i < kTransfers; ++i)
            server.answer({{RawHttpServer::head("200 OK", "text/plain") + "hold", "on"},
                           i % 2 == 0 ? After::Close : After::KeepOpen,
                           20});
        llm::HttpTransport transport;
        std::vector<std::unique_ptr<Sink>> sinks;
        for (int i = 0; i < kTransfers; ++i) {
            sinks.push_back(std::make_unique<Sink>());
            sinks.back()->transfer = transport.start(messageTo(server, 20000), *sinks.back());
        }
        const auto count = [&](int ends) {
            return std::count_if(sinks.begin(), sinks.end(), [&](const auto &sink) {
                return sink->text == "holdon" && sink->ends == ends;
            });
        };
        QTRY_COMPARE(count(1), kTransfers / 2);
        QTRY_COMPARE(count(0), kTransfers / 2);
        QCOMPARE(server.accepted(), kTransfers);
        sinks.clear();
        QTRY_COMPARE(server.open(), 0);
    }

    void redirectsAreNotFollowed()
    {
        RawHttpServer elsewhere;
        RawHttpServer server;
        server.answer(RawHttpServer::full("307 Temporary Redirect", "text/plain", "",
                                          "Location: " + addressOf(elsewhere) + "/v2\r\n"));
        llm::HttpTransport transport;
        const auto message = messageTo(server);
        const auto answer = fetch(transport, message);
        QCOMPARE(answer->head.status, 307);
        const Error error = llm::errorOfAnswer(answer->head, message.url, answer->body);
        QVERIFY2(error.message.find("points to " + addressOf(elsewhere).toStdString() + "/v2")
                     != std::string::npos,
                 error.message.c_str());
        QCOMPARE(elsewhere.accepted(), 0);
    }

    void interimAnswersAndTrailersAreNoHead()
    {
        RawHttpServer server;
        server.answer(
            "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-Late: 2\r\n"
            "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Trailer: 3\r\n\r\n",
            After::KeepOpen);
        llm::HttpTransport transport;
        const auto answer = fetch(transport, messageTo(server));
        QCOMPARE(answer->head.status, 200);
        QCOMPARE(answer->body, std::string("ok"));
        QCOMPARE(answer->head.header("x-late"), std::string_view("2"));
        QCOMPARE(answer->head.header("x-early"), std::string_view());
        QCOMPARE(answer->head.header("x-trailer"), std::string_view());
    }

    void whatIsNotHttpIsSaid()
    {
        RawHttpServer server;
        server.answer("SSH-2.0-OpenSSH_9.2\r\n");
        llm::HttpTransport transport;
        const auto answer = fetch(transport, messageTo(server));
        QCOMPARE(int(answer->end.fault), int(HttpFault::NotHttp));
    }

    void headersAreNotInjected()
    {
        RawHttpServer server;
        llm::HttpTransport transport;
        auto message = messageTo(server);
        message.headers.emplace_back("authorization", "Bearer secret\r\nX-Evil: 1");
        const auto answer = fetch(transport, message);
        QCOMPARE(int(answer->end.fault), int(HttpFault::Unusable));
        QVERIFY2(answer->end.words.find("authorization") != std::string::npos,
                 answer->end.words.c_str());
        QVERIFY(answer->end.words.find("secret") == std::string::npos);
        QCOMPARE(server.accepted(), 0);
    }

    void theRequestIsOfOneKind()
    {
        RawHttpServer server;
        server.answer(okAnswer());
        llm::HttpTransport transport;
        auto message = messageTo(server, 2000000);
        message.headers.emplace_back("x-empty", "");
        QVERIFY(fetch(transport, message)->isOk());
        const auto &sent = server.requests()[0];
        QVERIFY(sent.head.startsWith("POST /v1/x HTTP/1.1"));
        QCOMPARE(sent.header("Accept-Encoding"), QByteArray("identity"));
        QCOMPARE(sent.header("User-Agent"), QByteArray("orrery"));
        QCOMPARE(sent.header("Content-Type"), QByteArray("application/json"));
        QCOMPARE(sent.header("Content-Length"), QByteArray::number(sent.body.size()));
        QVERIFY(sent.head.toLower().contains("\r\nx-empty:"));
        for (const char *none : {"\r\nexpect:", "\r\ncookie:", "\r\ntransfer-encoding:"})
            QVERIFY(!sent.head.toLower().contains(none));
    }

    void theProxyOfTheEnvironmentIsUsed()
    {
        RawHttpServer proxy;
        proxy.answer(okAnswer("by proxy"), After::KeepOpen);
        const Variable variable("http_proxy", addressOf(proxy));
        llm::HttpTransport transport;
        const auto answer = fetch(transport, messageTo("http://model.invalid/v1/x"));
        QVERIFY2(answer->isOk(), answer->end.words.c_str());
        QCOMPARE(answer->body, std::string("by proxy"));
        QVERIFY(proxy.requests()[0].head.startsWith("POST http://model.invalid/v1/x HTTP/1.1"));
    }

    void someHostsNeedNoProxy_data()
    {
        QTest::addColumn<QByteArray>("noProxy");
        QTest::addColumn<QByteArray>("setting");
        QTest::newRow("NO_PROXY") << QByteArray("example.org,192.0.2.1") << QByteArray();
        QTest::newRow("the setting says none") << QByteArray() << QByteArray("none");
    }
    void someHostsNeedNoProxy()
    {
        QFETCH(QByteArray, noProxy);
        QFETCH(QByteArray, setting);
        RawHttpServer proxy;
        const Variable variable("http_proxy", addressOf(proxy));
        const Variable exceptions("NO_PROXY", noProxy);
        llm::HttpTransport transport;
        auto message = messageTo("http://192.0.2.1/v1/x"); // an address that nobody has
        message.limits.connectMs = 100;
        message.proxy = setting.toStdString();
        const auto answer = fetch(transport, message);
        // Which of them depends on the network.
        QVERIFY(answer->end.fault == HttpFault::ConnectLimit
                || answer->end.fault == HttpFault::Unreachable
                || answer->end.fault == HttpFault::Refused);
        QCOMPARE(proxy.accepted(), 0);
    }

    void thisMachineNeedsNoProxyUnlessOneIsNamed()
    {
        RawHttpServer proxy;
        RawHttpServer server;
        const Variable variable("http_proxy", addressOf(proxy));
        const Variable exceptions("no_proxy", "localhost,127.0.0.1");
        llm::HttpTransport transport;
        server.answer(okAnswer("direct"));
        auto message = messageTo(server);
        QCOMPARE(fetch(transport, message)->body, std::string("direct"));
        QCOMPARE(proxy.accepted(), 0);
        proxy.answer(okAnswer("by proxy"));
        message.proxy = addressOf(proxy).toStdString();
        QCOMPARE(fetch(transport, message)->body, std::string("by proxy"));
    }

    /// It is told the host, and gets to see neither the key nor anything else.
    void aProxyOnlySeesTheHostOfASecureAddress()
    {
        RawHttpServer proxy;
        proxy.answer(RawHttpServer::full("403 Forbidden", "text/plain", "not for you"));
        const Variable variable("HTTPS_PROXY", addressOf(proxy));
        llm::HttpTransport transport;
        auto message = messageTo("https://model.invalid/v1/x");
        message.headers.emplace_back("authorization", std::string("Bearer ") + kKey);
        const auto answer = fetch(transport, message);
        QCOMPARE(int(answer->end.fault), int(HttpFault::Proxy));
        QCOMPARE(answer->head.status, 0);
        QVERIFY(proxy.requests()[0].head.startsWith("CONNECT model.invalid:443 HTTP/1.1"));
        QVERIFY(!proxy.requests()[0].head.contains(kKey));
        const Error error = llm::errorOfEnd(answer->end, "model.invalid");
        QVERIFY2(error.message.find("403") != std::string::npos, error.message.c_str());
    }

    void aProxyThatIsNotThereIsNamed()
    {
        RawHttpServer proxy;
        const Variable variable("ALL_PROXY", addressOf(proxy));
        proxy.stopListening();
        llm::HttpTransport transport;
        const auto answer = fetch(transport, messageTo("http://model.invalid/v1/x"));
        QCOMPARE(int(answer->end.fault), int(HttpFault::Proxy));
    }
};

ORRERY_TEST(TestHttpTransport)
#include "tst_httptransport.moc"
