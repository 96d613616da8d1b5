// SPDX-License-Identifier: GPL-3.0-or-later
// What an iteration of the loop asks the heap for: no more than so much, and no more as the conversation grows.
#include "core/runtime/agentworker.h"
#include "core/runtime/teamservices.h"
#include "tests/support/allocationcount.h"
#include "tests/support/replyclient.h"
#include "tests/support/testregistry.h"

#include <QEventLoop>
#include <QTemporaryDir>
#include <QTest>

using namespace orrery;
using orrery::testing::ReplyClient;
using orrery::testing::t_allocations;

class TestLoopAllocations : public QObject
{
    Q_OBJECT

private:
    static tools::ToolPtr looking()
    {
        auto tool = std::make_shared<tools::Tool>();
        tool->name = "look";
        tool->description = "Looks at a part of a file and says what is in it.";
        tool->parameters = {{"type", "object"},
                            {"properties", {{"line", {{"type", "integer"}}}}},
                            {"required", {"line"}}};
        tool->isQuick = true;
        tool->run = [](const Json &, tools::ToolContext &) {
            return tools::ToolResult::success("Nothing in it is unusual.");
        };
        return tool;
    }

    /// Of each iteration of a run of so many, with a journal and saved contexts; 0 when it did not run as it should.
    static double allocationsOf(int iterations)
    {
        TeamSpec team;
        team.name = "Test";
        AgentSpec agent;
        agent.name = "solo";
        agent.model = "openai:test";
        agent.instructions = "You look at files, part by part.";
        agent.maxIterations = iterations + 1;
        agent.stream = false;
        team.agents = {agent};

        QTemporaryDir folder;
        const std::string path = folder.filePath("j.orrery").toStdString();
        SystemClock clock;
        auto journal = store::JournalWriter::open(path);
        if (!journal)
            return 0;
        auto contexts = store::ContextStore::open(path, (*journal)->right());
        if (!contexts)
            return 0;
        runtime::TeamServices services("run_test", team, folder.path().toStdString(), clock,
                                       journal->get());
        services.contexts = std::move(*contexts);
        services.tools.clear();
        services.tools.add({looking()});
        int left = iterations - 1;
        services.makeModelClient = [&left] {
            return std::make_unique<ReplyClient>([&left](const llm::ModelRequest &) {
                const std::string id = "call_" + std::to_string(left);
                return left-- > 0 ? ReplyClient::calling(id.c_str(), "look", {{"line", left}})
                                  : ReplyClient::text("Done.");
            });
        };

        QEventLoop loop;
        std::stop_source stop;
        runtime::AgentWorker worker(services.team.agents.front(), services, stop.get_token());
        connect(&worker, &runtime::AgentWorker::becameIdle, &loop, &QEventLoop::quit);
        const std::size_t before = t_allocations;
        worker.begin("Look at everything.");
        loop.exec();
        const auto allocations = static_cast<double>(t_allocations - before);
        return left < 0 ? allocations / iterations : 0;
    }

private slots:
    void anIterationAsksForNoMoreThanSoMuchAndForNoMoreLater()
    {
        const double at50 = allocationsOf(50);
        const double at1000 = allocationsOf(1000);
        qInfo("%.1f an iteration of 50, %.1f of 1,000", at50, at1000);
        QVERIFY(at50 > 0 && at1000 > 0);
        QVERIFY2(at50 <= 90, qPrintable(QString::number(at50)));
        QVERIFY2(at1000 <= 1.05 * at50, qPrintable(QString::number(at1000)));
    }
};

ORRERY_TEST(TestLoopAllocations)
#include "tst_loopallocations.moc"
