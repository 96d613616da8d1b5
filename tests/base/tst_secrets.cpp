// SPDX-License-Identifier: GPL-3.0-or-later
// No key stands in what is written, and nothing else is changed.
#include "core/base/secrets.h"
#include "tests/support/testregistry.h"

#include <QByteArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <random>

using namespace orrery;

namespace {

const std::string kKey = "sk-proj-4x/A+b\"\\Z_09~é";

/// The obvious way: one key after the other, in no form but its own.
std::string replacedOneByOne(std::string text, const std::vector<std::string> &keys)
{
    for (std::size_t i = 0; i < keys.size(); ++i)
        for (std::size_t at; (at = text.find(keys[i])) != std::string::npos;)
            text.replace(at, keys[i].size(), "[key of K" + std::to_string(i) + "]");
    return text;
}

} // namespace

class TestSecrets : public QObject
{
    Q_OBJECT

private slots:
    void aKeyIsFoundInEveryForm_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        const QByteArray key = QByteArray::fromStdString(kKey);
        QByteArray escaped = key;
        escaped.replace('\\', "\\\\").replace('"', "\\\"");
        QByteArray twice = escaped;
        twice.replace('\\', "\\\\").replace('"', "\\\"");
        const QByteArray percent = key.toPercentEncoding();
        const auto row = [](const char *name, const QByteArray &form) {
            QTest::newRow(name) << "Authorization: Bearer " + form + "\n"
                                << QByteArray("Authorization: Bearer [key of MY_AUTH]\n");
        };
        row("as it stands", key);
        row("in JSON", escaped);
        row("in JSON in JSON", twice);
        row("in an address", percent);
        row("in an address, small digits", QByteArray(percent)
                                               .replace("%C3%A9", "%c3%a9")
                                               .replace("%2F", "%2f")
                                               .replace("%2B", "%2b")
                                               .replace("%5C", "%5c"));
        QTest::newRow("alone") << key << QByteArray("[key of MY_AUTH]");
        QTest::newRow("twice") << key + key << QByteArray("[key of MY_AUTH][key of MY_AUTH]");
        QTest::newRow("all but its end") << key.chopped(1) << key.chopped(1);
        QTest::newRow("all but its beginning") << key.mid(1) << key.mid(1);
        QTest::newRow("nothing") << QByteArray() << QByteArray();
    }
    void aKeyIsFoundInEveryForm()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        Secrets secrets;
        secrets.add("MY_AUTH", kKey);
        const auto masked = secrets.masked(text.toStdString());
        QCOMPARE(masked.has_value(), text != expected);
        QCOMPARE(QByteArray::fromStdString(masked.value_or(text.toStdString())), expected);
        std::string inPlace = text.toStdString();
        secrets.mask(inPlace);
        QCOMPARE(QByteArray::fromStdString(inPlace), expected);
    }

    void base64HidesNoKey_data()
    {
        QTest::addColumn<QByteArray>("before");
        for (const char *before : {"", "u", "u:", "Bearer ", "user:", "someone:"})
            QTest::addRow("after '%s'", before) << QByteArray(before);
    }
    void base64HidesNoKey()
    {
        QFETCH(QByteArray, before);
        Secrets secrets;
        const QByteArray key = "k\xFB\xFF\xFE-1234567890-ABCDEFGH";
        secrets.add("K", key.toStdString());
        for (const QByteArray &after : {QByteArray(), QByteArray(":x"), QByteArray("\n")})
            for (const auto option : {QByteArray::Base64Encoding, QByteArray::Base64UrlEncoding}) {
                const QByteArray coded = (before + key + after).toBase64(option);
                const auto masked = secrets.masked(coded.toStdString());
                QVERIFY2(masked.has_value(), coded.constData());
                QVERIFY(masked->find("[key of K]") != std::string::npos);
                // What is left of the key are the bits that it shares with its neighbours.
                QVERIFY(masked->size() <= std::size_t(coded.size()) - 4 * key.size() / 3 + 14);
            }
    }

    void jsonStaysJson()
    {
        Secrets secrets;
        secrets.add("MY_AUTH", kKey);
        secrets.add("N", "nabcdefgh");
        secrets.add("U", "0001bcdefg");
        secrets.add("S", "\":\"structure");
        const auto text = [&](const QString &value) {
            return QJsonDocument(QJsonObject{{QStringLiteral("text"), value}})
                .toJson(QJsonDocument::Compact)
                .toStdString();
        };
        const auto maskedText = [&](const QString &value) {
            const std::string json = text(value);
            const QByteArray masked =
                QByteArray::fromStdString(secrets.maskedJson(json).value_or(json));
            return QJsonDocument::fromJson(masked)[QStringLiteral("text")].toString();
        };
        const QString key = QString::fromStdString(kKey);
        QCOMPARE(maskedText("a " + key + " b"), QString("a [key of MY_AUTH] b"));
        // A tool's arguments are JSON in a text.
        QCOMPARE(maskedText(QString::fromStdString(text(key))),
                 QString("{\"text\":\"[key of MY_AUTH]\"}"));
        QCOMPARE(maskedText("x nabcdefgh"), QString("x [key of N]"));
        QCOMPARE(maskedText("\nabcdefgh"), QString("\nabcdefgh"));
        QCOMPARE(maskedText("\\nabcdefgh"), QString("\\[key of N]"));
        QCOMPARE(maskedText("\\\nabcdefgh"), QString("\\\nabcdefgh"));
        QCOMPARE(maskedText(QString(QChar(1)) + "bcdefg"), QString(QChar(1)) + "bcdefg");
        QCOMPARE(maskedText("u0001bcdefg"), QString("u[key of U]"));
        QCOMPARE(secrets.maskedJson(R"({"a":"structure"})"), std::optional<std::string>());
        QCOMPARE(secrets.masked(R"({"a":"structure"})").value_or(""),
                 std::string(R"({"a[key of S]"})"));
    }

    void shortValuesAreWords()
    {
        Secrets secrets;
        secrets.add("SEVEN", "1234567");
        secrets.add("EIGHT", "abcdefgh");
        secrets.add("NONE", "");
        QVERIFY(!secrets.masked("1234567"));
        QCOMPARE(secrets.masked("abcdefgh").value_or(""), std::string("[key of EIGHT]"));
        for (const char *name : {"SEVEN", "EIGHT", "NONE"})
            QVERIFY(secrets.isVariable(name));
        QVERIFY(!secrets.isVariable("EIGH"));
        QVERIFY(!Secrets().isVariable(""));
        QVERIFY(!Secrets().masked("1234567"));
    }

    void oneKeyMayBeginAnother()
    {
        Secrets secrets;
        secrets.add("SHORT", "sk-12345678");
        secrets.add("LONG", "sk-12345678-rest");
        secrets.add("SAME", "sk-12345678");
        QCOMPARE(secrets.masked("sk-12345678-rest sk-12345678-r").value_or(""),
                 std::string("[key of LONG] [key of SHORT]-r"));
    }

    void aLongKeyIsFoundWhole()
    {
        Secrets secrets;
        std::string key;
        for (int i = 0; i < 3000; ++i)
            key += static_cast<char>('!' + (i * i + i / 7) % 90);
        secrets.add("LONG", key);
        QCOMPARE(secrets.masked("a" + key + "b").value_or(""), std::string("a[key of LONG]b"));
        QVERIFY(!secrets.masked("a" + key.substr(0, 2999)));
    }

    /// Against the obvious way, over few letters, so that much is nearly a key.
    void randomTextsAreAsOneByOne()
    {
        const unsigned seed = std::random_device()();
        std::mt19937 random(seed);
        const auto letters = [&](std::size_t count) {
            std::string text;
            for (std::size_t i = 0; i < count; ++i)
                text += "ab"[random() % 2];
            return text;
        };
        for (int round = 0; round < 300; ++round) {
            Secrets secrets;
            std::vector<std::string> keys;
            const std::size_t size = Secrets::kShortest + random() % 4;
            for (std::size_t i = 0; i < 1 + random() % 3; ++i) {
                std::string key = letters(size);
                if (std::find(keys.begin(), keys.end(), key) != keys.end())
                    continue;
                secrets.add("K" + std::to_string(keys.size()), key);
                keys.push_back(std::move(key));
            }
            std::string text = letters(random() % 60);
            if (random() % 2)
                text.insert(random() % (text.size() + 1), keys[random() % keys.size()]);
            const std::string masked = secrets.masked(text).value_or(text);
            const std::string context = "seed " + std::to_string(seed) + ": " + text;
            for (const std::string &key : keys)
                QVERIFY2(masked.find(key) == std::string::npos, context.c_str());
            if (keys.size() == 1)
                QVERIFY2(masked == replacedOneByOne(text, keys), context.c_str());
            QCOMPARE(secrets.maskedJson(text).value_or(text), masked);
        }
    }
};

ORRERY_TEST(TestSecrets)
#include "tst_secrets.moc"
