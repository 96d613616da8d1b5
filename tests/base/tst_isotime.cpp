// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/isotime.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

class TestIsoTime : public QObject
{
    Q_OBJECT

private slots:
    void readsWhatExistsAndNothingElse_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("utc"); // empty = refused
        const auto row = [](const char *text, const char *utc) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(utc);
        };
        row("2026-01-02T03:04:05Z", "2026-01-02T03:04:05");
        row("2026-01-02 03:04:05Z", "2026-01-02T03:04:05");
        row("2026-01-02T03:04:05", "2026-01-02T03:04:05");
        row("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.5");
        row("2026-01-02T03:04:05,250Z", "2026-01-02T03:04:05.250");
        row("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123456");
        row("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05");
        row("2026-01-02T03:04:05+0230", "2026-01-02T00:34:05");
        row("2026-01-02T03:04:05-05", "2026-01-02T08:04:05");
        row("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00");
        row("2024-02-28T23:30:00-01:00", "2024-02-29T00:30:00");
        row("2024-02-29T00:00:00Z", "2024-02-29T00:00:00");
        row("2023-02-29T00:00:00Z", "");
        row("2026-13-02T00:00:00Z", "");
        row("2026-00-02T00:00:00Z", "");
        row("2026-04-31T00:00:00Z", "");
        row("2026-01-02T24:00:00Z", "");
        row("2026-01-02T03:60:05Z", "");
        row("2026-01-02T03:04:60Z", "");
        row("2026-01-02T03:04:05.Z", "");
        row("2026-01-02T03:04Z", "");
        row("2026-01-02T03:04:05-00:00", "");
        row("2026-01-02T03:04:05+24:00", "");
        row("2026-01-02T03:04:05+2", "");
        row("2026-01-02T03:04:05+02:", "");
        row("2026-01-02T03:04:05Zx", "");
        row("2026-01-02x03:04:05Z", "");
        row("2026-01-02", "");
        row("26-01-02T03:04:05Z", "");
        row("nonsense", "");
        row("", "");
    }

    void readsWhatExistsAndNothingElse()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, utc);
        const auto time = parseIsoDateTime({text.data(), std::size_t(text.size())});
        QCOMPARE(time ? QByteArray::fromStdString(isoLocalTime(toUtc(*time))) : QByteArray(), utc);
    }

    void readsADayAlone()
    {
        QCOMPARE(isoDate(*parseIsoDate("2024-02-29")), std::string("2024-02-29"));
        for (const char *text :
             {"2023-02-29", "2024-2-29", "20240229", "2024-02-29T", "2024-02-", ""})
            QVERIFY2(!parseIsoDate(text), text);
    }

    void keepsWhetherAnOffsetWasWritten()
    {
        QVERIFY(!parseIsoDateTime("2026-01-02T03:04:05")->offsetMinutes);
        QCOMPARE(*parseIsoDateTime("2026-01-02T03:04:05Z")->offsetMinutes, 0);
        QCOMPARE(*parseIsoDateTime("2026-01-02T03:04:05-01:30")->offsetMinutes, -90);
    }
};

ORRERY_TEST(TestIsoTime)
#include "tst_isotime.moc"
