// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decisions/decisiongraph.h"
#include "core/decisions/decisiontext.h"
#include "core/decisions/decisiontools.h"
#include "core/store/sqlite.h"
#include "tests/support/testregistry.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <map>
#include <random>
#include <thread>

using namespace orrery;
using namespace orrery::decisions;

namespace {

using Direction = DecisionGraph::Direction;

Node node(const std::string &id, NodeType type = NodeType::Decision, std::int64_t createdMs = 0)
{
    Node made;
    made.id = id;
    made.type = type;
    made.label = "L " + id;
    made.createdMs = made.updatedMs = createdMs;
    return made;
}

Edge edge(const std::string &id, const std::string &from, const std::string &to,
          EdgeType type = EdgeType::LeadsTo)
{
    Edge made;
    made.id = id;
    made.from = from;
    made.to = to;
    made.type = type;
    return made;
}

std::vector<std::string> ids(const std::vector<NodePtr> &nodes)
{
    std::vector<std::string> list;
    for (const NodePtr &node : nodes)
        list.push_back(node->id);
    return list;
}

std::unique_ptr<DecisionGraph> opened(const QString &path = {})
{
    auto graph = DecisionGraph::open(path.toStdString());
    return graph ? std::move(*graph) : nullptr;
}

/// The rules, said as plainly as they can be: lists that are looked through.
struct Reference {
    std::vector<Node> nodes;
    std::vector<Edge> edges;

    const Node *find(const std::string &id) const
    {
        const auto it = std::find_if(nodes.begin(), nodes.end(),
                                     [&](const Node &node) { return node.id == id; });
        return it == nodes.end() ? nullptr : &*it;
    }
    void add(const Node &node)
    {
        for (Node &known : nodes) {
            if (known.id == node.id) {
                known = node;
                return;
            }
        }
        nodes.push_back(node);
    }
    void remove(const std::string &id)
    {
        std::erase_if(nodes, [&](const Node &node) { return node.id == id; });
        std::erase_if(edges, [&](const Edge &edge) { return edge.from == id || edge.to == id; });
    }
    void link(const Edge &edge)
    {
        std::erase_if(edges, [&](const Edge &known) { return known.id == edge.id; });
        edges.push_back(edge);
    }
    std::vector<std::string> edgesOf(const std::string &id, Direction direction) const
    {
        std::vector<std::string> list;
        for (const Edge &edge : edges)
            if ((direction == Direction::Outgoing ? edge.from : edge.to) == id)
                list.push_back(edge.id);
        return list;
    }
    /// Steps to everything that can be reached.
    std::map<std::string, int> distances(const std::string &start, Direction direction) const
    {
        std::map<std::string, int> found{{start, 0}};
        for (bool grew = true; grew;) {
            grew = false;
            for (const Edge &edge : edges) {
                const bool out = direction == Direction::Outgoing;
                const std::string &from = out ? edge.from : edge.to;
                const std::string &to = out ? edge.to : edge.from;
                if (!found.contains(from) || !find(to))
                    continue;
                const int steps = found[from] + 1;
                if (const auto it = found.find(to); it == found.end() || it->second > steps) {
                    found[to] = steps;
                    grew = true;
                }
            }
        }
        return found;
    }
};

} // namespace

class TestDecisionGraph : public QObject
{
    Q_OBJECT

private slots:
    void agreesWithTheReference_data();
    void agreesWithTheReference();
    void keepsEverythingInItsFile();
    void refusesForeignAndNewerFiles();
    void listsActiveGoalsAndRecentDecisions();
    void supersedesBothOrNeither();
    void describesTheGraph();
    void exportsQuotedMermaid();
    void toolsReportEveryChange();
    void toolsRefuseWhatMakesNoSense();
    void isReadWhileItIsWritten();
};

void TestDecisionGraph::agreesWithTheReference_data()
{
    QTest::addColumn<bool>("onDisk");
    QTest::newRow("in memory") << false;
    QTest::newRow("in a file, reopened") << true;
}

void TestDecisionGraph::agreesWithTheReference()
{
    QFETCH(bool, onDisk);
    const unsigned seed = std::random_device{}();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    const auto pick = [&](int most) { return int(random() % unsigned(most)); };
    const auto name = [&] { return "n" + std::to_string(pick(12)); };
    QTemporaryDir dir;
    const QString path = onDisk ? dir.filePath("d.sqlite") : QString();
    auto graph = opened(path);
    QVERIFY(graph);
    Reference reference;
    for (int step = 0; step < 1500; ++step) {
        switch (pick(8)) {
        case 0:
        case 1: {
            Node made = node(name(), static_cast<NodeType>(pick(7)), pick(1000));
            made.status = static_cast<NodeStatus>(pick(4));
            QCOMPARE(*graph->add(made), reference.find(made.id) == nullptr);
            reference.add(made);
            break;
        }
        case 2: {
            const std::string id = name();
            QCOMPARE(*graph->remove(id), reference.find(id) != nullptr);
            reference.remove(id);
            break;
        }
        default: {
            const Edge made = edge("e" + std::to_string(pick(30)), name(), name(),
                                   static_cast<EdgeType>(pick(7)));
            QVERIFY(graph->link(made));
            reference.link(made);
        }
        }
        if (onDisk && step % 300 == 299) {
            graph.reset();
            graph = opened(path);
            QVERIFY(graph);
        }
        const std::string a = name();
        const std::string b = name();
        for (const Direction direction : {Direction::Outgoing, Direction::Incoming}) {
            std::vector<std::string> edges;
            for (const EdgePtr &edge : graph->edges(a, direction))
                edges.push_back(edge->id);
            QCOMPARE(edges, reference.edgesOf(a, direction));
            auto reached =
                ids(direction == Direction::Outgoing ? graph->descendants(a) : graph->ancestors(a));
            auto expected = reference.distances(a, direction);
            expected.erase(a);
            std::sort(reached.begin(), reached.end());
            std::vector<std::string> names;
            for (const auto &[id, steps] : expected)
                names.push_back(id);
            QCOMPARE(reached, names);
        }
        const auto path = ids(graph->path(a, b));
        const auto distances = reference.distances(a, Direction::Outgoing);
        const bool isThere = reference.find(a) && reference.find(b) && distances.contains(b);
        QCOMPARE(path.size(), isThere ? std::size_t(distances.at(b)) + 1 : std::size_t(0));
        for (std::size_t i = 0; i + 1 < path.size(); ++i) {
            const bool linked =
                std::any_of(reference.edges.begin(), reference.edges.end(), [&](const Edge &edge) {
                    return edge.from == path[i] && edge.to == path[i + 1];
                });
            QVERIFY(linked);
        }
        std::vector<std::string> all;
        for (const Node &node : reference.nodes)
            all.push_back(node.id);
        QCOMPARE(ids(graph->nodes()), all);
        QCOMPARE(graph->edges().size(), reference.edges.size());
    }
}

void TestDecisionGraph::keepsEverythingInItsFile()
{
    QTemporaryDir dir;
    const QString path = dir.filePath("d.sqlite");
    Node full = node("a", NodeType::Goal, 5);
    full.status = NodeStatus::Completed;
    full.confidence = 0.75;
    full.rationale = "why";
    full.agent = "lead";
    full.metadata = {{"k", 1}};
    Edge link = edge("e", "a", "b", EdgeType::Blocks);
    link.metadata = {{"m", true}};
    link.createdMs = 9;
    {
        const auto graph = opened(path);
        QVERIFY(graph->add(full));
        QVERIFY(graph->addLinked(node("b"), link));
        QVERIFY(graph->update("b", {{}, NodeStatus::Rejected, {}, {}}, 77));
    }
    const auto graph = opened(path);
    QVERIFY(toJson(*graph->node("a")) == toJson(full));
    QVERIFY(!graph->node("b")->confidence && !graph->node("b")->rationale);
    QVERIFY(graph->node("b")->status == NodeStatus::Rejected);
    QCOMPARE(graph->node("b")->updatedMs, std::int64_t(77));
    QVERIFY(toJson(*graph->edges().front()) == toJson(link));
}

void TestDecisionGraph::refusesForeignAndNewerFiles()
{
    QTemporaryDir dir;
    const auto write = [&](const QString &name, const char *sql) {
        auto file = store::Database::open(dir.filePath(name).toStdString(),
                                          store::Database::Mode::ReadWrite);
        QVERIFY(file && file->execute(sql));
    };
    write("foreign.sqlite", "CREATE TABLE t(x)");
    const auto foreign = DecisionGraph::open(dir.filePath("foreign.sqlite").toStdString());
    QVERIFY(!foreign);
    QVERIFY(foreign.error().message.find("is not a decision graph") != std::string::npos);
    QVERIFY(opened(dir.filePath("newer.sqlite")));
    write("newer.sqlite", "PRAGMA user_version=99");
    const auto newer = DecisionGraph::open(dir.filePath("newer.sqlite").toStdString());
    QVERIFY(!newer);
    QVERIFY(newer.error().message.find("format 99") != std::string::npos);
    write("odd.sqlite", "CREATE TABLE x(y)");
    QFile text(dir.filePath("text.sqlite"));
    QVERIFY(text.open(QIODevice::WriteOnly) && text.write(QByteArray(4096, 'x')) == 4096);
    text.close();
    QVERIFY(!DecisionGraph::open(text.fileName().toStdString()));
    QCOMPARE(QFileInfo(text).size(), qint64(4096));
}

void TestDecisionGraph::listsActiveGoalsAndRecentDecisions()
{
    const auto graph = opened();
    for (int i = 0; i < 5; ++i)
        QVERIFY(graph->add(node("d" + std::to_string(i), NodeType::Decision, i % 3)));
    QVERIFY(graph->add(node("g1", NodeType::Goal)));
    QVERIFY(graph->add(node("g2", NodeType::Goal)));
    QCOMPARE(ids(graph->recentDecisions(3)), (std::vector<std::string>{"d2", "d4", "d1"}));
    QCOMPARE(graph->recentDecisions(0).size(), std::size_t(0));
    QCOMPARE(ids(graph->activeGoals()), (std::vector<std::string>{"g1", "g2"}));
    QVERIFY(graph->update("g1", {{}, NodeStatus::Completed, {}, {}}, 1));
    QCOMPARE(ids(graph->activeGoals()), (std::vector<std::string>{"g2"}));
    QVERIFY(graph->update("g1", {{}, NodeStatus::Active, {}, {}}, 2));
    QCOMPARE(ids(graph->activeGoals()), (std::vector<std::string>{"g1", "g2"}));
}

void TestDecisionGraph::supersedesBothOrNeither()
{
    const auto graph = opened();
    QVERIFY(graph->add(node("old")));
    const auto missing = graph->supersede("none", "old", {}, 1);
    QVERIFY(!missing && missing.error().code == ErrorCode::NotFound);
    QVERIFY(!graph->supersede("old", "", {}, 1));
    QVERIFY(graph->node("old")->status == NodeStatus::Active);
    QCOMPARE(graph->edges().size(), std::size_t(0));
    QVERIFY(graph->supersede("old", "new", "better", 8));
    QVERIFY(graph->node("old")->status == NodeStatus::Superseded);
    QCOMPARE(*graph->node("old")->rationale, std::string("better"));
    QCOMPARE(graph->edges("old", Direction::Incoming).front()->from, std::string("new"));
}

void TestDecisionGraph::describesTheGraph()
{
    const auto graph = opened();
    QVERIFY(!contextText(*graph));
    Node goal = node("goal_with_long_id", NodeType::Goal);
    goal.confidence = 1.0;
    QVERIFY(graph->add(goal));
    Node decision = node("d", NodeType::Decision);
    decision.rationale = "why";
    QVERIFY(graph->addLinked(decision, edge("e", goal.id, "d", EdgeType::Chosen)));
    QVERIFY(graph->link(edge("ghost", goal.id, "nobody")));
    QCOMPARE(*contextText(*graph),
             std::string("## Active Goals\n"
                         "- [goal_wit] L goal_with_long_id (status: active, confidence: 1.0)\n"
                         "  └─ [d] L d (chosen)\n\n## Recent Decisions\n- [d] L d -- why"));
    QCOMPARE(contextText(*graph, 0)->find("Recent"), std::string::npos);
}

void TestDecisionGraph::exportsQuotedMermaid()
{
    const auto graph = opened();
    Node odd = node("a", NodeType::Goal);
    odd.label = "say \"hi\" <b>#1</b>\nclick a href";
    QVERIFY(graph->add(odd));
    QVERIFY(graph->addLinked(node("b"), edge("e", "a", "b", EdgeType::Blocks)));
    const std::string text = toMermaid(*graph);
    QVERIFY2(
        text.starts_with("flowchart TD\n    n1(((\"say #quot;hi#quot; #lt;b#gt;#35;1#lt;/b#gt; "
                         "click a href\")))\n"),
        text.c_str());
    QVERIFY(text.find("n1 --x|blocks| n2\n") != std::string::npos);
    const Json json = toJson(*graph);
    QCOMPARE(json.at("nodes").size(), std::size_t(2));
    QVERIFY(nodeFromJson(json.at("nodes").at(0))->label == odd.label);
    QVERIFY(edgeFromJson(json.at("edges").at(0))->type == EdgeType::Blocks);
}

void TestDecisionGraph::toolsReportEveryChange()
{
    const auto graph = opened();
    std::vector<std::pair<EventKind, Json>> events;
    DecisionTools tools(*graph, "lead", 1000, [&](EventKind kind, Json data) {
        events.emplace_back(kind, std::move(data));
    });
    const Json goal = tools.addGoal({{"label", "Ship"}, {"confidence", 0.5}});
    QVERIFY(goal.at("status") == "added" && goal.at("type") == "goal");
    const Json chosen = tools.recordDecision({{"label", "Round half up"},
                                              {"parent_id", goal.at("id")},
                                              {"edge_type", "chosen"},
                                              {"rationale", "the rule says so"}});
    const Json option = tools.recordDecision({{"label", "Cut off"},
                                              {"type", "option"},
                                              {"parent_id", goal.at("id")},
                                              {"edge_type", "rejected"}});
    const Json outcome =
        tools.recordOutcome({{"label", "Checks pass"}, {"parent_id", chosen.at("id")}});
    const Json done = tools.updateDecision({{"id", goal.at("id")}, {"status", "completed"}});
    QVERIFY(done.at("node_status") == "completed");
    const Json path = tools.queryDecisions(
        {{"query_type", "path_between"}, {"from_id", goal.at("id")}, {"to_id", outcome.at("id")}});
    QVERIFY(path.at("count") == 3);
    QVERIFY(tools.supersedeDecision({{"old_id", option.at("id")}, {"new_id", chosen.at("id")}})
                .at("status")
            == "superseded");
    using Kind = EventKind;
    std::vector<Kind> kinds;
    for (const auto &[kind, data] : events)
        kinds.push_back(kind);
    QVERIFY(
        (kinds
         == std::vector<Kind>{Kind::DecisionRecorded, Kind::DecisionRecorded, Kind::DecisionLinked,
                              Kind::DecisionRecorded, Kind::DecisionLinked, Kind::DecisionRecorded,
                              Kind::DecisionLinked, Kind::DecisionUpdated, Kind::DecisionUpdated,
                              Kind::DecisionLinked}));
    // What the events say is what the graph holds.
    const auto copy = opened();
    for (const auto &[kind, data] : events) {
        if (kind == Kind::DecisionLinked)
            QVERIFY(copy->link(*edgeFromJson(data.at("edge"))));
        else
            QVERIFY(copy->add(*nodeFromJson(data.at("node"))));
    }
    QVERIFY(toJson(*copy) == toJson(*graph));
    QVERIFY(graph->node(option.at("id").get<std::string>())->agent == "lead");
}

void TestDecisionGraph::toolsRefuseWhatMakesNoSense()
{
    const auto graph = opened();
    int reported = 0;
    DecisionTools tools(*graph, "lead", 1000, [&](EventKind, const Json &) { ++reported; });
    const auto refused = [](const Json &answer) { return answer.at("status") == "error"; };
    QVERIFY(refused(tools.addGoal({{"label", "x"}, {"confidence", 1.5}})));
    QVERIFY(refused(tools.recordDecision({{"label", "x"}, {"parent_id", "none"}})));
    QVERIFY(refused(tools.recordOutcome({{"label", "x"}, {"parent_id", "none"}})));
    QVERIFY(refused(tools.updateDecision({{"id", "none"}, {"status", "completed"}})));
    QVERIFY(refused(tools.supersedeDecision({{"old_id", "a"}, {"new_id", "b"}})));
    QVERIFY(refused(tools.queryDecisions({{"query_type", "path_between"}, {"from_id", "a"}})));
    QCOMPARE(reported, 0);
    QCOMPARE(graph->nodeCount(), std::size_t(0));
}

void TestDecisionGraph::isReadWhileItIsWritten()
{
    const auto graph = opened();
    QVERIFY(graph->add(node("root", NodeType::Goal)));
    std::atomic<bool> stop{false};
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i)
        readers.emplace_back([&] {
            while (!stop) {
                const auto path = graph->path("root", "n99");
                if (!path.empty() && path.front()->id != "root")
                    qFatal("a path that does not begin at its start");
                static_cast<void>(contextText(*graph));
                static_cast<void>(graph->descendants("root"));
            }
        });
    for (int i = 0; i < 600; ++i) {
        const std::string id = "n" + std::to_string(i % 100);
        const std::string from = i % 100 == 0 ? "root" : "n" + std::to_string(i % 100 - 1);
        QVERIFY(graph->addLinked(node(id), edge("e" + std::to_string(i % 100), from, id)));
        if (i % 7 == 0)
            QVERIFY(graph->remove(id));
    }
    stop = true;
    for (std::thread &reader : readers)
        reader.join();
    QCOMPARE(graph->node("root")->id, std::string("root"));
}

ORRERY_TEST(TestDecisionGraph)
#include "tst_decisiongraph.moc"
