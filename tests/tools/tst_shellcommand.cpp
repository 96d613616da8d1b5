// SPDX-License-Identifier: GPL-3.0-or-later
// A command from its start to the end of the last process that it started.
#include "core/base/secrets.h"
#include "core/tools/command/commandoutput.h"
#include "core/tools/command/shellcommand.h"
#include "core/tools/tool.h"
#include "tests/support/testregistry.h"

#include <QTemporaryDir>
#include <QRegularExpression>
#include <QTest>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace orrery;
using namespace orrery::tools;
namespace fs = std::filesystem;
using End = ShellOutcome::End;

namespace {

bool isAlive(pid_t pid) { return pid > 0 && kill(pid, 0) == 0; }

std::size_t openDescriptors()
{
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

/// A process that goes on without its first thread.
int goOnWithoutLeader(const QByteArray &pidFile)
{
    std::thread other([pidFile] {
        std::ofstream(pidFile.toStdString()) << getpid() << std::flush;
        std::signal(SIGTERM, SIG_IGN);
        for (;;)
            pause();
    });
    other.detach();
    syscall(SYS_exit, 0); // of this thread alone
    return 1;
}

const orrery::test::ChildRegistration kLeaderless("ORRERY_TEST_LEADERLESS", goOnWithoutLeader);

} // namespace

class TestShellCommand : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;

    ShellCommand command(std::string line) const
    {
        ShellCommand command;
        command.line = std::move(line);
        command.folder = m_folder->path().toStdString();
        return command;
    }
    ShellOutcome run(std::string line) const { return runShell(command(std::move(line)), {}); }
    pid_t pidIn(const char *name) const
    {
        std::ifstream file(fs::path(m_folder->path().toStdString()) / name);
        pid_t pid = 0;
        file >> pid;
        return pid;
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void tellsHowItEnded_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<int>("end");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("output");
        const auto row = [](const char *name, const char *line, End end, int code,
                            const char *output) {
            QTest::newRow(name) << QByteArray(line) << static_cast<int>(end) << code
                                << QByteArray(output);
        };
        row("well", "echo a; echo b >&2", End::Exited, 0, "a\nb\n");
        row("badly", "exit 3", End::Exited, 3, "");
        row("not found", "no-such-program-at-all 2>/dev/null", End::Exited, 127, "");
        row("by a signal", "echo a; kill -9 $$", End::Signalled, 9, "a\n");
        row("with all signals as they come", "trap", End::Exited, 0, "");
        row("by a pipe nobody reads", "yes | head -n 1", End::Exited, 0, "y\n");
        row("without input", "cat; read -r x; echo \"$?\"", End::Exited, 0, "1\n");
        row("without a terminal", "(true < /dev/tty) 2> /dev/null || echo none", End::Exited, 0,
            "none\n");
        row("a session of its own", "test \"$(ps -o sid= -p $$ | tr -d ' ')\" = $$ && echo own",
            End::Exited, 0, "own\n");
        row("what is not UTF-8", "printf 'caf\\351'", End::Exited, 0, "caf\xEF\xBF\xBD");
        row("nothing of ours open",
            "readlink /proc/self/fd/3 /proc/self/fd/4 /proc/self/fd/5 | grep -v proc", End::Exited,
            1, "");
    }
    void tellsHowItEnded()
    {
        QFETCH(QByteArray, line);
        QFETCH(int, end);
        QFETCH(int, code);
        QFETCH(QByteArray, output);
        const ShellOutcome outcome = run(line.toStdString());
        QCOMPARE(static_cast<int>(outcome.end), end);
        QCOMPARE(outcome.code, code);
        QCOMPARE(QByteArray::fromStdString(outcome.output), output);
        QCOMPARE(outcome.leftBehind, 0);
        QCOMPARE(outcome.cut, 0u);
        QCOMPARE(outcome.succeeded(), end == static_cast<int>(End::Exited) && code == 0);
        QVERIFY(outcome.ms >= 0);
    }

    void runsInItsFolderWithItsInput()
    {
        ShellCommand given = command("pwd -P; cat");
        given.input = std::string(100000, 'x');
        const ShellOutcome outcome = runShell(given, {});
        QCOMPARE(outcome.output.substr(0, m_folder->path().size()),
                 fs::canonical(given.folder).string());
        QVERIFY(outcome.output.find("xxx") != std::string::npos);
        given.withErrors = false;
        given.line = "echo a; echo b >&2";
        QCOMPARE(runShell(given, {}).output, std::string("a\n"));
    }

    void whatCannotBeRunIsSaid()
    {
        const ShellOutcome nul = run(std::string("echo a\0b", 8));
        QVERIFY(nul.end == End::NotStarted);
        QVERIFY(nul.startError.find("NUL") != std::string::npos);
        ShellCommand nowhere = command("true");
        nowhere.folder /= "missing";
        const ShellOutcome outcome = runShell(nowhere, {});
        QVERIFY(outcome.end == End::NotStarted);
        QVERIFY2(outcome.startError.find("missing") != std::string::npos,
                 outcome.startError.c_str());
        QVERIFY(!outcome.succeeded());
    }

    void credentialsStayHere()
    {
        qputenv("ORRERY_TEST_API_KEY", "sk-1");
        qputenv("orrery_test_token", "t-1");
        qputenv("ORRERY_TEST_PLAIN", "kept");
        const ShellOutcome outcome =
            run("env; tr '\\0' '\\n' < /proc/$PPID/environ; cat /proc/$PPID/cmdline");
        qunsetenv("ORRERY_TEST_API_KEY");
        qunsetenv("orrery_test_token");
        qunsetenv("ORRERY_TEST_PLAIN");
        QVERIFY(outcome.output.find("ORRERY_TEST_PLAIN=kept") != std::string::npos);
        QVERIFY(outcome.output.find("sk-1") == std::string::npos);
        QVERIFY(outcome.output.find("t-1") == std::string::npos);
        QVERIFY(outcome.output.find("GIT_TERMINAL_PROMPT=0") != std::string::npos);
    }

    void aKnownKeyIsNotPassedOnWhateverItsName()
    {
        Secrets secrets;
        secrets.add("ORRERY_TEST_AUTH", "very-secret-1");
        qputenv("ORRERY_TEST_AUTH", "very-secret-1");
        qputenv("ORRERY_TEST_AUTHOR", "kept");
        ShellCommand given = command("env; tr '\\0' '\\n' < /proc/$PPID/environ");
        given.secrets = &secrets;
        const ShellOutcome outcome = runShell(given, {});
        given.secrets = nullptr;
        const ShellOutcome before = runShell(given, {});
        qunsetenv("ORRERY_TEST_AUTH");
        qunsetenv("ORRERY_TEST_AUTHOR");
        QVERIFY(before.output.find("very-secret-1") != std::string::npos);
        QVERIFY(outcome.output.find("very-secret-1") == std::string::npos);
        QVERIFY(outcome.output.find("ORRERY_TEST_AUTHOR=kept") != std::string::npos);
    }

    void apartItSeesNoProcessButItsOwn()
    {
        if (syscall(SYS_landlock_create_ruleset, nullptr, 0, 1) < 2)
            QSKIP("the system has nothing for that");
        const std::string parent = std::to_string(getpid());
        ShellCommand given = command(
            "cat /proc/" + parent + "/environ >/dev/null 2>&1 && echo environ; ( : < /proc/"
            + parent
            + "/mem ) 2>/dev/null && echo mem; sleep 5 & cat /proc/$!/environ >/dev/null && "
              "echo own; mkdir a b; echo x > a/f; mv a/f b/f && ln b/f a/g && cat a/g");
        given.isApart = true;
        QCOMPARE(QByteArray::fromStdString(runShell(given, {}).output), QByteArray("own\nx\n"));
    }

    /// An odd parent hands its own oddity on.
    void aParentThatIgnoresItsChildrenLearnsHowTheyEnd()
    {
        const auto handler = std::signal(SIGCHLD, SIG_IGN);
        const ShellOutcome outcome = run("sleep 0.05 & wait $!; (exit 4) || exit 3");
        std::signal(SIGCHLD, handler);
        QVERIFY(outcome.end == End::Exited);
        QCOMPARE(outcome.code, 3);
    }

    void aProcessWhoseFirstThreadHasEndedIsEnded()
    {
        ShellCommand given = command(
            "ORRERY_TEST_LEADERLESS=$PWD/pid setsid " ORRERY_BIN_DIR "/tst_tools & while ! test -s "
            "pid; do sleep 0.01; done; sleep 0.1; grep -c 'Z (zombie)' /proc/$(cat pid)/status");
        const ShellOutcome outcome = runShell(given, {});
        QCOMPARE(outcome.output, std::string("1\n")); // as it is meant to be
        QVERIFY(pidIn("pid") > 0);
        QVERIFY(!isAlive(pidIn("pid")));
        QVERIFY(outcome.leftBehind >= 1);
    }

    void whatCannotBeEndedIsGivenUpAndCounted()
    {
        if (geteuid() != 0)
            QSKIP("only root can start what others cannot end");
        const fs::path folder = m_folder->path().toStdString();
        std::error_code error;
        fs::copy_file("/usr/bin/setpriv", folder / "rise", error);
        if (error || chmod((folder / "rise").c_str(), 04755) != 0
            || chmod(folder.c_str(), 0777) != 0)
            QSKIP("there is no setpriv");
        const pid_t child = fork();
        if (child == 0) {
            if (setgid(65534) != 0 || setuid(65534) != 0)
                _exit(2);
            ShellCommand given = command("echo $$ > pid; exec ./rise --reuid 0 --regid 0 "
                                         "--clear-groups sleep 3000");
            given.timeoutMs = 300;
            const ShellOutcome outcome = runShell(given, {});
            _exit(outcome.end == End::TimedOut && outcome.leftBehind == 1 ? 0 : 1);
        }
        int status = 0;
        waitpid(child, &status, 0);
        const pid_t unended = pidIn("pid");
        const bool wasRoots = isAlive(unended);
        kill(unended, SIGKILL);
        QCOMPARE(status, 0);
        QVERIFY(wasRoots);
    }

    /// Each starts something that writes its own number to `pid` and wants to outlive the command.
    void nothingOutlivesIt_data()
    {
#define UNTIL_THERE "until [ -s pid ]; do sleep 0.01; done"
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<int>("timeoutMs");
        const auto row = [](const char *name, const char *line, int timeoutMs) {
            QTest::newRow(name) << QByteArray(line) << timeoutMs;
        };
        const char *self = "sh -c 'echo $$ > pid; exec sleep 3000'";
        row("in the background", "sh -c 'echo $$ > pid; exec sleep 3000' & " UNTIL_THERE, 60000);
        row("in a session of its own",
            "setsid sh -c 'echo $$ > pid; exec sleep 3000' & " UNTIL_THERE, 60000);
        row("forked twice", "(setsid sh -c 'echo $$ > pid; exec sleep 3000' &) & " UNTIL_THERE,
            60000);
        row("deaf to signals, late",
            "trap '' TERM INT HUP; sh -c 'echo $$ > pid; trap \"\" TERM; while :; do sleep 1; "
            "done'",
            1500);
        row("deaf and left behind",
            "setsid sh -c 'trap \"\" TERM; echo $$ > pid; while :; do sleep 1; done' "
            "& " UNTIL_THERE,
            60000);
        row("late", self, 1500);
        row("late, with the pipe held",
            "setsid sh -c 'echo $$ > pid; exec sleep 3000' & sleep 3000", 1500);
#undef UNTIL_THERE
    }
    void nothingOutlivesIt()
    {
        QFETCH(QByteArray, line);
        QFETCH(int, timeoutMs);
        ShellCommand given = command(line.toStdString());
        given.timeoutMs = timeoutMs;
        const ShellOutcome outcome = runShell(given, {});
        QVERIFY(outcome.end == (timeoutMs == 60000 ? End::Exited : End::TimedOut));
        QVERIFY(pidIn("pid") > 0);
        QVERIFY(!isAlive(pidIn("pid")));
        if (timeoutMs == 60000)
            QVERIFY(outcome.leftBehind >= 1);
    }

    void whoAsksToEndMayTidyUp()
    {
        ShellCommand given =
            command("trap 'echo tidied; exit 7' TERM; echo ready; while :; do sleep 0.01; done");
        given.timeoutMs = 300;
        given.withErrors = false; // in which a shell says that what it waited for was ended
        const ShellOutcome outcome = runShell(given, {});
        QVERIFY(outcome.end == End::TimedOut);
        QCOMPARE(outcome.code, 7);
        QCOMPARE(outcome.output, std::string("ready\ntidied\n"));
    }

    void stopEndsItWithAllItStarted()
    {
        std::stop_source stop;
        std::thread stopper([&] {
            while (pidIn("pid") == 0)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            stop.request_stop();
        });
        const ShellOutcome outcome = runShell(
            command(
                "setsid sh -c 'trap \"\" TERM; echo $$ > pid; while :; do sleep 1; done' & sleep "
                "3000"),
            stop.get_token());
        stopper.join();
        QVERIFY(outcome.end == End::Stopped);
        QVERIFY(!isAlive(pidIn("pid")));
    }

    void aStopBeforeItStartsEndsItToo()
    {
        std::stop_source stop;
        stop.request_stop();
        const ShellOutcome outcome = runShell(command("sleep 3000"), stop.get_token());
        QVERIFY(outcome.end == End::Stopped);
    }

    /// The process that runs commands is killed as hard as can be; what it ran is gone all the same.
    void nothingOutlivesOrrery()
    {
        const pid_t child = fork();
        if (child == 0) {
            runShell(
                command(
                    "setsid sh -c 'trap \"\" TERM HUP; echo $$ > pid; while :; do sleep 1; done' & "
                    "sleep 3000"),
                {});
            _exit(0);
        }
        QTRY_VERIFY(pidIn("pid") > 0);
        const pid_t inside = pidIn("pid");
        QVERIFY(isAlive(inside));
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        QTRY_VERIFY(!isAlive(inside));
    }

    void theSupervisorMayBeKilled()
    {
        const ShellOutcome outcome = run("kill -9 $PPID; sleep 0.2");
        QVERIFY(outcome.end == End::NotStarted);
        QVERIFY2(outcome.startError.find("ended from outside") != std::string::npos,
                 outcome.startError.c_str());
    }

    void nothingOfOursStaysOpen()
    {
        run("true");
        const std::size_t before = openDescriptors();
        for (int i = 0; i < 20; ++i)
            run("sleep 100 & echo a");
        QCOMPARE(openDescriptors(), before);
        QCOMPARE(waitpid(-1, nullptr, WNOHANG), -1); // nobody waits to be taken leave of
    }

    void manyRunAtOnce()
    {
        std::vector<std::thread> threads;
        std::atomic<int> right = 0;
        for (int i = 0; i < 20; ++i)
            threads.emplace_back([&, i] {
                const ShellOutcome outcome =
                    run("head -c 900000 /dev/zero | tr '\\0' x; exit " + std::to_string(i));
                right += outcome.code == i && outcome.cut > 0;
            });
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(right.load(), 20);
    }

    void outputKeepsBothEnds_data()
    {
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("piece");
        const int half = static_cast<int>(CommandOutput::kHalf);
        for (const int size : {0, 1, half - 1, half, half + 1, 2 * half, 2 * half + 1, 3 * half,
                               3 * half + 1, 4 * half + 7, 1000000})
            for (const int piece : {1000000, 4096, 777})
                QTest::addRow("%d by %d", size, piece) << size << piece;
    }
    void outputKeepsBothEnds()
    {
        QFETCH(int, size);
        QFETCH(int, piece);
        std::string all;
        for (int i = 0; i < size; ++i)
            all += static_cast<char>('a' + i % 23);
        CommandOutput output;
        for (std::size_t at = 0; at < all.size(); at += static_cast<std::size_t>(piece))
            output.add(std::string_view(all).substr(at, static_cast<std::size_t>(piece)));
        const std::size_t kept = 2 * CommandOutput::kHalf;
        QCOMPARE(output.cut(), all.size() > kept ? all.size() - kept : 0);
        if (all.size() <= kept) {
            QCOMPARE(output.text(), all);
            return;
        }
        const std::string text = output.text();
        QVERIFY(text.starts_with(all.substr(0, CommandOutput::kHalf) + "\n["
                                 + std::to_string(all.size() - kept) + " bytes left out here."));
        QVERIFY(text.ends_with("]\n" + all.substr(all.size() - CommandOutput::kHalf)));
    }

    void whatIsNoTextIsKnown_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("isText");
        const int half = static_cast<int>(CommandOutput::kHalf);
        const QByteArray many(3 * half, 'x');
        QTest::newRow("nothing") << QByteArray() << true;
        QTest::newRow("text") << QByteArray("é") << true;
        QTest::newRow("none") << QByteArray("caf\xE9") << false;
        QTest::newRow("a character across the halves") << QByteArray(half - 1, 'x') + "é" << true;
        QTest::newRow("at the cut of a long one") << QByteArray(half - 1, 'x') + "é" + many << true;
        QTest::newRow("more than a character has, after the cut")
            << QByteArray(half + 1, 'x') + "\x80\x80\x80\x80" + QByteArray(half - 4, 'x') << false;
        QTest::newRow("as much as a character may have, after the cut")
            << QByteArray(half + 1, 'x') + "\x80\x80\x80" + QByteArray(half - 3, 'x') << true;
        QTest::newRow("more than a character has, before the cut")
            << QByteArray(half - 4, 'x') + "\x80\x80\x80\x80" + many << false;
        QTest::newRow("at the begin of a long one") << "\xE9" + many << false;
        QTest::newRow("at the end of a long one") << many + "\xE9" << false;
    }
    void whatIsNoTextIsKnown()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, isText);
        CommandOutput output;
        output.add(bytes.toStdString());
        QCOMPARE(output.isText(), isText);
        QCOMPARE(output.text().find("\xEF\xBF\xBD") == std::string::npos, isText);
    }

    void outputIsCutAtCharacters_data()
    {
        QTest::addColumn<QByteArray>("character");
        QTest::newRow("two bytes") << QByteArray("é");
        QTest::newRow("three bytes") << QByteArray("€");
        QTest::newRow("the first of three bytes") << QByteArray("\xE0\xA0\x80");
        QTest::newRow("four bytes") << QByteArray("🌍");
    }
    void outputIsCutAtCharacters()
    {
        QFETCH(QByteArray, character);
        for (int shift = 0; shift < 4; ++shift) {
            CommandOutput output;
            output.add(std::string(static_cast<std::size_t>(shift), 'x'));
            std::string many;
            while (many.size() < 3 * CommandOutput::kHalf)
                many += character.toStdString();
            output.add(many);
            QVERIFY(output.text().find("\xEF\xBF\xBD") == std::string::npos);
            // No whole character is lost.
            QVERIFY(output.text().size() >= 2 * CommandOutput::kHalf - 6);
        }
    }

    void bashSaysHowItWent_data()
    {
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<QByteArray>("pattern");
        QTest::addColumn<bool>("ok");
        const auto row = [](const char *name, const char *arguments, const char *pattern, bool ok) {
            QTest::newRow(name) << QByteArray(arguments) << QByteArray(pattern) << ok;
        };
        row("well", R"({"command":"echo a"})", "^Exit code 0 after \\d+\\.\\d s\\.\na\n$", true);
        row("badly", R"({"command":"exit 3"})", "^Exit code 3 after \\d+\\.\\d s\\.\n$", false);
        row("a signal", R"({"command":"kill -15 $$"})",
            "^Ended by signal 15 \\(SIGTERM\\) after \\d+\\.\\d s\\.\n$", false);
        row("late", R"({"command":"echo a; sleep 3000","timeout_ms":200})",
            "^Timed out after 200 ms and was ended\\. .*\na\n$", false);
        row("at least 1 ms", R"({"command":"sleep 3000","timeout_ms":-5})", "^Timed out after 1 ms",
            false);
        row("one left", R"({"command":"sleep 3000 & exit 0"})",
            "\nOne process that it left running was ended\\.\n$", true);
        row("two left", R"({"command":"sleep 3000 & sleep 3000 & exit 0"})",
            "\n2 processes that it left running were ended\\.\n$", true);
        row("a NUL", R"({"command":"echo \u0000"})", "^The command was not run\\. .*NUL", false);
    }
    void bashSaysHowItWent()
    {
        QFETCH(QByteArray, arguments);
        QFETCH(QByteArray, pattern);
        QFETCH(bool, ok);
        ToolContext context;
        context.workspace = m_folder->path().toStdString();
        for (const ToolPtr &tool : fileTools())
            if (tool->name == "bash") {
                const ToolResult result = tool->run(Json::parse(arguments.toStdString()), context);
                QCOMPARE(result.ok, ok);
                QVERIFY2(QRegularExpression(QString::fromUtf8(pattern))
                             .match(QString::fromStdString(result.content))
                             .hasMatch(),
                         result.content.c_str());
                return;
            }
        QFAIL("there is no bash");
    }
};

ORRERY_TEST(TestShellCommand)
#include "tst_shellcommand.moc"
