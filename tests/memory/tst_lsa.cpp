// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/lsaembedder.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <atomic>
#include <cmath>
#include <numeric>
#include <random>

using namespace orrery;
using memory::LsaEmbedder;
using memory::LsaModel;

namespace {

/// Short texts about four subjects. Some words of a subject never stand in one text, but keep the same company.
std::vector<std::string> texts(std::size_t count, unsigned seed = 1)
{
    const std::vector<std::vector<std::string>> subjects = {
        {"engine", "wheels", "brakes", "road", "driver", "petrol", "gearbox"},
        {"flour", "oven", "butter", "sugar", "dough", "yeast", "recipe"},
        {"planet", "orbit", "telescope", "star", "moon", "galaxy", "comet"},
        {"court", "judge", "lawyer", "trial", "verdict", "jury", "witness"}};
    // Either of a pair, never both.
    const std::vector<std::pair<std::string, std::string>> synonyms = {
        {"car", "automobile"}, {"bread", "loaf"}, {"astronomy", "stargazing"}, {"law", "justice"}};
    std::mt19937 engine(seed);
    std::vector<std::string> made;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t subject = i % subjects.size();
        std::string text = engine() % 2 ? synonyms[subject].first : synonyms[subject].second;
        for (int word = 0; word < 5; ++word)
            text += " " + subjects[subject][engine() % subjects[subject].size()];
        // Words that belong to no subject.
        text += " note" + std::to_string(engine() % 40) + " day" + std::to_string(engine() % 30);
        made.push_back(std::move(text));
    }
    return made;
}

double cosine(const std::vector<float> &a, const std::vector<float> &b)
{
    double dot = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        dot += double(a[i]) * b[i];
    return dot; // both have length 1
}

constexpr int kDimensions = 4; ///< one for each subject

memory::LsaOptions fewDimensions()
{
    memory::LsaOptions options;
    options.dimensions = kDimensions;
    options.fewestTerms = 20;
    return options;
}

} // namespace

class TestLsa : public QObject
{
    Q_OBJECT

private slots:
    void cutsTextsIntoStems_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("terms");
        QTest::newRow("stems") << "Running runners RAN, connections connected"
                               << QStringList{"run", "runner", "ran", "connect", "connect"};
        QTest::newRow("stop words")
            << "It was not what they had been doing to the wings" << QStringList{"wing"};
        QTest::newRow("diacritics")
            << "Überprüfung à la carte" << QStringList{"uberprufung", "la", "cart"};
        QTest::newRow("other scripts") << "Планета 2024" << QStringList{"планета", "2024"};
        QTest::newRow("nothing") << "" << QStringList{};
        QTest::newRow("no word") << "… — !?" << QStringList{};
    }

    void cutsTextsIntoStems()
    {
        QFETCH(QString, text);
        QFETCH(QStringList, terms);
        const auto reader = memory::TermReader::open();
        QVERIFY(reader);
        QStringList found;
        for (const std::string &term : (*reader)->read(text.toStdString()))
            found.append(QString::fromStdString(term));
        QCOMPARE(found, terms);
    }

    void findsByWordsThatTheTextDoesNotContain()
    {
        const auto model = LsaModel::fit(texts(400), fewDimensions());
        QVERIFY(model);
        const auto query = (*model)->embed("automobile");
        QVERIFY(cosine(query, (*model)->embed("car")) > 0.7);
        QVERIFY(cosine(query, (*model)->embed("a car and its gearbox")) > 0.7);
        for (const char *other : {"bread", "stargazing", "justice", "the judge's verdict"})
            QVERIFY2(cosine(query, (*model)->embed(other)) < 0.4, other);
    }

    void vectorsHaveLengthOne()
    {
        const auto model = LsaModel::fit(texts(200), fewDimensions());
        QVERIFY(model);
        QCOMPARE((*model)->dimensions(), kDimensions);
        const auto vector = (*model)->embed("car petrol petrol note3");
        QCOMPARE(vector.size(), std::size_t(kDimensions));
        QVERIFY(std::fabs(cosine(vector, vector) - 1) < 1e-6);
        const auto unknown = (*model)->embed("zyzzyva, and the");
        QVERIFY(std::all_of(unknown.begin(), unknown.end(), [](float x) { return x == 0; }));
    }

    void theSameTextsGiveTheSameVectors()
    {
        const auto a = LsaModel::fit(texts(300), fewDimensions());
        const auto b = LsaModel::fit(texts(300), fewDimensions());
        const auto c = LsaModel::fit(texts(301), fewDimensions());
        QVERIFY(a && b && c);
        QCOMPARE((*a)->name(), (*b)->name());
        QVERIFY((*a)->name() != (*c)->name());
        QCOMPARE((*a)->embed("a moon of a planet"), (*b)->embed("a moon of a planet"));
    }

    void learnsFromSomeOfManyTexts()
    {
        memory::LsaOptions options = fewDimensions();
        options.mostTexts = 150;
        options.mostTerms = 30;
        const auto model = LsaModel::fit(texts(1000), options);
        QVERIFY(model);
        QCOMPARE((*model)->texts(), std::size_t(150));
        QCOMPARE((*model)->terms(), std::size_t(30));
    }

    void saysWhenThereIsTooLittleToLearnFrom_data()
    {
        QTest::addColumn<QStringList>("given");
        QTest::addColumn<QString>("why");
        const QStringList none;
        QStringList unlike;
        QStringList alike;
        for (int i = 0; i < 100; ++i) {
            unlike.append(QString("word%1").arg(i));
            alike.append("always the same words");
        }
        QTest::newRow("none") << none << "There are 0 texts, too few to learn from: it takes 64.";
        QTest::newRow("few") << unlike.mid(0, 63)
                             << "There are 63 texts, too few to learn from: it takes 64.";
        QTest::newRow("nothing in common")
            << unlike
            << "The texts have 0 words in common, too few to learn from: it takes 64 that stand in "
               "two texts or more.";
        QTest::newRow("all the same")
            << alike
            << "The texts have 2 words in common, too few to learn from: it takes 64 that stand in "
               "two texts or more.";
    }

    void saysWhenThereIsTooLittleToLearnFrom()
    {
        QFETCH(QStringList, given);
        QFETCH(QString, why);
        std::vector<std::string> list;
        for (const QString &text : given)
            list.push_back(text.toStdString());
        LsaEmbedder embedder;
        const auto fitted = embedder.fit(list);
        QVERIFY(!fitted);
        QCOMPARE(int(fitted.error().code), int(ErrorCode::InvalidArgument));
        QCOMPARE(QString::fromStdString(fitted.error().message), why);
        const auto vector = embedder.embed("word1");
        QVERIFY(!vector);
        QCOMPARE(QString::fromStdString(vector.error().message), why);
    }

    void wordsThatStandInEveryTextTeachNothing()
    {
        memory::LsaOptions options;
        options.fewestTerms = 1;
        const auto model = LsaModel::fit(std::vector<std::string>(100, "same words"), options);
        QVERIFY(!model);
        QCOMPARE(model.error().message,
                 std::string("Every word stands in every text, so there is nothing to learn from "
                             "them."));
    }

    void answersFromTheLastFit()
    {
        LsaEmbedder embedder(fewDimensions());
        QCOMPARE(embedder.name(), std::string("lsa"));
        QCOMPARE(embedder.dimension(), 0);
        const auto early = embedder.embed("car");
        QVERIFY(!early);
        QCOMPARE(early.error().message,
                 std::string("The built-in embedder has learnt nothing yet: it takes 64 entries."));
        QVERIFY(embedder.fit(texts(200)));
        const std::string first = embedder.name();
        QCOMPARE(embedder.dimension(), kDimensions);
        const auto both = embedder.embedBatch({"car", "bread"});
        QVERIFY(both);
        QCOMPARE(both->size(), std::size_t(2));
        QCOMPARE((*both)[1], *embedder.embed("bread"));
        QVERIFY(embedder.embedBatch({})->empty());
        const auto unknown = embedder.embed("zyzzyva");
        QVERIFY(!unknown);
        QCOMPARE(int(unknown.error().code), int(ErrorCode::NotFound));
        const auto mixed = embedder.embedBatch({"zyzzyva", "bread"});
        QVERIFY(mixed);
        QCOMPARE((*mixed)[0], std::vector<float>(kDimensions));
        QCOMPARE((*mixed)[1], (*both)[1]);
        // A fit that fails leaves the last one in use.
        QVERIFY(!embedder.fit({"too", "few"}));
        QCOMPARE(embedder.name(), first);
        QVERIFY(embedder.embed("car"));
    }

    void learnsAnewWhenTheCollectionHasGrown()
    {
        LsaEmbedder embedder(fewDimensions());
        QVERIFY(!embedder.hasOutgrown(63));
        QVERIFY(embedder.hasOutgrown(64));
        QVERIFY(embedder.fit(texts(100)));
        QVERIFY(!embedder.hasOutgrown(149));
        QVERIFY(embedder.hasOutgrown(150));
        QVERIFY(!embedder.fitInBackground(120, [] { return texts(120); }));
        const std::string before = embedder.name();
        std::atomic<int> done = 0;
        QVERIFY(embedder.fitInBackground(
            200, [] { return texts(200); },
            [&done](const Result<void> &fitted) { done = fitted ? 1 : 2; }));
        QTRY_COMPARE(done.load(), 1);
        QVERIFY(embedder.name() != before);
    }

    /// Of a large collection it learns from a sample, which says nothing of how large the collection was.
    void learnsAnewWhenTheCollectionHasGrownBeyondTheSample()
    {
        LsaEmbedder embedder(fewDimensions());
        std::atomic<bool> isDone = false;
        QVERIFY(embedder.fitInBackground(
            1000, [] { return texts(200); }, [&isDone](const Result<void> &) { isDone = true; }));
        QTRY_VERIFY(isDone);
        QVERIFY(embedder.model());
        QVERIFY(!embedder.hasOutgrown(1001));
        QVERIFY(!embedder.hasOutgrown(1499));
        QVERIFY(embedder.hasOutgrown(1500));
    }

    void givesUpLearningWhenAsked()
    {
        std::stop_source stop;
        stop.request_stop();
        LsaEmbedder embedder(fewDimensions());
        const auto fitted = embedder.fit(texts(200), stop.get_token());
        QVERIFY(!fitted);
        QCOMPARE(int(fitted.error().code), int(ErrorCode::Cancelled));
        QVERIFY(embedder.hasOutgrown(200));
    }

    /// One model or the other answers, never a mixture.
    void answersWhileItLearns()
    {
        LsaEmbedder embedder(fewDimensions());
        QVERIFY(embedder.fit(texts(64)));
        std::atomic<bool> isOver = false;
        std::atomic<int> wrong = 0;
        std::vector<std::thread> askers;
        for (int i = 0; i < 3; ++i) {
            askers.emplace_back([&] {
                while (!isOver) {
                    const auto vectors = embedder.embedBatch({"car", "judge", "moon"});
                    wrong += !vectors || vectors->size() != 3
                             || (*vectors)[0].size() != (*vectors)[2].size();
                }
            });
        }
        for (std::size_t count = 100; count < 1000; count = count * 2) {
            std::atomic<bool> isDone = false;
            // The last one may not have left its thread yet.
            while (!embedder.fitInBackground(
                count, [count] { return texts(count); },
                [&isDone](const Result<void> &) { isDone = true; }))
                std::this_thread::yield();
            while (!isDone)
                std::this_thread::yield();
            QVERIFY(!embedder.hasOutgrown(count));
        }
        isOver = true;
        for (std::thread &asker : askers)
            asker.join();
        QCOMPARE(wrong.load(), 0);
    }
};

ORRERY_TEST(TestLsa)
#include "tst_lsa.moc"
