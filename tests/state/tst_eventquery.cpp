// SPDX-License-Identifier: GPL-3.0-or-later
// The query language of the log: what is understood, what is refused and where, what is offered, and what matches.
#include "core/model/eventcolumns.h"
#include "core/state/eventmatcher.h"
#include "core/store/eventstore.h"
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <random>

using namespace orrery;
using namespace orrery::state;

namespace {

QString wrong(const char *query)
{
    const auto parsed = parseQuery(query);
    return parsed ? QString() : QString::fromStdString(parsed.error().message);
}

store::EventRow row(EventKind kind, store::EventRow rest = {})
{
    rest.kind = kind;
    return rest;
}

/// A few events in a store, told by a list of rows with texts.
struct Log {
    store::EventStore events;
    std::uint64_t seq = 0;

    void tell(store::EventRow one, const char *agent, const char *tool = "",
              const char *summary = "", const char *kindName = nullptr)
    {
        one.seq = ++seq;
        one.agent = events.intern(agent);
        one.tool = events.intern(tool);
        one.run = events.intern("run_1");
        one.kindName = events.intern(kindName ? kindName : toString(one.kind));
        one.summary = summary;
        events.add(store::EventPart::Front, one);
        events.publish();
    }
    /// The numbers of the events that match.
    QList<int> matches(const char *query) const
    {
        const auto parsed = parseQuery(query);
        if (!parsed)
            return {-1};
        QueryScan scan(*parsed, events.snapshot());
        while (scan.step())
            ;
        QList<int> found;
        for (const std::uint32_t index : scan.found())
            found << int(index) + 1;
        return found;
    }
};

} // namespace

class TestEventQuery : public QObject
{
    Q_OBJECT
private slots:
    void readsEveryTerm()
    {
        const auto parsed = parseQuery(
            R"(  agent:bob tool:bash,"my tool" kind:tool_finished level>=warn dur>2s tok>12.4k cost<=$0.25 seq=7 "4 29" /ti.e\/out/i -tool:bash Word)");
        QVERIFY2(parsed, qPrintable(parsed ? "" : parsed.error().message.c_str()));
        const auto &terms = parsed->terms;
        QCOMPARE(terms.size(), 12u);
        QCOMPARE(terms[0].field, QueryField::Agent);
        QCOMPARE(terms[0].column, 2u);
        QCOMPARE(terms[0].length, 9u);
        QVERIFY((terms[1].values == std::vector<std::string>{"bash", "my tool"}));
        QCOMPARE(terms[3].relation, QueryRelation::MoreOrEqual);
        QCOMPARE(terms[3].number, std::int64_t(Level::Warn));
        QCOMPARE(terms[4].number, 2'000'000);
        QCOMPARE(terms[5].number, 12'400);
        QCOMPARE(terms[6].number, 250'000'000);
        QCOMPARE(terms[6].relation, QueryRelation::LessOrEqual);
        QCOMPARE(terms[8].values[0], std::string("4 29"));
        QCOMPARE(terms[9].values[0], std::string("ti.e/out"));
        QVERIFY(terms[9].ignoresCase);
        QVERIFY(terms[10].isNot);
        QCOMPARE(terms[11].values[0], std::string("word"));
        QVERIFY(*parseQuery(toText(*parsed)) == *parsed);
        QVERIFY(parseQuery("  ")->empty());
    }

    void textsThatLookLikeFields()
    {
        for (const char *text :
             {"src/receipt.cpp:12", "https://example.org", "12:03:41", "a-b", "=x"})
            QCOMPARE(parseQuery(text)->terms.at(0).field, QueryField::Text);
    }

    void saysWhereAndWhatIsExpected_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<int>("column");
        QTest::addColumn<int>("length");
        QTest::addColumn<QString>("says");
        const auto row = [](const char *query, int column, int length, const char *says) {
            QTest::newRow(query) << QByteArray(query) << column << length << QString(says);
        };
        row("x agnt:bob", 2, 4, "there is no field `agnt`; expected one of agent, tool, kind");
        row("agent:", 0, 6, "expected the name of an agent after `agent:`");
        row("agent:bob,", 10, 1, "expected the name of an agent");
        row("agent>bob", 5, 1, "expected : after `agent`");
        row("kind:tool_finish", 5, 11, "there is no kind `tool_finish`; expected a kind of event");
        row("level>=loud", 7, 4, "expected debug, info, warn or error");
        row("dur>2", 4, 1, "expected a time such as 250ms");
        row("dur:2s", 3, 1, "expected <, <=, > or >= after `dur`");
        row("tok>many", 4, 4, "expected a number such as 1000");
        row("cost>1e999999", 5, 8, "expected an amount in dollars");
        row("a \"b", 2, 2, "expected a second \"");
        row("\"\"", 0, 2, "expected a text between the quotes");
        row("\"a\"b", 3, 1, "expected a blank after the text in quotes");
        row("\"a\",b", 3, 1, "expected a blank after the text in quotes");
        row("tok>1,000", 5, 1, "expected a blank after the number");
        row("/a(b/", 4, 1, "expected a regular expression: missing closing parenthesis");
        row("x /a", 2, 2, "expected / at the end of the regular expression");
        row("/home/me", 6, 1, "A text that starts with / is written in quotes");
        row("a -", 2, 1, "expected a term after -");
    }
    void saysWhereAndWhatIsExpected()
    {
        QFETCH(QByteArray, query);
        const auto parsed = parseQuery(query.constData());
        QVERIFY(!parsed);
        QTEST(int(parsed.error().column), "column");
        QTEST(int(parsed.error().length), "length");
        QFETCH(QString, says);
        const QString message = wrong(query);
        QVERIFY2(message.contains(says), qPrintable(message));
        QVERIFY2(message.startsWith(QString("Column %1: ").arg(parsed.error().column + 1)),
                 qPrintable(message));
    }

    void whateverIsTypedEndsInAQueryOrAnError()
    {
        const auto seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        static const char *const pieces[] = {
            "agent", "tool", "kind", ":",  "=", ">=", "<",     "-", "\"",   "/",    "\\", " ",
            ",",     "*",    "dur",  "2s", "(", "[a", "level", "ü", "\xff", "warn", "x",  "9e9"};
        for (int round = 0; round < test::rounds(20000); ++round) {
            std::string text;
            for (auto i = random() % 9; i > 0; --i)
                text += pieces[random() % std::size(pieces)];
            const auto parsed = parseQuery(text);
            if (parsed)
                QVERIFY2(*parseQuery(toText(*parsed)) == *parsed, text.c_str());
            else
                QVERIFY2(parsed.error().column + parsed.error().length <= text.size() + 1,
                         text.c_str());
            complete(text, random() % (text.size() + 1), {{"bob"}, {"bash"}, {}});
        }
    }

    void aTermReadsBackAsItself()
    {
        for (const char *name :
             {"bob", "my agent", "a\"b\\c", "x,y", "-x", "/x/", "", "é", "a:b"}) {
            const std::string text = termText(QueryField::Agent, name, true);
            const auto parsed = parseQuery(text);
            QCOMPARE(bool(parsed), *name != '\0');
            if (parsed)
                QCOMPARE(parsed->terms.at(0).values.at(0), lowered(name));
        }
    }

    void offersNamesAndValues_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<int>("cursor");
        QTest::addColumn<int>("from");
        QTest::addColumn<QString>("items");
        const auto row = [](const char *query, int cursor, int from, const char *items) {
            QTest::newRow(query) << QByteArray(query) << cursor << from << QString(items);
        };
        row("a", 1, 0, "agent:");
        row("x -to", 5, 3, "tool: tok>=");
        row("agent:", 6, 6, "alice bob \"the lead\"");
        row("agent:L", 7, 6, "alice \"the lead\"");
        row("agent:\"the", 10, 6, "\"the lead\"");
        row("tool:bash,g tail", 11, 10, "grep glob");
        row("level>=e", 8, 7, "error debug");
        row("kind:tool_f", 11, 5, "tool_finished");
        row("\"agent:a", 8, 0, "");
        row("nothing:a", 9, 0, "");
    }
    void offersNamesAndValues()
    {
        QFETCH(QByteArray, query);
        QFETCH(int, cursor);
        const Completion completion =
            complete(query.constData(), std::size_t(cursor),
                     {{"alice", "bob", "the lead"}, {"bash", "grep", "glob"}, {}});
        QStringList items;
        for (const std::string &item : completion.items)
            items << QString::fromStdString(item);
        QTEST(items.join(' '), "items");
        QTEST(int(completion.from), "from");
        QCOMPARE(int(completion.to), cursor);
    }

    void findsWhatIsMeant()
    {
        Log log;
        log.tell(row(EventKind::RunStarted), "", "", "run of team Till");
        log.tell(row(EventKind::ToolStarted), "alice", "bash", "bash ls");
        log.tell(row(EventKind::ToolFinished, {.durationUs = 3'000'000, .detail = 0}), "alice",
                 "bash", "bash failed: HTTP 429 Too Many");
        log.tell(row(EventKind::ResponseReceived,
                     {.durationUs = 900'000, .tokens = 1200, .costNanoUsd = 5'000'000}),
                 "Bob", "", "answered");
        log.tell(row(EventKind::Warning), "Bob", "", "odd");
        log.tell(row(EventKind::Count), "Bob", "", "raw", "review_asked");
        using Found = QList<int>;
        QCOMPARE(log.matches(""), Found({1, 2, 3, 4, 5, 6}));
        QCOMPARE(log.matches("agent:bob"), Found({4, 5, 6}));
        QCOMPARE(log.matches("-agent:BOB"), Found({1, 2, 3}));
        QCOMPARE(log.matches("agent:nobody"), Found());
        QCOMPARE(log.matches("agent:b*,alice tool:*a*"), Found({2, 3}));
        QCOMPARE(log.matches("kind:tool"), Found({2, 3}));
        QCOMPARE(log.matches("kind:tool_started"), Found({2}));
        QCOMPARE(log.matches("kind:review*"), Found({6}));
        QCOMPARE(log.matches("level>=warn"), Found({3, 5}));
        QCOMPARE(log.matches("level:error"), Found({3}));
        QCOMPARE(log.matches("dur>900ms"), Found({3}));
        QCOMPARE(log.matches("dur<=0.9s"), Found({4}));
        QCOMPARE(log.matches("tok>1k cost<0.01"), Found({4}));
        QCOMPARE(log.matches("seq>=5"), Found({5, 6}));
        QCOMPARE(log.matches("\"too many\""), Found({3}));
        QCOMPARE(log.matches("till"), Found({1}));
        QCOMPARE(log.matches("claim_denied"), Found());
        QCOMPARE(log.matches("tool_sta"), Found({2}));
        QCOMPARE(log.matches("ALIC"), Found({2, 3}));
        QCOMPARE(log.matches("review_"), Found({6}));
        QCOMPARE(log.matches("/4[0-9]{2} too/"), Found());
        QCOMPARE(log.matches("/4[0-9]{2} too/i"), Found({3}));
        QCOMPARE(log.matches("-/a/"), Found({5}));
    }

    void textsAreFoundWhereverTheyStand()
    {
        const auto seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto text = [&](std::size_t most) {
            std::string made;
            for (auto i = random() % (most + 1); i > 0; --i)
                made += "aAbB1 "[random() % 6];
            return made;
        };
        for (int round = 0; round < test::rounds(20000); ++round) {
            const std::string hay = text(12), needle = text(4);
            QVERIFY2(TextNeedle(needle).isIn(hay)
                         == (lowered(hay).find(lowered(needle)) != std::string::npos),
                     (hay + "|" + needle).c_str());
        }
    }

    void aPatternThatNeverEndsIsGivenUp()
    {
        Log log;
        log.tell(row(EventKind::Warning), "a", "", std::string(190, 'a').c_str());
        QCOMPARE(log.matches("/(a+)+$b/"), QList<int>());
        QCOMPARE(log.matches("/(a|aa)+$/"), QList<int>({1}));
    }

    // Row by row and in columns, all at once and while the log grows.
    void columnsAndRowsAgree()
    {
        const auto seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        static const char *const names[] = {"", "alice", "bob", "Carol", "person"};
        static const char *const tools[] = {"", "bash", "grep"};
        static const char *const texts[] = {"", "HTTP 429", "ok", "the Rounding fails", "é 429"};
        static const char *const queries[] = {"agent:bob",         "-tool:bash 429",
                                              "level>=warn",       "dur>1s tok>10",
                                              "kind:tool,limiter", "rounding -agent:carol",
                                              "/4.9/ -seq<500",    "kind:*started level:info"};
        for (const char *query : queries) {
            Log log;
            QueryScan scan(*parseQuery(query), log.events.snapshot());
            for (int i = 0; i < test::rounds(3000); ++i) {
                log.tell(row(static_cast<EventKind>(random() % (std::size_t(EventKind::Count) + 1)),
                             {.durationUs = std::int64_t(random() % 3'000'000),
                              .tokens = std::int64_t(random() % 30),
                              .detail = std::uint8_t(random() % 6)}),
                         names[random() % std::size(names)], tools[random() % std::size(tools)],
                         texts[random() % std::size(texts)]);
                if (random() % 300 == 0) {
                    scan.setEvents(log.events.snapshot());
                    scan.step();
                }
            }
            const store::EventSnapshot events = log.events.snapshot();
            scan.setEvents(events);
            while (scan.step())
                ;
            const EventMatcher matcher(*parseQuery(query), events);
            std::vector<std::uint32_t> expected;
            for (std::size_t i = 0; i < events.size(); ++i)
                if (matcher.matches(events.row(i)))
                    expected.push_back(std::uint32_t(i));
            QVERIFY2(scan.found() == expected, query);
            QVERIFY2(!expected.empty() && expected.size() < events.size(), query);
        }
    }
};

ORRERY_TEST(TestEventQuery)
#include "tst_eventquery.moc"
