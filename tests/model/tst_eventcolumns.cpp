// SPDX-License-Identifier: GPL-3.0-or-later
// The columns of an event and its summary: what they say, and that any data will do.
#include "core/base/utf8.h"
#include "core/model/eventcolumns.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

namespace {

Event eventOf(EventKind kind, const Json &data)
{
    Event event;
    event.kind = kind;
    event.agent = "coder";
    event.data = data;
    return event;
}

QString summary(EventKind kind, const Json &data)
{
    return QString::fromStdString(summaryOf(eventOf(kind, data)));
}

} // namespace

class TestEventColumns : public QObject
{
    Q_OBJECT

private slots:
    void anAnswerHasItsNumbers()
    {
        const EventColumns columns =
            columnsOf(eventOf(EventKind::ResponseReceived,
                              {{"call", "req_1"},
                               {"finish_reason", "stop"},
                               {"usage", {{"input_tokens", 1200}, {"output_tokens", 34}}},
                               {"cost_usd", 0.0123},
                               {"ttft_ms", 412}}));
        QCOMPARE(columns.call, std::string("req_1"));
        QCOMPARE(columns.tokens, std::int64_t(1234));
        QCOMPARE(columns.outputTokens, std::int64_t(34));
        QCOMPARE(columns.costNanoUsd, std::int64_t(12'300'000));
        QCOMPARE(columns.firstMs, 412);
        QCOMPARE(columns.detail, std::uint8_t(1));
        QCOMPARE(columns.summary, std::string("answered (stop): 1.2k tokens in, 34 out, $0.0123"));
        const EventColumns other = columnsOf(
            eventOf(EventKind::ResponseReceived, {{"purpose", "memory"}, {"cost_usd", nullptr}}));
        QCOMPARE(other.detail, std::uint8_t(0));
        QCOMPARE(other.costNanoUsd, std::int64_t(-1));
        QCOMPARE(other.firstMs, -1);
    }

    void theDetailIsThatOfTheKind_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("data");
        QTest::addColumn<int>("detail");
        const auto row = [](EventKind kind, const char *data, auto detail) {
            QTest::addRow("%s %s", std::string(toString(kind)).c_str(), data)
                << int(kind) << QString(data) << int(detail);
        };
        row(EventKind::AgentState, R"({"state":"waiting_claim"})", AgentState::WaitingClaim);
        row(EventKind::AgentState, R"({"state":5})", AgentState::Idle);
        row(EventKind::AgentFinished, R"({"outcome":"crashed"})", Outcome::Crashed);
        row(EventKind::RunFinished, R"({"outcome":"stopped"})", Outcome::Stopped);
        row(EventKind::ToolFinished, R"({"ok":true})", 1);
        row(EventKind::ToolFinished, R"({"ok":"yes"})", 0);
        row(EventKind::RequestSent, R"({"purpose":"summary"})", 0);
        row(EventKind::RequestSent, R"({"purpose":null})", 1);
        row(EventKind::LimiterWaiting, R"({"reason":"agent_budget"})", LimiterReason::AgentBudget);
        row(EventKind::LimiterDenied, R"({"reason":"too_large"})", LimiterReason::TooLarge);
        row(EventKind::LimiterDenied, R"({"reason":"new"})", LimiterReason::Unknown);
        row(EventKind::ApprovalResolved, R"({"decision":"edit"})", ApprovalDecision::Edit);
        row(EventKind::FileEdited, R"({"inside_claim":true})", 1);
        row(EventKind::MessageAdded, R"({"message":{"role":"tool"}})", MessageRole::Tool);
        row(EventKind::MessageAdded, R"({"message":[]})", MessageRole::Unknown);
        row(EventKind::RunPaused, R"({"ok":true})", 0);
    }
    void theDetailIsThatOfTheKind()
    {
        QFETCH(int, kind);
        QFETCH(QString, data);
        QFETCH(int, detail);
        const Event event = eventOf(EventKind(kind), Json::parse(data.toStdString()));
        QCOMPARE(int(columnsOf(event).detail), detail);
    }

    void summariesAreSentences()
    {
        QCOMPARE(summary(EventKind::ClaimDenied, {{"file", "a.py"},
                                                  {"start", 7},
                                                  {"end", 7},
                                                  {"holder", "bob"},
                                                  {"holder_start", 1},
                                                  {"holder_end", 40},
                                                  {"expires_in_ms", 61000}}),
                 QString("was refused a.py:line 7: bob holds 1–40 for another 1:01"));
        QCOMPARE(summary(EventKind::ToolStarted, {{"tool", "bash"}, {"args", {{"command", "ls"}}}}),
                 QString("bash {\"command\":\"ls\"}"));
        QCOMPARE(summary(EventKind::ToolStarted, {{"tool", "look"}, {"args", Json::object()}}),
                 QString("look"));
        QCOMPARE(summary(EventKind::MessageAdded,
                         {{"message",
                           {{"role", "assistant"},
                            {"content", "so\nmore"},
                            {"tool_calls", {{{"name", "read"}}, {{"name", "write"}}}}}}}),
                 QString("assistant: calls read, write · so …"));
        QCOMPARE(summary(EventKind::RequestFailed, {{"message", "no"}, {"retry_in_ms", 1500}}),
                 QString("request failed: no · tries again in 1.5 s"));
        QCOMPARE(summary(EventKind::AgentState, {{"state", "waiting_rate"}, {"reason", "full"}}),
                 QString("waiting rate: full"));
    }

    void ofAKindThatIsNotKnownTheDataIsShown()
    {
        QCOMPARE(summary(EventKind::Count, {{"a", 1}}), QString("{\"a\":1}"));
    }

    void aSummaryIsOneShortLine()
    {
        for (std::size_t length = 150; length < 260; ++length) {
            std::string text = std::string(length % 4, 'x');
            while (text.size() < length)
                text += "é€😀";
            const std::string line =
                summaryOf(eventOf(EventKind::ModelDelta, {{"text", text + "\nb"}}));
            QVERIFY(line.size() <= kSummaryBytes && isUtf8(line));
            QVERIFY(line.find('\n') == std::string::npos && line.ends_with("…"));
        }
    }

    void anyDataWillDo()
    {
        for (int kind = 0; kind <= int(EventKind::Count); ++kind) {
            for (const char *data : {"{}", R"({"message":5,"usage":[],"tool":{},"call":[1]})",
                                     R"({"tool":"\u0000\u001b","start":-1e300,"end":1e300})",
                                     R"({"cost_usd":-5,"ttft_ms":1e18,"tokens":-3})"}) {
                Event event;
                event.kind = EventKind(kind);
                event.data = EventData::fromText(data);
                const EventColumns columns = columnsOf(event);
                QVERIFY(columns.tokens >= 0 && columns.outputTokens >= 0);
                QVERIFY(columns.costNanoUsd >= -1 && columns.firstMs >= -1);
                QVERIFY(columns.summary.size() <= kSummaryBytes && isUtf8(columns.summary));
                QVERIFY(columns.summary == summaryOf(event));
            }
        }
        // Half a character and a name without an end, as a live event could have them.
        Event event = eventOf(EventKind::ToolStarted, {});
        event.data = EventData::fromText("{\"tool\":\"" + std::string(5000, 't') + "\xc3\"}");
        QVERIFY(isUtf8(columnsOf(event).tool) && columnsOf(event).tool.size() <= 1003);
        QVERIFY(isUtf8(columnsOf(event).summary));
    }
};

ORRERY_TEST(TestEventColumns)
#include "tst_eventcolumns.moc"
