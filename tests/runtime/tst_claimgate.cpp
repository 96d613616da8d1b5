// SPDX-License-Identifier: GPL-3.0-or-later
// What becomes of claims when files are edited and commands are run: with the real tools, on real files.
#include "core/runtime/teamservices.h"
#include "core/tools/toolexecutor.h"
#include "tests/support/testregistry.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>
#include <thread>

using namespace orrery;

namespace {

std::string numbered(int lines, const std::string &word = "line ")
{
    std::string text;
    for (int i = 1; i <= lines; ++i)
        text += word + std::to_string(i) + "\n";
    return text;
}

} // namespace

class TestClaimGate : public QObject
{
    Q_OBJECT

private:
    using Log = std::vector<std::string>;
    std::unique_ptr<QTemporaryDir> m_folder;
    ManualClock m_clock;
    std::unique_ptr<runtime::TeamServices> m_services;
    std::shared_ptr<runtime::Subscription> m_events;

    std::filesystem::path path(const std::string &file) const
    {
        return m_services->workspace / file;
    }
    void write(const std::string &file, const std::string &content)
    {
        std::ofstream(path(file)) << content;
        // Long ago, so that it is not taken for one that may change unseen.
        std::filesystem::last_write_time(path(file), std::filesystem::file_time_type::clock::now()
                                                         - std::chrono::hours(1));
    }
    tools::ToolContext contextOf(const std::string &agent)
    {
        tools::ToolContext context;
        context.agent = agent;
        context.callId = "c1";
        context.workspace = m_services->workspace;
        context.writeGate = m_services->writeGate.get();
        return context;
    }
    tools::ToolExecution use(const std::string &agent, const std::string &tool,
                             const Json &arguments)
    {
        return tools::executeTool(*m_services->tools.at(tool), arguments, contextOf(agent));
    }
    tools::ToolExecution command(const std::string &agent, const std::string &line)
    {
        return use(agent, "bash", {{"command", line}});
    }
    void claim(const std::string &agent, const std::string &file, int start, int end)
    {
        QVERIFY(
            use(agent, "claim_region", {{"file", file}, {"start_line", start}, {"end_line", end}})
                .ok);
        told();
    }
    /// What was told since the last time, of edits, claims and commands.
    Log told()
    {
        Log log;
        for (const EventPtr &event : m_events->drain(SIZE_MAX)) {
            const Json &data = event->data;
            const auto lines = [&] {
                return data.at("file").get<std::string>() + ":" + data.at("start").dump() + "-"
                       + data.at("end").dump();
            };
            if (event->kind == EventKind::FileEdited)
                log.push_back("edited " + lines() + " +" + data.at("added").dump() + " -"
                              + data.at("removed").dump());
            else if (event->kind == EventKind::Warning && data.contains("holder"))
                log.push_back(event->agent + " changed " + lines() + " of "
                              + data.at("holder").get<std::string>());
            else if (event->kind == EventKind::Warning)
                log.push_back(data.at("code"));
            else
                log.push_back(std::string(toString(event->kind)) + " " + event->agent + " "
                              + lines());
        }
        return log;
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_clock.setUs(1'000'000'000'000);
        TeamSpec team;
        m_services = std::make_unique<runtime::TeamServices>(
            "run", team, std::filesystem::canonical(m_folder->path().toStdString()), m_clock,
            nullptr);
        m_services->members.join({"lead", {}, {}, {}, 0});
        m_services->members.join({"lead.1", {}, {}, "lead", 1});
        m_services->members.join({"coder", {}, {}, {}, 0});
        m_events = m_services->bus.subscribe([] {});
        write("a.txt", numbered(50));
    }

    void editsAreToldWithTheLinesThatCameAndWent_data()
    {
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("after");
        QTest::addColumn<QString>("told");
        QTest::newRow("changed") << "a\nb\nc\n"
                                 << "a\nB\nc\n"
                                 << "edited e.txt:2-2 +1 -1";
        QTest::newRow("inserted") << "a\nc\n"
                                  << "a\nb\nc\n"
                                  << "edited e.txt:2-2 +1 -0";
        QTest::newRow("deleted") << "a\nb\nc\n"
                                 << "a\nc\n"
                                 << "edited e.txt:2-2 +0 -1";
        QTest::newRow("filled") << ""
                                << "a\nb\n"
                                << "edited e.txt:1-2 +2 -0";
        QTest::newRow("emptied") << "a\nb\n"
                                 << ""
                                 << "edited e.txt:1-1 +0 -2";
        QTest::newRow("appended") << "a\n"
                                  << "a\nb\nc\n"
                                  << "edited e.txt:2-3 +2 -0";
    }
    void editsAreToldWithTheLinesThatCameAndWent()
    {
        QFETCH(QString, before);
        QFETCH(QString, after);
        QFETCH(QString, told);
        write("e.txt", before.toStdString());
        claim("coder", "e.txt", 1, 100);
        QVERIFY(use("coder", "read_file", {{"path", "e.txt"}}).ok);
        QVERIFY(
            use("coder", "write_file", {{"path", "e.txt"}, {"content", after.toStdString()}}).ok);
        QCOMPARE(this->told().front(), told.toStdString());
    }

    void claimsFollowAnEditOfSeveralPlaces()
    {
        claim("lead", "a.txt", 1, 3);
        claim("coder", "a.txt", 10, 20);
        claim("tester", "a.txt", 30, 40);
        const Json edits = {{{"old_text", "line 5\n"}, {"new_text", ""}},
                            {{"old_text", "line 12\n"}, {"new_text", "new\nline 12\nnew\n"}},
                            {{"old_text", "line 20\n"}, {"new_text", "line 20\nmore\n"}}};
        QVERIFY(use("coder", "edit_file", {{"path", "a.txt"}, {"edits", edits}}).ok);
        QCOMPARE(told(),
                 (Log{"edited a.txt:5-5 +0 -1", "edit_outside_claim", "edited a.txt:11-11 +1 -0",
                      "edited a.txt:13-13 +1 -0", "edited a.txt:22-22 +1 -0",
                      "claim_moved coder a.txt:9-22", "claim_moved tester a.txt:32-42"}));
        // The numbers hold: what was line 30 is tester's yet, and what was line 29 is nobody's.
        const auto edit = [&](int line) {
            return use("coder", "edit_file",
                       {{"path", "a.txt"},
                        {"old_text", "line " + std::to_string(line) + "\n"},
                        {"new_text", "changed " + std::to_string(line) + "\n"}})
                .ok;
        };
        QVERIFY(!edit(30));
        QVERIFY(!edit(40));
        QVERIFY(edit(29));
        QVERIFY(edit(41));
    }

    void aNewFileIsWhatItsLinesWereClaimedFor()
    {
        claim("coder", "new.txt", 1, 30);
        QVERIFY(use("coder", "write_file", {{"path", "new.txt"}, {"content", numbered(20)}}).ok);
        QCOMPARE(told(), Log{"edited new.txt:1-20 +20 -0"});
    }

    void aSubAgentEditsUnderItsParentsClaimWhichGrows()
    {
        claim("lead", "a.txt", 10, 20);
        const Json edit = {{"path", "a.txt"}, {"old_text", "line 12\n"}, {"new_text", "12\n12\n"}};
        QVERIFY(!use("coder", "edit_file", edit).ok);
        QCOMPARE(told(), Log{"claim_denied coder a.txt:12-12"});
        QVERIFY(use("lead.1", "edit_file", edit).ok);
        QCOMPARE(told(), (Log{"edited a.txt:12-13 +2 -1", "claim_moved lead a.txt:10-21"}));
    }

    void aCommandThatChangesClaimedLinesIsTold_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QStringList>("told");
        const QString changed = "coder changed a.txt:";
        // lead has claimed 10 to 20, tester 30 to 40.
        QTest::newRow("other lines") << "sed -i '5s/line/word/' a.txt" << QStringList();
        QTest::newRow("other file") << "echo x > b.txt" << QStringList();
        QTest::newRow("touched") << "touch a.txt" << QStringList();
        QTest::newRow("written anew") << "cp a.txt b.txt; cat b.txt > a.txt" << QStringList();
        QTest::newRow("one line") << "sed -i '12s/line/word/' a.txt"
                                  << QStringList{changed + "12-12 of lead"};
        QTest::newRow("same size and time")
            << "sed -i '12s/line/word/' a.txt; touch -d @1000000000 a.txt"
            << QStringList{changed + "12-12 of lead"};
        QTest::newRow("lines of both")
            << "sed -i '15,35s/line/word/' a.txt"
            << QStringList{changed + "15-20 of lead", changed + "30-35 of tester"};
        QTest::newRow("fewer") << "sed -i '1,2d;18d' a.txt"
                               << QStringList{changed + "18-18 of lead",
                                              "claim_moved lead a.txt:8-17",
                                              "claim_moved tester a.txt:27-37"};
        QTest::newRow("more above")
            << "sed -i '1i new' a.txt"
            << QStringList{"claim_moved lead a.txt:11-21", "claim_moved tester a.txt:31-41"};
        QTest::newRow("all of it")
            << "sed -i '10,20d' a.txt"
            << QStringList{changed + "10-20 of lead", "claim_released lead a.txt:10-20",
                           "claim_moved tester a.txt:19-29"};
        QTest::newRow("deleted") << "rm a.txt"
                                 << QStringList{changed + "10-20 of lead",
                                                changed + "30-40 of tester"};
        QTest::newRow("emptied") << ": > a.txt"
                                 << QStringList{changed + "10-20 of lead",
                                                changed + "30-40 of tester"};
        QTest::newRow("too large")
            << "head -c 2000000 /dev/zero >> a.txt"
            << QStringList{changed + "10-20 of lead", changed + "30-40 of tester"};
    }
    void aCommandThatChangesClaimedLinesIsTold()
    {
        QFETCH(QString, line);
        QFETCH(QStringList, told);
        claim("lead", "a.txt", 10, 20);
        claim("tester", "a.txt", 30, 40);
        QVERIFY(command("coder", line.toStdString()).ok);
        Log expected;
        for (const QString &each : told)
            expected.push_back(each.toStdString());
        QCOMPARE(this->told(), expected);
        // Told once.
        QVERIFY(command("coder", "true").ok);
        QVERIFY(this->told().empty());
    }

    void whoseCommandItIsMatters()
    {
        claim("lead", "a.txt", 10, 20);
        QVERIFY(command("lead", "sed -i '12d' a.txt").ok); // nobody else has anything there
        QVERIFY(told().empty());
        QVERIFY(command("lead.1", "sed -i '12d' a.txt").ok);
        QCOMPARE(told(), Log{"claim_moved lead a.txt:10-19"});
        m_clock.advanceMs(m_services->team.claimTtlMs);
        QVERIFY(command("coder", "sed -i '12d' a.txt").ok);
        QVERIFY(told().empty());
    }

    /// While a command runs, the holder edits its lines itself: that is not what the command did.
    void anEditDuringACommandIsNotTheCommands()
    {
        claim("lead", "a.txt", 10, 20);
        auto &gate = *m_services->writeGate;
        auto watch = gate.beforeCommand("coder");
        QVERIFY(watch);
        QVERIFY(use("lead", "edit_file",
                    {{"path", "a.txt"}, {"old_text", "line 12\n"}, {"new_text", "12\n12\n"}})
                    .ok);
        QCOMPARE(told(), (Log{"edited a.txt:12-13 +2 -1", "claim_moved lead a.txt:10-21"}));
        gate.afterCommand("coder", std::move(watch), "c1");
        QVERIFY(told().empty());
        // Of two commands that run side by side, one tells what has changed.
        auto first = gate.beforeCommand("coder");
        auto second = gate.beforeCommand("coder");
        write("a.txt", "new\n" + numbered(50));
        gate.afterCommand("coder", std::move(first), "c1");
        QVERIFY(!told().empty());
        gate.afterCommand("coder", std::move(second), "c2");
        QVERIFY(told().empty());
    }
};

ORRERY_TEST(TestClaimGate)
#include "tst_claimgate.moc"
