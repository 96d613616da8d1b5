// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/graphemes.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

class TestGraphemes : public QObject
{
    Q_OBJECT

private slots:
    void cutsBetweenClusters_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("count");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("empty") << QByteArray() << 3 << QByteArray();
        QTest::newRow("short") << QByteArray("ab") << 3 << QByteArray("ab");
        QTest::newRow("ascii") << QByteArray("abcdef") << 3 << QByteArray("abc");
        QTest::newRow("none") << QByteArray("abc") << 0 << QByteArray();
        QTest::newRow("accents") << QByteArray("e\xCC\x81x\xC3\xA9y") << 3
                                 << QByteArray("e\xCC\x81x\xC3\xA9");
        QTest::newRow("accent after the cut")
            << QByteArray("abe\xCC\x81z") << 3 << QByteArray("abe\xCC\x81");
        QTest::newRow("line end") << QByteArray("\r\n\r\nx") << 2 << QByteArray("\r\n\r\n");
        QTest::newRow("family") << QByteArray("👩‍👩‍👧👩‍👩‍👧x") << 2
                                << QByteArray("👩‍👩‍👧👩‍👩‍👧");
    }

    void cutsBetweenClusters()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, count);
        const std::string cut = firstGraphemes(text.toStdString(), std::size_t(count));
        QTEST(QByteArray::fromStdString(cut), "expected");
    }
};

ORRERY_TEST(TestGraphemes)
#include "tst_graphemes.moc"
