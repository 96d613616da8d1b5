// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/utf8.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

class TestUtf8 : public QObject
{
    Q_OBJECT

private slots:
    void lowerCaseIsTheSameInEveryLocale_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("lower");
        QTest::newRow("ASCII") << "Read_FILE 1"
                               << "read_file 1";
        QTest::newRow("accent") << "ÉCOLE"
                                << "école";
        QTest::newRow("Greek, no final sigma") << "ΣΑΣ"
                                               << "σασ";
        QTest::newRow("Turkish dotted I") << "İ"
                                          << "i̇";
        QTest::newRow("no case") << "日本語"
                                 << "日本語";
        QTest::newRow("empty") << ""
                               << "";
    }
    void lowerCaseIsTheSameInEveryLocale()
    {
        QFETCH(QString, text);
        QFETCH(QString, lower);
        QCOMPARE(QString::fromStdString(downcase(text.toStdString())), lower);
    }

    void whatIsNoUtf8IsReplaced()
    {
        QCOMPARE(validUtf8("h\xC3\xA9llo"), std::string("h\xC3\xA9llo"));
        QCOMPARE(validUtf8("a\xFFz"), std::string("a\xEF\xBF\xBDz"));
        const std::string cut = validUtf8("cut \xE6\x97");
        QVERIFY(cut.starts_with("cut \xEF\xBF\xBD"));
        QCOMPARE(validUtf8(cut), cut);
        QCOMPARE(validUtf8(std::string_view("\0x", 2)), std::string("\0x", 2));
    }
};

ORRERY_TEST(TestUtf8)
#include "tst_utf8.moc"
