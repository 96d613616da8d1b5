// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/agentroster.h"
#include "ui/viewmodels/fields.h"
#include "ui/format/format.h"
#include "tests/support/testregistry.h"

#include <QtTest>

#include <limits>

using namespace orrery;
using namespace orrery::ui;

class TestFormat : public QObject
{
    Q_OBJECT
private slots:
    void writesCounts_data()
    {
        QTest::addColumn<qint64>("value");
        QTest::addColumn<QString>("text");
        QTest::newRow("zero") << qint64(0) << "0";
        QTest::newRow("below a thousand") << qint64(999) << "999";
        QTest::newRow("round thousand") << qint64(1000) << "1k";
        QTest::newRow("thousands") << qint64(12440) << "12.4k";
        QTest::newRow("just below a million") << qint64(999949) << "999.9k";
        QTest::newRow("rounds up to a million") << qint64(999950) << "1M";
        QTest::newRow("millions") << qint64(3100000) << "3.1M";
        QTest::newRow("negative") << qint64(-1500) << "-1.5k";
    }
    void writesCounts()
    {
        QFETCH(qint64, value);
        QTEST(format::count(value), "text");
    }

    void writesDurations_data()
    {
        QTest::addColumn<qint64>("us");
        QTest::addColumn<QString>("text");
        QTest::newRow("unknown") << qint64(0) << "—";
        QTest::newRow("shorter than a millisecond") << qint64(12) << "1 ms";
        QTest::newRow("milliseconds") << qint64(830'400) << "830 ms";
        QTest::newRow("seconds") << qint64(12'400'000) << "12.4 s";
        QTest::newRow("never 60 seconds") << qint64(59'990'000) << "1 m 00 s";
        QTest::newRow("minutes") << qint64(245'000'000) << "4 m 05 s";
        QTest::newRow("hours") << qint64(3'725'000'000) << "1 h 02 m";
    }
    void writesDurations()
    {
        QFETCH(qint64, us);
        QTEST(format::duration(us), "text");
    }

    void writesWhatIsLeft_data()
    {
        QTest::addColumn<qint64>("ms");
        QTest::addColumn<QString>("text");
        QTest::newRow("over") << qint64(-5) << "0:00";
        QTest::newRow("a last moment is not over") << qint64(1) << "0:01";
        QTest::newRow("minutes") << qint64(133'000) << "2:13";
        QTest::newRow("hours") << qint64(3'723'000) << "1:02:03";
    }
    void writesWhatIsLeft()
    {
        QFETCH(qint64, ms);
        QTEST(format::remaining(ms), "text");
    }

    void writesMoneyAndTheUnknown()
    {
        QCOMPARE(format::money(0.0021), QString("$0.0021"));
        QCOMPARE(format::money(1.25), QString("$1.25"));
        QCOMPARE(format::money(0), QString("$0.00"));
        QCOMPARE(format::money(std::nullopt), QString("—"));
        QCOMPARE(format::count(std::optional<qint64>()), QString("—"));
        QCOMPARE(format::estimate(8400), QString("~8.4k"));
        QCOMPARE(format::counted(1, "line", "lines"), QString("1 line"));
        QCOMPARE(format::counted(0, "line", "lines"), QString("0 lines"));
        QCOMPARE(format::lines(40, 88), QString("40–88"));
        QCOMPARE(format::lines(7, 7), QString("line 7"));
    }

    void neverBreaksANumberFromItsUnit()
    {
        const QString nbsp(QChar::Nbsp);
        QCOMPARE(format::keepNumbersWhole("It fits in 60 s, when lead's 15,500 leave."),
                 "It fits in 60" + nbsp + "s, when lead's 15,500 leave.");
        QCOMPARE(format::keepNumbersWhole("needs 30,000 tokens of 4 m 05 s"),
                 "needs 30,000" + nbsp + "tokens of 4" + nbsp + "m 05" + nbsp + "s");
        QCOMPARE(format::keepNumbersWhole("3 sheep in 2 hats"), QString("3 sheep in 2 hats"));
    }

    void shortensToOneLine()
    {
        QCOMPARE(format::oneLine("one"), QString("one"));
        QCOMPARE(format::oneLine("one\n\n"), QString("one"));
        QCOMPARE(format::oneLine("one\ntwo"), QString("one …"));
        QCOMPARE(format::oneLine("abcdef", 4), QString("abc…"));
    }

    void readsFieldsOfTheWrongType()
    {
        const Json json = {{"text", "words"},
                           {"number", 7},
                           {"big", 1e300},
                           {"list", {1, 2}},
                           {"huge", std::numeric_limits<std::uint64_t>::max()},
                           {"negative", -3},
                           {"nan", std::numeric_limits<double>::quiet_NaN()}};
        const Fields fields(json);
        QCOMPARE(fields.text("number"), QString());
        QCOMPARE(fields.integer("text").has_value(), false);
        QCOMPARE(fields.integer("big").value(), qint64(1'000'000'000'000'000));
        QCOMPARE(fields.integer("huge").value(), qint64(1'000'000'000'000'000));
        QCOMPARE(fields.integer("nan").has_value(), false);
        QCOMPARE(fields.count("negative"), qint64(0));
        QCOMPARE(fields.line("huge"), 10'000'000);
        QCOMPARE(fields.list("text").size(), std::size_t(0));
        QCOMPARE(fields.object("list").text("x"), QString());
        const Json none;
        QCOMPARE(Fields(none).text("x"), QString());
        QCOMPARE(jsonText(Json("\xff")), QString("\"\uFFFD\""));
    }

    void givesEachAgentTwoLettersOfItsOwn()
    {
        AgentRoster roster;
        for (const char *name : {"coder", "coordinator", "code_reviewer", "cox", "person", "", "x"})
            roster.learn(name);
        QStringList letters;
        for (const AgentRoster::Entry &entry : roster.entries())
            letters << entry.monogram;
        QCOMPARE(letters, QStringList({"CO", "CR", "CD", "CX", "XX"}));
        QCOMPARE(roster.colorIndex("coordinator"), 1);
        QCOMPARE(roster.colorIndex("person"), -1);
        for (int i = 0; i < 100; ++i)
            roster.learn(QStringLiteral("c%1").arg(i).toStdString());
        QSet<QString> seen;
        for (const AgentRoster::Entry &entry : roster.entries()) {
            QVERIFY2(!seen.contains(entry.monogram), qPrintable(entry.monogram));
            seen << entry.monogram;
            QVERIFY(entry.colorIndex >= 0 && entry.colorIndex < 8);
        }
    }
};

ORRERY_TEST(TestFormat)
#include "tst_format.moc"
