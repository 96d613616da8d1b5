// SPDX-License-Identifier: GPL-3.0-or-later
// Whole teams whose models are an HTTP server that other people wrote: the sample team, and what goes wrong.
#include "core/model/teamfile.h"
#include "core/runtime/teamrun.h"
#include "tests/support/aimockserver.h"
#include "tests/support/testregistry.h"

#include <QDateTime>
#include <QFile>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace orrery;

namespace {

const QString sample = QStringLiteral(ORRERY_SOURCE_DIR "/resources/sample/");

} // namespace

class TestRealTeam : public QObject
{
    Q_OBJECT

private:
    orrery::testing::AimockServer m_server;
    QTemporaryDir m_folder;
    std::unique_ptr<runtime::TeamRun> m_run;
    std::shared_ptr<runtime::Subscription> m_events;
    std::vector<EventPtr> m_seen;

    /// A team of one that is told `prompt`.
    TeamSpec one(const std::string &prompt)
    {
        const Json file = {{"name", "One"},
                           {"agents",
                            {{{"name", "solo"},
                              {"model", "custom:gpt-4o-mini"},
                              {"base_url", m_server.url() + "/v1"},
                              {"prompt", prompt}}}}};
        const QString path = m_folder.filePath("one.json");
        QFile out(path);
        if (!out.open(QFile::WriteOnly))
            return {};
        out.write(QByteArray::fromStdString(file.dump()));
        out.close();
        auto team = loadTeamFile(path.toStdString());
        return team ? *team : TeamSpec{};
    }

    void start(TeamSpec team, const char *workspace)
    {
        m_run.reset();
        m_seen.clear();
        runtime::RunOptions options;
        options.team = std::move(team);
        options.task = options.team.task;
        options.workspace = m_folder.filePath(workspace).toStdString();
        options.approvals = runtime::ApprovalMode::All;
        auto run = runtime::TeamRun::create(std::move(options));
        QVERIFY2(run.has_value(), run ? "" : run.error().message.c_str());
        m_run = std::move(*run);
        m_events = m_run->bus().subscribe([] {});
        m_run->start();
    }
    /// Waits for the end; the outcome.
    QString end(int timeoutMs = 60000)
    {
        QSignalSpy finished(m_run.get(), &runtime::TeamRun::finished);
        if (m_run->isActive() && !finished.wait(timeoutMs))
            return QStringLiteral("never ended");
        look();
        const EventPtr last = find(EventKind::RunFinished);
        return last ? QString::fromStdString(last->data["outcome"]) : QString();
    }
    void look()
    {
        for (EventPtr &event : m_events->drain(SIZE_MAX))
            m_seen.push_back(std::move(event));
    }
    int count(EventKind kind)
    {
        look();
        return int(std::count_if(m_seen.begin(), m_seen.end(),
                                 [kind](const EventPtr &event) { return event->kind == kind; }));
    }
    EventPtr find(EventKind kind) const
    {
        const auto it = std::find_if(m_seen.begin(), m_seen.end(),
                                     [kind](const EventPtr &event) { return event->kind == kind; });
        return it == m_seen.end() ? nullptr : *it;
    }

private slots:
    void initTestCase()
    {
        if (const QString why = orrery::testing::AimockServer::missing(); !why.isEmpty())
            QSKIP(qPrintable(why));
        QVERIFY2(m_server.start(sample + "script.json"), "the server did not start");
    }
    void cleanup() { m_run.reset(); }
    void cleanupTestCase() { m_server.stop(); }

    void theSampleTeamRepairsTheProject()
    {
        auto team = loadTeamFile((sample + "team.json").toStdString());
        QVERIFY(team.has_value());
        for (AgentSpec &agent : team->agents) {
            agent.model = "custom:gpt-4o-mini";
            agent.baseUrl = m_server.url() + "/v1";
            agent.script.clear();
            agent.instructions += " [" + agent.name + "]"; // by which the server knows it
        }
        start(std::move(*team), "sample");
        QCOMPARE(end(90000), QString("done"));
        QCOMPARE(count(EventKind::AgentFinished) >= 3, true);
        QVERIFY(count(EventKind::ModelDelta) > 50); // it really streamed
        QVERIFY(count(EventKind::ToolFinished) > 15);
        QVERIFY(count(EventKind::ClaimGranted) >= 3);
        QVERIFY(count(EventKind::PeerMessageDelivered) >= 2);
        QVERIFY(count(EventKind::MemoryStored) >= 1);
        QCOMPARE(QString::fromStdString(find(EventKind::RequestSent)->data["provider"]),
                 QString("custom"));
        QProcess checks;
        checks.setWorkingDirectory(m_folder.filePath("sample"));
        checks.start("sh", {"./test.sh"});
        QVERIFY(checks.waitForFinished(60000));
        QCOMPARE(checks.exitCode(), 0);
    }

    void stopNowClosesTheSocketWhileTheServerIsTalking()
    {
        start(one("talk long"), "stop");
        QTRY_VERIFY(count(EventKind::ModelDelta) >= 3);
        const Json before = m_server.connections();
        const qint64 askedMs = QDateTime::currentMSecsSinceEpoch();
        m_run->stopNow();
        QCOMPARE(end(5000), QString("stopped"));
        Json after;
        QTRY_VERIFY((after = m_server.connections())["open"].get<int>()
                    < before["open"].get<int>());
        const qint64 took = after["lastClosedMs"].get<qint64>() - askedMs;
        qInfo("closed after %lld ms, as the server sees it", took);
        QCOMPARE(after["cutOff"].get<int>(), before["cutOff"].get<int>() + 1);
    }

    void goesOnAfterAFailure_data()
    {
        QTest::addColumn<QString>("prompt");
        QTest::addColumn<QString>("code");
        QTest::newRow("429 with Retry-After") << "busy once"
                                              << "rate_limited";
        QTest::newRow("503") << "broken once"
                             << "server";
        QTest::newRow("a cut stream") << "cut once"
                                      << "network";
    }
    void goesOnAfterAFailure()
    {
        QFETCH(QString, prompt);
        QFETCH(QString, code);
        start(one(prompt.toStdString()), "retry");
        QCOMPARE(end(), QString("done"));
        QCOMPARE(count(EventKind::RequestFailed), 1);
        const EventPtr failure = find(EventKind::RequestFailed);
        QCOMPARE(QString::fromStdString(failure->data["code"]), code);
        if (code == "rate_limited")
            QVERIFY(failure->data["retry_in_ms"].get<int>() >= 1000); // as the server asked
        const EventPtr done = find(EventKind::AgentFinished);
        QCOMPARE(QString::fromStdString(done->data["output"]), prompt + ", and now it works");
    }

    void garbageEndsTheRunWithAReason()
    {
        start(one("talk rubbish"), "rubbish");
        QCOMPARE(end(), QString("failed"));
        QVERIFY(count(EventKind::RequestFailed) >= 1);
        const EventPtr failure = find(EventKind::RequestFailed);
        QCOMPARE(QString::fromStdString(failure->data["code"]), QString("bad_response"));
        QVERIFY(!find(EventKind::RunFinished)->data["reason"].get<std::string>().empty());
    }
};

ORRERY_TEST(TestRealTeam)
#include "tst_realteam.moc"
