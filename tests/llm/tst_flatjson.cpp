// SPDX-License-Identifier: GPL-3.0-or-later
// What FlatJson reads means what the JSON library reads, and a stream decodes the same by both ways.
#include "core/model/boundedjson.h"
#include "tests/support/streamcases.h"
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <random>
#include <utility>

using namespace orrery;
using namespace orrery::llm;

namespace {

/// Type by type: 1, 1.0 and -0 are not the same here, and bytes that are no UTF-8 are shown.
bool isSame(const Json &a, const Json &b)
{
    if (a.type() != b.type() || a.size() != b.size())
        return false;
    if (a.is_object()) {
        for (const auto &[key, value] : a.items())
            if (!b.contains(key) || !isSame(value, b[key]))
                return false;
        return true;
    }
    return a.is_array() ? std::equal(a.begin(), a.end(), b.begin(), isSame) : a == b;
}

/// Empty, or how the two readers differ.
std::string difference(const std::string &text)
{
    FlatJson flat;
    if (!flat.read(text))
        return {};
    const Json tree = parseBounded(text);
    if (tree.is_discarded())
        return "only FlatJson takes it";
    if (!isSame(flat.root().toJson(), tree))
        return "another value";
    for (const WireForm form : {WireForm::OpenAi, WireForm::Anthropic, WireForm::Gemini}) {
        std::vector<StreamEvent> fromFlat;
        std::vector<StreamEvent> fromTree;
        decodeChunk(flat.root(), form, fromFlat);
        decodeChunk(TreeValue(tree), form, fromTree);
        if (fromFlat != fromTree)
            return "other events";
    }
    return {};
}

/// All JSON texts of the recorded streams and answers.
std::vector<std::string> recordedTexts()
{
    std::vector<std::string> texts;
    for (const test::StreamCase &item : test::streamCases()) {
        SseFrames events;
        JsonArrayFrames objects;
        std::string_view data;
        if (item.framing == test::Framing::JsonArray) {
            objects.add(item.bytes);
            while (objects.next(data))
                texts.emplace_back(data);
        } else {
            events.add(item.bytes + "\n\n");
            while (events.next(data))
                texts.emplace_back(data);
        }
    }
    const Json suite = test::readJson("vectors/response_decode.json");
    for (const Json &item : suite["cases"])
        texts.push_back(item["input"]["response"].dump());
    return texts;
}

constexpr std::pair<const char *, const char *> kRead[] = {
    {"nothing", "{}"},
    {"openai",
     R"({"id":"c","created":1780944344,"choices":[{"index":0,"delta":{"content":" wörd"},"logprobs":null,"finish_reason":null}],"usage":null})"},
    {"logprobs", R"({"choices":[{"logprobs":{"content":[{"token":"a","logprob":-1.2e-05}]}}]})"},
    {"anthropic",
     R"({"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"city\": \"Par"}  })"},
    {"gemini", R"({"candidates": [{"content": {"parts": [{"text": "a\nb\u003cc 😀"}]}}]})"},
    {"spaces", " \r\n\t{ \"a\" : [ 1 , -2.5E+3 , true , false , null ] }\n"},
    {"a key twice", R"({"a":1,"a":{"b":2},"a":[3]})"},
    {"largest numbers", R"({"a":18446744073709551615,"b":-9223372036854775808})"},
    {"beyond", R"({"a":18446744073709551616,"b":123456789012345678901234567890,"c":-0,"d":-0.0})"},
};

/// Separated by blanks.
constexpr char kRefused[] =
    "[] 1 { } {}x {,} {\"a\"} {\"a\":} {\"a\":1,} {a:1} {\"a\":01} {\"a\":1.} {\"a\":.5} "
    "{\"a\":-} {\"a\":+1} {\"a\":1e} {\"a\":1e400} {\"a\":tru} {\"a\":[1,]} "
    "{\"a\":\"\x01\"} {\"a\":\"\xff\"} {\"a\":\"\xed\xa0\x80\"} "
    "{\"a\":\"\xf4\x90\x80\x80\"} {\"a\":\"\\q\"} {\"a\":\"\\ud83d\\ude00\"} "
    "{\"a\":\"\\ud83d\"} {\"a\":\"\\u12\"} {\"a\":\" {\"a\":\"\\ \xef\xbb\xbf{} "
    "/**/{}";

/// What a change puts in, separated by blanks.
constexpr char kPieces[] =
    "\\ \" \\u00e9 \\ud83d\\ude00 \\uD83D \\u0000 \\q { } [ ] , : \t \n \x01 \x7f \xc3\xa9 "
    "\xc0\x80 \xed\xa0\x80 \xe2\x80\xa8 \xf0\x9f\x98\x80 \xf4\x90\x80\x80 \xff "
    "\xef\xbb\xbf 0 -0 01 1.0 1e5 1e400 -1.5E-3 .5 1. 123456789012345678901234567890 "
    "18446744073709551615 9223372036854775808 -9223372036854775809 true false null nul "
    "\"text\":\"a\", \"index\":1, \"content\":[], \"usage\":{\"prompt_tokens\":1.5}, "
    "\"id\":null, \"te\\u0078t\":\"\", \"type\":\"error\",";

std::string mutated(std::string text, const std::vector<std::string> &others, std::mt19937 &random)
{
    static const QList<QByteArray> pieces = QByteArray(kPieces).split(' ');
    const auto below = [&](std::size_t limit) {
        return limit == 0 ? 0 : std::size_t(random() % limit);
    };
    for (std::size_t count = 1 + below(3); count > 0; --count) {
        const std::size_t at = below(text.size() + 1);
        switch (random() % 5) {
        case 0:
            text.insert(at, pieces[qsizetype(below(std::size_t(pieces.size())))].toStdString());
            break;
        case 1: text.erase(at, 1 + below(4)); break;
        case 2:
            text.replace(at, 1 + below(8),
                         pieces[qsizetype(below(std::size_t(pieces.size())))].toStdString());
            break;
        case 3:
            if (at < text.size())
                text[at] = char(random() % 256);
            break;
        default: {
            const std::string &other = others[below(others.size())];
            text.insert(at, other.substr(below(other.size()), 1 + below(40)));
        }
        }
    }
    return text;
}

} // namespace

class TestFlatJson : public QObject
{
    Q_OBJECT

private slots:
    void readsWhatProvidersSend_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const auto &[name, text] : kRead)
            QTest::newRow(name) << QByteArray(text);
    }
    void readsWhatProvidersSend()
    {
        QFETCH(QByteArray, text);
        FlatJson flat;
        QVERIFY(flat.read(text.toStdString()));
        QCOMPARE(QByteArray::fromStdString(difference(text.toStdString())), QByteArray());
    }

    void refusesWhatItIsNotSureOf_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const QByteArray &text : QByteArray(kRefused).split(' '))
            QTest::newRow(text.constData()) << text;
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("no comma") << QByteArray("{\"a\":[1 2]}");
        QTest::newRow("deep") << "{\"a\":" + QByteArray(64, '[') + QByteArray(64, ']') + "}";
    }
    void refusesWhatItIsNotSureOf()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!FlatJson().read(text.toStdString()));
    }

    void answersForWhatIsMissing()
    {
        FlatJson flat;
        QVERIFY(flat.read(R"({"a":[],"n":null,"s":"","k\u0065y":7})"));
        const FlatValue root = flat.root();
        QVERIFY(!root.at("b").exists());
        QVERIFY(!root.at("b").at("c").first().exists());
        QVERIFY(root.at("b").isNull() && root.at("n").isNull() && root.at("n").exists());
        QVERIFY(root.at("a").isEmpty() && root.at("s").isEmpty());
        QVERIFY(!root.at("a").first().exists());
        QCOMPARE(root.at("key").count(), std::int64_t(7));
        QCOMPARE(root.at("s").count(), std::int64_t(0));
    }

    void recordedTextsMeanTheSame()
    {
        for (const std::string &text : recordedTexts()) {
            const std::string how = difference(text);
            QVERIFY2(how.empty(), (how + ": " + text).c_str());
        }
    }

    void changedTextsMeanTheSame()
    {
        const std::vector<std::string> texts = recordedTexts();
        const unsigned seed = qEnvironmentVariableIsSet("ORRERY_SEED")
                                  ? qEnvironmentVariable("ORRERY_SEED").toUInt()
                                  : std::random_device{}();
        qInfo("ORRERY_SEED=%u", seed);
        std::mt19937 random(seed);
        int read = 0;
        for (int i = 0; i < test::rounds(300000); ++i) {
            const std::string text = mutated(texts[random() % texts.size()], texts, random);
            const std::string how = difference(text);
            QVERIFY2(how.empty(), (how + ": " + text).c_str());
            read += FlatJson().read(text);
        }
        QVERIFY(read > test::rounds(30000)); // else the changes are too coarse to show anything
    }
};

ORRERY_TEST(TestFlatJson)
#include "tst_flatjson.moc"
