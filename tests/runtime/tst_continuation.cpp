// SPDX-License-Identifier: GPL-3.0-or-later
// A run goes on from what the journal holds of another, which was killed in the middle of its work.
#include "tests/support/runprobe.h"
#include "tests/support/testregistry.h"

#include "core/store/journal.h"

#include <filesystem>

using namespace orrery;

class TestContinuation : public QObject, private RunProbe
{
    Q_OBJECT

private:
    std::string m_id;

    std::string path(const char *name) { return m_folder->filePath(name).toStdString(); }
    static std::uint64_t lastOnDisk(const std::string &file)
    {
        const auto reader = store::JournalReader::open(file);
        if (!reader)
            return 0;
        const auto runs = (*reader)->runs();
        return runs && !runs->empty() ? runs->back().lastSeq : 0;
    }
    static Json used(Json step, int input, int output)
    {
        step["usage"] = {{"input_tokens", input}, {"output_tokens", output}};
        return step;
    }
    static Json paid(Json more = Json::object())
    {
        more["prices"] = {{"scripted:test", {{"input", 10.0}, {"output", 100.0}}}};
        return more;
    }
    /// Two agents in the middle of their work, and their journal as a killed process leaves it.
    void killInTheMiddle()
    {
        const Json claiming =
            used(call("claim_region", {{"file", "a.txt"}, {"start_line", 3}, {"end_line", 9}}),
                 1000, 100);
        const Json telling = used(
            call("peer_message", {{"to", "second"}, {"message", "I have the lines."}}), 1000, 100);
        runtime::RunOptions options;
        options.team = team(
            {{"first", {claiming, telling, call("bash", {{"command", "touch on; sleep 300"}})}},
             {"second", {{{"text", "Late."}, {"delay_ms", 600000}}}}},
            {{{"name", "first"}}, {{"name", "second"}}}, paid());
        options.approvals = runtime::ApprovalMode::All;
        options.journalPath = path("run.orrery");
        start(std::move(options));
        m_id = m_run->id();
        QTRY_VERIFY(QFile::exists(m_folder->filePath("work/on")));
        QTRY_VERIFY(latest(EventKind::ToolStarted, "first")->data["tool"] == "bash");
        // What has been told so far must be on disk; a slow disk may take its time.
        const std::uint64_t told = seen().back()->seq;
        QTRY_VERIFY_WITH_TIMEOUT(lastOnDisk(path("run.orrery")) >= told, 30000);
        for (const char *suffix : {"", "-wal"})
            std::filesystem::copy_file(path("run.orrery") + suffix, path("killed.orrery") + suffix);
        m_run.reset();
        m_seen.clear();
    }
    void goOn(Json script, Json more = Json::object(), const std::string &task = {})
    {
        runtime::RunOptions options;
        options.team =
            team(std::move(script), {{{"name", "first"}}, {{"name", "second"}}}, std::move(more));
        options.approvals = runtime::ApprovalMode::All;
        options.journalPath = path("killed.orrery");
        options.continuedRun = m_id;
        options.task = task;
        options.workspace = path("work");
        auto run = runtime::TeamRun::create(std::move(options));
        QVERIFY2(run.has_value(), run ? "" : run.error().message.c_str());
        m_run = std::move(*run);
        m_events = m_run->bus().subscribe([] {});
        m_run->start();
    }
    std::vector<std::string> conversation(const std::string &agent)
    {
        std::vector<std::string> lines;
        for (const EventPtr &event : seen())
            if (event->kind == EventKind::MessageAdded && event->agent == agent)
                lines.push_back(event->data["message"]["role"].get<std::string>() + ": "
                                + event->data["message"].value("content", ""));
        return lines;
    }
    static bool has(const std::vector<std::string> &lines, const std::string &part)
    {
        return std::any_of(lines.begin(), lines.end(), [&](const std::string &line) {
            return line.find(part) != std::string::npos;
        });
    }

private slots:
    void init() { freshFolder(); }
    void cleanup() { m_run.reset(); }

    void whatTheJournalHoldsComesBack()
    {
        killInTheMiddle();
        goOn({{"first", {{{"text", "I have looked."}}}}, {"second", {{{"text", "I know."}}}}});
        QCOMPARE(end(), QString("done"));
        QVERIFY(latest(EventKind::RunStarted)->data["continues"] == m_id);
        // The conversation, with the call that was at work, and no second task.
        const auto first = conversation("first");
        QVERIFY(has(first, "while it ran"));
        QVERIFY(has(first, "assistant: I have looked."));
        QCOMPARE(std::count(first.begin(), first.end(), std::string("user: Do it.")), 1);
        // The claim, and the message that had not been read.
        const EventPtr claimed = latest(EventKind::ClaimGranted, "first");
        QVERIFY(claimed && claimed->data["file"] == "a.txt" && claimed->data["start"] == 3);
        QCOMPARE(count(EventKind::PeerMessageDelivered, "second"), 1);
        const auto second = conversation("second");
        QVERIFY(has(second, "I have the lines."));
        QVERIFY(has(second, "assistant: I know."));
    }

    void whatWasSpentIsSpent_data()
    {
        QTest::addColumn<double>("budget");
        QTest::addColumn<QString>("outcome");
        // Two answers of 1,000 tokens in and 100 out, at 10 and 100 USD a million: 0.04 USD.
        QTest::newRow("enough") << 10.0 << "done";
        QTest::newRow("used up") << 0.03 << "failed";
    }
    void whatWasSpentIsSpent()
    {
        QFETCH(double, budget);
        QFETCH(QString, outcome);
        killInTheMiddle();
        goOn({{"first", {{{"text", "Done."}}}}, {"second", {{{"text", "Done."}}}}},
             paid({{"limits", {{"budget_usd", budget}}}}));
        QCOMPARE(end(), outcome);
    }

    void aNewTaskIsGivenToAll()
    {
        killInTheMiddle();
        goOn({{"first", {{{"text", "Done."}}}}, {"second", {{{"text", "Done."}}}}}, Json::object(),
             "Something else.");
        QCOMPARE(end(), QString("done"));
        for (const char *agent : {"first", "second"}) {
            QVERIFY(has(conversation(agent), "user: Do it."));
            QVERIFY(has(conversation(agent), "user: Something else."));
        }
    }
};

ORRERY_TEST(TestContinuation)
#include "tst_continuation.moc"
