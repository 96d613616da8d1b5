// SPDX-License-Identifier: GPL-3.0-or-later
// Where a key may not be: within reach of a command, and in anything that is printed or saved.
#include "tests/support/runcli.h"
#include "tests/support/runprobe.h"
#include "tests/support/testregistry.h"

#include <filesystem>

#include <sys/syscall.h>
#include <unistd.h>

using namespace orrery;
using namespace orrery::testing;

namespace {

/// The name has no mark of a key, and the value no form of one.
const char *const kVariable = "OPENAI_AUTH";
const char *const kKeyValue = "correct horse/battery-staple 42";

/// What is to be seen of all processes, and which of them can be opened.
const char *const kLookAround =
    "{ env; ps axeww; for p in /proc/[0-9]*; do tr '\\0' '\\n' < $p/environ; "
    "tr '\\0' ' ' < $p/cmdline; done; ls -l /proc/self/fd; } > seen.txt 2>/dev/null; "
    "for p in /proc/[0-9]*; do case $(cat $p/comm 2>/dev/null) in orrery-cli) "
    "( : < $p/environ ) 2>/dev/null && echo environ; ( : < $p/mem ) 2>/dev/null && echo mem; "
    "readlink $p/fd/0 >/dev/null 2>&1 && echo fd; ls -l $p/exe >/dev/null 2>&1 && echo exe;; esac; "
    "done "
    "> open.txt; : > done.txt";

bool hasLandlock() { return syscall(SYS_landlock_create_ruleset, nullptr, 0, 1) >= 2; }

} // namespace

class TestKeys : public QObject, private RunProbe
{
    Q_OBJECT

private:
    QByteArray contentOf(const QString &name) const
    {
        QFile file(m_folder->filePath(name));
        return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
    }
    void makeTeam(const char *sandbox)
    {
        const Json steps =
            Json::array({call("bash", {{"command", kLookAround}}),
                         call("read_file", {{"path", "notes.txt"}}),
                         call("bash", {{"command", "base64 < notes.txt; cat notes.txt"}}),
                         {{"text", std::string("I have read ") + kKeyValue}}});
        team({{"solo", steps}},
             Json::array({{{"name", "solo"},
                           {"fallback", Json::array({{{"model", "custom:other"},
                                                      {"base_url", "http://localhost:9/v1"},
                                                      {"api_key_env", kVariable}}})}}}),
             {{"permissions", {{"allow", {"bash"}}, {"sandbox", sandbox}}}});
        QVERIFY(QDir(m_folder->path()).mkdir("work"));
        QFile notes(m_folder->filePath("work/notes.txt"));
        QVERIFY(notes.open(QFile::WriteOnly));
        notes.write(QByteArray("the key is ") + kKeyValue + "\n");
    }
    ProgramOutcome runTeam()
    {
        qputenv(kVariable, kKeyValue);
        qputenv("ORRERY_TEST_PLAIN", "kept");
        const ProgramOutcome outcome =
            runCli({"run", "--prompt", "Look.", "--team", m_folder->filePath("team.json"), "--json",
                    "--workspace", m_folder->filePath("work"), "--journal",
                    m_folder->filePath("run.orrery")});
        qunsetenv(kVariable);
        qunsetenv("ORRERY_TEST_PLAIN");
        return outcome;
    }

private slots:
    void init() { freshFolder(); }

    void noCommandGetsAtAKey_data()
    {
        QTest::addColumn<QByteArray>("sandbox");
        QTest::newRow("in a sandbox, where there is one") << QByteArray("auto");
        QTest::newRow("without a sandbox") << QByteArray("off");
    }
    void noCommandGetsAtAKey()
    {
        QFETCH(QByteArray, sandbox);
        makeTeam(sandbox.constData());
        const ProgramOutcome outcome = runTeam();
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        const QByteArray seen = contentOf("work/seen.txt");
        QVERIFY2(seen.contains("ORRERY_TEST_PLAIN=kept"), outcome.out.constData());
        QVERIFY(!seen.contains(kVariable));
        QVERIFY(!seen.contains(kKeyValue));
        QVERIFY(QFile::exists(m_folder->filePath("work/done.txt")));
        if (geteuid() == 0 && !hasLandlock())
            QSKIP("nothing keeps root from looking into processes here");
        QCOMPARE(contentOf("work/open.txt"), QByteArray());
    }

    void noKeyIsPrintedOrSaved()
    {
        makeTeam("off");
        const ProgramOutcome outcome = runTeam();
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        const QByteArray masked = QByteArray("[key of ") + kVariable + "]";
        QVERIFY(outcome.out.contains("the key is " + masked));
        QVERIFY(outcome.out.contains("I have read " + masked));
        QVERIFY(outcome.out.contains("\"context_saved\""));
        const QByteArray coded =
            QByteArray("the key is ").append(kKeyValue).append("\n").toBase64().mid(20, 30);
        for (const QByteArray &what : {QByteArray(kKeyValue), coded}) {
            QVERIFY(!outcome.out.contains(what));
            QVERIFY(!outcome.err.contains(what));
            for (const char *suffix : {"", "-wal"})
                QVERIFY(!contentOf(QString("run.orrery") + suffix).contains(what));
        }
        // Printed again, also by somebody who has other keys.
        const ProgramOutcome again = runCli({"events", m_folder->filePath("run.orrery")});
        QVERIFY(again.out.contains(masked));
        QVERIFY(!again.out.contains(kKeyValue));
    }
};

ORRERY_TEST(TestKeys)
#include "tst_keys.moc"
