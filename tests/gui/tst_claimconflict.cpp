// SPDX-License-Identifier: GPL-3.0-or-later
// Two agents want the same lines: one holds them, the other's edit is refused in words that help, and goes through once
// they are free. Seen in the window, on real files.
#include "ui/shell/mainwindow.h"
#include "tests/support/testfiles.h"
#include "tests/support/testregistry.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace orrery;
using namespace orrery::testing;
using namespace orrery::ui;

namespace {

const char *const teamFile = R"json({
  "name": "Two", "task": "Change the notes.", "threads": 2, "project": "project", "claim_ttl_s": 90,
  "permissions": { "allow": ["edit_file"] },
  "agents": [
    { "name": "holder", "model": "scripted:x", "script": "script.json" },
    { "name": "other", "model": "scripted:x", "script": "script.json" }]
})json";
/// `holder` takes lines 1 to 3, thinks for two seconds, and lets go; `other` tries to change line 2 until it may.
const char *const script = R"json({ "agents": {
  "holder": { "steps": [
    { "text": "Mine.", "tool_calls": [{ "name": "claim_region",
        "arguments": { "file": "notes.txt", "start_line": 1, "end_line": 3 } }] },
    { "text": "No longer mine.", "delay_ms": 2000,
      "tool_calls": [{ "name": "release_region", "arguments": { "file": "notes.txt" } }] },
    { "text": "Done." }] },
  "other": { "steps": [
    { "text": "I look first.", "delay_ms": 400,
      "tool_calls": [{ "name": "read_file", "arguments": { "path": "notes.txt" } }] },
    { "text": "I change line 2.", "delay_ms": 250,
      "tool_calls": [{ "name": "edit_file",
        "arguments": { "path": "notes.txt", "old_text": "second", "new_text": "2nd" } }],
      "until": { "last_result_matches": "^Changed", "max": 40 } },
    { "text": "Changed." }] } } })json";

} // namespace

class TestClaimConflict : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    /// All that a view shows, a line for each row.
    static QString textOf(const QAbstractItemView *view)
    {
        QString text;
        const QAbstractItemModel *model = view->model();
        for (int row = 0; row < model->rowCount(); ++row) {
            for (int column = 0; column < model->columnCount(); ++column)
                text += model->index(row, column).data().toString() + " | ";
            text += '\n';
        }
        return text;
    }

private slots:
    void theEditIsRefusedAndGoesThroughAfterTheRelease()
    {
        QVERIFY(QDir(m_folder.path()).mkdir("project"));
        write(m_folder.filePath("project/notes.txt"), "first\nsecond\nthird\n");
        write(m_folder.filePath("team.json"), teamFile);
        write(m_folder.filePath("script.json"), script);
        WindowOptions options;
        options.runsFolder = m_folder.filePath("runs");
        options.settingsFile = m_folder.filePath("settings.ini");
        options.version = "test";
        MainWindow window(options);
        window.resize(1600, 1000);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QVERIFY(window.openTeam(m_folder.filePath("team.json")));
        window.setWorkspace(m_folder.filePath("work"));
        window.run();

        auto *claims = window.findChild<QAbstractItemView *>("claimsTable");
        auto *conversation = window.findChild<QAbstractItemView *>("conversationList");
        auto *events = window.findChild<QAbstractItemView *>("eventsTable");
        QVERIFY(claims && conversation && events);

        // While it is held: who holds which lines, and for how long still.
        const QRegularExpression refusal(
            "notes.txt lines 1-3 are claimed by holder for another \\d+ s");
        QTRY_VERIFY_WITH_TIMEOUT(textOf(conversation).contains(refusal), 20000);
        QVERIFY(textOf(claims).contains("holder | notes.txt | 1–3"));
        QVERIFY(textOf(claims).contains("Held"));
        QCOMPARE(contentOf(m_folder.filePath("work/notes.txt")),
                 QByteArray("first\nsecond\nthird\n"));
        if (const QString picture = qEnvironmentVariable("ORRERY_TEST_PICTURE");
            !picture.isEmpty()) {
            QTest::qWait(300);
            QVERIFY(window.grab().save(picture));
        }

        QTRY_VERIFY_WITH_TIMEOUT(!window.isRunning(), 30000);
        QTRY_VERIFY(window.isCaughtUp());
        QCOMPARE(contentOf(m_folder.filePath("work/notes.txt")), QByteArray("first\n2nd\nthird\n"));
        QVERIFY(textOf(claims).contains("Released"));
        const QString log = textOf(events);
        QVERIFY(log.indexOf("claim_denied") > 0);
        QVERIFY(log.indexOf("claim_denied") < log.indexOf("claim_released"));
        QVERIFY(log.indexOf("claim_released") < log.indexOf("file_edited"));
    }
};

ORRERY_TEST(TestClaimConflict)

#include "tst_claimconflict.moc"
