// SPDX-License-Identifier: GPL-3.0-or-later
// A decision graph that two programs have open: what one writes, the other sees, and neither undoes it.
#include "core/decisions/decisiongraph.h"
#include "core/store/sqlite.h"
#include "tests/support/testregistry.h"

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <random>

using namespace orrery;
using namespace orrery::decisions;

namespace {

std::unique_ptr<DecisionGraph> openedGraph(const QString &path)
{
    auto graph = DecisionGraph::open(path.toStdString());
    return graph ? std::move(*graph) : nullptr;
}

Node sharedNode(const std::string &id, NodeType type = NodeType::Decision,
                const std::string &label = "label")
{
    Node made;
    made.id = id;
    made.type = type;
    made.label = label;
    return made;
}

Edge sharedEdge(const std::string &id, const std::string &from, const std::string &to)
{
    Edge made;
    made.id = id;
    made.from = from;
    made.to = to;
    return made;
}

/// All that a graph answers, as text.
QString answersOf(const DecisionGraph &graph)
{
    QString text;
    const auto add = [&text](const char *what, const std::vector<NodePtr> &nodes) {
        text += what;
        for (const NodePtr &node : nodes)
            text += " " + QString::fromStdString(node->id + ":" + node->label)
                    + QString::number(int(node->status));
        text += "\n";
    };
    add("nodes", graph.nodes());
    add("goals", graph.activeGoals());
    add("decisions", graph.recentDecisions(100));
    add("reached", graph.descendants("n1"));
    add("reaching", graph.ancestors("n1"));
    add("path", graph.path("n1", "n2"));
    QStringList edges;
    for (const EdgePtr &edge : graph.edges())
        edges += QString::fromStdString(edge->id + ":" + edge->from + ">" + edge->to);
    std::sort(edges.begin(), edges.end());
    for (int i = 0; i < 6; ++i)
        for (const EdgePtr &edge :
             graph.edges("n" + std::to_string(i), DecisionGraph::Direction::Outgoing))
            edges += QString::fromStdString(edge->id);
    return text + QString::number(graph.nodeCount()) + " nodes " + edges.join(' ');
}

} // namespace

class TestSharedDecisions : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;

private slots:
    void whatOneWritesTheOtherSees()
    {
        const QString path = m_folder.filePath("seen");
        const auto mine = openedGraph(path);
        const auto others = openedGraph(path);
        QVERIFY(*others->add(sharedNode("g", NodeType::Goal)));
        QCOMPARE(mine->activeGoals().size(), 1u);
        QVERIFY(!*mine->add(sharedNode("g", NodeType::Goal))); // it is there already
        QVERIFY(others->addLinked(sharedNode("d"), sharedEdge("e", "g", "d")));
        QCOMPARE(mine->path("g", "d").size(), 2u);
        QVERIFY(others->update("d", {.label = "changed"}, 5));
        QVERIFY(mine->update("d", {.rationale = "because"}, 6));
        QCOMPARE(others->node("d")->label, std::string("changed"));
        QCOMPARE(others->node("d")->rationale.value_or(""), std::string("because"));
        QVERIFY(*others->remove("g"));
        QVERIFY(mine->activeGoals().empty());
        QVERIFY(mine->edges().empty());
        QVERIFY(!mine->update("g", {.label = "again"}, 7));
        QCOMPARE(mine->nodeCount(), 1u);
    }

    void twoGraphsAnswerAsOneThatIsOpenedAnew()
    {
        const auto seed = QRandomGenerator::global()->generate();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const QString path = m_folder.filePath("random");
        const std::unique_ptr<DecisionGraph> graphs[] = {openedGraph(path), openedGraph(path)};
        const auto id = [&](const char *kind, unsigned count) {
            return kind + std::to_string(random() % count);
        };
        for (int step = 0; step < 300; ++step) {
            DecisionGraph &graph = *graphs[random() % 2];
            const auto type = random() % 2 ? NodeType::Goal : NodeType::Decision;
            const std::string label = std::to_string(step);
            switch (random() % 6) {
            case 0: QVERIFY(graph.add(sharedNode(id("n", 6), type, label))); break;
            case 1: (void)graph.update(id("n", 6), {.label = label}, step); break;
            case 2: QVERIFY(graph.link(sharedEdge(id("e", 12), id("n", 6), id("n", 6)))); break;
            case 3: (void)graph.supersede(id("n", 6), id("n", 6), {}, step); break;
            case 4:
                QVERIFY(graph.addLinked(sharedNode(id("n", 6), type, label),
                                        sharedEdge(id("e", 12), id("n", 6), id("n", 6))));
                break;
            default: QVERIFY(graph.remove(id("n", 6)));
            }
            if (random() % 3)
                continue; // so that several changes come together
            const QString expected = answersOf(*openedGraph(path));
            for (const auto &one : graphs)
                QCOMPARE(answersOf(*one), expected);
        }
    }

    void whoIsFarBehindReadsEverythingAgain()
    {
        const QString path = m_folder.filePath("far behind");
        const auto graph = openedGraph(path);
        QVERIFY(graph->addLinked(sharedNode("n1", NodeType::Goal), sharedEdge("e", "n1", "n2")));
        {
            auto other =
                store::Database::open(path.toStdString(), store::Database::Mode::ReadWrite).value();
            const auto done = other.execute(
                "BEGIN; DELETE FROM nodes; DELETE FROM edges;"
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 17000)"
                " INSERT INTO changes(record_table, record_id) SELECT 'edges', 'none' FROM n;"
                "COMMIT;");
            QVERIFY2(done, done ? "" : done.error().message.c_str());
        }
        QCOMPARE(graph->nodeCount(), 0u);
        QVERIFY(graph->edges().empty() && graph->activeGoals().empty());
        QVERIFY(graph->add(sharedNode("n2")));
        QCOMPARE(answersOf(*graph), answersOf(*openedGraph(path)));
    }
};

ORRERY_TEST(TestSharedDecisions)
#include "tst_shareddecisions.moc"
