// SPDX-License-Identifier: GPL-3.0-or-later
// What glob and grep do with much, deep, long, hidden away or malicious; and when they are stopped.
#include "core/tools/search/linereader.h"
#include "core/tools/search/search.h"
#include "tests/support/searchfolder.h"
#include "tests/support/testregistry.h"

#include <QRegularExpression>
#include <QTest>

#include <thread>

#include <sys/fsuid.h>
#include <sys/inotify.h>
#include <unistd.h>

using namespace orrery;
using namespace orrery::tools;
namespace fs = std::filesystem;

namespace {

/// The thread has the rights of nobody while this lives, so that a mode means something to root too.
class AsNobody
{
public:
    AsNobody() : m_user(::setfsuid(65534)), m_group(::setfsgid(65534)) {}
    ~AsNobody()
    {
        ::setfsuid(static_cast<uid_t>(m_user));
        ::setfsgid(static_cast<gid_t>(m_group));
    }

private:
    int m_user;
    int m_group;
};

/// The most memory that the process has had in use since forgetPeak(), in KiB.
long peakKiB()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:"))
            return std::stol(line.substr(6));
    return -1;
}
bool forgetPeak()
{
    return static_cast<bool>(std::ofstream("/proc/self/clear_refs") << "5" << std::flush);
}

} // namespace

class TestSearchBounds : public QObject
{
    Q_OBJECT

private:
    static QString text(const ToolResult &result)
    {
        return QString(result.ok ? "" : "ERROR ") + QString::fromStdString(result.content);
    }
    /// The lines that are read, or their lengths where they are long; then how reading ended.
    static QStringList linesOf(const std::string &content)
    {
        testing::SearchFolder folder;
        folder.write("a", content);
        const Descriptor file(::open((folder / "a").c_str(), O_RDONLY));
        LineReader reader(file.get());
        QStringList lines;
        std::string_view line;
        while (reader.next(line)) {
            const QString shown =
                line.size() > 20 ? QString::number(line.size())
                                 : QString::fromUtf8(line.data(), static_cast<int>(line.size()));
            lines += QString::number(reader.number()) + ":" + shown;
        }
        if (reader.skippedLines() > 0)
            lines += "skipped " + QString::number(reader.skippedLines());
        if (reader.isBinary())
            lines += "binary";
        return lines;
    }

private slots:
    void readsLines_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QStringList>("lines");
        const auto row = [](const char *name, const QByteArray &content, const QStringList &lines) {
            QTest::newRow(name) << content << lines;
        };
        constexpr int piece = LineReader::kPieceBytes;
        constexpr int most = LineReader::kMostLineBytes;
        const QByteArray full(most, 'x');
        row("nothing", "", {});
        row("one", "a\n", {"1:a"});
        row("no end", "a\nb", {"1:a", "2:b"});
        row("empty lines", "\n\na", {"1:", "2:", "3:a"});
        row("CRLF", "a\r\n\r\nb\rc\r\r\n", {"1:a", "2:", "3:b\rc\r"});
        row("the longest", full + "\nb\n", {"1:1048576", "2:b"});
        row("the longest, CRLF", full + "\r\nb", {"1:1048576", "2:b"});
        row("the longest, CR at the end of a piece",
            QByteArray(piece - 2, 'x') + "\n" + full + "\r\nb", {"1:65534", "2:1048576", "3:b"});
        row("the longest, last", full, {"1:1048576"});
        row("one more", full + "x\nb\n", {"2:b", "skipped 1"});
        row("one more, CRLF", full + "x\r\nb\n", {"2:b", "skipped 1"});
        row("one more, last", "a\n" + full + "x", {"1:a", "skipped 1"});
        row("many more", full + full + full + "\nb\n" + full + full, {"2:b", "skipped 2"});
        row("CRLF across pieces", QByteArray(piece - 1, 'x') + "\r\nb", {"1:65535", "2:b"});
        row("LF at the end of a piece", QByteArray(piece - 1, 'x') + "\nb", {"1:65535", "2:b"});
        row("NUL first", QByteArray("\0a\n", 3), {"binary"});
        row("NUL at the end of the first piece",
            "a\n" + QByteArray(piece - 3, 'x') + QByteArray(1, '\0'), {"binary"});
        row("NUL at the beginning of the second",
            "a\n" + QByteArray(piece - 2, 'x') + QByteArray(1, '\0') + "\nb\n", {"1:a", "binary"});
        row("lines before a NUL",
            QByteArray(piece, 'x') + "\nb\nc" + QByteArray(1, '\0') + "d\ne\n",
            {"1:65536", "2:b", "binary"});
        // 2 bytes of mark, then units: the pair is half in the first piece, half in the second.
        QByteArray pair = QByteArray("\xFF\xFE", 2);
        while (pair.size() < piece - 2)
            pair += QByteArray("\n\0", 2);
        const QByteArray smile("\x3D\xD8\0\xDE\n\0", 6);
        testing::SearchFolder folder;
        QStringList emptyLines;
        for (int i = 1; i <= piece / 2 - 2; ++i)
            emptyLines += QString::number(i) + ":";
        row("a pair across pieces", pair + smile,
            emptyLines + QStringList{QString::number(piece / 2 - 1) + ":\xF0\x9F\x98\x80"});
    }
    void readsLines()
    {
        QFETCH(QByteArray, content);
        QFETCH(QStringList, lines);
        QCOMPARE(linesOf(content.toStdString()), lines);
    }

    void aBinaryEndLeavesWhatWasFound()
    {
        testing::SearchFolder folder;
        const std::string text = "key\n" + std::string(LineReader::kPieceBytes, 'x') + "\nkey";
        folder.write("a", text + std::string(1, '\0') + "\nkey\n");
        folder.write("b", "none\n");
        const QString note = "[1 file searched only up to a NUL, binary from there on: a]\n";
        QCOMPARE(grepped(folder, {{"pattern", "key"}}), "a:1: key\n" + note);
        QCOMPARE(grepped(folder, {{"pattern", "nowhere"}}),
                 "No line matches. 2 files searched.\n" + note);
    }

    void longLinesAreCounted()
    {
        testing::SearchFolder folder;
        folder.write("a", std::string(LineReader::kMostLineBytes + 1, 'k') + "\nkey\n");
        QCOMPARE(grepped(folder, {{"pattern", "k"}}),
                 QString("a:2: key\n[1 line of more than 1 MiB skipped.]\n"));
    }

    void memoryDoesNotGrowWithTheFile()
    {
        testing::SearchFolder folder;
        folder.write("hole", "key\n");
        fs::resize_file(folder / "hole", 1LL << 30);
        {
            std::ofstream line(folder / "line", std::ios::binary);
            const std::string piece(1 << 20, 'x');
            for (int i = 0; i < 96; ++i)
                line << piece;
            line << "\nkey\n";
        }
        if (!forgetPeak())
            QSKIP("The peak of memory cannot be reset here.");
        const long before = peakKiB();
        QVERIFY(before > 0);
        QCOMPARE(grepped(folder, {{"pattern", "key"}}),
                 QString("line:2: key\n[1 binary file skipped.]\n"
                         "[1 line of more than 1 MiB skipped.]\n"));
#ifdef __SANITIZE_ADDRESS__
        constexpr long mostKiB = 300 * 1024; // it keeps what is freed, up to 256 MiB
#else
        constexpr long mostKiB = 16 * 1024;
#endif
        QVERIFY2(peakKiB() - before < mostKiB, std::to_string(peakKiB() - before).c_str());
    }

    void anExpressionMayGoDeep()
    {
        testing::SearchFolder folder;
        std::string line;
        for (int i = 0; i < 1500; ++i)
            line += i % 2 ? "b" : "a";
        folder.write("a", line + "\n");
        QVERIFY(grepped(folder, {{"pattern", "^(?:(a)|(b))*$"}}).startsWith("a:1: abab"));
    }

    void theUsualLimitIsTwoHundred()
    {
        testing::SearchFolder folder;
        std::string lines;
        for (int i = 0; i < 200; ++i)
            lines += "key\n";
        folder.write("a", lines);
        QCOMPARE(grepped(folder, {{"pattern", "key"}}).count("key"), 200);
        QVERIFY(!grepped(folder, {{"pattern", "key"}}).contains("more"));
        folder.write("a", lines + "key\n");
        QVERIFY(grepped(folder, {{"pattern", "key"}})
                    .endsWith("a:200: key\n[Only the first 200 lines; there are more. Narrow the "
                              "search, or raise limit.]\n"));
    }

    void anAnswerThatIsTooLongIsCut()
    {
        testing::SearchFolder folder;
        folder.write("a", "key 1\nkey 2\nkey 3\n");
        GrepLimits limits;
        limits.outputBytes = 22; // two lines of 11
        QCOMPARE(text(grepFiles({{"pattern", "key"}}, folder.context, limits)),
                 QString("a:1: key 1\na:2: key 2\na:3: key 3\n[Cut here, after 3 lines: the answer "
                         "is too long. Narrow the search.]\n"));
        limits.outputBytes = 21;
        QCOMPARE(
            text(grepFiles({{"pattern", "key"}}, folder.context, limits)),
            QString("a:1: key 1\na:2: key 2\n[Cut here, after 2 lines: the answer is too long. "
                    "Narrow the search.]\n"));
        QCOMPARE(GrepLimits().outputBytes, std::size_t(256 * 1024));
    }

    /// Each of these would keep a thread busy for longer than anybody lives.
    void noExpressionTakesLong_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<int>("length");
        for (const char *pattern :
             {"^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^(.*)*x", "^(?:a?){40}a{40}b|^(a*)*c",
              "^(a*)*\\1\\1\\1b", "^(?:(?:a*)*)*c", "^((a)|(a))+(?<!a)$"})
            for (int length : {60, 3000, 200'000})
                QTest::addRow("%s, %d", pattern, length) << pattern << length;
        QTest::newRow("each place to its end") << "[a-z]*[0-9]" << 1'000'000;
        QTest::newRow("looking ahead from each place") << "^(?:(?=[a-z]*+[0-9])x|a)*z" << 1'000'000;
    }
    void noExpressionTakesLong()
    {
        QFETCH(QString, pattern);
        QFETCH(int, length);
        testing::SearchFolder folder;
        folder.write("a", std::string(static_cast<std::size_t>(length), 'a') + "!\n");
        folder.write("b", "none\n");
        GrepLimits limits;
        limits.line.lineTime = std::chrono::milliseconds(100);
        const QString answer =
            text(grepFiles({{"pattern", pattern.toStdString()}}, folder.context, limits));
        QVERIFY2(answer.startsWith("No line matches. 2 files searched.\n"), qPrintable(answer));
        // What the library sees through at once it need not give up.
        QVERIFY2(answer.count('\n') == 1
                     || answer.endsWith("\n[1 line given up: the expression takes too many steps "
                                        "there. A simpler one may do.]\n"),
                 qPrintable(answer));
        if (pattern == "^(a|a)*$" || pattern == "[a-z]*[0-9]")
            QCOMPARE(answer.count('\n'), 2);
    }

    void limitsHold()
    {
        const std::string line = std::string(20, 'a') + "!";
        std::size_t at = 0;
        LinePattern::Limits limits;
        QCOMPARE(LinePattern::compile("^(a|a)*$", false, limits, {})->find("aaa!", at),
                 LinePattern::Found::No);
        QCOMPARE(limits.steps, 1'000'000U);
        limits.steps = 100;
        QCOMPARE(LinePattern::compile("^(a|a)*$", false, limits, {})->find(line, at),
                 LinePattern::Found::OverLimit);
        QCOMPARE(LinePattern::compile("a!", false, limits, {})->find(line, at),
                 LinePattern::Found::Yes);
        QCOMPARE(at, std::size_t(19));
    }

    void longLinesAreWatched()
    {
        int asked = 0;
        bool isOver = false;
        LinePattern::Limits limits;
        auto pattern = LinePattern::compile("[a-z]*[0-9]", false, limits, [&] {
            ++asked;
            return isOver;
        });
        std::size_t at = 0;
        const std::string line(LinePattern::kWatchedBytes, 'a');
        QCOMPARE(pattern->find(line, at), LinePattern::Found::No);
        QCOMPARE(asked, 0);
        QCOMPARE(pattern->find(line + "a", at), LinePattern::Found::No);
        QVERIFY(asked > 4); // every 256 steps
        QVERIFY(asked < 100);
        QCOMPARE(pattern->find(line + "a1", at), LinePattern::Found::Yes);
        QCOMPARE(at, std::size_t(0));
        isOver = true;
        QCOMPARE(pattern->find(line + "a", at), LinePattern::Found::Interrupted);
        isOver = false;
        QCOMPARE(pattern->find(line + "a", at), LinePattern::Found::No);
        limits.lineTime = std::chrono::milliseconds(0);
        auto hasty = LinePattern::compile("[a-z]*[0-9]", false, limits, {});
        QCOMPARE(hasty->find(line, at), LinePattern::Found::No);
        QCOMPARE(hasty->find(line + "a", at), LinePattern::Found::OverLimit);
    }

    void whenTheTimeIsUpItSaysWhatIsMissing()
    {
        testing::SearchFolder folder;
        folder.write("a", "key\n");
        folder.write("b", std::string(1'000'000, 'a') + "\n");
        folder.write("c", "key\n");
        folder.setAge("a", 3000);
        folder.setAge("b", 2000);
        folder.setAge("c", 1000);
        GrepLimits limits;
        limits.line.lineTime = std::chrono::hours(24);
        limits.line.steps = 4'000'000'000U;
        limits.time = std::chrono::milliseconds(300);
        QCOMPARE(text(grepFiles({{"pattern", "key|[a-z]*[0-9]"}}, folder.context, limits)),
                 QString("a:1: key\n[2 files not searched to the end: the time was up. Narrow the "
                         "search.]\n"));
        limits.time = std::chrono::milliseconds(0);
        QCOMPARE(text(grepFiles({{"pattern", "key"}}, folder.context, limits)),
                 QString("Nothing could be searched.\n[3 files not searched to the end: the time "
                         "was up. Narrow the search.]\n"));
        QCOMPARE(
            text(grepFiles({{"pattern", "key"}, {"path", "a"}}, folder.context, limits)),
            QString("Nothing could be searched.\n[1 file not searched to the end: the time was "
                    "up. Narrow the search.]\n"));
    }

    void stopsInTheMidst_data()
    {
        QTest::addColumn<bool>("inOneLine");
        QTest::newRow("in a line") << true;
        QTest::newRow("in a file") << false;
    }
    /// Without being stopped it takes days.
    void stopsInTheMidst()
    {
        QFETCH(bool, inOneLine);
        testing::SearchFolder folder;
        std::string content;
        if (inOneLine)
            content.assign(1'000'000, 'a');
        for (int i = 0; !inOneLine && i < 1'000'000; ++i)
            content += "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n";
        folder.write("a", content);
        GrepLimits limits;
        limits.line.lineTime = limits.time = std::chrono::hours(24);
        if (inOneLine)
            limits.line.steps = 4'000'000'000U;
        std::jthread stopper([&folder] {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            folder.stop.request_stop();
        });
        QCOMPARE(text(grepFiles({{"pattern", inOneLine ? "[a-z]*[0-9]" : "^(a|a)*$"}},
                                folder.context, limits)),
                 QString("ERROR The search was stopped."));
    }

    void stoppedBeforeItBegan()
    {
        testing::SearchFolder folder;
        folder.write("a", "key\n");
        folder.stop.request_stop();
        QCOMPARE(text(folder.use("glob", {{"pattern", "*"}})),
                 QString("ERROR The search was stopped."));
        QCOMPARE(grepped(folder, {{"pattern", "key"}}), QString("ERROR The search was stopped."));
        QCOMPARE(grepped(folder, {{"pattern", "key"}, {"path", "a"}}),
                 QString("ERROR The search was stopped."));
    }

    void pipesAreNotOpened()
    {
        testing::SearchFolder folder;
        folder.write("a", "key\n");
        QCOMPARE(::mkfifo((folder / "pipe").c_str(), 0600), 0);
        fs::create_symlink("pipe", folder / "link");
        const Descriptor events(::inotify_init1(IN_NONBLOCK));
        QVERIFY(::inotify_add_watch(events.get(), (folder / "pipe").c_str(), IN_OPEN) >= 0);
        QCOMPARE(grepped(folder, {{"pattern", "key"}}), QString("a:1: key\n"));
        QCOMPARE(text(folder.use("glob", {{"pattern", "*"}})), QString("a\n"));
        for (const char *path : {"pipe", "link"})
            QCOMPARE(grepped(folder, {{"pattern", "key"}, {"path", path}}),
                     QString("ERROR %1 is no file and no folder.").arg(path));
        char event[256];
        QCOMPARE(::read(events.get(), event, sizeof event), ssize_t(-1));
        QCOMPARE(errno, EAGAIN);
    }

    void whatCannotBeReadIsNamed()
    {
        testing::SearchFolder folder;
        fs::permissions(folder.root().parent_path(), fs::perms::all);
        fs::permissions(folder.root(), fs::perms::all);
        folder.write("a.txt", "key\n");
        for (const char *name : {"b.txt", "c.txt", "d.txt", "e.txt"}) {
            folder.write(name, "key\n");
            fs::permissions(folder / name, fs::perms::none);
            folder.setAge(name, 1000);
        }
        fs::create_directory(folder / "locked");
        fs::permissions(folder / "locked", fs::perms::none);
        const AsNobody nobody;
        const QString locked = "[1 folder could not be read: locked]\n";
        QCOMPARE(text(folder.use("glob", {{"pattern", "**/a.txt"}})), "a.txt\n" + locked);
        QCOMPARE(text(folder.use("glob", {{"pattern", "**/x"}})),
                 "No file matches **/x.\n" + locked);
        const QString files = "[4 files could not be read: b.txt, c.txt, d.txt and 1 more]\n";
        QCOMPARE(grepped(folder, {{"pattern", "key"}}), "a.txt:1: key\n" + files + locked);
        QCOMPARE(grepped(folder, {{"pattern", "none"}}),
                 "No line matches. 1 file searched.\n" + files + locked);
        QCOMPARE(grepped(folder, {{"pattern", "key"}, {"glob", "[b-d].txt"}}),
                 "Nothing could be searched.\n[3 files could not be read: b.txt, c.txt, d.txt]\n"
                     + locked);
        QCOMPARE(grepped(folder, {{"pattern", "key"}, {"path", "b.txt"}}),
                 QString("ERROR b.txt cannot be read: Permission denied."));
        for (const char *tool : {"glob", "grep"})
            QCOMPARE(text(folder.use(tool, {{"pattern", "x"}, {"path", "locked"}})),
                     QString("ERROR locked cannot be read: Permission denied."));
    }

    void manyFilesInOneFolder()
    {
        testing::SearchFolder folder(testing::SearchFolder::Place::Memory);
        for (int i = 0; i < 20'000; ++i)
            QVERIFY(Descriptor(
                ::open((folder / ("f" + std::to_string(i))).c_str(), O_CREAT | O_WRONLY, 0600)));
        folder.write("f19999", "key\n");
        QVERIFY(text(folder.use("glob", {{"pattern", "*"}}))
                    .endsWith("\n[19500 more, older ones, not shown. Narrow the pattern.]\n"));
        QCOMPARE(text(folder.use("glob", {{"pattern", "f1999[89]"}})).count('\n'), 2);
        QCOMPARE(grepped(folder, {{"pattern", "key"}}), QString("f19999:1: key\n"));
        QCOMPARE(grepped(folder, {{"pattern", "none"}}),
                 QString("No line matches. 20000 files searched.\n"));
    }

    void deepFolders_data()
    {
        QTest::addColumn<int>("depth");
        QTest::addColumn<int>("length"); ///< of each name
        QTest::newRow("300 deep") << 300 << 1;
        QTest::newRow("longer than any path may be") << 60 << 200;
    }
    void deepFolders()
    {
        QFETCH(int, depth);
        QFETCH(int, length);
        testing::SearchFolder folder;
        const std::string name(static_cast<std::size_t>(length), 'd');
        Descriptor at(::open(folder.root().c_str(), O_RDONLY | O_DIRECTORY));
        QString path;
        for (int i = 0; i < depth; ++i) {
            QCOMPARE(::mkdirat(at.get(), name.c_str(), 0700), 0);
            at = Descriptor(::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY));
            path += QString::fromStdString(name) + "/";
        }
        const Descriptor leaf(::openat(at.get(), "leaf", O_CREAT | O_WRONLY, 0600));
        QCOMPARE(::write(leaf.get(), "key\n", 4), ssize_t(4));
        QCOMPARE(text(folder.use("glob", {{"pattern", "**/leaf"}})), path + "leaf\n");
        QCOMPARE(grepped(folder, {{"pattern", "key"}}), path + "leaf:1: key\n");
    }

    void aWorkspaceThatIsGoneIsAnError()
    {
        testing::SearchFolder folder;
        folder.context.workspace = folder / "none";
        for (const char *tool : {"glob", "grep"})
            QVERIFY(!folder.use(tool, {{"pattern", "*"}}).ok);
    }

private:
    static QString grepped(testing::SearchFolder &folder, const Json &arguments)
    {
        return text(folder.use("grep", arguments));
    }
};

ORRERY_TEST(TestSearchBounds)
#include "tst_searchbounds.moc"
