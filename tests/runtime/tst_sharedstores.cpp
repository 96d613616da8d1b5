// SPDX-License-Identifier: GPL-3.0-or-later
// What a team writes into its knowledge base and its decision graph, over more than one run.
#include "core/model/teamfile.h"
#include "core/runtime/sharedstores.h"
#include "core/runtime/teamrun.h"
#include "tests/support/testregistry.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace orrery;

class TestSharedStores : public QObject
{
    Q_OBJECT

private:
    struct Outcome {
        std::vector<EventPtr> events;
        std::string problem; ///< why there was no run

        std::vector<EventPtr> of(EventKind kind) const
        {
            std::vector<EventPtr> list;
            std::copy_if(events.begin(), events.end(), std::back_inserter(list),
                         [kind](const EventPtr &event) { return event->kind == kind; });
            return list;
        }
        int offered() const
        {
            const auto sent = of(EventKind::RequestSent);
            return sent.empty() ? -1 : sent.front()->data.value("tool_count", -1);
        }
    };

    static void write(const QString &name, const Json &json)
    {
        QFile out(name);
        QVERIFY(out.open(QFile::WriteOnly));
        out.write(QByteArray::fromStdString(json.dump()));
    }

    Outcome run(const Json &steps, Json more,
                const std::function<void(runtime::TeamRun &)> &then = {})
    {
        write(m_folder.filePath("script.json"), {{"agents", {{"solo", {{"steps", steps}}}}}});
        Json agent = {{"name", "solo"}, {"model", "scripted:test"}, {"script", "script.json"}};
        if (more.contains("tools"))
            agent["tools"] = more["tools"];
        more.erase("tools");
        more["name"] = "Test";
        more["agents"] = Json::array({agent});
        write(m_folder.filePath("team.json"), more);
        Outcome outcome;
        const auto team = loadTeamFile(m_folder.filePath("team.json").toStdString());
        if (!team) {
            outcome.problem = team.error().message;
            return outcome;
        }
        runtime::RunOptions options;
        options.team = *team;
        options.task = "Do it.";
        options.workspace = m_folder.filePath("work").toStdString();
        options.approvals = runtime::ApprovalMode::All;
        auto made = runtime::TeamRun::create(std::move(options));
        if (!made) {
            outcome.problem = made.error().message;
            return outcome;
        }
        const auto events = (*made)->bus().subscribe([] {});
        QSignalSpy finished(made->get(), &runtime::TeamRun::finished);
        (*made)->start();
        if (!finished.wait(20000))
            outcome.problem = "never ended";
        if (then)
            then(**made);
        made->reset();
        outcome.events = events->drain(SIZE_MAX);
        return outcome;
    }

    static Json calls(std::initializer_list<std::pair<const char *, Json>> list)
    {
        Json calls = Json::array();
        for (const auto &[name, arguments] : list)
            calls.push_back({{"name", name}, {"arguments", arguments}});
        return Json::array(
            {{{"text", "Now."}, {"tool_calls", std::move(calls)}}, {{"text", "Done."}}});
    }

    /// What the agent of the latest team file is told when it starts now.
    std::string told()
    {
        const auto team = loadTeamFile(m_folder.filePath("team.json").toStdString());
        if (!team)
            return team.error().message;
        const SystemClock clock{};
        runtime::TeamServices services("run", *team, m_folder.filePath("work").toStdString(), clock,
                                       nullptr);
        if (const auto opened = runtime::openSharedStores(services); !opened)
            return opened.error().message;
        return runtime::instructionsWithStores(team->agents.front(), services);
    }

    QTemporaryDir m_folder;

private slots:
    void aSecondRunKnowsWhatTheFirstWrote()
    {
        const Json stores = {{"knowledge", {{"path", "kb.sqlite"}}},
                             {"decisions", {{"path", "decisions.sqlite"}}}};
        const Outcome first =
            run(calls({{"add_goal", {{"label", "Ship it"}, {"confidence", 0.5}}},
                       {"record_decision", {{"label", "Use cents"}, {"parent_id", "Ship it"}}},
                       {"kb_add_entry", {{"title", "Whole cents"}, {"content", "c"}}},
                       {"kb_ingest", {{"title", "Doc"}, {"content", "text"}}}}),
                stores);
        QCOMPARE(first.problem, std::string());
        QCOMPARE(first.of(EventKind::DecisionRecorded).size(), std::size_t(2));
        QCOMPARE(first.of(EventKind::DecisionLinked).size(), std::size_t(1));
        QCOMPARE(first.of(EventKind::KnowledgeSaved).size(), std::size_t(2));
        QVERIFY(first.of(EventKind::KnowledgeLoaded).empty());
        QVERIFY(first.of(EventKind::DecisionsLoaded).empty());
        for (const EventPtr &event : first.of(EventKind::ToolFinished))
            QVERIFY2(event->data.value("ok", false), event->data.text().c_str());

        const std::string text = told();
        QVERIFY2(text.find("## Active Goals\n- [") != std::string::npos, text.c_str());
        QVERIFY2(text.find("Ship it (status: active, confidence: 0.5)") != std::string::npos,
                 text.c_str());

        const Outcome second =
            run(calls({{"kb_next_document", Json::object()},
                       {"kb_read", {{"slug_or_id", "whole-cents"}}},
                       {"update_decision", {{"id", "Ship it"}, {"status", "completed"}}}}),
                stores);
        QCOMPARE(second.problem, std::string());
        const auto loaded = second.of(EventKind::KnowledgeLoaded);
        QCOMPARE(loaded.size(), std::size_t(1));
        QVERIFY(loaded.front()->data.at("entries").at(0).at("slug") == "whole-cents");
        QVERIFY(loaded.front()->data.at("documents").at(0).at("status") == "pending");
        QVERIFY(second.of(EventKind::DecisionsLoaded).front()->data.at("edges").size() == 1);
        for (const EventPtr &event : second.of(EventKind::ToolFinished))
            QVERIFY2(event->data.value("ok", false), event->data.text().c_str());
    }

    void theToolsAreThereWhenAskedFor()
    {
        const Json idle = Json::array({{{"text", "Done."}}});
        const int plain = run(idle, Json::object()).offered();
        QVERIFY(plain > 0);
        QCOMPARE(run(idle, {{"knowledge", Json::object()}}).offered(), plain + 10);
        QCOMPARE(run(idle, {{"decisions", Json::object()}}).offered(), plain + 6);
        const Outcome listed = run(idle, {{"tools", {"kb_search", "add_goal"}}});
        QCOMPARE(listed.offered(), 3); // and read_result, for what kb_search finds
        QVERIFY(told().find("## Knowledge Base") != std::string::npos);
        QVERIFY(told().find("## Decisions") == std::string::npos);
        run(idle, {{"knowledge", Json::object()}, {"permissions", {{"deny_prefixes", {"kb_"}}}}});
        QCOMPARE(told(), std::string());
        QCOMPARE(run(idle, {{"tools", {"read_file", "claim_region"}}}).offered(), 2);
        QCOMPARE(run(idle, {{"tools", {"read_file", "read_result"}}}).offered(), 2);
        QCOMPARE(run(idle, {{"tools", {"read_file", "grep"}}}).offered(), 3);
    }

    void aPersonAddsDocuments()
    {
        const Outcome outcome =
            run(Json::array({{{"text", "Done."}}}), {{"knowledge", Json::object()}},
                [](runtime::TeamRun &run) { run.ingest("notes.md", "# Notes"); });
        const auto saved = outcome.of(EventKind::KnowledgeSaved);
        QCOMPARE(saved.size(), std::size_t(1));
        QCOMPARE(saved.front()->agent, std::string("person"));
        QVERIFY(saved.front()->data.at("document").at("title") == "notes.md");
    }

    void aForeignFileIsRefusedAndNamed()
    {
        QVERIFY(QDir(m_folder.path()).mkpath("work"));
        QFile file(m_folder.filePath("work/notes.txt"));
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(QByteArray(2000, 'n'));
        file.close();
        const Outcome outcome =
            run(Json::array({{{"text", "Done."}}}), {{"decisions", {{"path", "notes.txt"}}}});
        QVERIFY2(outcome.problem.find("notes.txt is not a decision graph of Orrery")
                     != std::string::npos,
                 outcome.problem.c_str());
        QVERIFY(file.open(QFile::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray(2000, 'n'));
    }
};

ORRERY_TEST(TestSharedStores)
#include "tst_sharedstores.moc"
