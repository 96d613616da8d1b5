// SPDX-License-Identifier: GPL-3.0-or-later
// How paths are shown that are no text, and taken again as they were shown.
#include "core/tools/shownpath.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <cctype>

using namespace orrery::tools;

class TestShownPath : public QObject
{
    Q_OBJECT

private slots:
    void eachByteIsShownAndTakenAgain()
    {
        for (int byte = 0; byte < 256; ++byte) {
            const std::string path = std::string("a") + static_cast<char>(byte) + "b";
            char expected[8];
            std::snprintf(expected, sizeof expected, "\\x%02X", static_cast<unsigned>(byte));
            const bool isShown = byte >= ' ' && byte <= '~';
            const std::string shown =
                isShown ? path : std::string("a") + (byte == '\n' ? "\\n" : expected) + "b";
            QCOMPARE(shownPath(path), shown);
            QCOMPARE(unescapedPath(shown).value_or("none"), isShown ? std::string("none") : path);
        }
    }

    void charactersStayWhole()
    {
        for (const char *path : {"é", "a/€", "🌍b"}) {
            QCOMPARE(shownPath(path), std::string(path));
            QVERIFY(!unescapedPath(path));
        }
        QCOMPARE(shownPath("é\xC3\xA9\xC3/\xF0\x9F\x8C"), std::string("éé\\xC3/\\xF0\\x9F\\x8C"));
    }

    void onlyTwoHexDigitsAreAnEscape()
    {
        for (int c = 1; c < 256; ++c) {
            const std::string digit(1, static_cast<char>(c));
            const std::string first = "\\x" + digit + "5";
            const std::string second = "\\x7" + digit;
            const bool isDigit = c < 128 && std::isxdigit(c);
            const int value = isDigit ? std::stoi(digit, nullptr, 16) : 0;
            QCOMPARE(unescapedPath(first).value_or(first),
                     isDigit ? std::string(1, static_cast<char>(value * 16 + 5)) : first);
            QCOMPARE(unescapedPath(second).value_or(second),
                     isDigit ? std::string(1, static_cast<char>(7 * 16 + value)) : second);
        }
    }

    void escapes_data()
    {
        QTest::addColumn<QByteArray>("shown");
        QTest::addColumn<QByteArray>("path"); ///< the same where there is none
        const auto row = [](const char *shown, const char *path) {
            QTest::newRow(shown) << QByteArray(shown) << QByteArray(path);
        };
        row("\\xE9", "\xE9");
        row("\\xE", "\\xE");
        row("\\x", "\\x");
        row("\\", "\\");
        row("\\n", "\n");
        row("\\na\\n", "\na\n");
        row("\\xE9\\n\\xe9", "\xE9\n\xE9");
        row("\\xE90", "\xE9"
                      "0");
        row("\\\\xE9", "\\\xE9");
        row("/xE9", "/xE9");
        row("\\yE9", "\\yE9");
        row("a\\xE9/b\\xE8.c", "a\xE9/b\xE8.c");
    }
    void escapes()
    {
        QFETCH(QByteArray, shown);
        QFETCH(QByteArray, path);
        const auto taken = unescapedPath(shown.toStdString());
        QCOMPARE(taken.has_value(), shown != path);
        QCOMPARE(QByteArray::fromStdString(taken.value_or(shown.toStdString())), path);
    }
};

ORRERY_TEST(TestShownPath)
#include "tst_shownpath.moc"
