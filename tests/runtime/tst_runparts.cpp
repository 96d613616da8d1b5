// SPDX-License-Identifier: GPL-3.0-or-later
// The parts that a run is made of, each by itself.
#include "core/runtime/approvals.h"
#include "core/runtime/delegations.h"
#include "core/runtime/orchestrator.h"
#include "core/runtime/runcontrol.h"
#include "core/runtime/taskgroup.h"
#include "core/runtime/wayback.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <atomic>
#include <thread>

using namespace orrery;
using namespace orrery::runtime;

namespace {

tools::ToolPtr toolCalled(const char *name)
{
    auto tool = std::make_shared<tools::Tool>();
    tool->name = name;
    return tool;
}

/// Delegations whose sub-agents never end, and what became of each request.
struct Office {
    explicit Office(SubAgentLimits limits) : delegations(limits, registry, spawn())
    {
        registry.add({toolCalled("read"), toolCalled("write")});
        parent.name = "lead";
    }
    Delegations::Spawn spawn()
    {
        return [this](const AgentSpec &spec, const team::Member &member, const std::string &) {
            made.push_back(spec);
            members.push_back(member);
            return Result<void>();
        };
    }
    /// The error, or nothing when it was started.
    std::string ask(int count, int depth = 0, ToolSet tools = ToolSet::all())
    {
        const auto told = std::make_shared<std::string>(); // it may be told later, or never
        SubTask task;
        task.task = "Do it.";
        task.tools = std::move(tools);
        delegations.start(parent, {"lead", "", "", "", depth},
                          std::vector<SubTask>(static_cast<std::size_t>(count), task),
                          [told](const Result<std::vector<SubResult>> &results) {
                              *told = results ? "ended" : results.error().message;
                          });
        return *told;
    }

    tools::ToolRegistry registry;
    AgentSpec parent;
    std::vector<AgentSpec> made;
    std::vector<team::Member> members;
    Delegations delegations;
};

SubAgentLimits limitsOf(int depth, int parallel, int total)
{
    SubAgentLimits limits;
    limits.maxDepth = depth;
    limits.maxParallel = parallel;
    limits.maxTotal = total;
    return limits;
}

} // namespace

class TestRunParts : public QObject
{
    Q_OBJECT

private slots:
    void subAgentsGoAsDeepAsTheyMay()
    {
        Office office(limitsOf(2, 9, 9));
        QCOMPARE(office.ask(1, 1), std::string());
        QCOMPARE(office.members.back().depth, 2);
        QVERIFY(office.ask(1, 2).find("depth 2") != std::string::npos);
        QVERIFY(office.ask(1, 3).find("depth 3") != std::string::npos);
        QCOMPARE(office.made.size(), std::size_t(1));
    }

    void soManySubAgentsMayWorkAtOnceAndInAll()
    {
        Office office(limitsOf(9, 3, 5));
        QVERIFY(!office.ask(4).empty());
        QCOMPARE(office.ask(2), std::string());
        QVERIFY(!office.ask(2).empty()); // four at once
        QCOMPARE(office.ask(1), std::string());
        QVERIFY(office.delegations.ended("lead.1", true, "Done."));
        QVERIFY(office.delegations.ended("lead.2", true, "Done."));
        QVERIFY(!office.delegations.ended("lead.2", true, "Twice."));
        QCOMPARE(office.delegations.childrenOf("lead"), std::vector<std::string>{"lead.3"});
        QCOMPARE(office.ask(2), std::string()); // five in all
        QVERIFY(office.delegations.ended("lead.3", true, "Done."));
        QVERIFY(office.ask(1).find("5 of the run's 5") != std::string::npos);
        QVERIFY(!office.ask(0).empty());
    }

    void whatIsRefusedStartsNothing()
    {
        Office office(limitsOf(9, 9, 9));
        const std::string told = office.ask(2, 0, ToolSet::of({"read", "fly"}));
        QVERIFY2(told.find("fly") != std::string::npos, told.c_str());
        QVERIFY2(told.find("read, write") != std::string::npos, told.c_str());
        QVERIFY(office.made.empty());
        QCOMPARE(office.ask(9), std::string()); // nothing of the total was used up
    }

    void toolSetsAreExplicit()
    {
        const ToolSet all = ToolSet::all();
        const ToolSet none = ToolSet::of({});
        const ToolSet some = ToolSet::of({"read", "write"});
        QVERIFY(all.has("read") && !all.names("read") && all.isAll());
        QVERIFY(!none.has("read") && !none.isAll());
        QVERIFY(some.has("read") && some.names("write") && !some.has("bash"));
        QVERIFY(all.common(all) == all);
        QVERIFY(all.common(some) == some);
        QVERIFY(some.common(all) == some);
        QVERIFY(some.common(ToolSet::of({"bash", "write"})) == ToolSet::of({"write"}));
        QVERIFY(some.common(ToolSet::of({"bash"})) == none);
        QVERIFY(some.common(none) == none && none.common(all) == none);
    }

    void theGateHoldsAndDrops()
    {
        using Answer = RunControl::Answer;
        RunControl control;
        const auto ask = [&control](const char *agent) {
            return control.mayPass(agent, Step::Tool);
        };
        QCOMPARE(ask("a"), Answer::Go);
        QVERIFY(!control.resume());
        QVERIFY(control.pause());
        QVERIFY(!control.pause());
        QCOMPARE(ask("a"), Answer::Hold);
        QVERIFY(control.resume());
        control.pauseAgent("a");
        control.pauseAgent("b");
        QCOMPARE(ask("a"), Answer::Hold);
        QCOMPARE(ask("c"), Answer::Go);
        control.resumeAgent("a");
        QCOMPARE(ask("a"), Answer::Go);
        QCOMPARE(ask("b"), Answer::Hold);
        control.pause();
        control.stop();
        QCOMPARE(ask("a"), Answer::Drop);
        QCOMPARE(ask("b"), Answer::Drop);
        QVERIFY(!control.pause() && !control.resume() && control.isStopping());
    }

    void anApprovalIsAnsweredOnce()
    {
        ApprovalDesk desk;
        std::vector<std::string> answered;
        const auto note = [&answered](const std::string &id, const ApprovalDecision &) {
            answered.push_back(id);
        };
        const std::string first = desk.open(note);
        const std::string second = desk.open(note);
        const std::string third = desk.open(note);
        QVERIFY(first != second);
        QVERIFY(desk.resolve(second, {}));
        QVERIFY(!desk.resolve(second, {}));
        desk.withdraw(first);
        QVERIFY(!desk.resolve(first, {}));
        QVERIFY(!desk.resolve("approval_nobody", {}));
        QVERIFY(desk.resolve(third, {}));
        QCOMPARE(answered, (std::vector<std::string>{second, third}));
    }

    void aClosedGroupTakesNoJob()
    {
        std::atomic<int> ran{0};
        TaskGroup group(2);
        for (int i = 0; i < 50; ++i)
            QVERIFY(group.start([&ran] { ++ran; }));
        group.drain();
        QCOMPARE(ran.load(), 50);
        QVERIFY(!group.start([&ran] { ++ran; }));
        group.drain();
        QCOMPARE(ran.load(), 50);
    }

    void aJobMayAskForAnotherWhileTheGroupIsClosed()
    {
        std::atomic<bool> wasRefused{false};
        std::atomic<bool> isInside{false};
        TaskGroup group(1);
        group.start([&] {
            isInside = true;
            while (group.start([] {}))
                std::this_thread::yield();
            wasRefused = true;
        });
        while (!isInside)
            std::this_thread::yield();
        group.drain();
        QVERIFY(wasRefused);
    }

    void whoHasGoneIsNotFound()
    {
        auto object = std::make_unique<QObject>();
        const auto back = std::make_shared<WayBack>(*object);
        int ran = 0;
        QVERIFY(back->post([&ran] { ++ran; }));
        QTRY_COMPARE(ran, 1);
        QVERIFY(back->post([&ran] { ++ran; }));
        back->close();
        object.reset();
        QVERIFY(!back->post([&ran] { ++ran; }));
        QCoreApplication::processEvents();
        QCOMPARE(ran, 1);
    }

    void aRunIsOverWhenNobodyWorksOrHasMail()
    {
        team::Membership members;
        team::Mailbox mailbox;
        for (const char *name : {"a", "b"}) {
            members.join({name, "", "", "", 0});
            mailbox.open(name);
        }
        Orchestrator orchestrator;
        const auto end = [&](bool busy, bool stopping = false) -> std::string {
            const auto over = orchestrator.end(members, mailbox, stopping, [busy] { return busy; });
            return over ? over->outcome + ":" + over->reason : "";
        };
        QCOMPARE(end(true), std::string());
        QCOMPARE(end(false), std::string("done:"));
        mailbox.send({"m", "a", "b", "Well?", false});
        QCOMPARE(end(false), std::string());
        QCOMPARE(end(false, true), std::string("stopped:Stopped by the person"));
        QCOMPARE(end(true, true), std::string());
        orchestrator.drop("b");
        QCOMPARE(end(false), std::string("done:"));
        orchestrator.comeBack("b");
        QCOMPARE(end(false), std::string());
        orchestrator.dismiss("b");
        QVERIFY(orchestrator.isDismissed("b") && !orchestrator.isDismissed("a"));
        orchestrator.noteFailure("a: first");
        orchestrator.noteFailure("a: second");
        QCOMPARE(end(false), std::string("failed:a: first"));
        QCOMPARE(end(false), std::string("done:")); // told once
    }
};

ORRERY_TEST(TestRunParts)
#include "tst_runparts.moc"
