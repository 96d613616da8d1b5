// SPDX-License-Identifier: GPL-3.0-or-later
// Reads of the knowledge base's links and of the decision graph, each beside a scan of all edges; the search of entries
// beside one that scores every text of every entry.
#include "core/base/utf8.h"
#include "core/decisions/decisiongraph.h"
#include "core/decisions/decisiontext.h"
#include "core/knowledge/knowledgebase.h"
#include "core/memory/jaro.h"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>

#include <algorithm>
#include <random>

using namespace orrery;

namespace {

/// What a benchmark cannot go on without.
void must(const Result<void> &done)
{
    if (!done) {
        std::fprintf(stderr, "%s\n", done.error().message.c_str());
        std::abort();
    }
}

std::string numbered(const char *prefix, std::int64_t i) { return prefix + std::to_string(i); }

knowledge::Link someLink(std::int64_t i, std::int64_t from, std::int64_t to)
{
    knowledge::Link link;
    link.id = numbered("l", i);
    link.from = numbered("e", from);
    link.to = numbered("e", to);
    return link;
}

/// So many entries with two links each, spread evenly.
std::vector<knowledge::Link> evenLinks(std::int64_t entries)
{
    std::vector<knowledge::Link> links;
    for (std::int64_t i = 0; i < 2 * entries; ++i)
        links.push_back(someLink(i, i % entries, (i * 7919 + 13) % entries));
    return links;
}

std::unique_ptr<knowledge::KnowledgeBase> baseWith(const std::vector<knowledge::Link> &links)
{
    auto base = knowledge::KnowledgeBase::open("").value();
    for (const knowledge::Link &link : links)
        must(base->storeLink(link));
    return base;
}

/// The links to one of n entries with 2 n links: two edges a read, however many there are.
void knowledgeBacklinks(benchmark::State &state)
{
    const auto base = baseWith(evenLinks(state.range(0)));
    std::int64_t at = 0;
    std::int64_t edges = 0;
    std::vector<std::string> ids;
    for (int i = 0; i < 1024; ++i)
        ids.push_back(numbered("e", (i * 37) % state.range(0)));
    for (auto _ : state) {
        const auto links = base->backlinks(ids[static_cast<std::size_t>(at++ % 1024)]);
        edges += static_cast<std::int64_t>(links.size());
        benchmark::DoNotOptimize(links.data());
    }
    state.SetItemsProcessed(edges);
    state.SetComplexityN(state.range(0));
}
BENCHMARK(knowledgeBacklinks)->RangeMultiplier(10)->Range(1000, 100'000)->Complexity();

void knowledgeBacklinksByScan(benchmark::State &state)
{
    const auto links = evenLinks(state.range(0));
    std::int64_t at = 0;
    std::int64_t edges = 0;
    for (auto _ : state) {
        const std::string id = numbered("e", (at++ * 37) % state.range(0));
        std::vector<const knowledge::Link *> found;
        for (const knowledge::Link &link : links)
            if (link.to == id)
                found.push_back(&link);
        edges += static_cast<std::int64_t>(found.size());
        benchmark::DoNotOptimize(found.data());
    }
    state.SetItemsProcessed(edges);
    state.SetComplexityN(state.range(0));
}
BENCHMARK(knowledgeBacklinksByScan)->RangeMultiplier(10)->Range(1000, 100'000)->Complexity();

/// All links of an entry with so many of them, among 100,000 others.
void knowledgeHub(benchmark::State &state)
{
    auto links = evenLinks(50'000);
    for (std::int64_t i = 0; i < state.range(0); ++i)
        links.push_back(someLink(1'000'000 + i, i, 60'000));
    const auto base = baseWith(links);
    for (auto _ : state)
        benchmark::DoNotOptimize(base->backlinks("e60000").data());
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(knowledgeHub)->RangeMultiplier(10)->Range(1, 10'000)->Complexity();

/// A tree with eight children a node, and an edge across for every tenth.
std::vector<decisions::Edge> treeEdges(std::int64_t nodes)
{
    std::vector<decisions::Edge> edges;
    for (std::int64_t i = 1; i < nodes; ++i) {
        decisions::Edge edge;
        edge.id = numbered("e", i);
        edge.from = numbered("n", (i - 1) / 8);
        edge.to = numbered("n", i);
        edges.push_back(edge);
        if (i % 10 == 0) {
            edge.id = numbered("x", i);
            edge.from = numbered("n", i);
            edge.to = numbered("n", (i * 31) % nodes);
            edges.push_back(edge);
        }
    }
    return edges;
}

std::unique_ptr<decisions::DecisionGraph> tree(std::int64_t nodes)
{
    auto graph = decisions::DecisionGraph::open("").value();
    for (std::int64_t i = 0; i < nodes; ++i) {
        decisions::Node node;
        node.id = numbered("n", i);
        node.type = i == 0 ? decisions::NodeType::Goal : decisions::NodeType::Decision;
        node.label = "Decision " + std::to_string(i);
        node.createdMs = i;
        graph->add(std::move(node)).value();
    }
    for (const decisions::Edge &edge : treeEdges(nodes))
        must(graph->link(edge));
    return graph;
}

void decisionEdges(benchmark::State &state)
{
    const auto graph = tree(state.range(0));
    const std::string id = numbered("n", state.range(0) / 20);
    for (auto _ : state)
        benchmark::DoNotOptimize(
            graph->edges(id, decisions::DecisionGraph::Direction::Outgoing).data());
    const auto degree = graph->edges(id, decisions::DecisionGraph::Direction::Outgoing).size();
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(degree));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(decisionEdges)->RangeMultiplier(10)->Range(1000, 100'000)->Complexity();

void decisionEdgesByScan(benchmark::State &state)
{
    const auto edges = treeEdges(state.range(0));
    const std::string id = numbered("n", state.range(0) / 20);
    std::int64_t count = 0;
    for (auto _ : state) {
        std::vector<const decisions::Edge *> found;
        for (const decisions::Edge &edge : edges)
            if (edge.from == id)
                found.push_back(&edge);
        count += static_cast<std::int64_t>(found.size());
        benchmark::DoNotOptimize(found.data());
    }
    state.SetItemsProcessed(count);
    state.SetComplexityN(state.range(0));
}
BENCHMARK(decisionEdgesByScan)->RangeMultiplier(10)->Range(1000, 100'000)->Complexity();

/// From the root to the last leaf, which is the longest way that there is.
void decisionPath(benchmark::State &state)
{
    const auto graph = tree(state.range(0));
    const std::string leaf = numbered("n", state.range(0) - 1);
    for (auto _ : state)
        benchmark::DoNotOptimize(graph->path("n0", leaf).size());
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(decisionPath)->RangeMultiplier(10)->Range(1000, 100'000)->Complexity();

/// The same on a chain, where every node lies on the way.
void decisionPathOfChain(benchmark::State &state)
{
    auto graph = decisions::DecisionGraph::open("").value();
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        decisions::Node node;
        node.id = numbered("n", i);
        graph->add(std::move(node)).value();
        decisions::Edge edge;
        edge.id = numbered("e", i);
        edge.from = numbered("n", i);
        edge.to = numbered("n", i + 1);
        must(graph->link(std::move(edge)));
    }
    const std::string last = numbered("n", state.range(0) - 1);
    for (auto _ : state)
        benchmark::DoNotOptimize(graph->path("n0", last).size());
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(decisionPathOfChain)->RangeMultiplier(10)->Range(1000, 100'000)->Complexity();

/// Breadth first, looking through all edges at every node.
void decisionPathByScan(benchmark::State &state)
{
    const auto edges = treeEdges(state.range(0));
    const std::string leaf = numbered("n", state.range(0) - 1);
    for (auto _ : state) {
        std::vector<std::string> queue{"n0"};
        std::unordered_map<std::string, std::string> before{{"n0", ""}};
        for (std::size_t next = 0; next < queue.size() && !before.contains(leaf); ++next)
            for (const decisions::Edge &edge : edges)
                if (edge.from == queue[next] && before.emplace(edge.to, queue[next]).second)
                    queue.push_back(edge.to);
        benchmark::DoNotOptimize(before.size());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(decisionPathByScan)->RangeMultiplier(4)->Range(250, 4000)->Complexity();

/// What a model is told at its start: one goal, its children, five decisions.
void decisionContext(benchmark::State &state)
{
    const auto graph = tree(state.range(0));
    for (auto _ : state)
        benchmark::DoNotOptimize(decisions::contextText(*graph)->size());
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(decisionContext)->RangeMultiplier(10)->Range(1000, 100'000)->Complexity();

std::vector<knowledge::Entry> someEntries(std::int64_t count)
{
    static const char *words[] = {"rounding", "refund", "receipt", "cent",   "rule",     "total",
                                  "discount", "tax",    "amount",  "ledger", "customer", "return"};
    std::mt19937 random(7);
    std::vector<knowledge::Entry> entries;
    for (std::int64_t i = 0; i < count; ++i) {
        knowledge::Entry entry;
        entry.id = numbered("e", i);
        entry.title = std::string(words[random() % 12]) + " " + words[random() % 12];
        entry.slug = knowledge::slugify(entry.title) + "-" + std::to_string(i);
        for (int word = 0; word < 60; ++word)
            entry.content += std::string(words[random() % 12]) + " ";
        entry.kbId = numbered("kb", i % 10);
        entries.push_back(std::move(entry));
    }
    return entries;
}

std::unique_ptr<knowledge::KnowledgeBase> baseWith(const std::vector<knowledge::Entry> &entries)
{
    auto base = knowledge::KnowledgeBase::open("").value();
    for (const knowledge::Entry &entry : entries)
        base->storeEntry(entry).value();
    return base;
}

void knowledgeSearch(benchmark::State &state)
{
    const auto base = baseWith(someEntries(state.range(0)));
    knowledge::EntryQuery query;
    query.text = "rounding of a refund";
    for (auto _ : state)
        benchmark::DoNotOptimize(base->search(query).data());
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(knowledgeSearch)->RangeMultiplier(10)->Range(100, 10'000)->Complexity();

/// In one of ten knowledge bases.
void knowledgeSearchScoped(benchmark::State &state)
{
    const auto base = baseWith(someEntries(state.range(0)));
    knowledge::EntryQuery query;
    query.text = "rounding of a refund";
    query.filter.kbId = "kb3";
    for (auto _ : state)
        benchmark::DoNotOptimize(base->search(query).data());
    state.SetItemsProcessed(state.iterations() * state.range(0) / 10);
    state.SetComplexityN(state.range(0));
}
BENCHMARK(knowledgeSearchScoped)->RangeMultiplier(10)->Range(100, 10'000)->Complexity();

void knowledgeSearchByScan(benchmark::State &state)
{
    const auto entries = someEntries(state.range(0));
    const std::string query = "rounding of a refund";
    for (auto _ : state) {
        std::vector<std::pair<double, const knowledge::Entry *>> scored;
        for (const knowledge::Entry &entry : entries)
            scored.emplace_back(std::max(1.2 * memory::jaro(query, downcase(entry.title)),
                                         memory::jaro(query, downcase(entry.content))),
                                &entry);
        std::stable_sort(scored.begin(), scored.end(),
                         [](const auto &a, const auto &b) { return a.first > b.first; });
        benchmark::DoNotOptimize(scored.data());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(knowledgeSearchByScan)->RangeMultiplier(10)->Range(100, 10'000)->Complexity();

} // namespace
