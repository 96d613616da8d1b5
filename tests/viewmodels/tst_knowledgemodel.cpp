// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/viewmodels/story.h"
#include "ui/viewmodels/knowledgemodel.h"
#include "tests/support/testregistry.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace orrery;
using namespace orrery::ui;

namespace {

Json entry(const std::string &id, const std::string &title, double confidence = 0.5)
{
    return {{"id", id},
            {"title", title},
            {"slug", knowledge::slugify(title)},
            {"content", "About " + title},
            {"confidence", confidence},
            {"tags", {"t1", "t2"}},
            {"updated_at_ms", Story::startMs}};
}

Json saved(Json entry) { return {{"entry", std::move(entry)}, {"is_new", true}}; }

Json linked(const std::string &from, const std::string &to)
{
    return {
        {"link", {{"id", from + ">" + to}, {"from", from}, {"to", to}, {"link_type", "see_also"}}}};
}

Json document(const std::string &id, const std::string &status)
{
    return {{"document", {{"id", id}, {"title", "D " + id}, {"status", status}, {"bytes", 2048}}}};
}

using Mode = QAbstractItemModelTester::FailureReportingMode;

} // namespace

class TestKnowledgeModel : public QObject
{
    Q_OBJECT

private slots:
    void listsEntriesAsTheyCome();
    void searchesLikeTheAgents();
    void followsLinksBothWays();
    void reportsHealthWorstFirst();
    void showsTheIngestQueue();
    void knowsWhatWasThereBefore();
    void isTheSameAfterAReset();
    void survivesNonsense();
};

void TestKnowledgeModel::listsEntriesAsTheyCome()
{
    AgentRoster roster;
    KnowledgeModel model(roster);
    QAbstractItemModelTester tester(model.entries(), Mode::QtTest);
    QSignalSpy resets(model.entries(), &QAbstractItemModel::modelReset);
    Story story;
    story.start();
    story.add(EventKind::KnowledgeSaved, "lead", saved(entry("a", "Apple")));
    story.add(EventKind::KnowledgeSaved, "coder", saved(entry("b", "Banana")));
    model.apply(story.take());
    story.add(EventKind::KnowledgeSaved, "lead", saved(entry("a", "Apple pie")));
    story.add(EventKind::KnowledgeSaved, "lead", saved(entry("c", "Cherry")));
    story.add(EventKind::KnowledgeLinked, "lead", linked("a", "c"));
    model.apply(story.take());
    QCOMPARE(resets.count(), 0);
    QCOMPARE(cellsOf(*model.entries(), KnowledgeEntriesModel::Title),
             (QStringList{"Apple pie", "Banana", "Cherry"}));
    QCOMPARE(cellsOf(*model.entries(), KnowledgeEntriesModel::Agent),
             (QStringList{"lead", "coder", "lead"}));
    QCOMPARE(cellsOf(*model.entries(), KnowledgeEntriesModel::Links),
             (QStringList{"1 ↗ 0 ↙", "0 ↗ 0 ↙", "0 ↗ 1 ↙"}));
    QCOMPARE(model.entries()->index(0, 0).data(KnowledgeEntriesModel::SeqRole).toULongLong(),
             quint64(4));
    story.add(EventKind::KnowledgeDeleted, "lead", {{"what", "entry"}, {"id", "b"}});
    model.apply(story.take());
    QCOMPARE(model.entries()->rowCount(), 2);
}

void TestKnowledgeModel::searchesLikeTheAgents()
{
    AgentRoster roster;
    KnowledgeModel model(roster);
    QAbstractItemModelTester tester(model.entries(), Mode::QtTest);
    Story story;
    story.start();
    for (const char *title : {"Banana", "Apple pie", "Apple"})
        story.add(EventKind::KnowledgeSaved, "lead", saved(entry(title, title)));
    model.apply(story.take());
    model.setQuery("  apple ");
    QCOMPARE(model.query(), QString("apple"));
    QCOMPARE(model.entries()->index(0, KnowledgeEntriesModel::Title).data().toString(),
             QString("Apple pie")); // both score 1; the earlier one first
    QCOMPARE(model.entries()->index(1, KnowledgeEntriesModel::Score).data().toString(),
             QString("1.00"));
    QVERIFY(model.entries()
                ->index(0, KnowledgeEntriesModel::Score)
                .data(Qt::ToolTipRole)
                .toString()
                .contains("title"));
    model.setQuery({});
    QCOMPARE(model.entries()->index(0, KnowledgeEntriesModel::Title).data().toString(),
             QString("Banana"));
}

void TestKnowledgeModel::followsLinksBothWays()
{
    AgentRoster roster;
    KnowledgeModel model(roster);
    QAbstractItemModelTester tester(model.links(), Mode::QtTest);
    Story story;
    story.start();
    for (const char *id : {"a", "b"})
        story.add(EventKind::KnowledgeSaved, "lead", saved(entry(id, std::string("Title ") + id)));
    story.add(EventKind::KnowledgeLinked, "lead", linked("a", "b"));
    story.add(EventKind::KnowledgeLinked, "lead", linked("a", "ghost"));
    model.apply(story.take());
    QVERIFY(model.page().id.isEmpty());
    model.showEntry("a");
    QCOMPARE(rowsOf(*model.links()), (QStringList{"↗ to | Title b | see also | ",
                                                  "↗ to | ghost (not there) | see also | "}));
    model.showEntry("ghost"); // changes nothing
    QCOMPARE(model.page().id, QString("a"));
    model.showSlug("title-b");
    QCOMPARE(model.page().title, QString("Title b"));
    QVERIFY(model.page().facts.contains("#t1 #t2"));
    QCOMPARE(rowsOf(*model.links()), QStringList{"↙ from | Title a | see also | "});
    QVERIFY(model.canGoBack());
    model.goBack();
    QCOMPARE(model.page().id, QString("a"));
    QVERIFY(!model.canGoBack());
    QSignalSpy shown(&model, &KnowledgeModel::pageShown);
    story.add(EventKind::KnowledgeSaved, "lead", saved(entry("a", "Changed")));
    model.apply(story.take());
    QCOMPARE(shown.count(), 1);
    QCOMPARE(model.page().title, QString("Changed"));
}

void TestKnowledgeModel::reportsHealthWorstFirst()
{
    AgentRoster roster;
    KnowledgeModel model(roster);
    QAbstractItemModelTester tester(model.issues(), Mode::QtTest);
    QVERIFY(model.healthSentence().isEmpty());
    Story story;
    story.start();
    story.add(EventKind::KnowledgeSaved, "lead", saved(entry("a", "Apple", 0.1)));
    story.add(EventKind::KnowledgeSaved, "lead", document("d", "failed"));
    model.apply(story.take());
    QCOMPARE(cellsOf(*model.issues(), KnowledgeIssuesModel::Severity),
             (QStringList{"high", "medium", "low"}));
    QCOMPARE(model.health().coherence, 0.65);
    QVERIFY(model.healthSentence().startsWith("1 entry, 0 links, 1 document"));
    QCOMPARE(model.issues()->index(1, 0).data(KnowledgeIssuesModel::EntryIdRole).toString(),
             QString("a"));
}

void TestKnowledgeModel::showsTheIngestQueue()
{
    AgentRoster roster;
    KnowledgeModel model(roster);
    QAbstractItemModelTester tester(model.documents(), Mode::QtTest);
    Story story;
    story.start();
    story.add(EventKind::KnowledgeSaved, "person", document("d", "pending"));
    model.apply(story.take());
    QCOMPARE(model.health().pendingDocuments, std::size_t(1));
    story.add(EventKind::KnowledgeSaved, "lead", document("d", "compiled"));
    model.apply(story.take());
    const auto cell = [&](int column) {
        return model.documents()->index(0, column).data().toString();
    };
    QCOMPARE(cell(KnowledgeDocumentsModel::Status), QString("compiled"));
    QCOMPARE(cell(KnowledgeDocumentsModel::Size), QString("2k"));
    QCOMPARE(model.documents()->rowCount(), 1);
    QVERIFY(!model.isEmpty());
}

void TestKnowledgeModel::knowsWhatWasThereBefore()
{
    AgentRoster roster;
    KnowledgeModel model(roster);
    Story story;
    story.start();
    story.add(EventKind::KnowledgeLoaded, "",
              {{"documents", Json::array({document("d", "pending").at("document")})},
               {"entries", Json::array({entry("a", "Apple"), entry("b", "Banana")})},
               {"links", Json::array({linked("a", "b").at("link")})}});
    model.apply(story.take());
    QCOMPARE(model.entries()->rowCount(), 2);
    QCOMPARE(model.documents()->rowCount(), 1);
    model.showEntry("b");
    QCOMPARE(model.links()->rowCount(), 1);
}

void TestKnowledgeModel::isTheSameAfterAReset()
{
    AgentRoster roster;
    KnowledgeModel model(roster);
    Story story;
    story.start();
    story.add(EventKind::KnowledgeSaved, "lead", saved(entry("a", "Apple")));
    story.add(EventKind::KnowledgeSaved, "lead", saved(entry("b", "Banana")));
    story.add(EventKind::KnowledgeLinked, "lead", linked("a", "b"));
    const auto events = story.take();
    model.apply(events);
    model.showEntry("a");
    const QStringList before = everything(*model.entries()) + everything(*model.links());
    model.reset();
    QCOMPARE(model.entries()->rowCount(), 0);
    QVERIFY(model.page().id.isEmpty());
    for (const EventPtr &event : events)
        model.apply({event});
    QCOMPARE(everything(*model.entries()) + everything(*model.links()), before);
    QCOMPARE(model.page().id, QString("a")); // where the person was
}

void TestKnowledgeModel::survivesNonsense()
{
    AgentRoster roster;
    KnowledgeModel model(roster);
    Story story;
    story.start();
    story.add(EventKind::KnowledgeSaved, "lead", {{"entry", {{"id", 3}}}});
    story.add(EventKind::KnowledgeSaved, "lead", {{"entry", {{"id", "x"}, {"entry_type", "?"}}}});
    story.add(EventKind::KnowledgeSaved, "lead", Json::array());
    story.add(EventKind::KnowledgeLinked, "lead", {{"link", "?"}});
    story.add(EventKind::KnowledgeDeleted, "lead", {{"what", "entry"}, {"id", "none"}});
    story.add(EventKind::KnowledgeLoaded, "", {{"entries", 1}});
    story.add(EventKind::KnowledgeSaved, "lead",
              saved({{"id", "ok"}, {"title", 5}, {"tags", "none"}, {"confidence", "high"}}));
    model.apply(story.take());
    QCOMPARE(model.entries()->rowCount(), 1);
}

ORRERY_TEST(TestKnowledgeModel)
#include "tst_knowledgemodel.moc"
