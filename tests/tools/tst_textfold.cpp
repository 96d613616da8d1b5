// SPDX-License-Identifier: GPL-3.0-or-later
// Which characters are taken for the same where a text is nearly found, and what is said of the difference.
#include "core/tools/files/textencoding.h"
#include "core/tools/files/textfold.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery::tools;

class TestTextFold : public QObject
{
    Q_OBJECT

private slots:
    void eachFoldHasItsCharacters_data()
    {
        QTest::addColumn<unsigned>("fold");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QList<QByteArray>>("ranges");
        const auto row = [](const char *name, unsigned fold, const char *to, const char *ranges) {
            QTest::newRow(name) << fold << QByteArray(to) << QByteArray(ranges).split(' ');
        };
        row("white space", FoldSpace, "", "9-D 20");
        row("wide spaces", FoldWideSpace, " ",
            "20 85 A0 AD 1680 2000-200D 2028-2029 202F 205F-2060 3000 FEFF");
        row("single quotes", FoldQuotes, "'", "27 60 B4 2018-201B 2032");
        row("double quotes", FoldQuotes, "\"", "22 AB BB 201C-201F 2033");
        row("dashes", FoldDashes, "-", "2D 2010-2015 2212");
    }
    /// Of all characters of the first plane, those and no others become this one.
    void eachFoldHasItsCharacters()
    {
        QFETCH(unsigned, fold);
        QFETCH(QByteArray, to);
        QFETCH(QList<QByteArray>, ranges);
        QList<QByteArray> found;
        for (char32_t first = 1, code = 1; code <= 0x10000; ++code) {
            std::string character;
            if (code < 0xD800 || (code > 0xDFFF && code < 0x10000))
                appendCharacter(character, code);
            if (!character.empty() && folded(character, fold).text == to.toStdString())
                continue;
            if (code > first)
                found +=
                    QByteArray::number(static_cast<uint>(first), 16).toUpper()
                    + (code - 1 > first
                           ? "-" + QByteArray::number(static_cast<uint>(code - 1), 16).toUpper()
                           : QByteArray());
            first = code + 1;
        }
        QCOMPARE(found, ranges);
    }

    void lettersBecomeSmall()
    {
        std::string ascii;
        for (char c = ' '; c <= '~'; ++c)
            ascii += c;
        const std::string small = folded(ascii, FoldCase).text;
        for (std::size_t i = 0; i < ascii.size(); ++i)
            QCOMPARE(static_cast<int>(small[i]), std::tolower(ascii[i]));
        QCOMPARE(folded("ÄÉ\xFFΩ", FoldCase).text, std::string("äé\xFFω"));
    }

    void aPlaceHasItsLine()
    {
        const FoldedText text = folded("ab\n\nc d\ne", FoldSpace);
        QCOMPARE(text.text, std::string("abcde"));
        QCOMPARE(text.lineAt(0), std::size_t(0));
        QCOMPARE(text.lineAt(1), std::size_t(0));
        QCOMPARE(text.lineAt(2), std::size_t(2));
        QCOMPARE(text.lineAt(3), std::size_t(2));
        QCOMPARE(text.lineAt(4), std::size_t(3));
    }

    void differencesHaveWords_data()
    {
        QTest::addColumn<QByteArray>("there");
        QTest::addColumn<QByteArray>("given");
        QTest::addColumn<QByteArray>("words");
        const auto row = [](const char *there, const char *given, const char *words) {
            QTest::addRow("%s / %s", there, given)
                << QByteArray(there) << QByteArray(given) << QByteArray(words);
        };
        const char *within = "white space (within lines)";
        const char *atEnd = "white space (at the end of lines)";
        const char *indentation = "white space (indentation)";
        const char *tabs = "white space (tabs or spaces at the beginning of lines)";
        // The first and the last line need not be whole.
        row("  a  b", "a b", within);
        row("a  b  ", "a b", within);
        row("\ta  b\n", "a b", within);
        row(" a b", "  a b", indentation);
        row("\ta b", " a b", tabs);
        row("a\n  b\n", "a\n b\n", indentation);
        row("a\n\tb\n", "a\n  b\n", tabs);
        row("a\n\tb\n", "a\nb\n", tabs);
        row("a\n\tb\n", "a\n\t\tb\n", indentation);
        row("a\n\tb\n  c\n", "a\n  b\n c\n", tabs);
        row("a\n b\n\tc\n", "a\n  b\n\tc\n", indentation);
        row("a \nb", "a\nb", atEnd);
        row("a\t\nb", "a\nb", atEnd);
        row("a\n \nb", "a\n\nb", indentation);
        row("a\nb \n", "a\nb\n", atEnd);
        row("a\nb \n", "a\nb", "what is easily overlooked");
        row("a b\n", "a\nb\n", "white space (line breaks)");
        row("a\rb\n", "a b\n", "white space or line ends (a CR without LF)");
        row("a b\n", "a\rb\n", "white space or line ends (a CR without LF)");
        row("A—“b”\xC2\xA0"
            "c",
            "a-\"b\" c",
            "no-break or other special spaces, quotation marks (straight or curly), dashes (hyphen "
            "or longer) and upper and lower case");
        row("“b”  c", "\"b\" c",
            "white space (within lines) and quotation marks (straight or curly)");
    }
    void differencesHaveWords()
    {
        QFETCH(QByteArray, there);
        QFETCH(QByteArray, given);
        QFETCH(QByteArray, words);
        QCOMPARE(
            QByteArray::fromStdString(differenceInWords(there.toStdString(), given.toStdString())),
            words);
    }
};

ORRERY_TEST(TestTextFold)
#include "tst_textfold.moc"
