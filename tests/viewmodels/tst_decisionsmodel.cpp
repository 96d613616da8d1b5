// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/viewmodels/story.h"
#include "ui/viewmodels/decisionsmodel.h"
#include "tests/support/testregistry.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <random>

using namespace orrery;
using namespace orrery::ui;

namespace {

Json node(const std::string &id, const std::string &type = "decision",
          const std::string &status = "active")
{
    return {{"node",
             {{"id", id},
              {"type", type},
              {"label", "L " + id},
              {"status", status},
              {"confidence", 0.5},
              {"rationale", "why " + id},
              {"created_at_ms", Story::startMs}}}};
}

Json edge(const std::string &from, const std::string &to, const std::string &type = "leads_to")
{
    return {{"edge", {{"id", from + ">" + to}, {"from", from}, {"to", to}, {"edge_type", type}}}};
}

/// The tree as lines, each level two spaces further in.
QStringList treeOf(const QAbstractItemModel &model, const QModelIndex &parent = {}, int level = 0)
{
    QStringList lines;
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, 0, parent);
        lines << QString(2 * level, QLatin1Char(' ')) + index.data().toString();
        lines += treeOf(model, index, level + 1);
    }
    return lines;
}

} // namespace

class TestDecisionsModel : public QObject
{
    Q_OBJECT

private slots:
    void growsAsATree();
    void changesWithItsNodes();
    void isTheSameInWhateverBatches();
    void survivesCyclesAndNonsense();
    void mapsOnlyWhatIsWanted();
    void tellsOfANode();
    void laysOutWithoutOverlaps();
    void newNodesMoveNothingThatIsLeftOfThem();
};

void TestDecisionsModel::growsAsATree()
{
    AgentRoster roster;
    DecisionsModel model(roster);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    Story story;
    story.start();
    story.add(EventKind::DecisionRecorded, "lead", node("g", "goal"));
    story.add(EventKind::DecisionRecorded, "lead", node("a"));
    story.add(EventKind::DecisionLinked, "lead", edge("g", "a"));
    model.apply(story.take());
    QCOMPARE(treeOf(model), (QStringList{"L g", "  L a"}));
    story.add(EventKind::DecisionRecorded, "coder", node("b", "option", "rejected"));
    story.add(EventKind::DecisionLinked, "coder", edge("a", "b", "rejected"));
    story.add(EventKind::DecisionRecorded, "coder", node("c"));
    story.add(EventKind::DecisionLinked, "coder", edge("a", "c"));
    story.add(EventKind::DecisionLinked, "coder", edge("g", "c")); // only the first is the parent
    model.apply(story.take());
    QCOMPARE(treeOf(model), (QStringList{"L g", "  L a", "    L b", "    L c"}));
    QCOMPARE(resets.count(), 0);
    QCOMPARE(model.indexOf("c").data(DecisionsModel::SeqRole).toULongLong(), quint64(7));
    QCOMPARE(model.indexOf("b").siblingAtColumn(DecisionsModel::Agent).data().toString(),
             QString("coder"));
    // Recorded in one batch, linked in the next: it moves.
    story.add(EventKind::DecisionRecorded, "lead", node("late"));
    model.apply(story.take());
    story.add(EventKind::DecisionLinked, "lead", edge("c", "late"));
    model.apply(story.take());
    QCOMPARE(treeOf(model).last(), QString("      L late"));
    story.add(EventKind::DecisionDeleted, "lead", {{"id", "a"}});
    model.apply(story.take());
    QCOMPARE(treeOf(model), (QStringList{"L g", "  L c", "    L late", "L b"}));
}

void TestDecisionsModel::changesWithItsNodes()
{
    AgentRoster roster;
    DecisionsModel model(roster);
    Story story;
    story.start().add(EventKind::DecisionRecorded, "lead", node("g", "goal"));
    model.apply(story.take());
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    story.add(EventKind::DecisionUpdated, "lead", node("g", "goal", "completed"));
    model.apply(story.take());
    QCOMPARE(changed.count(), 1);
    const QModelIndex status = model.index(0, DecisionsModel::Status);
    QCOMPARE(status.data().toString(), QString("completed"));
    QCOMPARE(status.data(DecisionsModel::SeqRole).toULongLong(), quint64(2)); // who recorded it
}

void TestDecisionsModel::isTheSameInWhateverBatches()
{
    const unsigned seed = std::random_device{}();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    const auto name = [&] { return "n" + std::to_string(random() % 14); };
    Story story;
    story.start();
    for (int i = 0; i < 150; ++i) {
        switch (random() % 5) {
        case 0:
        case 1: story.add(EventKind::DecisionRecorded, "lead", node(name())); break;
        case 2: story.add(EventKind::DecisionDeleted, "lead", {{"id", name()}}); break;
        default: story.add(EventKind::DecisionLinked, "lead", edge(name(), name()));
        }
    }
    const auto events = story.take();
    AgentRoster roster;
    DecisionsModel whole(roster);
    whole.apply(events);
    DecisionsModel pieces(roster);
    QAbstractItemModelTester tester(&pieces,
                                    QAbstractItemModelTester::FailureReportingMode::QtTest);
    for (std::size_t at = 0; at < events.size();) {
        const std::size_t count = std::min<std::size_t>(1 + random() % 9, events.size() - at);
        pieces.apply(
            {events.begin() + std::ptrdiff_t(at), events.begin() + std::ptrdiff_t(at + count)});
        at += count;
    }
    QCOMPARE(treeOf(pieces), treeOf(whole));
    pieces.reset();
    QCOMPARE(pieces.rowCount(), 0);
    pieces.apply(events);
    QCOMPARE(treeOf(pieces), treeOf(whole));
    QCOMPARE(pieces.json(), whole.json());
}

void TestDecisionsModel::survivesCyclesAndNonsense()
{
    AgentRoster roster;
    DecisionsModel model(roster);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    Story story;
    story.start();
    for (const char *id : {"a", "b", "c"})
        story.add(EventKind::DecisionRecorded, "lead", node(id));
    for (const auto &[from, to] : {std::pair("a", "b"), {"b", "c"}, {"c", "a"}, {"a", "a"}})
        story.add(EventKind::DecisionLinked, "lead", edge(from, to));
    story.add(EventKind::DecisionRecorded, "lead", {{"node", 7}});
    story.add(EventKind::DecisionRecorded, "lead", {{"node", {{"id", "x"}, {"type", "?"}}}});
    story.add(EventKind::DecisionLinked, "lead", {{"edge", {{"id", "e"}}}});
    story.add(EventKind::DecisionsLoaded, "", {{"nodes", "none"}, {"edges", Json::array({1})}});
    story.add(EventKind::DecisionDeleted, "lead", Json::array());
    model.apply(story.take());
    QCOMPARE(model.nodeCount(), 3);
    QCOMPARE(treeOf(model).size(), 3);
    QCOMPARE(model.mapData({}).boxes.size(), std::size_t(3));
}

void TestDecisionsModel::mapsOnlyWhatIsWanted()
{
    AgentRoster roster;
    DecisionsModel model(roster);
    Story story;
    story.start();
    story.add(EventKind::DecisionRecorded, "lead", node("g", "goal"));
    for (const auto &[id, status, parent] : {std::tuple("a", "active", "g"),
                                             {"no", "rejected", "g"},
                                             {"below", "active", "no"},
                                             {"a1", "active", "a"},
                                             {"old", "superseded", "g"}}) {
        story.add(EventKind::DecisionRecorded, "lead", node(id, "decision", status));
        story.add(EventKind::DecisionLinked, "lead", edge(parent, id));
    }
    story.add(EventKind::DecisionLinked, "lead", edge("a", "old", "supersedes"));
    model.apply(story.take());
    const auto shown = [&](const DecisionsModel::View &view) {
        QStringList ids;
        for (const auto &box : model.mapData(view).boxes)
            ids << box.id;
        ids.sort();
        return ids.join(QLatin1Char(' '));
    };
    QCOMPARE(shown({}), QString("a a1 below g no old"));
    QCOMPARE(shown({true, {}}), QString("a a1 g"));
    QCOMPARE(shown({false, "below"}), QString("below g no"));
    QCOMPARE(shown({false, "gone"}), QString("a a1 below g no old"));
    const DecisionMapData data = model.mapData({});
    QCOMPARE(data.arrows.size(), std::size_t(6));
    for (const auto &box : data.boxes)
        QCOMPARE(box.older, box.id == "a" ? 1 : 0);
    const DecisionMapData part = model.mapData({true, {}});
    QCOMPARE(part.arrows.size(), std::size_t(2));
    for (const auto &arrow : part.arrows)
        QVERIFY(arrow.from < int(part.boxes.size()) && arrow.to < int(part.boxes.size()));
}

void TestDecisionsModel::tellsOfANode()
{
    AgentRoster roster;
    DecisionsModel model(roster);
    Story story;
    story.start();
    story.add(EventKind::DecisionRecorded, "lead", node("g", "goal"));
    story.add(EventKind::DecisionRecorded, "coder", node("a"));
    story.add(EventKind::DecisionLinked, "coder", edge("g", "a", "chosen"));
    story.add(EventKind::DecisionLinked, "coder", edge("a", "ghost", "blocks"));
    model.apply(story.take());
    const DecisionDetails details = model.details("a");
    QCOMPARE(details.rationale, QString("why a"));
    QCOMPARE(details.followsFrom, QStringList{"chosen: L g"});
    QCOMPARE(details.leadsTo, QStringList{"blocks: ghost"});
    QVERIFY(details.facts.startsWith("Decision · active · confidence 0.50 · by coder · "));
    QCOMPARE(details.seq, quint64(3));
    QVERIFY(model.details("none").id.isEmpty());
    QVERIFY(model.mermaid().startsWith("flowchart TD"));
}

void TestDecisionsModel::laysOutWithoutOverlaps()
{
    const unsigned seed = std::random_device{}();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 40; ++round) {
        std::vector<int> parents;
        for (int i = 0; i < 60; ++i)
            parents.push_back(int(random() % unsigned(i + 2)) - 1);
        for (std::size_t i = 0; i < parents.size(); ++i)
            parents[i] = std::min(parents[i], int(i) - 1);
        const auto places = layOutForest(parents);
        for (std::size_t i = 0; i < places.size(); ++i) {
            QVERIFY(places[i].x >= -1e-9);
            if (parents[i] >= 0)
                QCOMPARE(places[i].layer, places[std::size_t(parents[i])].layer + 1);
            for (std::size_t j = 0; j < i; ++j)
                if (places[i].layer == places[j].layer)
                    QVERIFY(std::abs(places[i].x - places[j].x) > 1 - 1e-9);
        }
    }
}

void TestDecisionsModel::newNodesMoveNothingThatIsLeftOfThem()
{
    // Two trees; the second grows.
    std::vector<int> parents{-1, 0, 0, -1, 3};
    const auto before = layOutForest(parents);
    parents.push_back(3);
    const auto after = layOutForest(parents);
    for (std::size_t i = 0; i < 3; ++i)
        QCOMPARE(after[i].x, before[i].x);
    QVERIFY(layOutForest({}).empty());
    // A chain is as deep as it is long.
    std::vector<int> chain(3000);
    for (int i = 0; i < 3000; ++i)
        chain[std::size_t(i)] = i - 1;
    QCOMPARE(layOutForest(chain).back().layer, 2999);
    QCOMPARE(layOutForest(chain).back().x, 0.0);
}

ORRERY_TEST(TestDecisionsModel)
#include "tst_decisionsmodel.moc"
