// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/viewmodels/story.h"
#include "ui/viewmodels/memorymodel.h"
#include "tests/support/testregistry.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace orrery;
using namespace orrery::ui;

class TestMemoryModel : public QObject
{
    Q_OBJECT

private:
    static Json search(const std::string &query, int results)
    {
        Json list = Json::array();
        for (int i = 0; i < results; ++i)
            list.push_back({{"id", "m" + std::to_string(i)},
                            {"content", "memory " + std::to_string(i)},
                            {"type", "semantic"},
                            {"text_rank", i + 1},
                            {"text_score", 0.8},
                            {"vector_rank", nullptr},
                            {"vector_score", nullptr},
                            {"stage", "returned"},
                            {"accessed_ms", 1000},
                            {"relevance", 0.8},
                            {"decay", 1.0},
                            {"importance", 0.5},
                            {"recency", 0.9},
                            {"parts", {{"relevance", 0.4}, {"importance", 0.15}, {"recency", 0}}},
                            {"score", 0.55}});
        return {
            {"query", query},
            {"scope", "coder"},
            {"limit", 10},
            {"min_score", 0.2},
            {"elapsed_us", 900},
            {"now_ms", 1000},
            {"text", {{"ran", true}, {"found", results + 1}, {"best", 0.8}, {"elapsed_us", 700}}},
            {"vector", {{"ran", false}, {"found", 0}, {"skipped", "connection refused"}}},
            {"notes", {"By text alone: connection refused"}},
            {"weights", {{"relevance", 0.5}, {"importance", 0.3}, {"recency", 0}}},
            {"results", list},
            {"dropped",
             {{{"id", "x"},
               {"content", "lost"},
               {"type", "semantic"},
               {"importance", 0.1},
               {"text_rank", results + 1},
               {"text_score", 0.14},
               {"accessed_ms", 1000},
               {"relevance", 0.14},
               {"decay", 1.0},
               {"parts", {{"relevance", 0.07}, {"importance", 0.03}, {"recency", 0}}},
               {"stage", "min_score"},
               {"score", 0.1}}}}};
    }

private slots:
    void showsTheNewestSearchOrTheOneThatWasChosen()
    {
        AgentRoster roster;
        MemoryModel memory(roster);
        using Mode = QAbstractItemModelTester::FailureReportingMode;
        QAbstractItemModelTester entries(memory.entries(), Mode::QtTest);
        QAbstractItemModelTester searches(memory.searches(), Mode::QtTest);
        QAbstractItemModelTester results(memory.results(), Mode::QtTest);
        QSignalSpy shown(&memory, &MemoryModel::searchShown);
        Story story;
        story.start();
        for (const char *id : {"m0", "m1"})
            story.add(EventKind::MemoryStored, "lead",
                      {{"id", id},
                       {"content", "c"},
                       {"type", "semantic"},
                       {"importance", 0.5},
                       {"scope", ""}});
        story.add(EventKind::MemorySearched, "coder", search("first", 2));
        memory.apply(story.take());
        QCOMPARE(memory.entries()->rowCount(), 2);
        QCOMPARE(memory.results()->rowCount(), 3); // what was dropped comes last
        QCOMPARE(memory.results()->index(2, MemoryResultsModel::Verdict).data().toString(),
                 QString("below 0.20"));
        QCOMPARE(memory.query(), QString("first"));
        QVERIFY(memory.pipeline().last().text.contains("2 returned"));

        story.add(EventKind::MemorySearched, "coder", search("second", 3));
        story.add(EventKind::MemoryForgotten, "lead", {{"id", "m1"}});
        memory.apply(story.take());
        QCOMPARE(memory.results()->rowCount(), 4);
        QCOMPARE(memory.entries()->rowCount(), 2); // a forgotten entry stays, marked
        QVERIFY(memory.entries()->index(1, 0).data(MemoryEntriesModel::ForgottenRole).toBool());
        memory.selectSearch(0);
        QCOMPARE(memory.query(), QString("first"));
        story.add(EventKind::MemorySearched, "coder", search("third", 1));
        memory.apply(story.take());
        QCOMPARE(memory.query(), QString("first")); // stays where the person looks
        memory.selectSearch(-1);
        QCOMPARE(memory.query(), QString("third"));
        QCOMPARE(shown.count(), 4);
    }

    void thePartsAddUpToTheScore()
    {
        AgentRoster roster;
        MemoryModel memory(roster);
        Story story;
        story.start().add(EventKind::MemorySearched, "coder", search("q", 1));
        memory.apply(story.take());
        const QModelIndex hit = memory.results()->index(0, 0);
        using Model = MemoryResultsModel;
        QCOMPARE(hit.data(Model::RelevancePartRole).toDouble()
                     + hit.data(Model::ImportancePartRole).toDouble()
                     + hit.data(Model::RecencyPartRole).toDouble(),
                 hit.data(Model::ScoreRole).toDouble());
        QCOMPARE(hit.data(Model::HighestRole).toDouble(), 0.8);
        QCOMPARE(hit.data(Model::FormulaRole).toString(),
                 QString("0.5 × 0.800 relevance × 1.000 decay + 0.3 × 0.50 importance = 0.550"));
    }

    void aLegThatFailedIsNamed()
    {
        AgentRoster roster;
        MemoryModel memory(roster);
        Story story;
        story.start().add(EventKind::MemorySearched, "coder", search("q", 2));
        memory.apply(story.take());
        const auto steps = memory.pipeline();
        QCOMPARE(steps[0].text, QString("Text 3 · 700 µs"));
        QVERIFY(steps[1].failed);
        QCOMPARE(steps[1].tip, QString("connection refused"));
        QCOMPARE(memory.notes(), QStringList("By text alone: connection refused"));
        memory.results()->setRows(MemoryResultsModel::Rows::Returned);
        QCOMPARE(memory.results()->rowCount(), 2);
        memory.results()->setRows(MemoryResultsModel::Rows::VectorLeg);
        QCOMPARE(memory.results()->rowCount(), 0);
    }

    void anotherRankingIsShownUntilAnotherSearch()
    {
        AgentRoster roster;
        MemoryModel memory(roster);
        QAbstractItemModelTester results(memory.results(),
                                         QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy ranked(&memory, &MemoryModel::rankingShown);
        Story story;
        Json data = search("q", 3);
        for (int i = 0; i < 3; ++i)
            data["results"][std::size_t(i)]["importance"] = i == 2 ? 1.0 : 0.0;
        story.start().add(EventKind::MemorySearched, "coder", data);
        memory.apply(story.take());
        orrery::memory::RankSettings rank = memory.ranking();
        QCOMPARE(rank.minScore, 0.2);
        rank.weights = {0.1, 0.9, 0.0};
        rank.minScore = 0.08;
        memory.setWhatIf(rank);
        using Model = MemoryResultsModel;
        QCOMPARE(memory.results()->index(0, 0).data(Model::IdRole).toString(), QString("m2"));
        QCOMPARE(memory.results()->index(0, Model::Rank).data().toString(), QString("1 ▲2"));
        QCOMPARE(memory.results()->index(1, Model::Rank).data().toString(), QString("2 new"));
        QCOMPARE(memory.results()->index(1, 0).data(Model::IdRole).toString(), QString("x"));
        QCOMPARE(memory.results()->index(0, 0).data(Model::HighestRole).toDouble(), 1.0);
        memory.setWhatIf(std::nullopt);
        QCOMPARE(memory.results()->index(0, 0).data(Model::IdRole).toString(), QString("m0"));
        QCOMPARE(memory.results()->index(0, Model::Rank).data().toString(), QString("1"));
        QCOMPARE(ranked.count(), 2);
        memory.setWhatIf(rank);
        story.add(EventKind::MemorySearched, "coder", search("next", 1));
        memory.apply(story.take());
        QVERIFY(!memory.isWhatIf());
    }

    void whyNotIsAnsweredFromTheEventWhereItCan()
    {
        AgentRoster roster;
        MemoryModel memory(roster);
        Story story;
        Json data = search("q", 1);
        data["why_not"] = {{"target", "z"},
                           {"id", "z"},
                           {"content", "gone"},
                           {"stage", "scope"},
                           {"sentence", "It is lead's own."}};
        story.start().add(EventKind::MemorySearched, "person", data);
        memory.apply(story.take());
        QCOMPARE(memory.whyNot("x"),
                 QString("“lost”: Its score is 0.100, below the least of 0.200."));
        QCOMPARE(memory.whyNot("LOST"), memory.whyNot("x"));
        QVERIFY(memory.whyNot("m0").contains("It was returned"));
        QCOMPARE(memory.whyNot("never heard of"), QString());
        QCOMPARE(memory.answer(), QString("“gone”: It is lead's own."));
        const auto question = memory.questionFor(" never heard of ");
        QCOMPARE(*question.whyNot, std::string("never heard of"));
        QCOMPARE(question.text, std::string("q"));
        QCOMPARE(*question.filter.scope, std::string("coder"));
    }

    void aSearchOfTheFirstVersionIsStillShown()
    {
        AgentRoster roster;
        MemoryModel memory(roster);
        Story story;
        story.start().add(
            EventKind::MemorySearched, "coder",
            {{"query", "old"},
             {"limit", 10},
             {"elapsed_us", 900},
             {"results", {{{"id", "m"}, {"content", "c"}, {"text_rank", 1}, {"score", 0.5}}}},
             {"dropped", {{{"id", "n"}, {"content", "d"}, {"stage", "text_cut"}, {"score", 0}}}}});
        memory.apply(story.take());
        QCOMPARE(memory.results()->rowCount(), 2);
        QCOMPARE(memory.results()->index(0, MemoryResultsModel::Verdict).data().toString(),
                 QString("returned"));
        QCOMPARE(memory.pipeline().first().text, QString("Text 1 · 900 µs"));
    }
};

ORRERY_TEST(TestMemoryModel)
#include "tst_memorymodel.moc"
