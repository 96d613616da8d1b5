// SPDX-License-Identifier: GPL-3.0-or-later
// Whole runs whose conversations or results become too long: what the model is sent, and what it can still read.
#include "tests/support/replyclient.h"
#include "tests/support/runprobe.h"
#include "tests/support/testregistry.h"

#include "core/llm/requestencoder.h"
#include "core/runtime/agentrequest.h"

#include <mutex>

using namespace orrery;
using orrery::testing::ReplyClient;

namespace {

/// Where the numbers begin that a command has printed behind what is said of it.
std::int64_t beginOf(const std::string &result)
{
    return static_cast<std::int64_t>(result.find("00001\n"));
}

/// Of the first result in a conversation.
struct FirstResult {
    std::string handle;
    std::int64_t begin = 0;

    explicit FirstResult(const llm::ModelRequest &request)
    {
        for (const auto &message : request.messages)
            if (message->role == Role::Tool && handle.empty()) {
                handle = guidance::KeptResult::of(*message).handle;
                begin = beginOf(*message->content);
            }
    }
};

/// The bodies of all requests of a run. Thread-safe.
struct Bodies {
    std::mutex mutex;
    std::vector<std::string> texts;
    std::vector<std::string> agents;

    void add(const llm::ModelRequest &request)
    {
        const std::lock_guard lock(mutex);
        texts.push_back(request.body ? request.body->toString() : std::string());
        agents.push_back(request.agent);
    }
};

} // namespace

class TestLongRuns : public QObject, private RunProbe
{
    Q_OBJECT

private:
    std::string path(const char *name) { return m_folder->filePath(name).toStdString(); }

    /// The text of the last result of a tool.
    std::string lastResultOf(const std::string &tool)
    {
        std::string text;
        for (const EventPtr &event : seen())
            if (event->kind == EventKind::MessageAdded && event->data["message"]["role"] == "tool"
                && event->data["message"]["name"] == tool)
                text = event->data["message"]["content"];
        return text;
    }
    std::string handle()
    {
        const EventPtr event = latest(EventKind::ResultSpilled);
        return event ? event->data["handle"].get<std::string>() : std::string();
    }
    static AgentSpec member(const char *model)
    {
        AgentSpec spec;
        spec.name = "solo";
        spec.model = model;
        spec.baseUrl = "http://127.0.0.1:9";
        spec.instructions = "You help.";
        return spec;
    }
    void startWith(AgentSpec agent, ReplyClient::Answer answer, const std::string &journal = {},
                   const std::string &continued = {})
    {
        runtime::RunOptions options;
        options.team.name = "Long";
        options.team.agents = {std::move(agent)};
        options.journalPath = journal;
        options.continuedRun = continued;
        options.workspace = path("work");
        options.approvals = runtime::ApprovalMode::All;
        options.makeModelClient = [answer] { return std::make_unique<ReplyClient>(answer); };
        start(std::move(options));
    }
    static Json printing(const char *command) { return {{"command", command}}; }

private slots:
    void init() { freshFolder(); }
    void cleanup() { m_run.reset(); }

    void aLongRunIsShortenedAndSummedUp()
    {
        Json steps = Json::array();
        for (int i = 0; i < 40; ++i)
            steps.push_back(call("remember", {{"content", std::string(600, 'm')}}));
        steps.push_back({{"text", "All noted."}});
        Json summaries = Json::array();
        for (int i = 0; i < 40; ++i)
            summaries.push_back({{"text", "Much was noted."},
                                 {"usage", {{"input_tokens", 1000}, {"output_tokens", 10}}}});
        runtime::RunOptions options;
        options.team =
            team({{"solo", steps}, {"solo/summary", summaries}},
                 {{{"name", "solo"}, {"max_iterations", 100}}},
                 {{"context", {{"max_tokens", 8000}, {"compact_at", 0.7}}},
                  {"prices", {{"scripted:test", {{"input", 10.0}, {"output", 100.0}}}}}});
        QCOMPARE(options.team.agents[0].context.maxTokens, std::int64_t(8000));
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        QCOMPARE(end(), QString("done"));
        const int compactions = count(EventKind::ContextCompacted);
        QVERIFY(compactions >= 1);
        int asked = 0;
        double cost = 0;
        for (const EventPtr &event : seen()) {
            if (event->kind != EventKind::ResponseReceived
                || event->data.value("purpose", "") != "summary")
                continue;
            ++asked;
            cost += event->data["cost_usd"].get<double>();
        }
        QCOMPARE(asked, compactions);
        QVERIFY(qFuzzyCompare(cost, asked * 0.011)); // is paid for like any other call
        for (const EventPtr &event : seen())
            if (event->kind == EventKind::ContextCompacted) {
                QVERIFY(event->data["summary"] == Json("model"));
                QVERIFY(event->data["after_tokens"] < event->data["before_tokens"]);
            }
    }

    void withoutAnAnswerForTheSummaryTheRunGoesOn()
    {
        Json steps = Json::array();
        for (int i = 0; i < 30; ++i)
            steps.push_back(call("remember", {{"content", std::string(600, 'm')}}));
        steps.push_back({{"text", "All noted."}});
        runtime::RunOptions options;
        options.team = team({{"solo", steps},
                             {"solo/summary", {{{"error", {{"status", 400}, {"message", "no"}}}}}}},
                            {{{"name", "solo"},
                              {"max_iterations", 100},
                              {"context", {{"max_tokens", 8000}, {"compact_at", 0.7}}}}});
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        QCOMPARE(end(), QString("done"));
        // The script's later summaries are its plain answer when there is no step left.
        int failed = 0;
        for (const EventPtr &event : seen())
            failed += event->kind == EventKind::ContextCompacted
                      && event->data["summary"] == Json("failed")
                      && event->data["note"]["content"].get<std::string>().find("no summary")
                             != std::string::npos;
        QCOMPARE(failed, 1);
        QVERIFY(count(EventKind::Warning) >= 1);
    }

    void aPersonMayTurnItOff()
    {
        Json steps = Json::array();
        for (int i = 0; i < 30; ++i)
            steps.push_back(call("remember", {{"content", std::string(600, 'm')}}));
        steps.push_back({{"text", "All noted."}});
        start(steps, runtime::ApprovalMode::None,
              {{"context", {{"max_tokens", 8000}, {"compact_at", 0}}}}, {{"max_iterations", 100}});
        QCOMPARE(end(), QString("done"));
        QCOMPARE(count(EventKind::ContextCompacted), 0);
    }

    void aSpilledResultIsReadPageByPage_data()
    {
        QTest::addColumn<bool>("hasJournal");
        QTest::newRow("from the journal") << true;
        QTest::newRow("from memory") << false;
    }

    void aSpilledResultIsReadPageByPage()
    {
        QFETCH(bool, hasJournal);
        // Numbered lines: 1 to 20000, of 6 bytes each.
        const auto answer = [step = std::make_shared<int>(0)](
                                const llm::ModelRequest &request) -> Result<llm::ModelReply> {
            const FirstResult first(request);
            switch ((*step)++) {
            case 0: return ReplyClient::calling("c1", "bash", printing("seq -f %05g 1 20000"));
            case 1:
                return ReplyClient::calling(
                    "c2", "read_result",
                    {{"handle", first.handle}, {"offset", first.begin + 60000}, {"limit", 60}});
            case 2:
                return ReplyClient::calling("c3", "read_result",
                                            {{"handle", first.handle}, {"pattern", "^1234[56]$"}});
            case 3: return ReplyClient::calling("c4", "read_result", {{"handle", "result_none"}});
            default: return ReplyClient::text("Read.");
            }
        };
        // Also for an agent whose tools are listed.
        AgentSpec agent = member("custom:desk");
        agent.tools = ToolSet::of({"bash"});
        startWith(std::move(agent), answer, hasJournal ? path("run.orrery") : std::string());
        QCOMPARE(end(), QString("done"));
        const EventPtr spilled = latest(EventKind::ResultSpilled);
        QVERIFY(spilled);
        const auto whole = spilled->data["text"].get<std::string>();
        const std::int64_t begin = beginOf(whole);
        QVERIFY(spilled->data["bytes"] == Json(whole.size()));
        QCOMPARE(whole.size(), std::size_t(begin + 120000));
        const std::string seenOfIt = lastResultOf("bash");
        QVERIFY(seenOfIt.size() < 8192 + 4096 + 256);
        QVERIFY(seenOfIt.starts_with(whole.substr(0, 8000)));
        QVERIFY(seenOfIt.ends_with("20000\n"));
        QVERIFY(seenOfIt.find("read_result with handle \"" + handle() + "\"") != std::string::npos);
        std::vector<std::string> pages;
        for (const EventPtr &event : seen())
            if (event->kind == EventKind::ToolFinished && event->data["tool"] == "read_result")
                pages.push_back(event->data["content"]);
        QCOMPARE(pages.size(), std::size_t(3));
        const auto at = [&](int bytes) { return std::to_string(begin + bytes); };
        QCOMPARE(pages[0], "[bytes " + at(60000) + " to " + at(60060) + " of " + at(120000)
                               + "; go on with offset " + at(60060)
                               + "]\n10001\n10002\n10003\n10004\n10005\n10006\n10007\n10008\n"
                                 "10009\n10010\n");
        QCOMPARE(pages[1], "[lines that match, each behind the byte at which it begins]\n"
                               + at(74064) + ": 12345\n" + at(74070) + ": 12346\n");
        QVERIFY2(pages[2].find("There is no result with the handle \"result_none\" in this run.")
                     != std::string::npos,
                 pages[2].c_str());
    }

    void aRunThatGoesOnReadsWhatTheEarlierOneKept()
    {
        const std::string journal = path("run.orrery");
        startWith(
            member("custom:desk"),
            [step =
                 std::make_shared<int>(0)](const llm::ModelRequest &) -> Result<llm::ModelReply> {
                if ((*step)++ == 0)
                    return ReplyClient::calling("c1", "bash", printing("seq -f %05g 1 20000"));
                return ReplyClient::text("Printed.");
            },
            journal);
        QCOMPARE(end(), QString("done"));
        const std::string kept = handle();
        QVERIFY(!kept.empty());
        const std::int64_t begin = beginOf(lastResultOf("bash"));
        const std::string earlier = m_run->id();
        m_run.reset();
        m_seen.clear();
        startWith(
            member("custom:desk"),
            [kept, begin, step = std::make_shared<int>(0)](
                const llm::ModelRequest &) -> Result<llm::ModelReply> {
                if ((*step)++ == 0)
                    return ReplyClient::calling(
                        "c9", "read_result",
                        {{"handle", kept}, {"offset", begin + 6}, {"limit", 6}});
                return ReplyClient::text("Read.");
            },
            journal, earlier);
        QCOMPARE(end(), QString("done"));
        const auto at = [&](int bytes) { return std::to_string(begin + bytes); };
        QCOMPARE(lastResultOf("read_result"), "[bytes " + at(6) + " to " + at(12) + " of "
                                                  + at(120000) + "; go on with offset " + at(12)
                                                  + "]\n00002\n");
    }

    void eachRequestBeginsWithTheOneBefore_data()
    {
        QTest::addColumn<QByteArray>("model");
        QTest::newRow("openai's form") << QByteArray("custom:desk");
        QTest::newRow("anthropic's form") << QByteArray("anthropic:desk");
    }

    void eachRequestBeginsWithTheOneBefore()
    {
        QFETCH(QByteArray, model);
        auto bodies = std::make_shared<Bodies>();
        AgentSpec agent = member(model.constData());
        agent.apiKeyEnv = "ORRERY_TEST_NO_KEY";
        runtime::RunOptions options;
        options.team.name = "Long";
        options.team.agents = {agent};
        options.team.memory.inject = 3;
        options.approvals = runtime::ApprovalMode::All;
        options.makeModelClient = [bodies] {
            return std::make_unique<ReplyClient>(
                [bodies](const llm::ModelRequest &request) -> Result<llm::ModelReply> {
                    bodies->add(request);
                    if (bodies->texts.size() == 1)
                        return ReplyClient::calling("c1", "remember",
                                                    {{"content", "The parser is in reader.cpp."}});
                    return ReplyClient::text("Noted.");
                });
        };
        start(std::move(options));
        QCOMPARE(end(), QString("done"));
        m_run->sendToAgent("solo", "Where is the parser?");
        QCOMPARE(end(), QString("done"));
        QCOMPARE(bodies->texts.size(), std::size_t(3));
        QVERIFY(bodies->texts[2].find("retrieved_memory") != std::string::npos);
        for (std::size_t i = 1; i < bodies->texts.size(); ++i) {
            const std::string &before = bodies->texts[i - 1];
            QVERIFY(before.ends_with("]}"));
            QVERIFY2(bodies->texts[i].starts_with(before.substr(0, before.size() - 2)),
                     bodies->texts[i].c_str());
        }
    }

    void aProviderThatCachesIsAskedTo_data()
    {
        QTest::addColumn<QByteArray>("model");
        QTest::addColumn<QByteArray>("settings");
        QTest::addColumn<QByteArray>("expected"); ///< cache_control
        QTest::newRow("anthropic") << QByteArray("anthropic:m") << QByteArray("{}")
                                   << QByteArray(R"({"type":"ephemeral"})");
        QTest::newRow("turned off")
            << QByteArray("anthropic:m") << QByteArray(R"({"prompt_caching":false})")
            << QByteArray("null");
        QTest::newRow("for an hour")
            << QByteArray("anthropic:m") << QByteArray(R"({"prompt_caching":"1h"})")
            << QByteArray(R"({"ttl":"1h","type":"ephemeral"})");
        QTest::newRow("does it by itself")
            << QByteArray("openai:m") << QByteArray("{}") << QByteArray("null");
    }

    void aProviderThatCachesIsAskedTo()
    {
        QFETCH(QByteArray, model);
        QFETCH(QByteArray, settings);
        QFETCH(QByteArray, expected);
        AgentSpec agent = member(model.constData());
        agent.settings = Json::parse(settings.toStdString());
        llm::ToolSchemaCache schemas([](const std::string &) { return llm::ToolView(); });
        runtime::RequestSource source(agent, {}, schemas);
        Context context;
        context.add(Message::user("Hello."));
        llm::RequestEncoder encoder;
        const auto body =
            encoder.encode(source.makeTurn({agent.model, agent.baseUrl, ""}, context));
        QVERIFY(body.has_value());
        const Json sent = Json::parse((*body)->toString());
        QCOMPARE(sent.value("cache_control", Json()).dump(), expected.toStdString());
    }
};

ORRERY_TEST(TestLongRuns)
#include "tst_longruns.moc"
