// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/jsonwriter.h"
#include "core/model/canonicaljson.h"
#include "tests/support/testregistry.h"

#include <QRandomGenerator>
#include <QTest>

#include <random>

using namespace orrery;

namespace {

std::string written(const Json &json)
{
    std::string out;
    appendJson(out, json);
    return out;
}

Json randomValue(std::mt19937 &random, int depth)
{
    const auto upTo = [&](std::uint32_t most) { return random() % (most + 1); };
    switch (depth > 4 ? upTo(5) : upTo(7)) {
    case 0: return nullptr;
    case 1: return upTo(1) == 1;
    case 2: return std::int64_t(random()) * (upTo(1) ? -1 : 1);
    case 3: return std::uint64_t(random()) << 32;
    case 4: return (double(random()) - 2e9) / double(1 + upTo(1'000'000));
    case 5: {
        std::string text;
        for (auto i = upTo(12); i > 0; --i)
            text += std::vector<std::string>{"a", "\"", "\\", "\n",   "\x01",
                                             "ß", "日", "🌍",  "\x7f", "/"}[upTo(9)];
        return text;
    }
    case 6: {
        Json list = Json::array();
        for (auto i = upTo(4); i > 0; --i)
            list.push_back(randomValue(random, depth + 1));
        return list;
    }
    default: {
        Json object = Json::object();
        for (auto i = upTo(4); i > 0; --i)
            object["k" + std::to_string(upTo(99))] = randomValue(random, depth + 1);
        return object;
    }
    }
}

} // namespace

class TestJsonWriter : public QObject
{
    Q_OBJECT

private slots:
    void writesAsTheLibraryDoes()
    {
        const std::uint32_t seed = QRandomGenerator::global()->generate();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        for (int i = 0; i < 2000; ++i) {
            const Json value = randomValue(random, 0);
            QCOMPARE(written(value), value.dump());
        }
    }

    void whatIsNotUtf8IsReplaced_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("a byte") << QByteArray("a\xff"
                                              "b")
                                << QByteArray("\"a\xEF\xBF\xBD"
                                              "b\"");
        QTest::newRow("cut") << QByteArray("a\xc3") << QByteArray("\"a\xEF\xBF\xBD\"");
        QTest::newRow("overlong") << QByteArray("\xc0\xaf")
                                  << QByteArray("\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
        QTest::newRow("a surrogate")
            << QByteArray("\xed\xa0\x80") << QByteArray("\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
        QTest::newRow("whole") << QByteArray("\xf0\x9f\x8c\x8d")
                               << QByteArray("\"\xf0\x9f\x8c\x8d\"");
    }
    void whatIsNotUtf8IsReplaced()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        std::string out;
        appendJsonString(out, text.toStdString());
        QCOMPARE(QByteArray::fromStdString(out), expected);
    }

    void integersBeyond64BitsStayExact()
    {
        const std::string text = R"({"n":123456789012345678901234567890})";
        QCOMPARE(written(parseExactJson(text).value()), text);
    }
};

ORRERY_TEST(TestJsonWriter)
#include "tst_jsonwriter.moc"
