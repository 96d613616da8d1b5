// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/viewmodels/story.h"
#include "ui/viewmodels/memorymodel.h"

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
                            {"relevance", 0.8},
                            {"decay", 1.0},
                            {"importance", 0.5},
                            {"recency", 0.9},
                            {"parts", {{"relevance", 0.4}, {"importance", 0.15}, {"recency", 0}}},
                            {"score", 0.55}});
        return {{"query", query},
                {"scope", "coder"},
                {"limit", 10},
                {"min_score", 0},
                {"elapsed_us", 900},
                {"weights", {{"relevance", 0.5}, {"importance", 0.3}, {"recency", 0}}},
                {"results", list},
                {"dropped",
                 {{{"id", "x"}, {"content", "lost"}, {"stage", "min_score"}, {"score", 0.1}}}}};
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
        QAbstractItemModelTester dropped(memory.dropped(), Mode::QtTest);
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
        QCOMPARE(memory.results()->rowCount(), 2);
        QCOMPARE(memory.dropped()->rowCount(), 1);
        QCOMPARE(memory.query(), QString("first"));
        QVERIFY(memory.summary().contains("2 returned, 1 dropped"));

        story.add(EventKind::MemorySearched, "coder", search("second", 3));
        story.add(EventKind::MemoryForgotten, "lead", {{"id", "m1"}});
        memory.apply(story.take());
        QCOMPARE(memory.results()->rowCount(), 3);
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
    }
};

QTEST_GUILESS_MAIN(TestMemoryModel)
#include "tst_memorymodel.moc"
