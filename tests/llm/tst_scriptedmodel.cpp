// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/scriptedmodel.h"
#include "tests/support/modelprobe.h"
#include "tests/support/testregistry.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace orrery;
using orrery::testing::ModelProbe;

class TestScriptedModel : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_dir;
    int m_files = 0;

    std::string write(const Json &script)
    {
        const QString path = m_dir.filePath(QStringLiteral("s%1.json").arg(++m_files));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly))
            qFatal("cannot write the script");
        file.write(QByteArray::fromStdString(script.dump()));
        return path.toStdString();
    }

    std::string steps(const Json &list)
    {
        return write({{"agents", {{"coder", {{"steps", list}}}}}});
    }

    static QByteArray json(QByteArray singleQuoted) { return singleQuoted.replace('\'', '"'); }

    static llm::ModelRequest request(const std::string &script, const std::string &agent = "coder")
    {
        llm::ModelRequest request;
        request.agent = agent;
        request.provider = "scripted";
        request.model = "sample";
        request.script = script;
        request.messages = {std::make_shared<Message>(Message::user("do it"))};
        return request;
    }

    static llm::ModelRequest withResult(llm::ModelRequest request, const std::string &result)
    {
        request.messages.push_back(
            std::make_shared<Message>(Message::tool("call_coder_1", "claim_region", result)));
        return request;
    }

private slots:
    void givesStepsInOrderThenEnds()
    {
        const auto script =
            steps({{{"text", "one"}},
                   {{"thinking", "hm"},
                    {"text", "two"},
                    {"tool_calls", {{{"name", "read_file"}, {"arguments", {{"path", "a.c"}}}}}}},
                   {{"text", "three"}, {"usage", {{"input_tokens", 100}, {"output_tokens", 20}}}}});
        llm::ScriptedModel model;
        ModelProbe probe(model);
        QVERIFY(probe.run(request(script)));
        QVERIFY2(probe.succeeded(), probe.failed() ? probe.error().message.c_str() : "");
        QCOMPARE(*probe.reply().message.content, std::string("one"));
        QCOMPARE(probe.reply().finishReason, std::string("stop"));
        QVERIFY(probe.reply().usage.inputTokens > 0);
        QCOMPARE(probe.reply().usage.outputTokens, std::int64_t(1));

        QVERIFY(probe.run(request(script)));
        QCOMPARE(probe.thinking, std::string("hm"));
        QCOMPARE(probe.text, std::string("two"));
        QCOMPARE(*probe.reply().message.reasoningContent, std::string("hm"));
        QCOMPARE(probe.reply().finishReason, std::string("tool_calls"));
        QCOMPARE(probe.reply().message.toolCalls.size(), std::size_t(1));
        QCOMPARE(*probe.reply().message.toolCalls[0].name, std::string("read_file"));
        QCOMPARE(probe.reply().message.toolCalls[0].arguments["path"].get<std::string>(),
                 std::string("a.c"));

        QVERIFY(probe.run(request(script)));
        QCOMPARE(probe.reply().usage.inputTokens, std::int64_t(100));
        QCOMPARE(probe.reply().usage.outputTokens, std::int64_t(20));
        QCOMPARE(probe.reply().usage.totalTokens, std::int64_t(120));

        QVERIFY(probe.run(request(script)));
        QVERIFY(probe.succeeded());
        QVERIFY(!probe.reply().message.content->empty());
        QVERIFY(probe.reply().message.toolCalls.empty());
    }

    void anotherClientStartsAnew()
    {
        const auto script = steps({{{"text", "one"}}, {{"text", "two"}}});
        for (int run = 0; run < 2; ++run) {
            llm::ScriptedModel model;
            ModelProbe probe(model);
            QVERIFY(probe.run(request(script)));
            QCOMPARE(probe.text, std::string("one"));
        }
    }

    void agentsHavePartsOfTheirOwn()
    {
        const auto script = write({{"agents",
                                    {{"a", {{"steps", {{{"text", "A1"}}, {{"text", "A2"}}}}}},
                                     {"b", {{"steps", {{{"text", "B1"}}}}}}}}});
        llm::ScriptedModel model;
        ModelProbe a(model);
        ModelProbe b(model);
        a.start(request(script, "a"));
        b.start(request(script, "b"));
        QTRY_VERIFY(a.result && b.result);
        QCOMPARE(a.text, std::string("A1"));
        QCOMPARE(b.text, std::string("B1"));
        QVERIFY(a.run(request(script, "a")));
        QCOMPARE(a.text, std::string("A2"));
        QVERIFY(b.run(request(script, "c")));
        QVERIFY(b.failed());
        QVERIFY2(b.error().message.find("\"c\"") != std::string::npos, b.error().message.c_str());
    }

    void streamsInSmallPiecesOfWholeCharacters()
    {
        std::string text;
        for (int i = 0; i < 60; ++i)
            text += "ä€🌍";
        const auto script = steps({{{"text", text}, {"chars_per_second", 2000}}});
        llm::ScriptedModel model;
        ModelProbe probe(model);
        QVERIFY(probe.run(request(script)));
        QCOMPARE(probe.text, text);
        QVERIFY(probe.deltas.size() > 3);
        for (const auto &delta : probe.deltas) {
            const QByteArray bytes = QByteArray::fromStdString(delta.text);
            QCOMPARE(QString::fromUtf8(bytes).toUtf8(), bytes);
            QVERIFY(!QString::fromUtf8(bytes).contains(QChar::ReplacementCharacter));
        }
    }

    void plainRequestsGetNoDeltas()
    {
        const auto script = steps({{{"text", "all at once"}, {"chars_per_second", 100000}}});
        llm::ScriptedModel model;
        ModelProbe probe(model);
        auto plain = request(script);
        plain.stream = false;
        QVERIFY(probe.run(plain));
        QVERIFY(probe.deltas.empty());
        QCOMPARE(*probe.reply().message.content, std::string("all at once"));
    }

    void endsAsItIsTold()
    {
        const Json cut = {{"tool_calls", {{{"name", "a"}, {"arguments_text", "{\"x\": \"y"}}}},
                          {"ending", "length"},
                          {"finish_reason", "max_tokens"}};
        const auto script = steps({{{"ending", "refusal"}},
                                   {{"text", "Cut"}, {"finish_reason", "MAX_TOKENS"}},
                                   cut,
                                   {{"text", "Whole."}},
                                   {{"error", {{"status", 429}, {"code", "insufficient_quota"}}}}});
        llm::ScriptedModel model;
        const auto next = [&] {
            auto probe = std::make_unique<ModelProbe>(model);
            probe->run(request(script));
            return probe;
        };
        auto probe = next();
        QVERIFY(probe->reply().ending == Ending::Refusal);
        QVERIFY(!probe->reply().message.content);
        probe = next();
        QVERIFY(probe->reply().ending == Ending::Length);
        QCOMPARE(probe->reply().finishReason, std::string("MAX_TOKENS"));
        probe = next();
        QVERIFY(probe->reply().ending == Ending::Length);
        QCOMPARE(*probe->reply().message.toolCalls.front().invalidArguments,
                 std::string("{\"x\": \"y"));
        probe = next();
        QVERIFY(probe->reply().ending == Ending::End);
        probe = next();
        QVERIFY(probe->failed());
        QCOMPARE(probe->error().code, ErrorCode::Budget);
        QVERIFY(!probe->error().retryable);
    }

    void failsWhenToldTo()
    {
        const auto script =
            steps({{{"error", {{"status", 429}, {"message", "slow down"}, {"retry_after_ms", 50}}}},
                   {{"text", "ok"}}});
        llm::ScriptedModel model;
        ModelProbe probe(model);
        QVERIFY(probe.run(request(script)));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::RateLimited);
        QVERIFY(probe.error().retryable);
        QCOMPARE(probe.error().retryAfterMs, 50LL);
        QCOMPARE(probe.error().httpStatus, 429);
        QVERIFY(probe.error().message.find("slow down") != std::string::npos);
        QVERIFY(probe.run(request(script)));
        QCOMPARE(probe.text, std::string("ok"));
    }

    void repeatsAStepUntilTheResultMatches()
    {
        const auto script = steps({{{"tool_calls", {{{"name", "claim_region"}}}},
                                    {"until", {{"last_result_matches", "^granted"}, {"max", 10}}}},
                                   {{"text", "got it"}}});
        llm::ScriptedModel model;
        ModelProbe probe(model);
        std::set<std::string> ids;
        QVERIFY(probe.run(request(script)));
        ids.insert(*probe.reply().message.toolCalls.at(0).id);
        for (int i = 0; i < 2; ++i) {
            QVERIFY(probe.run(withResult(request(script), "denied: lead holds lines 1-9")));
            QCOMPARE(probe.reply().message.toolCalls.size(), std::size_t(1));
            ids.insert(*probe.reply().message.toolCalls[0].id);
        }
        QCOMPARE(ids.size(), std::size_t(3));
        QVERIFY(probe.run(withResult(request(script), "granted")));
        QCOMPARE(probe.text, std::string("got it"));
    }

    void repeatsNoMoreOftenThanMax()
    {
        const auto script =
            steps({{{"text", "again"}, {"until", {{"last_result_matches", "never"}, {"max", 3}}}},
                   {{"text", "enough"}}});
        llm::ScriptedModel model;
        ModelProbe probe(model);
        for (const char *expected : {"again", "again", "again", "enough"}) {
            QVERIFY(probe.run(withResult(request(script), "no")));
            QCOMPARE(probe.text, std::string(expected));
        }
    }

    void abortedAnswersAreGivenAgain()
    {
        const auto script = steps(
            {{{"text", std::string(500, 'x')}, {"chars_per_second", 100}}, {{"text", "two"}}});
        llm::ScriptedModel model;
        ModelProbe probe(model);
        probe.start(request(script));
        QTRY_VERIFY(!probe.text.empty());
        probe.call->abort();
        const auto before = probe.deltas.size();
        QTest::qWait(100);
        QCOMPARE(probe.deltas.size(), before);
        QVERIFY(!probe.result);
        probe.start(request(script));
        QTRY_VERIFY(!probe.text.empty());
        QCOMPARE(probe.text[0], 'x');
    }

    void callMayBeDroppedInItsOwnHandler()
    {
        const auto script = steps({{{"text", std::string(500, 'x')}}});
        llm::ScriptedModel model;
        ModelProbe probe(model);
        probe.onDelta = [&] { probe.call.reset(); };
        probe.start(request(script));
        QTRY_COMPARE(probe.deltas.size(), std::size_t(1));
        QTest::qWait(60);
        QCOMPARE(probe.deltas.size(), std::size_t(1));
        QVERIFY(!probe.result);
    }

    void mistakesNameFileAndPlace_data()
    {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<QByteArray>("place");
        QTest::newRow("no agents") << QByteArray("{}") << QByteArray(": /agents: ");
        QTest::newRow("not JSON") << QByteArray("{,}") << QByteArray(": not JSON: ");
        QTest::newRow("unknown key") << json("{'agents':{'a':{'steps':[{'txt':'x'}]}}}")
                                     << QByteArray(": /agents/a/steps/0/txt: ");
        QTest::newRow("wrong type") << json("{'agents':{'a':{'steps':[{'text':'x'},{'text':5}]}}}")
                                    << QByteArray(": /agents/a/steps/1/text: ");
        QTest::newRow("escaped name")
            << json("{'agents':{'a/b~':{'steps':5}}}") << QByteArray(": /agents/a~1b~0/steps: ");
        QTest::newRow("empty step")
            << json("{'agents':{'a':{'steps':[{}]}}}") << QByteArray(": /agents/a/steps/0: ");
        QTest::newRow("tool without a name")
            << json("{'agents':{'a':{'steps':[{'tool_calls':[{'arguments':{}}]}]}}}")
            << QByteArray(": /agents/a/steps/0/tool_calls/0/name: ");
        QTest::newRow("bad pattern")
            << json(
                   "{'agents':{'a':{'steps':[{'text':'x','until':{'last_result_matches':'[a'}}]}}}")
            << QByteArray(": /agents/a/steps/0/until/last_result_matches: ");
        QTest::newRow("bad number")
            << json("{'agents':{'a':{'steps':[{'text':'x','delay_ms':-1}]}}}")
            << QByteArray(": /agents/a/steps/0/delay_ms: ");
    }
    void mistakesNameFileAndPlace()
    {
        QFETCH(QByteArray, script);
        QFETCH(QByteArray, place);
        const auto result =
            llm::parseScript({script.constData(), std::size_t(script.size())}, "/x/s.json");
        QVERIFY(!result);
        const std::string start = "/x/s.json" + place.toStdString();
        QVERIFY2(result.error().message.rfind(start, 0) == 0, result.error().message.c_str());
    }

    void missingFileIsAnError()
    {
        llm::ScriptedModel model;
        ModelProbe probe(model);
        QVERIFY(probe.run(request("/no/such/script.json")));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::NotFound);
        QVERIFY(probe.error().message.find("/no/such/script.json") != std::string::npos);
    }
};

ORRERY_TEST(TestScriptedModel)
#include "tst_scriptedmodel.moc"
