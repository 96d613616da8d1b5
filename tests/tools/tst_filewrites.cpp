// SPDX-License-Identifier: GPL-3.0-or-later
// What a write keeps of a file besides its content, and what stands after one that failed.
#include "core/tools/files/textfile.h"
#include "core/tools/trustedfiles.h"
#include "tests/support/testregistry.h"
#include "tests/support/toolfolder.h"

#include <QTest>

#include <array>
#include <csignal>
#include <functional>
#include <thread>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

using namespace orrery;
using namespace orrery::testing;
namespace fs = std::filesystem;

/// Lets something happen between the reading of a file and its writing.
class SavingGate final : public tools::WriteGate
{
public:
    explicit SavingGate(std::function<void()> save) : m_save(std::move(save)) {}
    Result<void> beforeWrite(const std::string &, const std::string &, int, int) override
    {
        m_save();
        return {};
    }
    void afterWrite(const std::string &, const std::string &, const tools::FileChange &,
                    const std::string &) override
    {}

private:
    std::function<void()> m_save;
};

class TestFileWrites : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<ToolFolder> m_folder;
    RecordingGate m_gate;

    struct stat statusOf(const std::string &name) const
    {
        struct stat status = {};
        lstat((m_folder->root() / name).c_str(), &status);
        return status;
    }
    tools::ToolResult edit(const std::string &name, const std::string &old, const std::string &now)
    {
        tools::ToolContext context = m_folder->context();
        context.writeGate = &m_gate;
        return m_folder->use("edit_file", {{"path", name}, {"old_text", old}, {"new_text", now}},
                             context);
    }
    using Log = std::vector<std::string>;

private slots:
    void init()
    {
        m_folder = std::make_unique<ToolFolder>();
        m_gate = {};
    }

    void theOwnerAndTheModeStay()
    {
        if (geteuid() != 0)
            QSKIP("only root can give files away");
        m_folder->write("a.txt", "one\n");
        const std::string path = m_folder->root() / "a.txt";
        QCOMPARE(chown(path.c_str(), 12345, 23456), 0);
        QCOMPARE(chmod(path.c_str(), 06754), 0);
        QVERIFY(edit("a.txt", "one", "two").ok);
        const struct stat status = statusOf("a.txt");
        QCOMPARE(status.st_uid, uid_t(12345));
        QCOMPARE(status.st_gid, gid_t(23456));
        QCOMPARE(status.st_mode & 07777, mode_t(06754));
    }

    void attributesStay()
    {
        m_folder->write("a.txt", "one\n");
        const std::string path = m_folder->root() / "a.txt";
        if (setxattr(path.c_str(), "user.note", "kept", 4, 0) != 0)
            QSKIP("no extended attributes here");
        // Version 2: the owner rw, user 12345 r, the group r, the mask r, others nothing.
        const unsigned char list[] = {
            2, 0,    0,    0,    1,    0,    6,    0, 0xff, 0xff, 0xff, 0xff, 2,    0,    4,
            0, 0x39, 0x30, 0,    0,    4,    0,    4, 0,    0xff, 0xff, 0xff, 0xff, 0x10, 0,
            4, 0,    0xff, 0xff, 0xff, 0xff, 0x20, 0, 0,    0,    0xff, 0xff, 0xff, 0xff};
        const char *access = "system.posix_acl_access";
        const bool hasList = setxattr(path.c_str(), access, list, sizeof list, 0) == 0;
        const ino_t before = statusOf("a.txt").st_ino;
        QVERIFY(edit("a.txt", "one", "two").ok);
        QVERIFY(statusOf("a.txt").st_ino != before);
        char value[64] = {};
        QCOMPARE(getxattr(path.c_str(), "user.note", value, sizeof value), ssize_t(4));
        QCOMPARE(std::string(value), std::string("kept"));
        if (hasList)
            QCOMPARE(getxattr(path.c_str(), access, value, sizeof value), ssize_t(sizeof list));
        QCOMPARE(m_folder->names(), std::string("a.txt"));
    }

    void aFolderGivesItsAccessListToNewFilesOnly()
    {
        m_folder->write("a.txt", "one\n");
        const unsigned char list[] = {
            2, 0,    0,    0,    1,    0,    7,    0, 0xff, 0xff, 0xff, 0xff, 2,    0,    7,
            0, 0x39, 0x30, 0,    0,    4,    0,    7, 0,    0xff, 0xff, 0xff, 0xff, 0x10, 0,
            7, 0,    0xff, 0xff, 0xff, 0xff, 0x20, 0, 0,    0,    0xff, 0xff, 0xff, 0xff};
        if (setxattr(m_folder->root().c_str(), "system.posix_acl_default", list, sizeof list, 0)
            != 0)
            QSKIP("no access lists here");
        QVERIFY(edit("a.txt", "one", "two").ok);
        const std::string path = m_folder->root() / "a.txt";
        QCOMPARE(getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0), ssize_t(-1));
    }

    void aTrustedFileIsNotWrittenByAnotherName_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<bool>("isTrusted");
        QTest::newRow("a file") << QByteArray("team.json") << true;
        QTest::newRow("in a folder") << QByteArray("conf/deep/x") << true;
        QTest::newRow("of git") << QByteArray(".git/config") << true;
        QTest::newRow("of a repository in it") << QByteArray("lib/.git/hooks/pre-commit") << true;
        QTest::newRow("another") << QByteArray("src/a.c") << false;
    }
    void aTrustedFileIsNotWrittenByAnotherName()
    {
        QFETCH(QByteArray, file);
        QFETCH(bool, isTrusted);
        const fs::path root = m_folder->root();
        auto trusted = std::make_shared<tools::TrustedFiles>();
        trusted->add(root / "team.json");
        trusted->add(root / "conf");
        trusted->add(root / "not there");
        m_folder->write(file.toStdString(), "one\n");
        fs::create_hard_link(root / file.toStdString(), root / "other.txt");
        tools::ToolContext context = m_folder->context();
        context.trusted = trusted;
        const tools::ToolResult done = m_folder->use(
            "edit_file", {{"path", "other.txt"}, {"old_text", "one"}, {"new_text", "two"}},
            context);
        QVERIFY2(done.ok != isTrusted, done.content.c_str());
        QCOMPARE(m_folder->content(file.toStdString()), std::string(isTrusted ? "one\n" : "two\n"));
        if (isTrusted)
            QVERIFY2(done.content.find("trusts") != std::string::npos, done.content.c_str());
    }

    void allNamesOfAFileStayThatFile()
    {
        m_folder->write("a.txt", "one\ntwo, which is longer\n");
        fs::create_hard_link(m_folder->root() / "a.txt", m_folder->root() / "b.txt");
        const ino_t before = statusOf("a.txt").st_ino;
        QVERIFY(edit("a.txt", "two, which is longer", "2").ok);
        QCOMPARE(m_folder->content("b.txt"), std::string("one\n2\n"));
        QVERIFY(edit("b.txt", "one", "a first line that is longer").ok);
        QCOMPARE(m_folder->content("a.txt"), std::string("a first line that is longer\n2\n"));
        QCOMPARE(statusOf("a.txt").st_ino, before);
        QCOMPARE(statusOf("b.txt").st_nlink, nlink_t(2));
        QCOMPARE(m_folder->names(), std::string("a.txt b.txt"));
    }

    void whatANewFileCannotBeIsWrittenInPlace_data()
    {
        QTest::addColumn<int>("fileMode");
        QTest::addColumn<int>("folderMode");
        QTest::addColumn<bool>("ok");
        QTest::newRow("the owner is another") << 0666 << 0777 << true;
        QTest::newRow("the folder takes no file") << 0666 << 0755 << true;
        QTest::newRow("not writable for us") << 0644 << 0777 << false;
    }
    void whatANewFileCannotBeIsWrittenInPlace()
    {
        QFETCH(int, fileMode);
        QFETCH(int, folderMode);
        QFETCH(bool, ok);
        if (geteuid() != 0)
            QSKIP("only root can be somebody else");
        m_folder->write("a.txt", "one\n");
        const fs::path root = m_folder->root();
        QCOMPARE(chmod(root.parent_path().c_str(), 0755), 0);
        QCOMPARE(chmod(root.c_str(), static_cast<mode_t>(folderMode)), 0);
        QCOMPARE(chmod((root / "a.txt").c_str(), static_cast<mode_t>(fileMode)), 0);
        const ino_t before = statusOf("a.txt").st_ino;
        QCOMPARE(seteuid(65534), 0);
        const tools::ToolResult done = edit("a.txt", "one", "two");
        QCOMPARE(seteuid(0), 0);
        QVERIFY2(done.ok == ok, done.content.c_str());
        QCOMPARE(m_folder->content("a.txt"), std::string(ok ? "two\n" : "one\n"));
        if (!ok)
            QVERIFY2(done.content.starts_with("a.txt is read-only for us"), done.content.c_str());
        QCOMPARE(statusOf("a.txt").st_ino, before);
        QCOMPARE(statusOf("a.txt").st_uid, uid_t(0));
        QCOMPARE(m_folder->names(), std::string("a.txt"));
    }

    void aNewFileNeedsAFolderThatTakesIt()
    {
        if (geteuid() != 0)
            QSKIP("only root can be somebody else");
        QCOMPARE(chmod(m_folder->root().parent_path().c_str(), 0755), 0);
        QCOMPARE(chmod(m_folder->root().c_str(), 0755), 0);
        QCOMPARE(seteuid(65534), 0);
        const auto write = [&](const char *path) {
            return m_folder->use("write_file", {{"path", path}, {"content", "x"}});
        };
        const tools::ToolResult file = write("new.txt");
        const tools::ToolResult deep = write("new/deep/er/a.txt");
        QCOMPARE(seteuid(0), 0);
        QVERIFY(!file.ok);
        QCOMPARE(file.content,
                 std::string("new.txt cannot be written: Permission denied. Nothing was changed."));
        QVERIFY(!deep.ok);
        QCOMPARE(deep.content,
                 std::string("The folder of a.txt cannot be made: Permission denied"));
        QCOMPARE(m_folder->names(), std::string());
    }

    void aLinkStaysAndItsTargetChanges()
    {
        m_folder->write("src/a.txt", "one\n");
        fs::create_symlink("src/a.txt", m_folder->root() / "link");
        const tools::ToolResult done = edit("link", "one", "two");
        QVERIFY(done.content.starts_with("Changed src/a.txt lines 1-1."));
        QCOMPARE(fs::read_symlink(m_folder->root() / "link"), fs::path("src/a.txt"));
        QCOMPARE(m_folder->content("src/a.txt"), std::string("two\n"));
        std::ofstream(m_folder->root().parent_path() / "secret") << "one\n";
        fs::create_symlink("../secret", m_folder->root() / "out");
        QVERIFY(!edit("out", "one", "two").ok);
        std::ifstream secret(m_folder->root().parent_path() / "secret");
        QCOMPARE(std::string(std::istreambuf_iterator<char>(secret), {}), std::string("one\n"));
    }

    void aReadOnlyFileIsRefused()
    {
        m_folder->write("a.txt", "one\n");
        QCOMPARE(chmod((m_folder->root() / "a.txt").c_str(), 0555), 0);
        const tools::ToolResult done = edit("a.txt", "one", "two");
        QVERIFY(!done.ok);
        QCOMPARE(done.content, std::string("a.txt is read-only. Nothing was changed."));
        QVERIFY(!m_folder->use("write_file", {{"path", "a.txt"}, {"content", "x"}}).ok);
        QVERIFY(!tools::writeTextAtomically(m_folder->root() / "a.txt", "x"));
        QCOMPARE(m_folder->content("a.txt"), std::string("one\n"));
        QCOMPARE(m_gate.log, Log()); // nobody was asked for what is refused anyhow
        for (const mode_t anybody : {0200, 0020, 0002}) {
            if (geteuid() != 0 && anybody != 0200)
                continue;
            QCOMPARE(chmod((m_folder->root() / "a.txt").c_str(), 0444 | anybody), 0);
            QVERIFY(m_folder->use("read_file", {{"path", "a.txt"}}).ok);
            QVERIFY(m_folder->use("write_file", {{"path", "a.txt"}, {"content", "one\nx\n"}}).ok);
            m_folder->write("a.txt", "one\n");
            m_folder = std::make_unique<ToolFolder>(); // what was read before is forgotten
            m_folder->write("a.txt", "one\n");
        }
    }

    void whatIsNoFileIsNamed_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("said");
        QTest::newRow("folder") << "folder"
                                << "folder is not a file but a folder.";
        QTest::newRow("pipe") << "pipe"
                              << "pipe is not a file but a pipe.";
        QTest::newRow("socket") << "socket"
                                << "socket is not a file but a socket.";
        QTest::newRow("device") << "device"
                                << "device is not a file but a device.";
        QTest::newRow("workspace") << "."
                                   << "is not a file but a folder.";
    }
    void whatIsNoFileIsNamed()
    {
        QFETCH(QString, name);
        QFETCH(QString, said);
        const fs::path root = m_folder->root();
        fs::create_directories(root / "folder");
        QCOMPARE(mkfifo((root / "pipe").c_str(), 0666), 0);
        if (mknod((root / "device").c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0
            && name == "device")
            QSKIP("only root can make devices");
        const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address = {AF_UNIX, {}};
        std::snprintf(address.sun_path, sizeof address.sun_path, "%s", (root / "socket").c_str());
        QCOMPARE(bind(fd, reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
        const std::string path = name.toStdString();
        const std::string words = said.toStdString().substr(0, said.size() - 1);
        for (const tools::ToolResult &done :
             {edit(path, "a", "b"), m_folder->use("read_file", {{"path", path}}),
              m_folder->use("write_file", {{"path", path}, {"content", "x"}})}) {
            QVERIFY(!done.ok);
            QVERIFY2(done.content.find(words) != std::string::npos, done.content.c_str());
        }
        close(fd);
        QCOMPARE(m_gate.log, Log());
    }

    void aFullDiskChangesNothing_data()
    {
        QTest::addColumn<bool>("linked");
        QTest::newRow("one name") << false;
        QTest::newRow("two names") << true;
    }
    void aFullDiskChangesNothing()
    {
        QFETCH(bool, linked);
        const fs::path disk = m_folder->root() / "disk";
        fs::create_directories(disk);
        if (geteuid() != 0 || mount("none", disk.c_str(), "tmpfs", 0, "size=64k") != 0)
            QSKIP("only root can have a small disk");
        const std::string before(30000, 'x');
        m_folder->write("disk/a.txt", before + "one\n");
        if (linked)
            fs::create_hard_link(disk / "a.txt", disk / "b.txt");
        const tools::ToolResult done = edit("disk/a.txt", "one", std::string(60000, 'y'));
        const std::string after = m_folder->content("disk/a.txt");
        std::size_t names = 0;
        for ([[maybe_unused]] const auto &entry : fs::directory_iterator(disk))
            ++names;
        // It fits once there is room again, so nothing of it is left.
        const bool fits = edit("disk/a.txt", "one", "two").ok;
        umount(disk.c_str());
        QVERIFY(!done.ok);
        QVERIFY2(done.content.find("No space left on device. Nothing was changed.")
                     != std::string::npos,
                 done.content.c_str());
        QVERIFY(after == before + "one\n");
        QCOMPARE(names, std::size_t(linked ? 2 : 1));
        QVERIFY(fits);
        QCOMPARE(m_gate.log.size(), std::size_t(3)); // told of the second only
    }

    void aLimitOfSizeChangesNothing()
    {
        m_folder->write("a.txt", "one\n");
        rlimit old;
        QCOMPARE(getrlimit(RLIMIT_FSIZE, &old), 0);
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit small = {5000, old.rlim_max};
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
        const tools::ToolResult done = edit("a.txt", "one", std::string(6000, 'y'));
        setrlimit(RLIMIT_FSIZE, &old);
        std::signal(SIGXFSZ, handler);
        QVERIFY(!done.ok);
        QCOMPARE(m_folder->content("a.txt"), std::string("one\n"));
        QCOMPARE(m_folder->names(), std::string("a.txt"));
    }

    void sixteenMebibytesAreTheLimit()
    {
        const std::size_t most = 16 * 1024 * 1024;
        std::string text(most, 'x');
        text.replace(0, 4, "one\n");
        m_folder->write("a.txt", text);
        QVERIFY(edit("a.txt", "one", "two").ok);
        const tools::ToolResult grown = edit("a.txt", "two", "four");
        QVERIFY2(grown.content.find("would become larger than 16777216 bytes (16.0 MiB)")
                     != std::string::npos,
                 grown.content.c_str());
        m_folder->write("b.txt", text + "x");
        const tools::ToolResult large = edit("b.txt", "one", "two");
        QVERIFY2(large.content.find("b.txt has 16777217 bytes (16.0 MiB)") != std::string::npos,
                 large.content.c_str());
        QVERIFY(!m_folder->use("write_file", {{"path", "b.txt"}, {"content", "x"}}).ok);
        QCOMPARE(m_folder->content("b.txt").size(), most + 1);
        // A few bytes that become many are counted before there are many.
        m_folder->write("c.txt", std::string(1024 * 1024, 'z'));
        const Json call = {{"path", "c.txt"},
                           {"old_text", "z"},
                           {"new_text", std::string(1024 * 1024, 'y')},
                           {"replace_all", true}};
        QVERIFY(!m_folder->use("edit_file", call).ok);
    }

    void aFileThatFailsHalfwayInPlaceIsAsItWas()
    {
        m_folder->write("a.txt", "one\n" + std::string(2000, 'x'));
        fs::create_hard_link(m_folder->root() / "a.txt", m_folder->root() / "b.txt");
        rlimit old;
        QCOMPARE(getrlimit(RLIMIT_FSIZE, &old), 0);
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        // Room can be made, but not all of it can be written.
        const rlimit small = {5000, old.rlim_max};
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
        const tools::ToolResult done = edit("a.txt", "one", std::string(6000, 'y'));
        setrlimit(RLIMIT_FSIZE, &old);
        std::signal(SIGXFSZ, handler);
        QVERIFY(!done.ok);
        QVERIFY2(done.content.find("Nothing was changed.") != std::string::npos,
                 done.content.c_str());
        QCOMPARE(m_folder->content("b.txt"), "one\n" + std::string(2000, 'x'));
        QCOMPARE(statusOf("a.txt").st_nlink, nlink_t(2));
        QCOMPARE(m_gate.log.size(), std::size_t(1)); // asked, and not told of a change
        QVERIFY(edit("a.txt", "one", "two").ok);
    }

    void aSaveInTheVeryMomentIsNotLost_data()
    {
        QTest::addColumn<bool>("linked");
        QTest::addColumn<QByteArray>("theirs");
        for (const bool linked : {false, true}) {
            const char *names = linked ? "two names" : "one name";
            QTest::addRow("as long, %s", names) << linked << QByteArray("ONE\n");
            QTest::addRow("longer, %s", names) << linked << QByteArray("one\nand more\n");
            QTest::addRow("shorter, %s", names) << linked << QByteArray("on");
        }
    }
    /// Somebody saves the file after the tool has read it.
    void aSaveInTheVeryMomentIsNotLost()
    {
        QFETCH(bool, linked);
        QFETCH(QByteArray, theirs);
        m_folder->write("a.txt", "one\n");
        if (linked)
            fs::create_hard_link(m_folder->root() / "a.txt", m_folder->root() / "b.txt");
        tools::ToolContext context = m_folder->context();
        SavingGate gate([&] { m_folder->write("a.txt", theirs.toStdString()); });
        context.writeGate = &gate;
        const tools::ToolResult done = m_folder->use(
            "edit_file", {{"path", "a.txt"}, {"old_text", "one"}, {"new_text", "two"}}, context);
        QVERIFY(!done.ok);
        QVERIFY2(done.content.find("changed by somebody else in this very moment")
                     != std::string::npos,
                 done.content.c_str());
        QCOMPARE(m_folder->content("a.txt"), theirs.toStdString());
        QCOMPARE(m_folder->names(), std::string(linked ? "a.txt b.txt" : "a.txt"));
    }

    void aFileIsReadBeforeItIsReplaced()
    {
        m_folder->write("a.txt", "theirs\n");
        m_folder->write("empty.txt", "");
        const auto write = [&](const char *name, const char *agent = "coder") {
            tools::ToolContext context = m_folder->context(agent);
            context.writeGate = &m_gate;
            return m_folder->use("write_file", {{"path", name}, {"content", "mine\n"}}, context);
        };
        const tools::ToolResult refused = write("a.txt");
        QVERIFY(!refused.ok);
        QCOMPARE(refused.content,
                 std::string("a.txt is there already, and you have not read it. Nothing was "
                             "changed. Read it first with read_file; then replace it, or change a "
                             "part of it with edit_file."));
        QCOMPARE(m_folder->content("a.txt"), std::string("theirs\n"));
        QCOMPARE(m_gate.log, Log());
        // That it was found by a search, or that a teammate knows it, is not enough.
        QVERIFY(m_folder->use("grep", {{"pattern", "theirs"}}).ok);
        QVERIFY(m_folder->use("read_file", {{"path", "a.txt"}}, m_folder->context("lead")).ok);
        QVERIFY(!write("a.txt").ok);
        QVERIFY(m_folder->use("read_file", {{"path", "./a.txt"}, {"limit", 1}}).ok);
        QVERIFY(write("a.txt").ok);
        QVERIFY(write("empty.txt").ok); // nothing can be lost
        // What it has made or edited itself it knows.
        QCOMPARE(write("new.txt").content, std::string("Created new.txt lines 1-1."));
        QCOMPARE(m_folder->use("write_file", {{"path", "new.txt"}, {"content", "2\n"}}).content,
                 std::string("Changed new.txt lines 1-1."));
        m_folder->write("edited.txt", "one\n");
        QVERIFY(edit("edited.txt", "one", "two").ok);
        QVERIFY(write("edited.txt").ok);
        const tools::ToolResult teammates = write("new.txt", "lead");
        QVERIFY(teammates.content.starts_with("coder has written new.txt"));
    }

    void namesThatAreNoUtf8()
    {
        m_folder->write("caf\xE9.txt", "one\n");
        m_folder->write("lit\\xE9.txt", "literal\n");
        QVERIFY(m_folder->use("read_file", {{"path", "caf\\xE9.txt"}}).content.ends_with("one\n"));
        QVERIFY(m_folder->use("read_file", {{"path", "caf\\xe9.txt"}}).ok);
        QVERIFY(m_folder->use("read_file", {{"path", "lit\\xE9.txt"}}).ok);
        QVERIFY(!m_folder->use("read_file", {{"path", "caf\\xEA.txt"}}).ok);
        QCOMPARE(edit("caf\\xE9.txt", "one", "two").content,
                 std::string("Changed caf\\xE9.txt lines 1-1."));
        QCOMPARE(m_gate.log.front(), std::string("? caf\\xE9.txt 1-1"));
        QCOMPARE(m_folder->content("caf\xE9.txt"), std::string("two\n"));
        // What is not there is made as it is spelt.
        QVERIFY(m_folder->use("write_file", {{"path", "new\\xE9"}, {"content", "x"}}).ok);
        QVERIFY(fs::exists(m_folder->root() / "new\\xE9"));
        // No way out of the workspace.
        std::ofstream(m_folder->root().parent_path() / "secret") << "secret";
        QVERIFY(!m_folder->use("read_file", {{"path", "\\x2E\\x2E/secret"}}).ok);
    }

    void aDifferenceIsToldInUtf8()
    {
        const std::string utf16 = "\xFF\xFE";
        m_folder->write("a.txt", utf16 + std::string("a\0\n\0", 4));
        m_folder->write("b.txt", "caf\xE9\n");
        QVERIFY(m_folder->use("read_file", {{"path", "a.txt"}}).ok);
        QVERIFY(m_folder->use("read_file", {{"path", "b.txt"}, {"offset", 1}, {"limit", 1}}).ok);
        QVERIFY(edit("b.txt", "café", "thé").ok); // read and edited, the bytes are the same
        m_folder->write("a.txt", utf16 + std::string("\xE4\0\n\0", 4));
        m_folder->write("b.txt", "na\xEFve\n");
        const std::string a = edit("a.txt", "a", "b").content;
        QVERIFY2(a.find("-a\n+ä\n") != std::string::npos, a.c_str());
        const std::string b = edit("b.txt", "a", "b").content;
        QVERIFY2(b.find("-thé\n+naïve\n") != std::string::npos, b.c_str());
    }

    void manyThreadsEditOneFile()
    {
        std::string lines;
        for (int i = 0; i < 8; ++i)
            lines += "count " + std::to_string(i) + ": 0\n";
        m_folder->write("a.txt", lines);
        std::array<int, 8> landed = {};
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < landed.size(); ++i)
            threads.emplace_back([&, i] {
                const auto agent = m_folder->context("agent " + std::to_string(i));
                const std::string name = "count " + std::to_string(i) + ": ";
                for (int n = 0; n < 25; ++n) {
                    m_folder->use("read_file", {{"path", "a.txt"}}, agent);
                    const Json call = {{"path", "a.txt"},
                                       {"old_text", name + std::to_string(landed[i]) + "\n"},
                                       {"new_text", name + std::to_string(landed[i] + 1) + "\n"}};
                    landed[i] += m_folder->use("edit_file", call, agent).ok ? 1 : 0;
                }
            });
        for (std::thread &thread : threads)
            thread.join();
        std::string expected;
        int all = 0;
        for (std::size_t i = 0; i < landed.size(); ++i) {
            expected += "count " + std::to_string(i) + ": " + std::to_string(landed[i]) + "\n";
            all += landed[i];
        }
        QCOMPARE(m_folder->content("a.txt"), expected);
        QVERIFY(all > 0);
        QCOMPARE(m_folder->names(), std::string("a.txt"));
    }
};

ORRERY_TEST(TestFileWrites)
#include "tst_filewrites.moc"
