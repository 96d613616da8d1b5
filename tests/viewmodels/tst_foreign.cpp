// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/format/foreign.h"
#include "tests/support/testregistry.h"

#include <QtTest>

using namespace orrery::ui;

class TestForeign : public QObject
{
    Q_OBJECT
private slots:
    void whatCannotBeSeenIsWrittenOut_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("all");
        QTest::addColumn<QString>("order");
        const auto row = [](const char *name, const QString &text, const QString &all,
                            const QString &order) { QTest::newRow(name) << text << all << order; };
        const auto c = [](char32_t code) { return QString::fromUcs4(&code, 1); };
        row("plain", "rm -rf \t/tmp\n", "rm -rf \t/tmp\n", "rm -rf \t/tmp\n");
        row("letters of all scripts", "Grüße שלום 你好 😀", "Grüße שלום 你好 😀",
            "Grüße שלום 你好 😀");
        row("override", "a" + c(0x202E) + "b", "a⟨U+202E⟩b", "a⟨U+202E⟩b");
        row("isolate", c(0x2066) + "x" + c(0x2069), "⟨U+2066⟩x⟨U+2069⟩", "⟨U+2066⟩x⟨U+2069⟩");
        row("marks", c(0x200F) + c(0x061C), "⟨U+200F⟩⟨U+061C⟩", "⟨U+200F⟩⟨U+061C⟩");
        row("escape", "\x1b[2J", "⟨U+001B⟩[2J", "⟨U+001B⟩[2J");
        row("carriage return", "safe\revil", "safe⟨U+000D⟩evil", "safe⟨U+000D⟩evil");
        row("line separator", c(0x2028), "⟨U+2028⟩", "⟨U+2028⟩");
        row("zero width", "a" + c(0x200B) + "b", "a⟨U+200B⟩b", "a" + c(0x200B) + "b");
        row("joiner", c(0x200D), "⟨U+200D⟩", c(0x200D));
        row("byte order mark", QChar(0xFEFF), "⟨U+FEFF⟩", QChar(0xFEFF));
        row("soft hyphen", c(0xAD), "⟨U+00AD⟩", c(0xAD));
        row("no-break space", c(0xA0), "⟨U+00A0⟩", c(0xA0));
        row("filler", c(0x3164), "⟨U+3164⟩", c(0x3164));
        row("blank braille", c(0x2800), "⟨U+2800⟩", c(0x2800));
        row("variation", c(0xFE0F), "⟨U+FE0F⟩", c(0xFE0F));
        row("tag beyond the first plane", c(0xE0041), "⟨U+E0041⟩", c(0xE0041));
        row("half a pair", QString(QChar(0xD800)), "⟨U+D800⟩", "⟨U+D800⟩");
    }
    void whatCannotBeSeenIsWrittenOut()
    {
        QFETCH(QString, text);
        QTEST(format::visible(text), "all");
        QTEST(format::visible(text, format::Unseen::Order), "order");
    }

    void theMarksAreWhereItWasWrittenOut()
    {
        const auto shown = format::withMarks(QString("a%1b%2").arg(QChar(0x202E)).arg(QChar(0xAD)));
        QStringList marked;
        for (const auto &[at, length] : shown.marks)
            marked << shown.text.mid(at, length);
        QCOMPARE(marked, QStringList({"⟨U+202E⟩", "⟨U+00AD⟩"}));
        // Who writes it so himself is not marked.
        QCOMPARE(format::withMarks("⟨U+202E⟩").marks.size(), 0);
    }

    void jsonStaysJson()
    {
        const QString json = QString("{\"a\": \"x%1y\"}").arg(QChar(0x202E));
        QCOMPARE(format::visibleJson(json), QString("{\"a\": \"x\\u202ey\"}"));
        const char32_t tag = 0xE0041;
        QCOMPARE(format::visibleJson(QString::fromUcs4(&tag, 1)), QString("\\udb40\\udc41"));
    }

    void aNameIsOneShortLine()
    {
        QCOMPARE(format::name("two\nlines\tand"), QString("two⏎lines and"));
        QCOMPARE(format::name(QString(500, 'x'), 10), QString("xxxxxxxxx…"));
        QCOMPARE(format::name("coder"), QString("coder"));
    }

    void nothingIsAMnemonicOrAPlaceholder()
    {
        QCOMPARE(format::buttonText("&File && more"), QString("&&File &&&& more"));
        QCOMPARE(format::windowTitle("a[*]b[*][*]"), QString("a[*][*]b[*][*][*][*]"));
    }

    void aTipIsCutAndEmptyStaysEmpty()
    {
        QCOMPARE(format::tip({}), QString());
        QVERIFY(format::tip(QString(100000, 'x')).size() < 3000);
        QVERIFY(!format::tip("<b>x</b> & <img src='file:///etc/passwd'>").contains("<img"));
    }
};

ORRERY_TEST(TestForeign)
#include "tst_foreign.moc"
