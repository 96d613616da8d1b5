// SPDX-License-Identifier: GPL-3.0-or-later
// What read_file shows of a file, and how little it needs for one of any size.
#include "core/tools/files/lineprinter.h"
#include "tests/support/testregistry.h"
#include "tests/support/toolfolder.h"

#include <QTest>

#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace orrery;
using namespace orrery::testing;
namespace fs = std::filesystem;

class TestFileReads : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<ToolFolder> m_folder;

    tools::ToolResult read(const char *name, Json arguments = Json::object())
    {
        arguments["path"] = name;
        return m_folder->use("read_file", arguments);
    }
    static std::string repeated(std::size_t count, const std::string &text)
    {
        std::string out;
        for (std::size_t i = 0; i < count; ++i)
            out += text;
        return out;
    }

private slots:
    void init() { m_folder = std::make_unique<ToolFolder>(); }

    void shows_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char *name, const QByteArray &content, const char *arguments,
                            const char *expected) {
            QTest::newRow(name) << content << QByteArray(arguments) << QByteArray(expected);
        };
        row("all", "a\nb\n", "{}", "    1\ta\n    2\tb\n");
        row("no last line end", "a\nb", "{}", "    1\ta\n    2\tb");
        row("offset", "a\nb\nc\n", R"({"offset":2})", "    2\tb\n    3\tc\n");
        row("limit", "a\nb\nc\n", R"({"limit":2})",
            "    1\ta\n    2\tb\n[Cut here. Read on with offset 3.]");
        row("just the limit", "a\nb\n", R"({"limit":2})", "    1\ta\n    2\tb\n");
        row("just the limit, no line end", "a\nb", R"({"limit":2})", "    1\ta\n    2\tb");
        row("both", "a\nb\nc\n", R"({"offset":2,"limit":1})",
            "    2\tb\n[Cut here. Read on with offset 3.]");
        row("the older names", "a\nb\nc\n", R"({"start_line":2,"end_line":2})",
            "    2\tb\n[Cut here. Read on with offset 3.]");
        row("the same twice", "a\nb\nc\n", R"({"start_line":2,"offset":2,"end_line":3,"limit":2})",
            "    2\tb\n    3\tc\n");
        row("a large limit", "a\n", R"({"offset":1,"limit":9223372036854775807})", "    1\ta\n");
        row("the largest limit", "a\nb\n", R"({"offset":2,"limit":18446744073709551615})",
            "    2\tb\n");
        row("past the end", "a\nb\n", R"({"offset":3})",
            "[a.txt has 2 lines; line 3 is past the end.]");
        row("past the end of one", "a", R"({"offset":2})",
            "[a.txt has 1 line; line 2 is past the end.]");
        row("empty", "", "{}", "[a.txt is empty.]");
        row("empty, with an offset", "", R"({"offset":5})", "[a.txt is empty.]");
        row("nothing but a mark", "\xEF\xBB\xBF", "{}",
            "[a.txt is empty.]\n[Encoding: UTF-8 with a byte order mark.]");
        row("CRLF", "a\r\nb\r\n", "{}", "    1\ta\n    2\tb\n[Line ends: CRLF.]");
        row("CR", "a\rb", "{}", "    1\ta\n    2\tb\n[Line ends: CR.]");
        row("mixed", "a\r\nb\n", "{}", "    1\ta\n    2\tb\n[Line ends: mixed, LF and CRLF.]");
        row("CR within", "a\rb\n", "{}", "    1\ta\rb\n");
        row("Windows-1252", "caf\xE9 \x80\n", "{}", "    1\tcafé €\n[Encoding: Windows-1252.]");
        row("bad bytes", "\xC3\xA4\xC3\xB6 \xFFz\n", "{}",
            "    1\täö \xEF\xBF\xBDz\n[Encoding: UTF-8, with bytes that are not, shown as "
            "U+FFFD.]");
        row("as many bad as good", "\xC3\xA4 \xFF\n", "{}",
            "    1\tä \xEF\xBF\xBD\n[Encoding: UTF-8, with bytes that are not, shown as U+FFFD.]");
        row("more bad than good", "\xC3\xA4 \xFF\xFF\n", "{}",
            "    1\tÃ¤ ÿÿ\n[Encoding: Windows-1252.]");
        row("UTF-16 LE", QByteArray("\xFF\xFE\x3D\xD8\0\xDE\r\0\n\0", 10), "{}",
            "    1\t😀\n[Line ends: CRLF.]\n[Encoding: UTF-16 LE.]");
        row("UTF-16 BE", QByteArray("\xFE\xFF\x21\x92", 4), "{}",
            "    1\t→\n[Encoding: UTF-16 BE.]");
        row("half a unit",
            QByteArray("\xFF\xFE"
                       "a\0b",
                       5),
            "{}", "    1\ta\xEF\xBF\xBD\xEF\xBF\xBD\n[Encoding: UTF-16 LE.]");
    }
    void shows()
    {
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, arguments);
        QFETCH(QByteArray, expected);
        m_folder->write("a.txt", content.toStdString());
        const tools::ToolResult done = read("a.txt", Json::parse(arguments.toStdString()));
        QVERIFY2(done.ok, done.content.c_str());
        QCOMPARE(QByteArray::fromStdString(done.content), expected);
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char *arguments, const char *said) {
            QTest::newRow(arguments) << QByteArray(arguments) << QByteArray(said);
        };
        row(R"({"offset":0})", "offset must be a whole number from 1 on, not 0.");
        row(R"({"offset":-1})", "not -1.");
        row(R"({"limit":0})", "limit must be");
        row(R"({"start_line":0})", "start_line must be");
        row(R"({"end_line":-2})", "end_line must be");
        row(R"({"offset":1,"start_line":2})", "offset and start_line contradict");
        row(R"({"limit":2,"end_line":3})", "limit and end_line contradict");
        row(R"({"offset":3,"end_line":2})", "end_line 2 is before the first line, 3.");
    }
    void refuses()
    {
        QFETCH(QByteArray, arguments);
        QFETCH(QByteArray, said);
        m_folder->write("a.txt", "a\nb\nc\nd\n");
        const tools::ToolResult done = read("a.txt", Json::parse(arguments.toStdString()));
        QVERIFY(!done.ok);
        QVERIFY2(done.content.find(said.toStdString()) != std::string::npos, done.content.c_str());
    }

    void aLongLineIsCutAtACharacter()
    {
        m_folder->write("a.txt", repeated(2000, "é") + "\r\n" + repeated(2001, "é") + "\nend\n");
        const std::string shown = read("a.txt").content;
        QCOMPARE(QByteArray::fromStdString(shown),
                 QByteArray::fromStdString("    1\t" + repeated(2000, "é") + "\n    2\t"
                                           + repeated(2000, "é")
                                           + " [Cut: the line has 2001 characters.]\n    3\tend\n"
                                             "[Line ends: mixed, LF and CRLF.]"));
        m_folder->write("b.txt", repeated(2000, "😀") + "\n" + std::string(5'000'000, 'x'));
        const std::string wide = read("b.txt").content;
        QVERIFY(wide.starts_with("    1\t" + repeated(2000, "😀") + "\n    2\txxx"));
        QVERIFY(wide.ends_with("x [Cut: the line has 5000000 characters.]"));
    }

    void theOutputIsBounded()
    {
        m_folder->write("a.txt", repeated(4000, std::string(92, 'x') + "\n"));
        const tools::ToolResult done = read("a.txt");
        QVERIFY(done.ok);
        QVERIFY(done.content.size() <= 256 * 1024);
        QVERIFY(done.content.size() > 250 * 1024);
        const std::size_t lines =
            static_cast<std::size_t>(std::count(done.content.begin(), done.content.end(), '\n'));
        QVERIFY2(done.content.ends_with("\n[Cut here. Read on with offset "
                                        + std::to_string(lines + 1) + ".]"),
                 done.content.substr(done.content.size() - 60).c_str());
        const std::string next = read("a.txt", {{"offset", lines + 1}}).content;
        QVERIFY(next.starts_with(" " + std::to_string(lines + 1) + "\tx"));
    }

    void piecesMakeNoDifference()
    {
        // Larger than what is taken as a whole, with a CRLF and a character over the edges of pieces.
        std::string text = std::string(65535, 'a') + "\r\n" + std::string(65534, 'b') + "é\r\n";
        const std::size_t lines = 200'000;
        text += repeated(lines, "a line of some more than one hundred bytes, so that there are "
                                "enough of them to be too many: äöü\r\n");
        m_folder->write("large.txt", text);
        const std::string head = read("large.txt", {{"limit", 2}}).content;
        QVERIFY(head.find("a [Cut: the line has 65535 characters.]\n") != std::string::npos);
        QVERIFY(head.find("b [Cut: the line has 65535 characters.]\n") != std::string::npos);
        const std::string last = read("large.txt", {{"offset", lines + 2}}).content;
        QVERIFY2(last.starts_with("200002\ta line of"), last.c_str());
        QVERIFY2(last.ends_with("äöü\n[Line ends: CRLF.]"), last.c_str());
        QCOMPARE(read("large.txt", {{"offset", lines + 3}}).content,
                 std::string("[large.txt has 200002 lines; line 200003 is past the end.]\n"
                             "[Line ends: CRLF.]"));
        const tools::ToolResult edit = m_folder->use(
            "edit_file", {{"path", "large.txt"}, {"old_text", "b"}, {"new_text", "c"}});
        QVERIFY(!edit.ok);
        // Once it is small again, what was read of it before is no hindrance.
        m_folder->write("large.txt", "b\n");
        QVERIFY(
            m_folder
                ->use("edit_file", {{"path", "large.txt"}, {"old_text", "b"}, {"new_text", "c"}})
                .ok);
    }

    void utf16ComesInPiecesToo()
    {
        std::string text = "\xFF\xFE";
        text += std::string("x\0", 2);
        while (text.size() < 17 * 1024 * 1024)
            text += std::string("\x3D\xD8\0\xDE", 4);
        m_folder->write("large.txt", text);
        const std::string shown = read("large.txt").content;
        QVERIFY(shown.starts_with("    1\tx😀😀"));
        QVERIFY2(shown.ends_with("😀 [Cut: the line has " + std::to_string((text.size() - 4) / 4 + 1)
                                 + " characters.]\n[Encoding: UTF-16 LE.]"),
                 shown.substr(shown.size() - 90).c_str());
    }

    void aHugeFileNeedsNoMemory()
    {
        m_folder->write("huge.txt", repeated(20000, "line\n"));
        const std::string path = m_folder->root() / "huge.txt";
        if (truncate(path.c_str(), off_t(100) << 30) != 0)
            QSKIP("no such large files here");
        rusage before;
        getrusage(RUSAGE_SELF, &before);
        const tools::ToolResult head = read("huge.txt", {{"offset", 2}, {"limit", 1}});
        QCOMPARE(head.content, std::string("    2\tline\n[Cut here. Read on with offset 3.]"));
        // Where the hole begins it is no text.
        const tools::ToolResult rest = read("huge.txt", {{"offset", 20001}});
        QVERIFY2(rest.content.find("is a binary file, 107374182400 bytes") != std::string::npos,
                 rest.content.c_str());
        QVERIFY(
            !m_folder
                 ->use("edit_file", {{"path", "huge.txt"}, {"old_text", "a"}, {"new_text", "b"}})
                 .ok);
        rusage after;
        getrusage(RUSAGE_SELF, &after);
        QVERIFY(after.ru_maxrss - before.ru_maxrss < 8 * 1024); // KiB
    }

    void aStopEndsALongScan()
    {
        std::string text(17 * 1024 * 1024, 'x');
        m_folder->write("large.txt", text);
        std::stop_source stop;
        stop.request_stop();
        tools::ToolContext context = m_folder->context();
        context.stop = stop.get_token();
        const tools::ToolResult done = m_folder->use("read_file", {{"path", "large.txt"}}, context);
        QVERIFY(!done.ok);
        QCOMPARE(done.content, std::string("The reading of large.txt was stopped."));
    }

    void binaryFilesAreNamed_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char *name, const char *hex, const char *said) {
            QTest::newRow(name) << QByteArray::fromHex(hex) << QByteArray(said);
        };
        row("PNG", "89504E470D0A1A0A0000000D494844520000028000000100",
            "a.bin is a binary file: a PNG image of 640 × 256 pixels, 24 bytes.");
        row("GIF", "4749463839610A0002000000", "a GIF image of 10 × 2 pixels, 12 bytes.");
        row("JPEG", "FFD8FFE000044A46FFC0001108000500090301", "a JPEG image of 9 × 5 pixels");
        row("BMP", "424D00000000000000000000000028000000030000000700000000",
            "a BMP image of 3 × 7 pixels");
        row("BMP, upside down", "424D0000000000000000000000002800000003000000F9FFFFFF",
            "a BMP image of 3 × 7 pixels");
        row("WebP", "524946460000000057454250565038580A00000000000000090000040000",
            "a WebP image of 10 × 5 pixels");
        row("WebP, lossy", "5249464600000000574542505650382000000000000000 9D012A0A000500",
            "a WebP image of 10 × 5 pixels");
        row("WebP, lossless", "524946460000000057454250565038 4C000000002F09000100",
            "a WebP image of 10 × 5 pixels");
        row("TIFF", "49492A00080000000200000103000100000006000000010104000100000009000000",
            "a TIFF image of 6 × 9 pixels");
        row("TIFF, big",
            "4D4D002A0000000800020100000300000001000600000101000400000001"
            "00000009",
            "a TIFF image of 6 × 9 pixels");
        row("cut off", "89504E470D0A1A0A", "a binary file: a PNG image, 8 bytes.");
        row("PDF", "255044462D312E370A", "a PDF document");
        row("ZIP", "504B0304", "a ZIP archive");
        row("gzip", "1F8B08", "gzip data");
        row("ELF", "7F454C46", "an ELF program");
        row("SQLite", "53514C69746520666F726D6174203300", "an SQLite database");
        row("other", "6100", "a.bin is a binary file, 2 bytes.");
    }
    void binaryFilesAreNamed()
    {
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, said);
        m_folder->write("a.bin", content.toStdString());
        const tools::ToolResult done = read("a.bin");
        QVERIFY(!done.ok);
        QVERIFY2(done.content.find(said.toStdString()) != std::string::npos, done.content.c_str());
    }

    void whatLooksLikeAMagicNumberIsText()
    {
        for (const char *text : {"BMW\n", "GIF89a is a format\n", "MZ\n", "ID3 tags\n"}) {
            m_folder->write("a.txt", text);
            QVERIFY2(read("a.txt").ok, text);
        }
    }

    void missingFilesHaveNearNames()
    {
        m_folder->write("src/Main.cpp", "");
        m_folder->write("src/main.cc", "");
        m_folder->write("src/mains.h", "");
        m_folder->write("src/other", "");
        const auto said = [&](const char *name) { return read(name).content; };
        QCOMPARE(said("src/main.cpp"), std::string("There is no file main.cpp. Did you mean "
                                                   "Main.cpp or main.cc?"));
        QCOMPARE(said("src/main.h"),
                 std::string("There is no file main.h. Did you mean mains.h or main.cc?"));
        QCOMPARE(said("src/xxher"), std::string("There is no file xxher. Did you mean other?"));
        QCOMPARE(said("src/xxxer"), std::string("There is no file xxxer."));
        // But for upper and lower case it is the same, which is nearest.
        m_folder->write("doc/Makefil", "");
        m_folder->write("doc/makefile", "");
        QCOMPARE(said("doc/Makefile"), std::string("There is no file Makefile. Did you mean "
                                                   "makefile or Makefil?"));
        // Two letters are near, unless they are half of the name.
        m_folder->write("near/abcde", "");
        QCOMPARE(said("near/abcxy"), std::string("There is no file abcxy. Did you mean abcde?"));
        QCOMPARE(said("near/abc"), std::string("There is no file abc. Did you mean abcde?"));
        QCOMPARE(said("near/abxyz"), std::string("There is no file abxyz."));
        QCOMPARE(said("near/ab"), std::string("There is no file ab."));
        m_folder->write("short/abcd", "");
        QCOMPARE(said("short/abxy"), std::string("There is no file abxy."));
        QCOMPARE(said("short/abcx"), std::string("There is no file abcx. Did you mean abcd?"));
        QCOMPARE(said("short/abdc"), std::string("There is no file abdc."));
        QCOMPARE(said("none/at/all"), std::string("There is no file all."));
        for (const char *name : {"name.a", "name.b", "name.c", "name.d"})
            m_folder->write(name, "");
        QCOMPARE(said("name.x"), std::string("There is no file name.x. Did you mean name.a or "
                                             "name.b or name.c?"));
        QCOMPARE(said("src"),
                 std::string("src is not a file but a folder. glob lists what is in it."));
    }
};

ORRERY_TEST(TestFileReads)
#include "tst_filereads.moc"
