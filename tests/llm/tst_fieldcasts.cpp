// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/fieldcasts.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::llm;

namespace {

/// The value as JSON text, `invalid` when it cannot be meant.
QByteArray castText(const char *type, const char *value)
{
    const auto cast = castField(Json::parse(value), FieldType::fromName(type));
    return cast ? QByteArray::fromStdString(cast->dump()) : QByteArray("invalid");
}

} // namespace

class TestFieldCasts : public QObject
{
    Q_OBJECT

private slots:
    void readsAValueInItsType_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char *type, const char *value, const char *expected) {
            QTest::addRow("%s %s", type, value)
                << QByteArray(type) << QByteArray(value) << QByteArray(expected);
        };
        for (const char *type : {"string", "integer", "float", "boolean", "map", "date",
                                 "utc_datetime", "naive_datetime", "decimal", "array:string"}) {
            row(type, "null", "null");
            row(type, "\"\"", "null");
            row(type, "\" \\n\"", "null");
        }
        row("string", "\" x \"", "\" x \"");
        row("string", "1", "invalid");
        row("unheard_of", "\"x\"", "\"x\"");
        row("integer", "7", "7");
        row("integer", "12345678901234567890", "12345678901234567890");
        row("integer", "\"12\"", "12");
        row("integer", "\"+12\"", "12");
        row("integer", "\"-12\"", "-12");
        row("integer", "\"12345678901234567890\"", "12345678901234567890");
        row("integer", "\"123456789012345678901\"", "invalid");
        row("integer", "\"12abc\"", "invalid");
        row("integer", "\"+-1\"", "invalid");
        row("integer", "\" 12\"", "invalid");
        row("integer", "1.0", "invalid");
        row("integer", "true", "invalid");
        row("float", "5", "5.0");
        row("float", "2.5", "2.5");
        row("float", "\"2.5\"", "2.5");
        row("float", "\"1e3\"", "1000.0");
        row("float", "\"-1\"", "-1.0");
        row("float", "\"1.\"", "invalid");
        row("float", "\".5\"", "invalid");
        row("float", "\"1e400\"", "invalid");
        row("float", "\"inf\"", "invalid");
        row("float", "\"0x10\"", "invalid");
        row("boolean", "true", "true");
        row("boolean", "\"true\"", "true");
        row("boolean", "\"1\"", "true");
        row("boolean", "\"0\"", "false");
        row("boolean", "\"false\"", "false");
        row("boolean", "\"yes\"", "invalid");
        row("boolean", "1", "invalid");
        row("map", "{\"k\":1}", "{\"k\":1}");
        row("map", "[]", "invalid");
        row("date", "\"2026-01-02\"", "\"2026-01-02\"");
        row("date", "\"2026-01-02T23:04:05-02:00\"", "\"2026-01-02\"");
        row("date", "\"2026-13-02\"", "invalid");
        row("date", "20260102", "invalid");
        row("utc_datetime", "\"2026-01-02 03:04:05+02:00\"", "\"2026-01-02T01:04:05Z\"");
        row("utc_datetime", "\"2026-01-02T03:04:05.9\"", "\"2026-01-02T03:04:05Z\"");
        row("utc_datetime", "\"2026-01-02T03:04\"", "\"2026-01-02T03:04:00Z\"");
        row("utc_datetime", "\"2026-01-02\"", "invalid");
        row("naive_datetime", "\"2026-01-02 03:04:05+02:00\"", "\"2026-01-02T03:04:05\"");
        row("naive_datetime", "5", "invalid");
        row("decimal", "\"1.50\"", "\"1.50\"");
        row("decimal", "\"007\"", "\"7\"");
        row("decimal", "\"-0.000\"", "\"-0.000\"");
        row("decimal", "\".5\"", "\"0.5\"");
        row("decimal", "\"1.\"", "\"1\"");
        row("decimal", "\"0.0000001\"", "\"1E-7\"");
        row("decimal", "\"0.000001\"", "\"0.000001\"");
        row("decimal", "\"12e2\"", "\"1.2E+3\"");
        row("decimal", "\"1e999999999\"", "\"1E+999999999\"");
        row("decimal", "\"1e9999999999\"", "invalid");
        row("decimal", "\"123456789012345678901234567890.1\"",
            "\"123456789012345678901234567890.1\"");
        row("decimal", "2.5", "\"2.5\"");
        row("decimal", "3", "\"3\"");
        row("decimal", "\"NaN\"", "invalid");
        row("decimal", "\".\"", "invalid");
        row("decimal", "\"1e\"", "invalid");
        row("decimal", "true", "invalid");
        row("array:integer", "[1,\"2\"]", "[1,2]");
        row("array:integer", "[]", "[]");
        row("array:integer", "[1,\"x\"]", "invalid");
        row("array:integer", "\"1\"", "invalid");
        row("array:string", "[\"a\",\" \",\"b\"]", "[\"a\",\"b\"]");
        row("array:array:float", "[[1],[]]", "[[1.0],[]]");
    }

    void readsAValueInItsType()
    {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, expected);
        QCOMPARE(castText(type, value), expected);
    }

    void showsTheModelWhatIsWanted()
    {
        const auto schema = [](const char *type) {
            return QByteArray::fromStdString(fieldSchema(FieldType::fromName(type)).dump());
        };
        QCOMPARE(schema("float"), "{\"format\":\"float\",\"type\":\"number\"}");
        QCOMPARE(schema("date"), "{\"format\":\"date\",\"type\":\"string\"}");
        QCOMPARE(schema("unheard_of"), "{\"type\":\"string\"}");
        QCOMPARE(
            schema("array:array:map"),
            "{\"items\":{\"items\":{\"type\":\"object\"},\"type\":\"array\"},\"type\":\"array\"}");
    }
};

ORRERY_TEST(TestFieldCasts)
#include "tst_fieldcasts.moc"
