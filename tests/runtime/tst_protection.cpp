// SPDX-License-Identifier: GPL-3.0-or-later
// What keeps the agents of a run from changing what it trusts, and how it is told.
#include "core/runtime/protection.h"
#include "tests/support/runprobe.h"
#include "tests/support/testregistry.h"

#include <filesystem>
#include <fstream>

using namespace orrery;
namespace fs = std::filesystem;

class TestProtection : public QObject, private RunProbe
{
    Q_OBJECT

private:
    /// A run in the folder of its own team file, with a hook in it.
    QString runInItsFolder(const Json &steps, Json permissions)
    {
        const fs::path folder = m_folder->path().toStdString();
        std::ofstream(folder / "hook.sh") << "exit 0\n";
        runtime::RunOptions options;
        options.team = team({{"solo", steps}}, Json::array({{{"name", "solo"}}}),
                            {{"permissions", std::move(permissions)},
                             {"memory", {{"path", "memory.sqlite"}}},
                             {"hooks", {{{"event", "session_start"}, {"command", "sh hook.sh"}}}}});
        options.workspace = folder.string();
        options.journalPath = (folder / "run.orrery").string();
        options.approvals = runtime::ApprovalMode::All;
        start(std::move(options));
        return end();
    }
    QByteArray content(const char *name)
    {
        QFile file(m_folder->filePath(name));
        return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
    }

private slots:
    void init() { freshFolder(); }
    void cleanup() { m_run.reset(); }

    void aRunTrusts_data()
    {
        QTest::addColumn<QByteArray>("file");
        for (const char *file : {"team.json", "script.json", "hook.sh", "run.orrery",
                                 "run.orrery-wal", "run.orrery-shm", "memory.sqlite"})
            QTest::newRow(file) << QByteArray(file);
    }
    void aRunTrusts()
    {
        QFETCH(QByteArray, file);
        const QString outcome = runInItsFolder(
            Json::array({call("write_file", {{"path", file.toStdString()}, {"content", "mine"}}),
                         {{"text", "Done."}}}),
            {{"allow", {"write_file"}}});
        QCOMPARE(outcome, QString("done"));
        const Json result = resultOf("write_file");
        const auto text = result["message"]["content"].get<std::string>();
        QVERIFY2(text.find("trusts") != std::string::npos, text.c_str());
        QVERIFY(content(file.constData()) != "mine");
    }

    void aCommandCannotChangeThemEither()
    {
        if (!tools::whyNoSandbox().empty())
            QSKIP(("There is no sandbox here: " + tools::whyNoSandbox()).c_str());
        runInItsFolder(
            Json::array(
                {call("bash", {{"command", "echo mine > team.json; echo mine > hook.sh; echo "
                                           "mine > run.orrery; echo mine > free.txt"}}),
                 {{"text", "Done."}}}),
            {{"allow", {"bash"}}});
        QVERIFY(content("team.json") != "mine\n");
        QCOMPARE(content("hook.sh"), QByteArray("exit 0\n"));
        QVERIFY(content("run.orrery").startsWith("SQLite"));
        QCOMPARE(content("free.txt"), QByteArray("mine\n"));
        QVERIFY(latest(EventKind::RunStarted)->data["sandbox"] == "bubblewrap");
    }

    void theFirstEventSaysWhatProtects_data()
    {
        QTest::addColumn<QByteArray>("permissions");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("off") << QByteArray(R"({"sandbox": "off"})") << QByteArray("none (the team");
        QTest::newRow("no commands") << QByteArray(R"({"deny": ["bash"]})") << QByteArray();
        if (tools::whyNoSandbox().empty())
            QTest::newRow("no network")
                << QByteArray(R"({"network": false})") << QByteArray("bubblewrap, no network");
    }
    void theFirstEventSaysWhatProtects()
    {
        QFETCH(QByteArray, permissions);
        QFETCH(QByteArray, said);
        runInItsFolder(Json::array({{{"text", "Done."}}}), Json::parse(permissions.toStdString()));
        const Json data = latest(EventKind::RunStarted)->data;
        QCOMPARE(data.contains("sandbox"), !said.isEmpty());
        if (!said.isEmpty())
            QVERIFY(data["sandbox"].get<std::string>().starts_with(said.toStdString()));
    }

    void theEventsSayWhatWasMended()
    {
        runInItsFolder(Json::array({call("glob", {{"pattern", "*.sh"}, {"path", nullptr}}),
                                    {{"text", "Done."}}}),
                       Json::object());
        const Json data = latest(EventKind::ToolRequested)->data;
        QCOMPARE(data["mended"].size(), 1u);
        QCOMPARE(data["args"].dump(), std::string(R"({"pattern":"*.sh"})"));
        QVERIFY(latest(EventKind::ToolStarted)->data["args"] == data["args"]);
        QVERIFY(latest(EventKind::ToolFinished)->data["ok"] == true);
    }
};

ORRERY_TEST(TestProtection)
#include "tst_protection.moc"
