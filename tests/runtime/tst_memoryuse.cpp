// SPDX-License-Identifier: GPL-3.0-or-later
// What a team remembers gets into its conversations, and what happens there into its memory.
#include "tests/support/rawhttpserver.h"
#include "tests/support/runprobe.h"
#include "tests/support/testregistry.h"

using namespace orrery;

class TestMemoryUse : public QObject, private RunProbe
{
    Q_OBJECT

private:
    static Json remembering(const char *content)
    {
        return call("remember", {{"content", content}});
    }
    /// What was put into the conversation because of the memory.
    std::vector<std::string> injected()
    {
        std::vector<std::string> texts;
        for (const EventPtr &event : seen())
            if (event->kind == EventKind::MessageAdded && event->data.value("how", "") == "memory")
                texts.push_back(event->data["message"]["content"]);
        return texts;
    }
    std::string contentOf(EventKind kind)
    {
        const EventPtr event = latest(kind);
        return event ? event->data.value("content", "") : std::string();
    }

private slots:
    void init() { freshFolder(); }
    void cleanup() { m_run.reset(); }

    void whatGoesWithTheMessageIsPutBeforeTheModel()
    {
        start(Json::array({remembering("The parser is in reader.cpp."),
                           {{"text", "Noted."}},
                           {{"text", "In reader.cpp."}}}),
              runtime::ApprovalMode::None, {{"memory", {{"inject", 3}}}});
        QCOMPARE(end(), QString("done"));
        QVERIFY(injected().empty()); // there was nothing yet
        m_run->sendToAgent("solo", "Where is the parser?");
        QCOMPARE(end(), QString("done"));
        QCOMPARE(injected().size(), std::size_t(1));
        QVERIFY(injected()[0].find("The parser is in reader.cpp.") != std::string::npos);
        QCOMPARE(count(EventKind::MemorySearched), 1);
    }

    void withoutTheSettingNothingIs()
    {
        start(Json::array({remembering("The parser is in reader.cpp."), {{"text", "Noted."}}}),
              runtime::ApprovalMode::None);
        QCOMPARE(end(), QString("done"));
        m_run->sendToAgent("solo", "Where is the parser?");
        QCOMPARE(end(), QString("done"));
        QVERIFY(injected().empty());
    }

    void afterATurnTheModelSaysWhatToRemember()
    {
        const Json changes = {{{"action", "remember"},
                               {"content", "Tests are run by make check."},
                               {"importance", 0.8}}};
        runtime::RunOptions options;
        options.team = team({{"solo", {{{"text", "Make check runs the tests."}}}},
                             {"solo/memory", {{{"text", changes.dump()}}}}},
                            {{{"name", "solo"}}}, {{"memory", {{"reflect", true}}}});
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        QCOMPARE(end(), QString("done"));
        QCOMPARE(count(EventKind::MemoryStored), 1);
        QCOMPARE(contentOf(EventKind::MemoryStored), std::string("Tests are run by make check."));
        // It is a call like any other: asked, answered, counted.
        QCOMPARE(count(EventKind::RequestSent), 2);
        QCOMPARE(count(EventKind::ResponseReceived), 2);
    }

    void anAnswerThatCannotBeReadOnlyWarns()
    {
        runtime::RunOptions options;
        options.team = team(
            {{"solo", {{{"text", "Done."}}}}, {"solo/memory", {{{"text", "I would rather not."}}}}},
            {{{"name", "solo"}}}, {{"memory", {{"reflect", true}}}});
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        QCOMPARE(end(), QString("done"));
        QCOMPARE(count(EventKind::MemoryStored), 0);
        QCOMPARE(count(EventKind::Warning), 1);
        QVERIFY(latest(EventKind::AgentFinished)->data["outcome"] == Json("done"));
    }

    void mailOfATurnThatIsGivenUpWhileItRecallsIsNotLost()
    {
        // The search of the second turn waits for an embedder that does not answer.
        using orrery::testing::RawHttpServer;
        auto server = std::make_unique<RawHttpServer>();
        server->answer(RawHttpServer::full("400 No", "text/plain", "no"));
        start(Json::array({remembering("The parser is in reader.cpp."),
                           {{"text", "Noted."}},
                           {{"text", "Read both."}}}),
              runtime::ApprovalMode::None,
              {{"memory",
                {{"inject", 3}, {"embedder", "ollama:none"}, {"base_url", server->baseUrl()}}}});
        QCOMPARE(end(30000), QString("done"));
        const std::size_t before = server->requests().size();
        m_run->sendToAgent("solo", "Where is the parser?");
        QTRY_VERIFY(server->requests().size() > before);
        m_run->interruptAgent("solo", "Where are the tests?");
        QTRY_VERIFY(latest(EventKind::AgentInterrupted));
        server.reset();
        QCOMPARE(end(30000), QString("done"));
        QCOMPARE(count(EventKind::PeerMessageDelivered), 1);
        int asked = 0;
        for (const EventPtr &event : seen())
            asked += event->kind == EventKind::MessageAdded
                     && event->data["message"]["content"] == "Where is the parser?";
        QCOMPARE(asked, 1);
    }

    void aMessageDuringTheReflectionIsAnswered()
    {
        runtime::RunOptions options;
        options.team =
            team({{"solo", {{{"text", "First."}}, {{"text", "Second."}}}},
                  {"solo/memory", {{{"text", "[]"}, {"delay_ms", 400}}, {{"text", "[]"}}}}},
                 {{{"name", "solo"}}}, {{"memory", {{"reflect", true}}}});
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        QTRY_COMPARE(count(EventKind::RequestSent), 2);
        m_run->sendToAgent("solo", "And?");
        QCOMPARE(end(), QString("done"));
        QVERIFY(latest(EventKind::AgentFinished)->data["output"] == Json("Second."));
    }

    void theBuiltInEmbedderLearnsFromWhatIsRemembered()
    {
        // Enough entries that share words, on two matters that share none.
        Json steps = Json::array();
        for (int i = 0; i < 80; ++i) {
            const bool sea = i % 2 == 0;
            std::string content = sea ? "harbour" : "kitchen";
            for (int word = 0; word < 8; ++word)
                content += (sea ? " wave" : " oven") + std::to_string((3 * i + word) % 50);
            steps.push_back(call("remember", {{"content", content}}));
        }
        steps.push_back({{"text", "All noted."}});
        for (Json &step : steps)
            step["chars_per_second"] = 100000;
        start(steps, runtime::ApprovalMode::None, {{"memory", {{"embedder", "lsa"}}}},
              {{"max_iterations", 200}});
        QCOMPARE(end(60000), QString("done"));
        // It learns in the background.
        const auto vectorsAreSearched = [this] {
            memory::SearchQuery query;
            query.text = "wave7 wave9";
            query.rank.limit = 3;
            m_run->searchMemory(query);
            QTest::qWait(50);
            const EventPtr search = latest(EventKind::MemorySearched, "person");
            return search && search->data["vector"]["ran"] == true;
        };
        QTRY_VERIFY_WITH_TIMEOUT(vectorsAreSearched(), 20000);
        const Json &search = latest(EventKind::MemorySearched, "person")->data;
        QCOMPARE(search["embedder"].get<std::string>().substr(0, 4), std::string("lsa:"));
        QCOMPARE(search["results"].size(), std::size_t(3));
        for (const Json &result : search["results"])
            QVERIFY2(result["content"].get<std::string>().find("harbour") != std::string::npos,
                     result.dump().c_str());
    }

    void aCancelledReflectionEndsTheRun()
    {
        runtime::RunOptions options;
        options.team = team({{"solo", {{{"text", "First."}}}},
                             {"solo/memory", {{{"text", "[]"}, {"delay_ms", 60000}}}}},
                            {{{"name", "solo"}}}, {{"memory", {{"reflect", true}}}});
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        QTRY_COMPARE(count(EventKind::RequestSent), 2);
        QVERIFY(m_run->isActive());
        m_run->cancelAgent("solo");
        QCOMPARE(end(), QString("done"));
    }
};

ORRERY_TEST(TestMemoryUse)
#include "tst_memoryuse.moc"
