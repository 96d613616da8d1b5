// SPDX-License-Identifier: GPL-3.0-or-later
// What a run makes of what is known of its models: settings that do not reach them, costs, providers of the team's own.
#include "tests/support/replyclient.h"
#include "tests/support/runprobe.h"
#include "tests/support/testregistry.h"

#include <mutex>

using namespace orrery;
using namespace orrery::testing;

class TestModelTerms : public QObject, private RunProbe
{
    Q_OBJECT

private:
    using Answer = ReplyClient::Answer;

    runtime::RunOptions optionsFor(const char *file, const Json &team, const Answer &answer)
    {
        write(file, team);
        auto spec = loadTeamFile(m_folder->filePath(file).toStdString());
        if (!spec)
            qFatal("%s", spec.error().message.c_str());
        runtime::RunOptions options;
        options.team = std::move(*spec);
        options.task = "Do it.";
        options.workspace = m_folder->filePath("work").toStdString();
        options.approvals = runtime::ApprovalMode::All;
        options.makeModelClient = [answer] { return std::make_unique<ReplyClient>(answer); };
        return options;
    }
    static llm::ModelReply costing(const char *text, Json rawUsage)
    {
        llm::ModelReply reply = ReplyClient::text(text);
        reply.usage.inputTokens = 1000;
        reply.usage.totalTokens = 1000;
        reply.rawUsage = std::move(rawUsage);
        return reply;
    }
    std::vector<EventPtr> leftOut()
    {
        std::vector<EventPtr> found;
        for (const EventPtr &event : seen())
            if (event->kind == EventKind::Warning
                && event->data["code"] == Json("settings_left_out"))
                found.push_back(event);
        return found;
    }

private slots:
    void init() { freshFolder(); }

    void settingsThatDoNotReachAModelAreToldOnce()
    {
        int requests = 0;
        Error isDown = makeError(ErrorCode::Server, "not today");
        isDown.httpStatus = 500;
        isDown.retryable = isDown.fromProvider = true;
        start(optionsFor(
            "team.json",
            {{"name", "Test"},
             {"agents",
              Json::array(
                  {{{"name", "solo"},
                    {"model", "azure:o3"},
                    {"base_url", "http://127.0.0.1:9/v1"},
                    {"max_attempts", 1},
                    {"fallback", Json::array({"groq:llama-3.3-70b-versatile"})},
                    {"settings", {{"temperature", 0.5}, {"logprobs", true}, {"seed", 7}}}}})}},
            [&requests, isDown](const llm::ModelRequest &request) -> Result<llm::ModelReply> {
                if (request.provider == "azure")
                    return fail(isDown);
                return ++requests < 3 ? ReplyClient::calling("c", "glob", {{"pattern", "*"}})
                                      : ReplyClient::text("Done.");
            }));
        const QString outcome = end();
        const EventPtr last = latest(EventKind::AgentFinished, "solo");
        QVERIFY2(outcome == "done", last ? last->data.text().c_str() : "no end");
        const auto told = leftOut();
        QCOMPARE(told.size(), std::size_t(2));
        const Json first = told[0]->data.json();
        QVERIFY(first["model"] == "azure:o3");
        QCOMPARE(told[0]->agent, std::string("solo"));
        Json names = Json::array();
        for (const Json &left : first["settings"])
            names.push_back(left["setting"]);
        QVERIFY2(names == Json::array({"temperature", "logprobs"}), names.dump().c_str());
        const std::string message = first["message"];
        QVERIFY2(message.find("temperature: azure:o3 does not take it; left out.")
                     != std::string::npos,
                 message.c_str());
        const Json second = told[1]->data.json();
        QVERIFY(second["model"] == "groq:llama-3.3-70b-versatile");
        QVERIFY2(second["settings"].size() == 1 && second["settings"][0]["setting"] == "logprobs",
                 second.dump().c_str());
        QVERIFY(latest(EventKind::RequestSent)->seq > told[1]->seq);
    }

    void aModelThatTakesAllOfThemIsNothingToTell()
    {
        start(optionsFor("team.json",
                         {{"name", "Test"},
                          {"agents", Json::array({{{"name", "solo"},
                                                   {"model", "openai:gpt-4o"},
                                                   {"settings", {{"temperature", 0.5}}}}})}},
                         [](const llm::ModelRequest &) { return ReplyClient::text("Done."); }));
        QCOMPARE(end(), QString("done"));
        QCOMPARE(count(EventKind::Warning), 0);
    }

    void whatTheProviderSaysThatItCostsIsThePrice_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QByteArray>("usage");
        QTest::addColumn<QByteArray>("cost");
        QTest::newRow("told") << "openrouter:a/b" << QByteArray(R"({"cost":0.25})")
                              << QByteArray("0.25");
        QTest::newRow("not told") << "openrouter:a/b" << QByteArray("{}") << QByteArray("null");
        QTest::newRow("no number")
            << "openrouter:a/b" << QByteArray(R"({"cost":"much"})") << QByteArray("null");
        QTest::newRow("less than nothing")
            << "openrouter:a/b" << QByteArray(R"({"cost":-1})") << QByteArray("null");
        QTest::newRow("another's word")
            << "custom:b" << QByteArray(R"({"cost":0.25})") << QByteArray("null");
        QTest::newRow("of the team's own")
            << "house:b" << QByteArray(R"({"bill":{"usd":0.5}})") << QByteArray("0.5");
        QTest::newRow("a known price")
            << "openai:gpt-4o" << QByteArray(R"({"cost":0.25})") << QByteArray("0.0025");
    }
    void whatTheProviderSaysThatItCostsIsThePrice()
    {
        QFETCH(QString, model);
        QFETCH(QByteArray, usage);
        QFETCH(QByteArray, cost);
        const Json house = {{"base_url", "http://127.0.0.1:9/v1"}, {"usage_cost", "bill/usd"}};
        start(optionsFor("team.json",
                         {{"name", "Test"},
                          {"providers", {{"house", house}}},
                          {"agents", Json::array({{{"name", "solo"},
                                                   {"model", model.toStdString()},
                                                   {"base_url", "http://127.0.0.1:9/v1"}}})}},
                         [raw = Json::parse(usage.toStdString())](const llm::ModelRequest &) {
                             return costing("Done.", raw);
                         }));
        QCOMPARE(end(), QString("done"));
        const Json data = latest(EventKind::ResponseReceived)->data.json();
        QVERIFY2(data["cost_usd"] == Json::parse(cost.toStdString()), data.dump().c_str());
        const bool isTold = cost != "null" && model != "openai:gpt-4o";
        QCOMPARE(data.contains("cost_by"), isTold);
    }

    void runsHaveProvidersOfTheirOwn()
    {
        std::mutex mutex;
        std::vector<std::string> asked;
        const Answer answer = [&](const llm::ModelRequest &request) -> Result<llm::ModelReply> {
            const std::lock_guard lock(mutex);
            asked.push_back(request.baseUrl + " " + request.body->toString());
            return ReplyClient::text("Done.");
        };
        const auto teamAt = [](const char *url, const char *limit) {
            return Json{{"name", "Test"},
                        {"providers", {{"house", {{"base_url", url}, {"token_limit", limit}}}}},
                        {"agents", Json::array({{{"name", "solo"},
                                                 {"model", "house:m"},
                                                 {"settings", {{"max_tokens", 9}}}}})}};
        };
        auto first = optionsFor("one.json", teamAt("http://one/v1", "most"), answer);
        auto second = optionsFor("two.json", teamAt("http://two/v1", "limit"), answer);
        second.workspace = m_folder->filePath("other").toStdString();
        auto one = runtime::TeamRun::create(std::move(first));
        auto two = runtime::TeamRun::create(std::move(second));
        QVERIFY(one && two);
        for (auto *run : {&*one, &*two}) {
            m_run = std::move(*run);
            m_events = m_run->bus().subscribe([] {});
            m_run->start();
            QCOMPARE(end(), QString("done"));
        }
        QCOMPARE(asked.size(), std::size_t(2));
        QVERIFY2(asked[0].starts_with("http://one/v1 ")
                     && asked[0].find("\"most\":9") != std::string::npos,
                 asked[0].c_str());
        QVERIFY2(asked[1].starts_with("http://two/v1 ")
                     && asked[1].find("\"limit\":9") != std::string::npos,
                 asked[1].c_str());
        QVERIFY(ModelTable::own().find("house") == nullptr);
    }

    void aNewcomerKeepsToTheTeamsRules()
    {
        QVERIFY(QDir(m_folder->path()).mkdir("work"));
        QFile file(m_folder->filePath("work/long.txt"));
        QVERIFY(file.open(QFile::WriteOnly));
        for (int i = 0; i < 400; ++i)
            file.write("a line of some length\n");
        file.close();
        const Answer answer = [](const llm::ModelRequest &request) -> Result<llm::ModelReply> {
            if (request.agent == "solo")
                return ReplyClient::text("Done.");
            return request.messages.back()->role == Role::Tool
                       ? ReplyClient::text("Read.")
                       : ReplyClient::calling("c", "grep", {{"pattern", "length"}});
        };
        auto options =
            optionsFor("team.json",
                       {{"name", "Test"},
                        {"tool_results", {{"spill_over", 1500}, {"head", 500}, {"tail", 200}}},
                        {"agents", Json::array({{{"name", "solo"}, {"model", "openai:gpt-4o"}}})}},
                       answer);
        auto run = runtime::TeamRun::create(std::move(options));
        QVERIFY(run);
        m_run = std::move(*run);
        m_events = m_run->bus().subscribe([] {});
        AgentSpec newcomer;
        newcomer.name = "late";
        newcomer.model = "openai:gpt-4o";
        m_run->start();
        QVERIFY(m_run->spawnAgent(newcomer, "Read it.").has_value());
        QCOMPARE(end(), QString("done"));
        const EventPtr spilled = latest(EventKind::ResultSpilled, "late");
        QVERIFY(spilled);
        QVERIFY(spilled->data["bytes"].get<int>() > 1500);
    }
};

ORRERY_TEST(TestModelTerms)
#include "tst_modelterms.moc"
