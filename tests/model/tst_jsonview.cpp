// SPDX-License-Identifier: GPL-3.0-or-later
// Values read where they stand in JSON text are those that the library's parser makes of it.
#include "core/base/utf8.h"
#include "core/model/boundedjson.h"
#include "core/model/jsonview.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <random>

using namespace orrery;

namespace {

class RandomJson
{
public:
    explicit RandomJson(unsigned seed) : m_random(seed) {}
    int below(int limit) { return int(m_random() % unsigned(limit)); }

    Json value(int depth)
    {
        switch (below(depth > 0 ? 9 : 7)) {
        case 0: return nullptr;
        case 1: return below(2) == 0;
        case 2: return std::int64_t(m_random()) * (below(2) ? 1 : -1);
        case 3: return std::uint64_t(1) << (32 + below(32));
        case 4: return double(below(100000)) / 977 * (below(2) ? 1e-9 : 1e30);
        case 5:
        case 6: return text();
        case 7: {
            Json list = Json::array();
            for (int i = below(5); i > 0; --i)
                list.push_back(value(depth - 1));
            return list;
        }
        default: {
            Json object = Json::object();
            for (int i = below(5); i > 0; --i)
                object[text()] = value(depth - 1);
            return object;
        }
        }
    }

    std::string text()
    {
        static const std::array<const char *, 12> parts = {"a", "key", "\"", "\\", "\n",   "é",
                                                           "😀", "}",   "]",  ",",  "\x01", ": {"};
        std::string text;
        for (int i = below(6); i > 0; --i)
            text += parts[std::size_t(below(int(parts.size())))];
        return text;
    }

private:
    std::mt19937 m_random;
};

void compare(const JsonView &view, const Json &value)
{
    QCOMPARE(view.exists(), !value.is_null());
    QCOMPARE(view.isObject(), value.is_object());
    QCOMPARE(view.isArray(), value.is_array());
    QCOMPARE(view.isString(), value.is_string());
    QCOMPARE(view.text(), value.is_string() ? value.get<std::string>() : std::string());
    QCOMPARE(view.flag().has_value(), value.is_boolean());
    QCOMPARE(view.flag().value_or(false), value.is_boolean() && value.get<bool>());
    QCOMPARE(view.real().has_value(), value.is_number());
    QCOMPARE(view.real().value_or(0), value.is_number() ? value.get<double>() : 0);
    if (value.is_number()) {
        const double held = std::clamp(value.get<double>(), -1e15, 1e15);
        QVERIFY(std::abs(double(*view.integer()) - held) < 1);
    }
    if (value.is_string()) {
        QVERIFY(view.is(value.get<std::string>()));
        QVERIFY(!view.is(value.get<std::string>() + "x"));
        const std::string start = view.text(3);
        QVERIFY(value.get<std::string>().starts_with(start) && isUtf8(start));
        QVERIFY(start.size() >= std::min<std::size_t>(3, value.get<std::string>().size()));
    }
    QCOMPARE(view.size(), value.is_array() ? value.size() : 0);
    std::size_t at = 0;
    view.each([&](const JsonView &element) { compare(element, value[at++]); });
    const JsonFields fields(view);
    QCOMPARE(fields.isEmpty(), !value.is_object() || value.empty());
    if (value.is_object())
        for (const auto &[key, member] : value.items())
            compare(fields.at(key), member);
}

} // namespace

class TestJsonView : public QObject
{
    Q_OBJECT

private slots:
    void whatItReadsIsWhatTheParserReads()
    {
        const unsigned seed = std::random_device{}();
        RandomJson random(seed);
        for (int i = 0; i < 400; ++i) {
            const Json value = random.value(4);
            for (const std::string &text : {value.dump(), value.dump(2), value.dump(-1, ' ', true),
                                            " " + value.dump() + "\n"}) {
                compare(JsonView(text), value);
                if (QTest::currentTestFailed())
                    QFAIL(qPrintable(QString("seed %1: %2").arg(seed).arg(text.c_str())));
            }
        }
    }

    void ofOneKeyTheLastCounts()
    {
        const JsonFields fields(std::string_view(R"({"a": 1, "a": "two"})"));
        QCOMPARE(fields.text("a"), std::string("two"));
    }

    void textThatIsNoJsonDoesNoHarm()
    {
        const unsigned seed = std::random_device{}();
        RandomJson random(seed);
        for (int i = 0; i < 2000; ++i) {
            std::string text = random.value(3).dump();
            text.resize(std::size_t(random.below(int(text.size()) + 1)));
            if (!text.empty())
                text[std::size_t(random.below(int(text.size())))] =
                    "{}[]\"\\,:u0"[random.below(10)];
            // On the heap and without an end, so that a step beyond it is found by the sanitizer.
            const std::vector<char> bytes(text.begin(), text.end());
            const JsonView view(std::string_view(bytes.data(), bytes.size()));
            const JsonFields fields(view);
            (void)(fields.text("key").size() + fields.object("a").text("key", 2).size());
            std::size_t length = view.text().size();
            view.each([&](const JsonView &each) { length += each.raw().size(); });
            QVERIFY2(length <= 3 * bytes.size(), qPrintable(QString("seed %1").arg(seed)));
        }
    }

    void depthCostsNoStack()
    {
        const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
        const std::string text = "{\"a\":" + deep + ",\"b\":7}";
        QCOMPARE(JsonFields(text).integer("b"), std::int64_t(7));
        QCOMPARE(JsonFields(text).at("a").size(), std::size_t(1));
    }
};

ORRERY_TEST(TestJsonView)
#include "tst_jsonview.moc"
