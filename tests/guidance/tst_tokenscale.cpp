// SPDX-License-Identifier: GPL-3.0-or-later
// How many bytes of a request are a token, as the answers of a run tell it.
#include "core/guidance/tokenscale.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <random>
#include <thread>

using namespace orrery::guidance;

class TokenScaleTest : public QObject
{
    Q_OBJECT
private slots:
    void learnsHowLongATokenIs();
    void countsWhatIsAttachedApart();
    void staysWithinWhatWasTold();
    void isSharedByThreads();
};

void TokenScaleTest::learnsHowLongATokenIs()
{
    TokenScale scale;
    const Weight sent{60000, 0};
    const auto tokensOf = [&](const char *model, const char *conversation, Weight weight) {
        return scale.ratioFor(model, conversation).tokens(weight);
    };
    QCOMPARE(tokensOf("a:x", "ada", sent), std::int64_t(15000));
    for (int i = 0; i < 40; ++i)
        scale.learn("a:x", "", sent, 20000);
    QCOMPARE(tokensOf("a:x", "ada", sent), std::int64_t(20000));
    QCOMPARE(tokensOf("a:y", "ada", sent), std::int64_t(15000));
    scale.learn("a:y", "ada", {600, 0}, 150); // too short to tell
    QCOMPARE(tokensOf("a:y", "ada", sent), std::int64_t(15000));
    // Counts of something else are not followed to the end.
    scale.learn("a:y", "ada", sent, 600000);
    QCOMPARE(scale.ratioFor("a:y", "ada").bytesPerToken(), TokenRatio::kLeastBytes);
    scale.learn("a:y", "ada", sent, 210);
    QCOMPARE(scale.ratioFor("a:y", "ada").bytesPerToken(), TokenRatio::kMostBytes);
    QCOMPARE(TokenRatio(3).bytes(7), std::size_t(21));
}

void TokenScaleTest::countsWhatIsAttachedApart()
{
    TokenScale scale;
    QCOMPARE(TokenRatio().tokens({400, 1500}), std::int64_t(1600));
    scale.learn("a:x", "ada", {60000, 1500}, 21500); // 20,000 of text
    QCOMPARE(scale.ratioFor("a:x", "ada").tokens({60000, 1500}), std::int64_t(21500));
}

void TokenScaleTest::staysWithinWhatWasTold()
{
    const unsigned seed = std::random_device()();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    TokenScale scale;
    const Weight sent{60000, 0};
    for (int i = 0; i < 200; ++i) {
        const std::int64_t tokens = 5000 + random() % 1000;
        scale.learn("a:w", "ada", sent, tokens);
        const std::int64_t of = scale.ratioFor("a:w", "ada").tokens(sent);
        QVERIFY2(std::abs(of - tokens) <= 1, qPrintable(QString::number(of)));
        const std::int64_t ofOthers = scale.ratioFor("a:w", "ben").tokens(sent);
        QVERIFY2(ofOthers >= 5000 && ofOthers <= 6001, qPrintable(QString::number(ofOthers)));
    }
}

void TokenScaleTest::isSharedByThreads()
{
    TokenScale scale;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&scale, agent = std::to_string(thread), thread] {
            for (int i = 0; i < 2000; ++i) {
                scale.learn("a:x", agent, {60000, 0}, 10000 * (thread + 2));
                scale.ratioFor("a:x", agent);
            }
        });
    for (std::thread &thread : threads)
        thread.join();
    for (int thread = 0; thread < 4; ++thread)
        QCOMPARE(scale.ratioFor("a:x", std::to_string(thread)).tokens({60000, 0}),
                 std::int64_t(10000 * (thread + 2)));
}

ORRERY_TEST(TokenScaleTest)
#include "tst_tokenscale.moc"
