// SPDX-License-Identifier: GPL-3.0-or-later
// Paths that try to leave the workspace, and links that change while they are looked at.
#include "core/tools/files/textfile.h"
#include "core/tools/tool.h"
#include "tests/support/testregistry.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

using namespace orrery;
using namespace orrery::tools;
namespace fs = std::filesystem;

class TestPathGuard : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_base;
    fs::path m_root;

    static std::string content(const fs::path &path)
    {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void link(const char *name, const fs::path &target)
    {
        fs::create_symlink(target, m_root / name);
    }
    /// The path below the workspace, or what the error says of it.
    QString guarded(const std::string &path, const fs::path &root) const
    {
        const auto found = guardPath(root, path);
        return QString::fromStdString(found ? found->lexically_relative(m_root).string()
                                            : found.error().message);
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_base = fs::canonical(m_folder->path().toStdString());
        m_root = m_base / "inside";
        fs::create_directories(m_root / "src");
        fs::create_directories(m_base / "inside-evil");
        fs::create_directories(m_base / "outside" / "deep");
        std::ofstream(m_base / "outside" / "secret.txt") << "secret";
        std::ofstream(m_root / "src" / "a.c") << "code";
    }

    void resolves_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("expected");
        const auto inside = [](const char *path, const char *expected) {
            QTest::newRow(path) << path << expected;
        };
        inside("src/a.c", "src/a.c");
        inside("./src//../src/./a.c/", "src/a.c");
        inside("../inside/src", "src");
        inside("new/folder/file", "new/folder/file");
        inside("..hidden/...", "..hidden/...");
        inside("src/~/x", "src/~/x");
        inside("src\\..\\..\\x", "src\\..\\..\\x");
        inside("alias/a.c", "src/a.c");
        inside("absolute/a.c", "src/a.c");
        inside("round/a.c", "src/a.c"); // leaves and comes back
        inside("nowhere/new", "none/new");
        // `..` takes away the link, not what it leads to.
        inside("out/../src", "src");
        inside("out/deep/../../src", "src");
        inside("trick/x", "inside/x");
    }
    void resolves()
    {
        QFETCH(QString, path);
        QFETCH(QString, expected);
        link("alias", "src");
        link("absolute", m_root / "src");
        link("round", "../inside/src");
        link("nowhere", "none");
        link("out", "../outside");
        link("trick", "out/../inside");
        QCOMPARE(guarded(path.toStdString(), m_root), expected);
    }

    void refuses_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char *path, const char *reason) {
            QTest::newRow(path) << path << reason;
        };
        const char *escapes = "escapes the workspace root";
        const char *link = "via a symlink";
        const char *loop = "symlink loop";
        row("..", escapes);
        row("src/../../outside/secret.txt", escapes);
        row("../inside-evil", escapes);
        row("/etc/passwd", escapes);
        row("/", escapes);
        row("~", escapes);
        row("~//x", escapes);
        row("out", link);
        row("out/new", link);
        row("out/deep/../secret.txt", link);
        row("file", link);
        row("all/etc/passwd", link);
        row("chain/secret.txt", link);
        row("gone", link); // its target does not exist, but would be outside
        row("up/outside/secret.txt", link);
        row("self", loop);
        row("loop/x", loop);
        row("growing", loop); // each turn makes the path longer
    }
    void refuses()
    {
        QFETCH(QString, path);
        QFETCH(QString, reason);
        link("out", "../outside");
        link("file", m_base / "outside/secret.txt");
        link("all", "/");
        link("chain", "chain2");
        link("chain2", "src/../chain3");
        link("chain3", m_base / "outside");
        link("gone", "../missing");
        link("up", "..");
        link("self", "self");
        link("loop", "loop2");
        link("loop2", "./loop");
        link("growing", "growing/x");
        const QString message = guarded(path.toStdString(), m_root);
        QVERIFY2(message.contains(reason), qPrintable(message));
        QCOMPARE(guardPath(m_root, path.toStdString()).error().code, ErrorCode::Denied);
        QVERIFY(!canonicalRelative(m_root, path.toStdString()));
    }

    void theHomeFolderIsMeantByATilde()
    {
        const QByteArray before = qgetenv("HOME");
        qputenv("HOME", QByteArray::fromStdString(m_root.string()));
        QCOMPARE(guarded("~/src/a.c", m_root), QString("src/a.c"));
        QCOMPARE(guarded("~//src", m_root), QString("src"));
        QCOMPARE(guarded("~", m_root), QString("."));
        QCOMPARE(guarded("~user", m_root), QString("~user"));
        qputenv("HOME", before);
    }

    void fortyLinksAreFollowedButNoMore()
    {
        const auto name = [](int i) { return std::string("l").append(std::to_string(i)); };
        for (int i = 1; i <= 41; ++i)
            link(name(i).c_str(), name(i + 1));
        QCOMPARE(guarded("l2", m_root), QString("l42"));
        QVERIFY(guarded("l1", m_root).contains("symlink loop"));
        std::string deep = "src";
        for (int i = 0; i < 100; ++i)
            deep += "/d";
        QCOMPARE(guarded(deep, m_root), QString::fromStdString(deep));
    }

    void theRootMayBeALink()
    {
        fs::create_directory_symlink(m_root, m_base / "entry");
        link("out", "../outside");
        QCOMPARE(guarded("src/a.c", m_base / "entry"), QString("src/a.c"));
        QCOMPARE(guarded((m_root / "src").string(), m_base / "entry"), QString("src"));
        QCOMPARE(guarded((m_base / "entry/src/").string(), m_base / "entry/"), QString("src"));
        QVERIFY(guarded("out/secret.txt", m_base / "entry").contains("via a symlink"));
        QCOMPARE(canonicalRelative(m_base / "entry", "./src/a.c").value(), std::string("src/a.c"));
    }

    void whatLeadsInIsInside()
    {
        // As when the home folder is a link: one file, by two absolute names.
        fs::create_directory_symlink(m_base, m_base / "home");
        fs::create_directory_symlink(m_root / "src", m_base / "shortcut");
        fs::create_symlink(m_root / "src/a.c", m_base / "file");
        link("out", "../outside");
        const auto at = [&](const char *path) { return guarded((m_base / path).string(), m_root); };
        QCOMPARE(at("home/inside/src/a.c"), QString("src/a.c"));
        QCOMPARE(at("shortcut/a.c"), QString("src/a.c"));
        QCOMPARE(at("shortcut/new/b.c"), QString("src/new/b.c"));
        QCOMPARE(at("file"), QString("src/a.c"));
        QCOMPARE(guarded("../shortcut/a.c", m_root), QString("src/a.c"));
        QCOMPARE(guarded((m_base / "inside/src").string(), m_base / "home/inside"), QString("src"));
        QVERIFY(at("home/outside/secret.txt").contains("escapes the workspace root"));
        QVERIFY(at("home/inside-evil").contains("escapes the workspace root"));
        QVERIFY(at("home/inside/out/secret.txt").contains("escapes the workspace root"));
        QVERIFY(at("shortcut/../outside").contains("escapes the workspace root"));
    }

    void onlyATextIsAPath()
    {
        QCOMPARE(pathArgument("a").value(), std::string("a"));
        for (const Json &value : {Json(), Json(7), Json::array({"a"}), Json::object()})
            QCOMPARE(pathArgument(value).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(guardPath(m_root, std::string("src/\0a.c", 8)).error().code,
                 ErrorCode::InvalidArgument);
    }

    void aLinkPutThereSinceIsNotFollowed()
    {
        const fs::path file = m_root / "src/a.c";
        const fs::path fresh = m_root / "src/new/b.c";
        fs::rename(m_root / "src", m_root / "moved");
        link("src", "../outside");
        QVERIFY(!readBytes(m_root / "src/secret.txt", 1 << 24));
        QVERIFY(!writeTextAtomically(file, "changed"));
        QVERIFY(!writeTextAtomically(fresh, "changed"));
        QCOMPARE(content(m_base / "outside/secret.txt"), std::string("secret"));
        QVERIFY(!fs::exists(m_base / "outside/a.c"));
        QVERIFY(!fs::exists(m_base / "outside/new"));

        fs::remove(m_root / "moved/a.c");
        fs::create_symlink(m_base / "outside/secret.txt", m_root / "moved/a.c");
        QVERIFY(!readBytes(m_root / "moved/a.c", 1 << 24));
        QVERIFY(writeTextAtomically(m_root / "moved/a.c", "changed")); // in place of the link
        QCOMPARE(content(m_base / "outside/secret.txt"), std::string("secret"));
        QCOMPARE(content(m_root / "moved/a.c"), std::string("changed"));
    }

    void aFolderThatKeepsBecomingALinkLetsNothingOut()
    {
        std::ofstream(m_root / "src/secret.txt") << "harmless";
        std::atomic<bool> ends{false};
        std::atomic<int> swaps{0};
        link("other", "../outside");
        std::thread swapper([&] {
            const fs::path door = m_root / "src";
            const fs::path other = m_root / "other";
            while (!ends)
                swaps +=
                    renameat2(AT_FDCWD, door.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0
                        ? 1
                        : 0;
        });
        int reads = 0;
        bool leaked = false;
        for (int i = 0; i < 3000; ++i) {
            if (const auto path = guardPath(m_root, "src/secret.txt")) {
                const auto text = readBytes(*path, 1 << 24);
                reads += text ? 1 : 0;
                leaked = leaked || (text && *text != "harmless");
            }
            if (const auto path = guardPath(m_root, "src/new.txt"))
                (void)writeTextAtomically(*path, "x");
        }
        ends = true;
        swapper.join();
        QVERIFY(swaps > 0);
        QVERIFY(!leaked);
        QVERIFY(reads > 0);
        QVERIFY(!fs::exists(m_base / "outside/new.txt"));
        QCOMPARE(content(m_base / "outside/secret.txt"), std::string("secret"));
    }

    void aWriteKeepsTheModeAndLeavesNothingBehind()
    {
        const fs::path file = m_root / "run.sh";
        QVERIFY(writeTextAtomically(file, "one"));
        QCOMPARE(chmod(file.c_str(), 0750), 0);
        QVERIFY(writeTextAtomically(file, std::string(1000000, 'x')));
        struct stat status;
        QCOMPARE(stat(file.c_str(), &status), 0);
        QCOMPARE(status.st_mode & 07777, mode_t(0750));
        QCOMPARE(readBytes(file, 1 << 24).value().size(), std::size_t(1000000));
        QVERIFY(!writeTextAtomically(m_root / "src", "x"));
        std::vector<std::string> names;
        for (const auto &entry : fs::directory_iterator(m_root))
            names.push_back(entry.path().filename().string());
        std::sort(names.begin(), names.end());
        QCOMPARE(names, (std::vector<std::string>{"run.sh", "src"}));
    }

    void onlyATextFileIsRead()
    {
        QCOMPARE(mkfifo((m_root / "pipe").c_str(), 0600), 0);
        std::ofstream(m_root / "binary") << std::string("a\0b", 3);
        QCOMPARE(readBytes(m_root / "pipe", 1 << 24).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(readBytes(m_root / "src", 1 << 24).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(readBytes(m_root, 1 << 24).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(readBytes(m_root / "none", 1 << 24).error().code, ErrorCode::NotFound);
        QCOMPARE(readBytes(m_root / "none/at/all", 1 << 24).error().code, ErrorCode::NotFound);
        QCOMPARE(readBytes(m_root / "src/a.c/x", 1 << 24).error().code, ErrorCode::NotFound);
        QCOMPARE(readBytes(m_root / "src/a.c", 1 << 24).value(), std::string("code"));
    }
};

ORRERY_TEST(TestPathGuard)
#include "tst_pathguard.moc"
