// SPDX-License-Identifier: GPL-3.0-or-later
// What a command in the sandbox can do, see and reach, with the real bubblewrap; and which files are trusted.
#include "core/tools/command/commandsandbox.h"
#include "core/tools/command/privatefolder.h"
#include "core/tools/command/shellcommand.h"
#include "core/tools/tool.h"
#include "tests/support/testregistry.h"

#include <QDir>
#include <QFileInfo>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/wait.h>
#include <unistd.h>

using namespace orrery;
using namespace orrery::tools;
namespace fs = std::filesystem;
using Mode = SandboxPolicy::Mode;

namespace {

std::string contentOf(const fs::path &path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A folder that the sandbox does not replace by one of its own, as it does /tmp.
QString placeOfItsOwn()
{
    for (const QString &place :
         {QString(ORRERY_BIN_DIR), QDir::homePath(), QString("/srv"), QString("/opt")}) {
        const bool isReplaced = place.startsWith("/tmp") || place.startsWith("/var/tmp")
                                || place.startsWith("/run") || place.startsWith("/dev");
        if (!isReplaced && QFileInfo(place).isWritable())
            return place;
    }
    return QStringLiteral(ORRERY_BIN_DIR);
}

void put(const fs::path &path, const std::string &content)
{
    fs::create_directories(path.parent_path());
    std::ofstream(path) << content;
}

} // namespace

class TestCommandSandbox : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_home; ///< of the environment, restored
    fs::path m_root;
    fs::path m_work;

    ShellOutcome run(CommandSandbox &sandbox, std::string line) const
    {
        ShellCommand command;
        command.line = std::move(line);
        command.folder = m_work;
        command.sandbox = &sandbox;
        return runShell(command, {});
    }
    std::shared_ptr<TrustedFiles> trusted() const { return std::make_shared<TrustedFiles>(); }

private slots:
    void initTestCase()
    {
        m_home = qgetenv("HOME").toStdString();
        if (!whyNoSandbox().empty())
            QSKIP(("There is no sandbox here: " + whyNoSandbox()).c_str());
    }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>(placeOfItsOwn() + "/.orrery-test-XXXXXX");
        QVERIFY2(m_folder->isValid(), qPrintable(m_folder->errorString()));
        m_root = fs::canonical(m_folder->path().toStdString());
        m_work = m_root / "work";
        fs::create_directories(m_work);
    }
    void cleanup() { qputenv("HOME", QByteArray::fromStdString(m_home.string())); }

    void whatMayBeDone_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QByteArray>("output");
        const auto row = [](const char *name, const char *line, const char *output) {
            QTest::newRow(name) << QByteArray(line) << QByteArray(output);
        };
        row("write the workspace", "echo a > a.txt && cat a.txt", "a\n");
        row("not beside it", "(echo a > ../outside.txt) 2>/dev/null || echo refused", "refused\n");
        row("not the system", "touch /usr/x 2>/dev/null || echo refused", "refused\n");
        row("write /tmp", "echo a > /tmp/a && cat /tmp/a /var/tmp/a", "a\na\n");
        row("see no other process", "ls /proc | grep -c '^[0-9]' | awk '{print ($1 < 8)}'", "1\n");
        row("no folder beside the workspace", "touch ../x 2>/dev/null || echo refused",
            "refused\n");
        row("no environment of Orrery's",
            "tr '\\0' '\\n' < /proc/1/environ | grep -c ORRERY_TEST_KEY", "0\n");
        row("no sockets of the session", "ls /run/user 2>/dev/null | wc -l", "0\n");
        row("start in the workspace", "test -e marker && echo here", "here\n");
        row("end by a signal", "kill -9 $$", "");
    }
    void whatMayBeDone()
    {
        QFETCH(QByteArray, line);
        QFETCH(QByteArray, output);
        put(m_work / "marker", "");
        qputenv("ORRERY_TEST_KEY", "secret");
        CommandSandbox sandbox({}, m_work, trusted());
        const ShellOutcome outcome = run(sandbox, line.toStdString());
        qunsetenv("ORRERY_TEST_KEY");
        QCOMPARE(QByteArray::fromStdString(outcome.output), output);
        QVERIFY(!fs::exists(m_root / "outside.txt"));
        if (output.isEmpty()) {
            QVERIFY(outcome.end == ShellOutcome::End::Signalled);
            QCOMPARE(outcome.code, 9);
        }
    }

    void commandsOfARunShareTheirTemporaryFolder()
    {
        {
            CommandSandbox sandbox({}, m_work, trusted());
            QVERIFY(run(sandbox, "echo kept > /tmp/note").succeeded());
            QCOMPARE(run(sandbox, "cat /tmp/note; ls /tmp").output, std::string("kept\nnote\n"));
            CommandSandbox other({}, m_work, trusted());
            QVERIFY(!run(other, "cat /tmp/note").succeeded());
        }
        QVERIFY(!fs::exists("/tmp/note"));
    }

    void aSignalIsToldFromAnExitStatus_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("isSignal");
        QTest::newRow("127") << 127 << false;
        QTest::newRow("128") << 128 << false;
        QTest::newRow("129") << 129 << true;
        QTest::newRow("192") << 192 << true;
        QTest::newRow("193") << 193 << false;
        QTest::newRow("255") << 255 << false;
    }
    void aSignalIsToldFromAnExitStatus()
    {
        QFETCH(int, status);
        QFETCH(bool, isSignal);
        CommandSandbox sandbox({}, m_work, trusted());
        const ShellOutcome outcome = run(sandbox, "exit " + std::to_string(status));
        QCOMPARE(outcome.end == ShellOutcome::End::Signalled, isSignal);
        QCOMPARE(outcome.code, isSignal ? status - 128 : status);
    }

    void nothingLeavesIt()
    {
        CommandSandbox sandbox({}, m_work, trusted());
        ShellCommand command;
        command.line = "setsid sh -c 'trap \"\" TERM; while :; do date +%N > next; mv next beat; "
                       "sleep 0.01; done' & "
                       "sleep 3000";
        command.folder = m_work;
        command.sandbox = &sandbox;
        command.timeoutMs = 300;
        QVERIFY(runShell(command, {}).end == ShellOutcome::End::TimedOut);
        const std::string beat = contentOf(m_work / "beat");
        QVERIFY(!beat.empty());
        QTest::qWait(60);
        QCOMPARE(contentOf(m_work / "beat"), beat);
    }

    void whoAsksToEndMayTidyUp()
    {
        CommandSandbox sandbox({}, m_work, trusted());
        ShellCommand command;
        command.withErrors = false; // in which a shell says that what it waited for was ended
        command.line = "trap 'echo tidied; exit 7' TERM; while :; do sleep 0.01; done";
        command.folder = m_work;
        command.sandbox = &sandbox;
        command.timeoutMs = 300;
        QCOMPARE(runShell(command, {}).output, std::string("tidied\n"));
    }

    void theNetworkIsAsThePolicySays()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        const std::string line = "bash -c 'exec 5<>/dev/tcp/127.0.0.1/"
                                 + std::to_string(server.serverPort())
                                 + "' 2>/dev/null && echo reached || echo none";
        CommandSandbox open({}, m_work, trusted());
        QCOMPARE(run(open, line).output, std::string("reached\n"));
        CommandSandbox closed({Mode::Auto, false}, m_work, trusted());
        QCOMPARE(run(closed, line).output, std::string("none\n"));
        QCOMPARE(open.description(), std::string("bubblewrap"));
        QCOMPARE(closed.description(), std::string("bubblewrap, no network"));
    }

    void credentialsOfTheHomeFolderAreHidden()
    {
        const fs::path home = m_root / "home";
        put(home / ".ssh/id", "key");
        put(home / ".config/gh/hosts", "token");
        put(home / ".netrc", "password");
        put(home / "notes", "plain");
        put(m_root / "elsewhere/keys", "key");
        fs::create_directory_symlink(m_root / "elsewhere", home / ".aws");
        qputenv("HOME", QByteArray::fromStdString(home.string()));
        CommandSandbox sandbox({}, m_work, trusted());
        const std::string at = home.string();
        QCOMPARE(run(sandbox, "cat " + at + "/.ssh/id " + at + "/.config/gh/hosts " + at
                                  + "/.netrc " + at + "/.aws/keys " + at + "/notes 2>/dev/null")
                     .output,
                 std::string("plain"));
        // Also where the home folder is the workspace.
        CommandSandbox atHome({}, home, trusted());
        QCOMPARE(run(atHome, "cat .ssh/id .netrc notes 2>/dev/null").output, std::string("plain"));
        // But not when it is one of these folders.
        CommandSandbox inside({}, home / ".config", trusted());
        QCOMPARE(run(inside, "cat gh/hosts").output, std::string("token"));
    }

    void trustedFilesCannotBeChanged_data()
    {
        QTest::addColumn<QByteArray>("line");
        for (const char *line : {"echo x > conf/team.json",
                                 "rm -f conf/team.json",
                                 "mv conf/team.json x",
                                 "mv conf conf2",
                                 "mv conf conf2; mkdir conf; echo x > conf/team.json",
                                 "rm -rf conf",
                                 "ln -sf /etc/passwd conf/team.json",
                                 "cp /etc/passwd conf/team.json",
                                 "sed -i s/team/x/ conf/team.json",
                                 "echo x > .git/hooks/pre-commit",
                                 "echo x > .git/hooks/new",
                                 "rm -rf .git",
                                 "mv .git old",
                                 "git config core.hooksPath /tmp",
                                 "echo x >> .git/config",
                                 "mv .git/hooks .git/old && mkdir .git/hooks",
                                 "chmod 777 conf/team.json",
                                 "mount -o remount,rw conf/team.json; echo x > conf/team.json",
                                 "umount conf/team.json; echo x > conf/team.json",
                                 "umount .git/config; echo x > .git/config",
                                 "mkdir -p .c/hooks; echo ../.c > .git/commondir"})
            QTest::newRow(line) << QByteArray(line);
    }
    void trustedFilesCannotBeChanged()
    {
        QFETCH(QByteArray, line);
        put(m_work / "conf/team.json", "team");
        put(m_work / "conf/free.txt", "free");
        put(m_work / ".git/hooks/pre-commit", "hook");
        put(m_work / ".git/config", "[core]\n");
        put(m_work / ".git/index", "index");
        const auto perms = fs::status(m_work / "conf/team.json").permissions();
        auto files = trusted();
        files->add(m_work / "conf/team.json");
        CommandSandbox sandbox({}, m_work, files);
        run(sandbox, line.toStdString());
        QCOMPARE(contentOf(m_work / "conf/team.json"), std::string("team"));
        QVERIFY(fs::status(m_work / "conf/team.json").permissions() == perms);
        QCOMPARE(contentOf(m_work / ".git/hooks/pre-commit"), std::string("hook"));
        QCOMPARE(contentOf(m_work / ".git/config"), std::string("[core]\n"));
        QVERIFY(!fs::exists(m_work / ".git/hooks/new"));
        // What is beside them is free.
        QVERIFY(run(sandbox, "echo y > conf/free.txt; echo y > .git/index").succeeded());
        if (fs::exists(m_work / "conf/free.txt"))
            QCOMPARE(contentOf(m_work / "conf/free.txt"), std::string("y\n"));
    }

    void aWorkspaceMayHoldFoldersThatASandboxHasOfItsOwn()
    {
        QTemporaryDir inVar(QStringLiteral("/var/orrery-test-XXXXXX"));
        QTemporaryDir inTemporary(QStringLiteral("/var/tmp/orrery-test-XXXXXX"));
        if (!inVar.isValid() || !inTemporary.isValid())
            QSKIP("/var cannot be written");
        put(fs::path(inTemporary.path().toStdString()) / ".git/config", "");
        CommandSandbox sandbox({}, "/var", trusted());
        ShellCommand command;
        command.folder = "/var";
        command.sandbox = &sandbox;
        const std::string path = inVar.path().toStdString();
        const std::string mine = "mine-" + fs::path(path).filename().string(); // nobody else's
        command.line = "echo x > " + path + "/made; ls -A /var/tmp; echo y > /var/tmp/" + mine
                       + "; cat /tmp/" + mine;
        const ShellOutcome outcome = runShell(command, {});
        QCOMPARE(outcome.output, std::string("y\n")); // its own /tmp, with nothing of ours in it
        QCOMPARE(contentOf(path + "/made"), std::string("x\n"));
        QVERIFY(!fs::exists("/var/tmp/" + mine));
    }

    void commandsHaveNoRightsOfRoot()
    {
        CommandSandbox sandbox({}, m_work, trusted());
        const std::string rights = run(sandbox, "grep CapEff /proc/self/status").output;
        const auto value = std::stoull(rights.substr(rights.find('\t') + 1), nullptr, 16);
        QVERIFY2((value & ~0xBULL) == 0, rights.c_str()); // files of others, at most
        QVERIFY(!run(sandbox, "mount -o remount,bind,rw /").succeeded());
        QVERIFY(!run(sandbox, "umount .").succeeded());
    }

    void everyRepositoryIsGuarded_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QByteArray>("file");
        const auto row = [](const char *file) {
            QTest::newRow(file) << QByteArray("echo x > ") + file << QByteArray(file);
        };
        row(".git/config");
        row(".git/hooks/pre-commit");
        row(".git/config.worktree");
        row("lib/deep/.git/config");
        row("a/b/c/d/.git/config");
        row("lib/deep/.git/hooks/pre-commit");
        row(".git/modules/sub/config");
        row(".git/modules/group/sub/config");
        row(".husky/pre-commit");
    }
    void everyRepositoryIsGuarded()
    {
        QFETCH(QByteArray, line);
        QFETCH(QByteArray, file);
        for (const char *git : {".git", "lib/deep/.git", "a/b/c/d/.git", ".git/modules/sub",
                                ".git/modules/group/sub"}) {
            put(m_work / git / "HEAD", "ref: refs/heads/main\n");
            put(m_work / git / "config", "[core]\n\tHooksPath = \".husky\"\n");
            fs::create_directories(m_work / git / "objects");
        }
        put(m_work / ".git/config.worktree", "");
        put(m_work / ".husky/pre-commit", "");
        CommandSandbox sandbox({}, m_work, trusted());
        QVERIFY2(!run(sandbox, line.toStdString()).succeeded(), line.constData());
        QVERIFY(contentOf(m_work / file.toStdString()) != "x\n");
        QVERIFY(run(sandbox, "echo x > .git/index && echo x > lib/deep/a").succeeded());
    }

    void aRepositoryIsNotLedElsewhere()
    {
        put(m_work / ".git/HEAD", "ref: refs/heads/main\n");
        fs::create_directories(m_work / ".git/objects");
        ToolContext context;
        context.workspace = m_work;
        context.sandbox = std::make_shared<CommandSandbox>(SandboxPolicy{}, m_work, trusted());
        for (const ToolPtr &tool : fileTools())
            if (tool->name == "bash") {
                const ToolResult result =
                    tool->run({{"command", "echo ../.c > .git/commondir; ls .git"}}, context);
                QVERIFY2(result.content.find(".git/commondir was taken away") != std::string::npos,
                         result.content.c_str());
            }
        QVERIFY(!fs::exists(m_work / ".git/commondir"));
    }

    void theHomeFolderAsTheWorkspaceShowsNoKeys()
    {
        const fs::path home = m_root / "home";
        put(home / ".local/share/keyrings/k", "key");
        put(home / ".local/share/orrery/runs/run.orrery", "journal");
        put(home / ".config/team.json", "team");
        qputenv("HOME", QByteArray::fromStdString(home.string()));
        auto files = trusted();
        files->add(home / ".local/share/orrery/runs/run.orrery");
        files->add(home / ".config/team.json");
        CommandSandbox sandbox({}, home, files);
        QCOMPARE(run(sandbox, "cd " + home.string()
                                  + "; cat .local/share/keyrings/k .config/team.json 2>/dev/null")
                     .output,
                 std::string());
        // A workspace in such a folder shows itself and not what is beside it.
        fs::create_directories(home / ".config/nvim");
        put(home / ".config/gh/hosts", "token");
        CommandSandbox inside({}, home / ".config/nvim", trusted());
        QCOMPARE(run(inside, "cat ../gh/hosts 2>/dev/null; pwd -P").output,
                 (home / ".config/nvim").string() + "\n");
    }

    void theGitFileOfAWorktreeCannotBeChanged()
    {
        put(m_work / ".git", "gitdir: elsewhere");
        CommandSandbox sandbox({}, m_work, trusted());
        QVERIFY(!run(sandbox, "echo x > .git").succeeded());
        QCOMPARE(contentOf(m_work / ".git"), std::string("gitdir: elsewhere"));
    }

    void whoNeedsOne()
    {
        QVERIFY(!SandboxPolicy{}.isNeeded());
        QVERIFY((SandboxPolicy{Mode::Auto, false}).isNeeded());
        QVERIFY((SandboxPolicy{Mode::Required, true}).isNeeded());
        QVERIFY((SandboxPolicy{Mode::Required, false}).isNeeded());
        QVERIFY(!(SandboxPolicy{Mode::Off, true}).isNeeded());
        QVERIFY(!(SandboxPolicy{Mode::Off, false}).isNeeded());
    }

    void withoutOneItDependsOnThePolicy()
    {
        CommandSandbox off({Mode::Off, true}, m_work, trusted());
        QVERIFY(!off.isOn());
        QVERIFY(off.wrapper()->empty());
        QVERIFY(off.description().starts_with("none ("));
        QVERIFY(run(off, "echo x > ../outside.txt").succeeded());
        QVERIFY(fs::exists(m_root / "outside.txt"));
        CommandSandbox required({Mode::Required, true}, m_work, trusted());
        QVERIFY(required.isOn());
        QVERIFY(!run(required, "echo x > ../outside2.txt").succeeded());
        QVERIFY(!fs::exists(m_root / "outside2.txt"));
    }

    void aPrivateFolderIsGoneWithItsOwner()
    {
        fs::path path;
        {
            auto folder = PrivateFolder::make();
            QVERIFY(folder);
            path = folder->path();
            QCOMPARE(static_cast<int>(fs::status(path).permissions()), 0700);
            put(path / "a/b/c", "x");
            fs::create_symlink(m_root, path / "link");
            put(m_root / "stays", "x");
            const PrivateFolder moved(std::move(*folder));
            QVERIFY(fs::exists(path));
        }
        QVERIFY(!fs::exists(path));
        QVERIFY(fs::exists(m_root / "stays"));
    }

    void aPrivateFolderIsGoneWithItsProcess()
    {
        std::array<int, 2> pipe{};
        QCOMPARE(::pipe(pipe.data()), 0);
        const pid_t child = fork();
        if (child == 0) {
            auto folder = PrivateFolder::make();
            const std::string path = folder->path().string();
            if (write(pipe[1], path.data(), path.size()) > 0)
                pause();
            _exit(0);
        }
        std::array<char, 256> path{};
        QVERIFY(read(pipe[0], path.data(), path.size() - 1) > 0);
        QVERIFY(fs::exists(path.data()));
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        QTRY_VERIFY(!fs::exists(path.data()));
        close(pipe[0]);
        close(pipe[1]);
    }

    void whichFilesAreTrusted_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<bool>("isTrusted");
        QTest::newRow("a file") << QByteArray("team.json") << true;
        QTest::newRow("another") << QByteArray("team.json2") << false;
        QTest::newRow("in a folder") << QByteArray("conf/deep/x") << true;
        QTest::newRow("the folder") << QByteArray("conf") << true;
        QTest::newRow("beside the folder") << QByteArray("config") << false;
        QTest::newRow("not there") << QByteArray("later.orrery") << true;
        QTest::newRow("by a link") << QByteArray("real/script.sh") << true;
        QTest::newRow("named by a hook") << QByteArray("hooks/check it.sh") << true;
        QTest::newRow("named by a hook, without quotes") << QByteArray("hooks/second.py") << true;
        QTest::newRow("in a folder that is named") << QByteArray("hooks/third.sh") << true;
        QTest::newRow("within quotes") << QByteArray("hooks/fourth.sh") << true;
        QTest::newRow("not named") << QByteArray("hooks/other.sh") << false;
        QTest::newRow("git's") << QByteArray(".git/hooks/x") << true;
        QTest::newRow("of a repository in it") << QByteArray("lib/.git/config") << true;
        QTest::newRow("not git's") << QByteArray(".github/x") << false;
        QTest::newRow("the workspace") << QByteArray(".") << false;
    }
    void whichFilesAreTrusted()
    {
        QFETCH(QByteArray, path);
        QFETCH(bool, isTrusted);
        put(m_work / "hooks/check it.sh", "");
        put(m_work / "hooks/second.py", "");
        for (const char *name : {"hooks/other.sh", "hooks/third.sh", "hooks/fourth.sh"})
            put(m_work / name, "");
        put(m_work / "real/script.sh", "");
        fs::create_symlink(m_work / "real/script.sh", m_work / "link.sh");
        TrustedFiles files;
        files.add(m_work / "team.json");
        files.add(m_work / "conf");
        files.add(m_work / "later.orrery");
        files.add(m_work / "link.sh");
        files.addNamedIn("cd . && sh 'hooks/check it.sh'|python3 hooks/second.py;hooks /etc/passwd",
                         m_work);
        files.addNamedIn("cd hooks && sh third.sh", m_work);
        files.addNamedIn("sh -c 'sh --rc=hooks/fourth.sh'", m_work);
        QCOMPARE(files.covers((m_work / path.toStdString()).lexically_normal()), isTrusted);
        QVERIFY(!files.covers("/etc/passwd"));
    }
};

ORRERY_TEST(TestCommandSandbox)
#include "tst_commandsandbox.moc"
