// SPDX-License-Identifier: GPL-3.0-or-later
// The text of JSON values as a model sees it.
#include "core/model/canonicaljson.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <limits>

using namespace orrery;

class TestCanonicalJson : public QObject
{
    Q_OBJECT

private slots:
    void floatsAreShortAndAlwaysHaveAFraction_data()
    {
        QTest::addColumn<double>("value");
        QTest::addColumn<QByteArray>("text");
        const auto row = [](double value, const char *text) {
            QTest::newRow(text) << value << QByteArray(text);
        };
        row(0.0, "0.0");
        row(-0.0, "-0.0");
        row(1.0, "1.0");
        row(-1.5, "-1.5");
        row(100.0, "100.0");
        row(1000.0, "1.0e3");
        row(123456.0, "123456.0");
        row(1200000.0, "1.2e6");
        row(123456789.123, "123456789.123");
        row(0.001, "0.001");
        row(0.0001, "0.0001");
        row(0.00012, "1.2e-4");
        row(0.00001, "1.0e-5");
        row(1e-10, "1.0e-10");
        row(0.1 + 0.2, "0.30000000000000004");
        row(9007199254740991.0, "9007199254740991.0");
        row(9007199254740992.0, "9.007199254740992e15");
        row(1e25, "1.0e25");
        row(5e-324, "5.0e-324");
        row(std::numeric_limits<double>::max(), "1.7976931348623157e308");
    }
    void floatsAreShortAndAlwaysHaveAFraction()
    {
        QFETCH(double, value);
        QFETCH(QByteArray, text);
        const std::string written = toCanonicalJson(value);
        QCOMPARE(QByteArray::fromStdString(written), text);
        const double read = Json::parse(written).get<double>();
        QVERIFY(read == value && std::signbit(read) == std::signbit(value));
    }

    void whatIsNoNumberIsNull()
    {
        QCOMPARE(toCanonicalJson(std::numeric_limits<double>::quiet_NaN()), std::string("null"));
        QCOMPARE(toCanonicalJson(std::numeric_limits<double>::infinity()), std::string("null"));
    }

    void keysAreSortedAndNothingIsPadded()
    {
        const Json value = {{"b", {1, true, nullptr}}, {"a", Json::object()}, {"B", Json::array()}};
        QCOMPARE(toCanonicalJson(value), std::string(R"({"B":[],"a":{},"b":[1,true,null]})"));
    }

    void onlyWhatMustBeIsEscaped()
    {
        const std::string text = "\"\\/\b\f\n\r\t\x01\x1F\x7F é 😀";
        QCOMPARE(toCanonicalJson(text),
                 std::string("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001F\x7F é 😀\""));
        QCOMPARE(Json::parse(toCanonicalJson(text)).get<std::string>(), text);
        QCOMPARE(toCanonicalJson("\xFF"), std::string("\"\xEF\xBF\xBD\""));
        QCOMPARE(toCanonicalJson(Json{{"\xFF\n", 1}}), std::string("{\"\xEF\xBF\xBD\\n\":1}"));
    }

    void integersStayExact_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("large");
        QTest::newRow("smallest of 64 bits") << QByteArray("-9223372036854775808") << false;
        QTest::newRow("largest of 64 bits") << QByteArray("18446744073709551615") << false;
        QTest::newRow("beyond") << QByteArray("18446744073709551616") << true;
        QTest::newRow("far beyond") << QByteArray("123456789012345678901234567890") << true;
        QTest::newRow("negative") << QByteArray("-123456789012345678901") << true;
    }
    void integersStayExact()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, large);
        const std::string list = "[" + text.toStdString() + "]";
        const Json parsed = parseExactJson(list).value();
        QCOMPARE(isLargeInteger(parsed[0]), large);
        QCOMPARE(toCanonicalJson(parsed), list);
    }

    void readsWhatItWrites()
    {
        const std::string text =
            R"({"a":[1,-2,3.5,true,false,null,[],{}],"b":{"c":{"d":"é\n"}},"e":"","":[[[0]]]})";
        const auto parsed = parseExactJson(text);
        QVERIFY(parsed);
        QVERIFY(*parsed == Json::parse(text));
        QVERIFY(parseExactJson(toCanonicalJson(*parsed)).value() == *parsed);
    }

    void badTextIsAnError_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"", "{", "[1,]", "{\"a\":1}x", "01", "NaN", "\"\x01\"", "1e400",
                                 "\"\\ud83d\"", "// note\n1"})
            QTest::newRow(text) << QByteArray(text);
        QTest::newRow("too many digits") << QByteArray(400, '9');
    }
    void badTextIsAnError()
    {
        QFETCH(QByteArray, text);
        const auto parsed = parseExactJson(text.toStdString());
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().code, ErrorCode::BadResponse);
    }

    void depthIsNoDanger()
    {
        const std::string deep = std::string(200000, '[') + std::string(200000, ']');
        const auto parsed = parseExactJson(deep);
        QVERIFY(parsed);
        QCOMPARE(toCanonicalJson(*parsed), deep);
    }

    void aTextIsShownAsItIs()
    {
        QCOMPARE(shownText("say \"hi\""), std::string("say \"hi\""));
        QCOMPARE(shownText(nullptr), std::string("null"));
        QCOMPARE(shownText(Json{1, "a"}), std::string("[1,\"a\"]"));
    }
};

ORRERY_TEST(TestCanonicalJson)
#include "tst_canonicaljson.moc"
