// SPDX-License-Identifier: GPL-3.0-or-later
// The search as a whole: fusion, explanation, why-not, what-if, and what happens when the embedder fails.
#include "core/memory/searchjson.h"
#include "core/memory/memory.h"
#include "tests/support/testregistry.h"

#include <QRandomGenerator>
#include <QTest>

#include <atomic>
#include <cmath>
#include <condition_variable>

using namespace orrery;
using namespace orrery::memory;

namespace {

constexpr std::int64_t kNow = 1'800'000'000'000;
constexpr std::int64_t kHour = 3'600'000;

/// Counts letters: texts with the same letters are near each other. Can be told to fail or to wait.
class LetterEmbedder final : public Embedder
{
public:
    std::string name() const override { return "letters"; }
    int dimension() const override { return 26; }
    Result<std::vector<float>> embed(std::string_view text) override
    {
        ++calls;
        if (waits) {
            std::unique_lock lock(m_mutex);
            m_goOn.wait(lock, [this] { return !waits; });
        }
        if (!failure.empty())
            return fail(ErrorCode::Network, failure);
        std::vector<float> counts(26);
        for (const char c : text)
            if (c >= 'a' && c <= 'z')
                counts[static_cast<std::size_t>(c - 'a')] += 1;
        if (givesNaN)
            counts[3] = std::nanf("");
        return counts;
    }
    Result<std::vector<std::vector<float>>>
    embedBatch(const std::vector<std::string> &texts) override
    {
        std::vector<std::vector<float>> all;
        for (const std::string &text : texts) {
            auto one = embed(text);
            if (!one)
                return fail(one.error());
            all.push_back(std::move(*one));
        }
        return all;
    }
    void release()
    {
        std::lock_guard lock(m_mutex);
        waits = false;
        m_goOn.notify_all();
    }

    std::atomic<int> calls{0};
    std::atomic<bool> waits{false};
    std::atomic<bool> givesNaN{false};
    std::string failure;

private:
    std::mutex m_mutex;
    std::condition_variable m_goOn;
};

MemoryEntry searchEntry(std::string id, std::string content, double importance = 0.5,
                        std::int64_t hoursAgo = 0)
{
    MemoryEntry made;
    made.id = std::move(id);
    made.content = std::move(content);
    made.importance = importance;
    made.createdMs = made.accessedMs = kNow - hoursAgo * kHour;
    return made;
}

SearchQuery query(std::string text, int limit = 10)
{
    SearchQuery made;
    made.text = std::move(text);
    made.rank.limit = limit;
    made.rank.nowMs = kNow;
    return made;
}

std::vector<std::string> idsOf(const std::vector<SearchHit> &hits)
{
    std::vector<std::string> ids;
    for (const SearchHit &hit : hits)
        ids.push_back(hit.entry.id);
    return ids;
}

} // namespace

class TestMemorySearch : public QObject
{
    Q_OBJECT

private:
    static std::unique_ptr<MemoryStore> filledStore(Embedder *embedder, int count,
                                                    std::uint32_t seed)
    {
        QRandomGenerator random(seed);
        auto store = makeTransientStore();
        for (int i = 0; i < count; ++i) {
            std::string text;
            for (int n = 10 + random.bounded(60); n > 0; --n)
                text += random.bounded(6) ? char('a' + random.bounded(26)) : ' ';
            MemoryEntry made = searchEntry("m" + std::to_string(i), "t" + text,
                                           random.generateDouble(), random.bounded(3000));
            made.evergreen = random.bounded(5) == 0;
            made.type = i % 3 ? "semantic" : "episodic";
            if (embedder && i % 4) {
                made.embedding = embedder->embed(made.content).value();
                made.embedder = embedder->name();
            }
            [&] { QVERIFY(store->put(made)); }();
        }
        return store;
    }

private slots:
    void eachStepOfAScoreIsTold()
    {
        const auto embedder = std::make_shared<LetterEmbedder>();
        Memory memory(filledStore(embedder.get(), 200, 7), embedder);
        SearchQuery asked = query("refund policy for customers");
        asked.rank.weights = {0.4, 0.35, 0.15};
        const SearchOutcome outcome = memory.search(asked).value();
        QCOMPARE(outcome.hits.size(), 10u);
        QCOMPARE(outcome.maxScore, 0.4 + 0.35 + 0.15);
        double highest = 0;
        for (const auto *list : {&outcome.hits, &outcome.dropped})
            for (const SearchHit &hit : *list)
                highest = std::max(highest, hit.fused);
        double last = 1e9;
        for (const SearchHit &hit : outcome.hits) {
            double fused = 0;
            for (const auto &leg : {hit.text, hit.vector})
                fused += leg ? 1.0 / (60 + leg->rank) : 0.0;
            QVERIFY(std::abs(hit.fused - fused) < 1e-15);
            QCOMPARE(hit.relevance, hit.fused / highest);
            const double hours = double(kNow - hit.entry.accessedMs) / kHour;
            QCOMPARE(hit.decay, hit.entry.evergreen ? 1.0 : std::exp(-0.001 * hours));
            QCOMPARE(hit.recency, std::exp(-0.01 * hours));
            QCOMPARE(hit.partRelevance, 0.4 * hit.relevance * hit.decay);
            QCOMPARE(hit.partImportance, 0.35 * hit.entry.importance);
            QCOMPARE(hit.partRecency, 0.15 * hit.recency);
            QCOMPARE(hit.score, hit.partRelevance + hit.partImportance + hit.partRecency);
            QVERIFY(hit.score <= last && hit.score <= outcome.maxScore);
            last = hit.score;
        }
    }

    void anotherRankingIsWhatANewSearchReturns()
    {
        const quint32 seed = QRandomGenerator::global()->generate();
        QRandomGenerator random(seed);
        const auto embedder = std::make_shared<LetterEmbedder>();
        Memory memory(filledStore(embedder.get(), 150, seed), embedder);
        for (int round = 0; round < 60; ++round) {
            SearchQuery asked = query(round % 2 ? "what do we know of walnuts" : "zebra", 8);
            if (round % 5 == 0)
                asked.typeAfterCut = "episodic";
            const SearchOutcome first = memory.search(asked).value();
            const int calls = embedder->calls;
            asked.rank.weights = {random.generateDouble(), random.generateDouble(),
                                  random.generateDouble()};
            asked.rank.decayLambda = random.generateDouble() / 100;
            asked.rank.rrfK = random.bounded(100);
            asked.rank.minScore = random.generateDouble() / 2;
            asked.rank.limit = 1 + random.bounded(8);
            const SearchOutcome again = rerank(first, asked.rank);
            QCOMPARE(embedder->calls.load(), calls);
            // As the window does it: from the data of the event.
            const Json data = toJson(asked, first);
            const SearchOutcome fromJson = rerank(outcomeFromJson(data), asked.rank);
            SearchQuery wide = asked;
            wide.rank.limit = 8; // the legs are cut by the limit that was searched with
            const SearchOutcome anew = rerank(memory.search(wide).value(), asked.rank);
            QVERIFY2(idsOf(again.hits) == idsOf(anew.hits), qPrintable(QString::number(seed)));
            QVERIFY2(idsOf(again.hits) == idsOf(fromJson.hits), qPrintable(QString::number(seed)));
            for (std::size_t i = 0; i < again.hits.size(); ++i) {
                QCOMPARE(again.hits[i].score, anew.hits[i].score);
                QCOMPARE(again.hits[i].score, fromJson.hits[i].score);
            }
        }
        QCOMPARE(embedder->calls.load() - 112, 1 + 1); // 150 entries, 3 of 4 embedded; 2 queries
    }

    void whyNotNamesTheStage_data()
    {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("stage");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("returned") << "best"
                                  << "returned"
                                  << "at place 1";
        QTest::newRow("never stored") << "?"
                                      << "not_found"
                                      << "never stored";
        QTest::newRow("another agent's") << "lead's"
                                         << "scope"
                                         << "It is lead's own";
        QTest::newRow("type") << "episode"
                              << "type"
                              << "asks for semantic";
        QTest::newRow("time") << "ancient"
                              << "time"
                              << "outside the time";
        QTest::newRow("nothing in common") << "alien"
                                           << "no_match"
                                           << "nothing in common";
        QTest::newRow("beyond the cut") << "filler 45"
                                        << "leg_cut"
                                        << "best 6 of the text search";
        QTest::newRow("too low") << "low"
                                 << "min_score"
                                 << "below the least of 0.500";
        QTest::newRow("enough better ones") << "third"
                                            << "limit"
                                            << "2 entries have more";
        QTest::newRow("by its text") << "apple pie is bes"
                                     << "returned"
                                     << "at place 1";
    }

    void whyNotNamesTheStage()
    {
        QFETCH(QString, target);
        QFETCH(QString, stage);
        QFETCH(QString, sentence);
        Memory memory(makeTransientStore());
        const auto put = [&](MemoryEntry made) { QVERIFY(memory.store(std::move(made))); };
        put(searchEntry("best", "apple pie is best", 1));
        put(searchEntry("second", "apple pie is second", 1));
        put(searchEntry("third", "apple pie is third", 0.9));
        put(searchEntry("low", "apple pie is low", 0));
        MemoryEntry other = searchEntry("lead's", "apple pie of the lead");
        other.scope = "lead";
        put(other);
        other = searchEntry("episode", "apple pie episode");
        other.type = "episodic";
        put(other);
        other = searchEntry("ancient", "apple pie, ancient");
        other.createdMs = 5;
        put(other);
        put(searchEntry("alien", "0123"));
        for (int i = 0; i < 50; ++i)
            put(searchEntry("filler " + std::to_string(i), "ap" + std::string(i + 40, 'z'), 0.1));
        SearchQuery asked = query("apple pie is best", 2);
        asked.filter.scope = "coder";
        asked.filter.type = "semantic";
        asked.filter.createdFromMs = 100;
        asked.rank.minScore = 0.5;
        asked.whyNot = target.toStdString();
        if (target == "?") {
            Memory empty(makeTransientStore());
            QVERIFY(empty.search(asked).value().whyNot->stage == Stage::NotFound);
            return;
        }
        const auto outcome = memory.search(asked);
        QVERIFY(outcome && outcome->whyNot);
        QCOMPARE(QString::fromStdString(std::string(toString(outcome->whyNot->stage))), stage);
        QVERIFY2(outcome->whyNot->sentence.find(sentence.toStdString()) != std::string::npos,
                 outcome->whyNot->sentence.c_str());
    }

    void aTypeIsLookedForBeforeOrAfterTheCut()
    {
        Memory memory(makeTransientStore());
        for (int i = 0; i < 30; ++i)
            QVERIFY(memory.store(searchEntry("m" + std::to_string(i), "apple pie")));
        MemoryEntry rare = searchEntry("rare", "apple tart");
        rare.type = "procedural";
        QVERIFY(memory.store(rare));
        SearchQuery asked = query("apple pie", 2);
        asked.typeAfterCut = "procedural";
        QCOMPARE(memory.search(asked).value().hits.size(), 0u);
        asked.typeAfterCut.reset();
        asked.filter.type = "procedural";
        QCOMPARE(idsOf(memory.search(asked).value().hits), std::vector<std::string>{"rare"});
    }

    void anEmbedderThatFailsLeavesTheTextLeg_data()
    {
        QTest::addColumn<QString>("how");
        QTest::addColumn<QString>("reason");
        QTest::newRow("error") << "error"
                               << "connection refused";
        QTest::newRow("slow") << "slow"
                              << "longer than 50 ms";
        QTest::newRow("NaN") << "nan"
                             << "not a finite number";
    }

    void anEmbedderThatFailsLeavesTheTextLeg()
    {
        QFETCH(QString, how);
        QFETCH(QString, reason);
        const auto embedder = std::make_shared<LetterEmbedder>();
        Memory memory(filledStore(embedder.get(), 50, 3), embedder);
        Memory textOnly(filledStore(nullptr, 50, 3));
        if (how == "error")
            embedder->failure = "connection refused";
        embedder->waits = how == "slow";
        embedder->givesNaN = how == "nan";
        SearchQuery asked = query("tea");
        asked.embedTimeoutMs = 50;
        const auto outcome = memory.search(asked);
        QVERIFY(outcome);
        QVERIFY(!outcome->vector.ran);
        QVERIFY2(outcome->vector.skipped.find(reason.toStdString()) != std::string::npos,
                 outcome->vector.skipped.c_str());
        QVERIFY(outcome->notes.back().find(reason.toStdString()) != std::string::npos);
        const SearchOutcome expected = textOnly.search(asked).value();
        QCOMPARE(idsOf(outcome->hits), idsOf(expected.hits));
        QCOMPARE(outcome->hits.front().score, expected.hits.front().score);
        embedder->release();
        embedder->failure.clear();
        embedder->givesNaN = false;
        asked.embedTimeoutMs = 30000;
        QVERIFY(memory.search(asked).value().vector.ran);
    }

    void anEmbedderThatHangsIsNotAskedForEver()
    {
        const auto embedder = std::make_shared<LetterEmbedder>();
        Memory memory(filledStore(nullptr, 20, 3), embedder);
        embedder->waits = true;
        SearchQuery asked = query("tea");
        asked.embedTimeoutMs = 1;
        for (int i = 0; i < 10; ++i)
            QVERIFY(!memory.search(asked).value().vector.ran);
        QVERIFY(embedder->calls <= 4);
        QVERIFY(memory.search(asked).value().vector.skipped.find("still busy")
                != std::string::npos);
        embedder->release();
    }

    void anEntryIsStoredWithoutItsVectorWhenThereIsNone()
    {
        const auto embedder = std::make_shared<LetterEmbedder>();
        Memory memory(makeTransientStore(), embedder);
        embedder->failure = "connection refused";
        QCOMPARE(memory.store(searchEntry("m1", "tea time")).value(),
                 std::string("connection refused"));
        embedder->failure.clear();
        embedder->waits = true;
        QVERIFY(memory.store(searchEntry("slow", "tea leaf"), 20).value().find("longer than 20 ms")
                != std::string::npos);
        QVERIFY(memory.forget("slow").value());
        embedder->release();
        QCOMPARE(memory.store(searchEntry("m2", "tea pot")).value(), std::string());
        QCOMPARE(memory.find("m2").value()->embedding.size(), 26u);
        // The other gets its own now that the embedder works.
        QTRY_COMPARE(memory.find("m1").value()->embedding.size(), 26u);
        QCOMPARE(memory.embedMissing(10).value(), 0u);
    }

    void onlyWhatAnAgentGotCountsAsAccessed()
    {
        Memory memory(makeTransientStore());
        QVERIFY(memory.store(searchEntry("m1", "tea", 0.5, 10)));
        QVERIFY(memory.store(searchEntry("m2", "teapot", 0.5, 10)));
        SearchQuery asked = query("tea", 1);
        QVERIFY(memory.search(asked));
        QCOMPARE(memory.find("m1").value()->accessCount, 0);
        asked.countsAccess = true;
        QVERIFY(memory.search(asked));
        QCOMPARE(memory.find("m1").value()->accessCount, 1);
        QCOMPARE(memory.find("m1").value()->accessedMs, kNow);
        QCOMPARE(memory.find("m2").value()->accessCount, 0);
    }

    void aBadRequestIsAnErrorOrSaysWhatItDid()
    {
        Memory memory(makeTransientStore());
        QVERIFY(memory.store(searchEntry("m1", "tea")));
        const auto none = memory.search(query("tea", 0));
        QVERIFY(!none);
        QVERIFY(none.error().message.find("at least 1, not 0") != std::string::npos);

        SearchQuery asked = query("tea");
        QVERIFY(addScope(asked.filter, Json{{"team_id", "x"}}));
        const SearchOutcome outcome = memory.search(asked).value();
        QVERIFY(outcome.hits.empty());
        QVERIFY(outcome.notes.front().find("\"team_id\"") != std::string::npos);
        Filter filter;
        QVERIFY(!addScope(filter, Json{{"agent_id", 5}}));
        QVERIFY(!addScope(filter, "everything"));

        // What is not UTF-8 in a query matches nothing, and nothing breaks.
        QCOMPARE(memory
                     .search(query("t\xff"
                                   "ea"))
                     .value()
                     .hits.size(),
                 1u);
        const SearchOutcome wrong =
            memory.searchWith(query("tea"), {{1, std::nanf("")}, ""}).value();
        QVERIFY(wrong.vector.skipped.find("value 1") != std::string::npos);
        QCOMPARE(wrong.hits.size(), 1u);
    }

    void anOutcomeOfAnotherOriginIsReadWithDefaults()
    {
        for (const char *text : {"null", "[]", "{}", R"({"results":{},"dropped":7})",
                                 R"({"results":[null,1,{"text_rank":"x"}],"weights":[]})",
                                 R"({"limit":"many","now_ms":1.5})"}) {
            const SearchOutcome outcome = outcomeFromJson(Json::parse(text));
            QCOMPARE(outcome.rank.limit, 10);
            QCOMPARE(rerank(outcome, outcome.rank).hits.size(), outcome.hits.size());
        }
    }
};

ORRERY_TEST(TestMemorySearch)
#include "tst_memorysearch.moc"
