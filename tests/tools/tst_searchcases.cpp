// SPDX-License-Identifier: GPL-3.0-or-later
// What glob and grep answer: a table, and what no table says.
#include "tests/support/searchfolder.h"
#include "tests/support/testregistry.h"
#ifndef Q_MOC_RUN // it does not get through the texts there
#include "tests/tools/searchcases.h"
#endif

#include <QTest>

using namespace orrery;
using namespace orrery::tools;
namespace fs = std::filesystem;

class TestSearchCases : public QObject
{
    Q_OBJECT

private:
    static QString text(const ToolResult &result)
    {
        return QString(result.ok ? "" : "ERROR ") + QString::fromStdString(result.content);
    }

private slots:
    /// The first file by name is the newest.
    void answers_data()
    {
        QTest::addColumn<QByteArray>("files");
        QTest::addColumn<QByteArray>("tool");
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<QString>("answer");
        testing::eachSearchCase([](const char *name, const char *files, const char *tool,
                                   const char *arguments, const char *answer) {
            QTest::addRow("%s: %s", tool, name)
                << QByteArray(files) << QByteArray(tool) << QByteArray(arguments)
                << QString::fromUtf8(answer);
        });
    }
    void answers()
    {
        QFETCH(QByteArray, files);
        QFETCH(QByteArray, tool);
        QFETCH(QByteArray, arguments);
        QFETCH(QString, answer);
        testing::SearchFolder folder;
        long age = 1'000'000'000;
        const Json made = Json::parse(files.toStdString());
        for (const auto &[name, content] : made.items()) {
            folder.write(name, content.get<std::string>());
            folder.setAge(name, --age);
        }
        const Json given = Json::parse(arguments.toStdString());
        QCOMPARE(text(folder.use(tool.constData(), given)), answer);
    }

    void newestFirst()
    {
        testing::SearchFolder folder;
        for (const char *name : {"a", "b", "c", "d", "e"})
            folder.write(name, "x\n");
        folder.setAge("a", 1000);
        folder.setAge("b", 3000, 1);
        folder.setAge("c", 3000, 2);
        folder.setAge("d", 2000);
        folder.setAge("e", 2000);
        QCOMPARE(text(folder.use("glob", {{"pattern", "*"}})), QString("c\nb\nd\ne\na\n"));
        QCOMPARE(text(folder.use("grep", {{"pattern", "x"}, {"mode", "files"}})),
                 QString("c\nb\nd\ne\na\n"));
    }

    void listsNoMoreThanFiveHundred()
    {
        testing::SearchFolder folder;
        for (int i = 0; i < 500; ++i)
            folder.write("f" + std::to_string(i), "");
        const auto lines = [&] {
            const QString all = text(folder.use("glob", {{"pattern", "*"}}));
            return QPair<qsizetype, QString>(all.count('\n'), all.section('\n', -2));
        };
        QCOMPARE(lines().first, 500);
        QVERIFY(!lines().second.contains("more"));
        folder.write("old", "");
        folder.setAge("old", 1000);
        QCOMPARE(lines().first, 501);
        QCOMPARE(lines().second, QString("[1 more, older ones, not shown. Narrow the pattern.]\n"));
        QVERIFY(!text(folder.use("glob", {{"pattern", "*"}})).contains("old\n"));
    }

    void absolutePatternsAndALinkedWorkspace_data()
    {
        QTest::addColumn<QString>("pattern"); ///< REAL and LINK are the workspace's two names
        QTest::addColumn<QString>("answer");
        QTest::newRow("real") << "REAL/s/*.c"
                              << "s/a.c\n";
        QTest::newRow("link") << "LINK/s/*.c"
                              << "s/a.c\n";
        QTest::newRow("literal") << "LINK/s/a.c"
                                 << "s/a.c\n";
        QTest::newRow("root") << "REAL/**/*.c"
                              << "s/a.c\n";
        QTest::newRow("relative") << "s/*"
                                  << "s/a.c\n";
        QTest::newRow("beside") << "REAL-not/*"
                                << "";
        QTest::newRow("above") << "REAL/../*"
                               << "";
        QTest::newRow("elsewhere") << "/etc/*"
                                   << "";
        QTest::newRow("everything") << "/**"
                                    << "";
        QTest::newRow("up") << "../*"
                            << "";
        QTest::newRow("up, later") << "s/../../*"
                                   << "";
        QTest::newRow("home") << "~/*"
                              << "";
    }
    void absolutePatternsAndALinkedWorkspace()
    {
        QFETCH(QString, pattern);
        QFETCH(QString, answer);
        testing::SearchFolder folder;
        folder.write("s/a.c", "");
        const fs::path link = folder.root().parent_path() / "link";
        fs::create_directory_symlink(folder.root(), link);
        pattern.replace("REAL", QString::fromStdString(folder.root().string()));
        pattern.replace("LINK", QString::fromStdString(link.string()));
        folder.context.workspace = link;
        const ToolResult result = folder.use("glob", {{"pattern", pattern.toStdString()}});
        if (answer.isEmpty()) {
            QVERIFY2(!result.ok, result.content.c_str());
            QVERIFY2(result.content.find("escapes the workspace") != std::string::npos,
                     result.content.c_str());
            return;
        }
        QCOMPARE(text(result), answer);
        QCOMPARE(text(folder.use("grep", {{"pattern", "^"}, {"path", link.string() + "/s"}})),
                 QString("No line matches. 1 file searched.\n"));
    }

    void linksAreFollowedToFilesInside()
    {
        testing::SearchFolder folder;
        std::ofstream(folder.root().parent_path() / "secret") << "key\n";
        folder.write("real/a.txt", "key\n");
        folder.write(".git/config", "key\n");
        fs::create_directory(folder / "links");
        fs::create_symlink("../real/a.txt", folder / "links/in.txt");
        fs::create_symlink("../../secret", folder / "links/out.txt");
        fs::create_symlink("nowhere", folder / "links/broken.txt");
        fs::create_symlink("../.git/config", folder / "links/git.txt");
        fs::create_symlink("loop.txt", folder / "links/loop.txt");
        fs::create_symlink("..", folder / "links/dir");
        folder.setAge("real/a.txt", 1000);
        QCOMPARE(text(folder.use("glob", {{"pattern", "**/*.txt"}})),
                 QString("links/in.txt\nreal/a.txt\n"));
        // It is one file, so its lines are told once.
        QCOMPARE(text(folder.use("grep", {{"pattern", "key"}})), QString("real/a.txt:1: key\n"));
        QCOMPARE(text(folder.use("grep", {{"pattern", "key"}, {"path", "links"}})),
                 QString("links/in.txt:1: key\n"));
        QCOMPARE(text(folder.use("grep", {{"pattern", "key"}, {"path", "links/in.txt"}})),
                 QString("real/a.txt:1: key\n"));
        // A link that is named is a place to begin in.
        QCOMPARE(text(folder.use("glob", {{"pattern", "links/dir/real/*"}})),
                 QString("real/a.txt\n"));
        for (const char *path : {"links/out.txt", "links/loop.txt"})
            QVERIFY(!folder.use("grep", {{"pattern", "key"}, {"path", path}}).ok);
    }

    void twoLinksToOneFileAreToldOnce()
    {
        testing::SearchFolder folder;
        folder.write(".hidden", "key\n");
        fs::create_symlink(".hidden", folder / "a");
        fs::create_symlink(".hidden", folder / "b");
        QCOMPARE(text(folder.use("grep", {{"pattern", "key"}})), QString("a:1: key\n"));
        // Names of one file that are no links are files of their own.
        fs::create_hard_link(folder / ".hidden", folder / "c");
        fs::create_hard_link(folder / ".hidden", folder / "d");
        QCOMPARE(text(folder.use("grep", {{"pattern", "key"}})), QString("c:1: key\nd:1: key\n"));
    }

    void namesThatAreNoTextAreShown()
    {
        testing::SearchFolder folder;
        const std::vector<std::string> names = {"a\nb", "c\xFF", "d \t\x1F\x7F", "e\xC3\xA9",
                                                "f\xC3"};
        long age = 1'000'000'000;
        for (const std::string &name : names) {
            folder.write(name, "x\n");
            folder.setAge(name, --age);
        }
        const QString shown = "a\\nb\nc\\xFF\nd \\x09\\x1F\\x7F\ne\xC3\xA9\nf\\xC3\n";
        QCOMPARE(text(folder.use("glob", {{"pattern", "*"}})), shown);
        QCOMPARE(text(folder.use("grep", {{"pattern", "x"}, {"mode", "files"}})), shown);
        QCOMPARE(text(folder.use("grep", {{"pattern", "x"}, {"glob", "a*"}})),
                 QString("a\\nb:1: x\n"));
    }

    void longLinesAreCutAroundTheMatch_data()
    {
        QTest::addColumn<int>("before"); ///< characters of two bytes
        QTest::addColumn<int>("after");
        QTest::addColumn<int>("first");
        QTest::newRow("fits") << 0 << 497 << 0;
        QTest::newRow("one too many") << 0 << 498 << 1;
        QTest::newRow("early") << 100 << 1000 << 1;
        QTest::newRow("later") << 101 << 1000 << 2;
        QTest::newRow("far") << 2000 << 1000 << 1901;
        QTest::newRow("at the end") << 2000 << 0 << 1504;
    }
    void longLinesAreCutAroundTheMatch()
    {
        QFETCH(int, before);
        QFETCH(int, after);
        QFETCH(int, first);
        const QString line = QString(before, QChar(0xE9)) + "key" + QString(after, QChar(0xE8));
        testing::SearchFolder folder;
        folder.write("a", line.toStdString() + "\n");
        QString expected = "a:1: " + (first == 0 ? line : line.mid(first - 1, 500));
        if (first > 0)
            expected += QString(" [cut: characters %1-%2 of %3]")
                            .arg(first)
                            .arg(first + 499)
                            .arg(line.size());
        QCOMPARE(text(folder.use("grep", {{"pattern", "key"}})), expected + "\n");
    }

    void namesAreTakenAsTheyAreShown()
    {
        testing::SearchFolder folder;
        folder.write("caf\xE9/a\xE8.txt", "key\n");
        const QString shown = "caf\\xE9/a\\xE8.txt";
        QCOMPARE(text(folder.use("glob", {{"pattern", "**/*.txt"}})), shown + "\n");
        QCOMPARE(text(folder.use("glob", {{"pattern", shown.toStdString()}})), shown + "\n");
        QCOMPARE(text(folder.use("glob", {{"pattern", "caf\\xE9/*"}})), shown + "\n");
        QCOMPARE(text(folder.use("glob", {{"pattern", "*"}, {"path", "caf\\xE9"}})), shown + "\n");
        for (const QString &path : {shown, QString("caf\\xE9")})
            QCOMPARE(text(folder.use("grep", {{"pattern", "key"}, {"path", path.toStdString()}})),
                     shown + ":1: key\n");
        // A name that is spelt so goes before.
        folder.write("caf\\xE9/b.txt", "other key\n");
        QCOMPARE(text(folder.use("grep", {{"pattern", "key"}, {"path", "caf\\xE9"}})),
                 QString("caf\\xE9/b.txt:1: other key\n"));
    }

    void textsOfOtherEncodingsAreSearched_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("answer");
        const auto row = [](const char *name, const QByteArray &bytes, const char *pattern,
                            const QString &answer) {
            QTest::newRow(name) << bytes << pattern << answer;
        };
        row("UTF-8 with BOM", "\xEF\xBB\xBFkey\n", "^key$", "a:1: key\n");
        row("a BOM later is a character", "x\n\xEF\xBB\xBFkey\n", "key",
            QString("a:2: ") + QChar(0xFEFF) + "key\n");
        row("Windows-1252", "caf\xE9 \x80\n", "caf. \\x{20AC}$",
            QString("a:1: caf") + QChar(0xE9) + " " + QChar(0x20AC) + "\n");
        const QByteArray nearly = "\xC3\xA4\xC3\xB6";
        row("nearly UTF-8", nearly + " a\xE9z key\n", "key",
            "a:1: " + QString::fromUtf8(nearly) + " a" + QChar(0xFFFD) + "z key\n");
        row("what is invalid matches nothing", nearly + "\na\xE9z\n", "a.z",
            "No line matches. 1 file searched.\n");
        row("before what is invalid", nearly + "\nab\xE9\n", "^ab",
            QString("a:2: ab") + QChar(0xFFFD) + "\n");
        const QByteArray piece(64 * 1024, 'x');
        row("Windows-1252 after a piece without", piece + "\ncaf\xE9\n", "caf.$",
            QString("a:2: caf") + QChar(0xE9) + "\n");
        row("no mark in the midst", piece + "\xFF\xFE\nkey\n", "^key$", "a:2: key\n");
        row("UTF-8 after a piece without", piece + "\n" + nearly + "\n", "^..$",
            "a:2: " + QString::fromUtf8(nearly) + "\n");
        row("Windows-1252 in two pieces", "\xE9" + piece + "\nna\xEFve\n", "na.ve",
            QString("a:2: na") + QChar(0xEF) + "ve\n");
        row("CR alone", "one\rkey\rthree", "key", "a:2: key\n");
        row("CR first", "\rkey", "^key$", "a:2: key\n");
        row("LF first, then CR", "\nkey\rb", "^key", "a:2: key\rb\n");
        row("CR at the end", "one\rkey\r", "^key$", "a:2: key\n");
        row("empty lines of CR", "\r\rkey\r", "^key$", "a:3: key\n");
        row("CR in a text with LF", "one\rkey\nthree\n", "key", "a:1: one\rkey\n");
        row("CR in UTF-16", QByteArray("\xFF\xFEx\0\r\0k\0", 8), "k", "a:2: k\n");
        row("CR after a piece without", piece + "\rkey\r", "^key$", "a:2: key\n");
        row("CRLF in two pieces", QByteArray(64 * 1024 - 1, 'x') + "\r\nkey\r\n", "^key$",
            "a:2: key\n");
        row("CR at the end of a piece", QByteArray(64 * 1024 - 1, 'x') + "\rkey\r", "^key$",
            "a:2: key\n");
        row("UTF-16, little", QByteArray("\xFF\xFEk\0e\0y\0\n\0\xE9\0", 12), "key|\\x{E9}",
            QString("a:1: key\na:2: ") + QChar(0xE9) + "\n");
        row("UTF-16, big", QByteArray("\xFE\xFF\0k\0e\0y\0\r\0\n", 12), "^key$", "a:1: key\n");
        row("UTF-16, a pair", QByteArray("\xFF\xFE\x3D\xD8\0\xDE", 6), "^.$",
            QString::fromUtf8("a:1: \xF0\x9F\x98\x80\n"));
        row("UTF-16, three bytes", QByteArray("\xFF\xFE\xAC\x20", 4), "^.$",
            QString("a:1: ") + QChar(0x20AC) + "\n");
        row("UTF-16, first half alone", QByteArray("\xFF\xFE\x3D\xD8k\0", 6), "k",
            QString("a:1: ") + QChar(0xFFFD) + "k\n");
        row("UTF-16, second half alone", QByteArray("\xFF\xFE\0\xDEk\0", 6), "k",
            QString("a:1: ") + QChar(0xFFFD) + "k\n");
        row("UTF-16, half a pair at the end", QByteArray("\xFF\xFEk\0\x3D\xD8", 6), "k",
            QString("a:1: k") + QChar(0xFFFD) + "\n");
        row("UTF-16, half a unit at the end", QByteArray("\xFF\xFEk\0z", 5), "k",
            QString("a:1: k") + QChar(0xFFFD) + "\n");
        row("UTF-16 with NUL", QByteArray("\xFF\xFEk\0\0\0", 6), "k", "ERROR a is a binary file.");
        row("UTF-16 without BOM", QByteArray("k\0e\0", 4), "k", "ERROR a is a binary file.");
    }
    void textsOfOtherEncodingsAreSearched()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, pattern);
        QFETCH(QString, answer);
        testing::SearchFolder folder;
        folder.write("a", bytes.toStdString());
        QCOMPARE(text(folder.use("grep", {{"pattern", pattern.toStdString()}, {"path", "a"}})),
                 answer);
    }
};

ORRERY_TEST(TestSearchCases)
#include "tst_searchcases.moc"
