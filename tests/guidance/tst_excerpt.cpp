// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/guidance/compaction.h"
#include "core/base/utf8.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <random>

using namespace orrery;
using namespace orrery::guidance;

class ExcerptTest : public QObject
{
    Q_OBJECT
private slots:
    void saysHowMuchIsMissing_data();
    void saysHowMuchIsMissing();
    void cutsBetweenCharacters();
    void anExcerptOfAnExcerptCountsFromTheWhole();
    void picturesGo();
};

void ExcerptTest::saysHowMuchIsMissing_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<int>("head");
    QTest::addColumn<int>("tail");
    QTest::addColumn<QString>("note"); // empty: it is whole
    QTest::newRow("short") << 100 << 50 << 40 << "";
    QTest::newRow("not worth it") << 100 + int(kExcerptNote) << 60 << 40 << "";
    QTest::newRow("one more") << 101 + int(kExcerptNote) << 60 << 40
                              << "[257 bytes left out here. Ask.]";
    QTest::newRow("no tail") << 1000 << 100 << 0 << "[900 bytes left out here. Ask.]";
    QTest::newRow("empty") << 0 << 0 << 0 << "";
}

void ExcerptTest::saysHowMuchIsMissing()
{
    QFETCH(int, size);
    QFETCH(int, head);
    QFETCH(int, tail);
    QFETCH(QString, note);
    const std::string text(std::size_t(size), 'x');
    const std::string got = Excerpt{std::size_t(head), std::size_t(tail), "Ask."}.of(text);
    if (note.isEmpty())
        QCOMPARE(got, text);
    else
        QCOMPARE(got, std::string(std::size_t(head), 'x') + "\n" + note.toStdString() + "\n"
                          + std::string(std::size_t(tail), 'x'));
}

void ExcerptTest::cutsBetweenCharacters()
{
    const auto seed = std::random_device()();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    static const char *const kCharacters[] = {"a", "ö", "日", "🙂"};
    for (int round = 0; round < 500; ++round) {
        std::string text;
        while (text.size() < 600)
            text += kCharacters[random() % 4];
        const Excerpt excerpt{random() % 120, random() % 120, "Ask."};
        const std::string got = excerpt.of(text);
        QVERIFY(isUtf8(got));
        const auto at = got.find("\n[");
        QVERIFY(at <= excerpt.head && at + 3 >= std::min<std::size_t>(excerpt.head, 3));
        const std::string tail = got.substr(got.find("]\n") + 2);
        QVERIFY(tail.size() <= excerpt.tail && tail.size() + 3 >= excerpt.tail);
        QVERIFY(text.starts_with(got.substr(0, at)) && text.ends_with(tail));
        const auto leftOut = std::stoul(got.substr(at + 2));
        QCOMPARE(std::size_t(leftOut), text.size() - at - tail.size());
    }
}

void ExcerptTest::anExcerptOfAnExcerptCountsFromTheWhole()
{
    Message result = Message::tool("c1", "work", std::string(100000, 'r'));
    KeptResult{"result_7"}.into(result);
    const Message once = shortenedResult(result, 4096, 1024, true);
    QCOMPARE(KeptResult::of(once).handle, std::string("result_7"));
    QCOMPARE(KeptResult::of(once).whole, std::size_t(100000));
    QVERIFY(once.content->find("[94880 bytes left out here. The whole result is kept: read_result "
                               "with handle \"result_7\" reads it.]")
            != std::string::npos);
    QCOMPARE(*shortenedResult(once, 4096, 1024, true).content, *once.content);
    const Message twice = shortenedResult(once, 256, 64, true);
    QCOMPARE(KeptResult::of(twice).whole, std::size_t(100000));
    QVERIFY(twice.content->find("[99680 bytes left out here.") != std::string::npos);
    QCOMPARE(twice.content->find("[", twice.content->find("[") + 1), std::string::npos);
}

void ExcerptTest::picturesGo()
{
    Message result = Message::tool("c1", "work", "a picture");
    result.contentParts = {{"text", "It is red.", Json::object()},
                           {"image", std::string(5000, 'A'), Json::object()}};
    const Message left = shortenedResult(result, 4096, 1024, true);
    QVERIFY(!left.contentParts);
    QVERIFY(left.content->starts_with("It is red.\n[1 pictures or files left out here."));
}

ORRERY_TEST(ExcerptTest)
#include "tst_excerpt.moc"
