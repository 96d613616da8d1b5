// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/suites.h"
#include "core/base/isotime.h"
#include "core/decisions/decisiontext.h"
#include "core/knowledge/knowledgetools.h"
#include "core/model/jsonfields.h"

#include <algorithm>
#include <chrono>

namespace orrery::conformance {
namespace {

/// 2026-01-01T00:00Z, where the clock of the cases begins.
constexpr std::int64_t kEpochMs = 1767225600000;

std::int64_t msOf(const std::string &iso)
{
    using namespace std::chrono;
    const auto parsed = parseIsoDateTime(iso);
    if (!parsed)
        throw std::runtime_error("not a time: " + iso);
    const IsoDateTime time = toUtc(*parsed);
    const sys_days day{year(time.year) / time.month / time.day};
    return duration_cast<milliseconds>(day.time_since_epoch() + hours(time.hour)
                                       + minutes(time.minute) + seconds(time.second))
        .count();
}

std::string text(const Json &object, const char *key)
{
    return field::text(object, key).value_or("");
}

Json error(const char *what) { return {{"error", what}}; }

template <typename List>
Json sortedIds(const List &records)
{
    std::vector<std::string> ids;
    for (const auto &record : records)
        ids.push_back(record->id);
    std::sort(ids.begin(), ids.end());
    return ids;
}

// --- knowledge base ------------------------------------------------------------------------------------------------

knowledge::Entry knowledgeEntryOf(const Json &json, std::int64_t nowMs)
{
    auto entry = knowledge::entryFromJson(json).value();
    if (!json.contains("slug"))
        entry.slug = knowledge::slugify(entry.title);
    entry.createdMs = entry.updatedMs =
        json.contains("updated_at") ? msOf(json.at("updated_at")) : nowMs;
    return entry;
}

knowledge::Link linkOf(Json json)
{
    json["from"] = json.at("from_entry_id");
    json["to"] = json.at("to_entry_id");
    return knowledge::linkFromJson(json).value();
}

knowledge::Document documentOf(const Json &json)
{
    auto document = knowledge::documentFromJson(json).value();
    document.content = text(json, "content");
    document.checksum = knowledge::checksumOf(document.content);
    return document;
}

Json shown(const knowledge::EntryPtr &entry)
{
    if (!entry)
        return error("not_found");
    Json json = toJson(*entry);
    for (const char *key : {"created_at_ms", "updated_at_ms", "last_verified_at_ms"})
        json.erase(key);
    return {{"entry", std::move(json)}};
}

Json shown(const knowledge::DocumentPtr &document)
{
    if (!document)
        return error("not_found");
    Json json = toJson(*document);
    for (const char *key : {"created_at_ms", "updated_at_ms", "problem", "bytes", "entry_ids"})
        json.erase(key);
    return {{"document", std::move(json)}};
}

knowledge::EntryFilter entryFilterOf(const Json &options)
{
    knowledge::EntryFilter filter;
    filter.kbId = field::text(options, "kb_id");
    if (const auto type = field::text(options, "entry_type"))
        filter.type = knowledge::entryTypeFromString(*type);
    for (const auto &[key, list] :
         {std::pair("tags", &filter.tags), {"concepts", &filter.concepts}})
        if (field::find(options, key))
            *list = field::texts(options, key);
    return filter;
}

Json toolResult(knowledge::KnowledgeTools &tools, const std::string &name, const Json &args)
{
    Json result = name == "kb_search"         ? tools.search(args)
                  : name == "kb_list"         ? tools.list(args)
                  : name == "kb_ingest"       ? tools.ingest(args)
                  : name == "kb_add_entry"    ? tools.addEntry(args)
                  : name == "kb_link"         ? tools.link(args)
                  : name == "kb_backlinks"    ? tools.backlinks(args)
                  : name == "kb_health_check" ? tools.healthCheck()
                  : name == "kb_generate"     ? tools.generate(args)
                                              : raised("unknown tool " + name);
    result.erase("id");
    return result;
}

Json knowledgeOp(knowledge::KnowledgeBase &base, const Json &input, const Json &op)
{
    const std::string name = op.at("op");
    const std::string id = text(op, "id");
    const Json options = op.value("opts", Json::object());
    const std::int64_t now = kEpochMs + field::integer(input, "now_ms").value_or(0);
    const auto limit = field::integer(options, "limit");
    if (name == "store_entry")
        return {{"slug", base.storeEntry(knowledgeEntryOf(op.at("entry"), now)).value()->slug}};
    if (name == "fetch_entry")
        return shown(base.entry(id));
    if (name == "fetch_entry_by_slug")
        return shown(base.entryBySlug(text(op, "slug")));
    if (name == "update_entry") {
        knowledge::EntryChanges changes;
        changes.title = field::text(op.at("updates"), "title");
        changes.slug = field::text(op.at("updates"), "slug");
        return base.updateEntry(id, changes, now) ? Json("ok") : error("not_found");
    }
    if (name == "delete_entry")
        return base.deleteEntry(id) ? "ok" : "failed";
    if (name == "list_entries") {
        const auto found = base.entries(entryFilterOf(options));
        if (limit)
            return {{"count", std::min<std::size_t>(found.size(), std::size_t(*limit))}};
        return {{"ids_sorted", sortedIds(found)}};
    }
    if (name == "search_entries") {
        knowledge::EntryQuery query;
        query.text = op.at("query");
        query.filter.kbId = field::text(options, "kb_id");
        query.minScore = field::number(options, "min_score").value_or(0);
        query.limit = std::size_t(limit.value_or(10));
        Json results = Json::array();
        for (const knowledge::EntryHit &hit : base.search(query))
            results.push_back({hit.entry->id, hit.score});
        return {{"results", std::move(results)}};
    }
    if (name == "related") {
        const auto found = base.related(id, std::size_t(limit.value_or(10)));
        return limit ? Json{{"count", found.size()}} : Json{{"ids_sorted", sortedIds(found)}};
    }
    if (name == "store_link")
        return base.storeLink(linkOf(op.at("link"))) ? "ok" : "failed";
    if (name == "delete_link")
        return base.deleteLink(id) ? "ok" : "failed";
    if (name == "backlinks")
        return {{"link_ids_sorted", sortedIds(base.backlinks(id))}};
    if (name == "outlinks")
        return {{"link_ids_sorted", sortedIds(base.outlinks(id))}};
    if (name == "link_counts")
        return {{"counts", base.linkCounts()}};
    if (name == "store_document")
        return base.storeDocument(documentOf(op.at("document"))) ? "ok" : "failed";
    if (name == "fetch_document")
        return shown(base.document(id));
    if (name == "update_document") {
        const auto status = knowledge::documentStatusFromString(text(op.at("updates"), "status"));
        return base.setDocumentStatus(id, status.value(), now) ? Json("ok") : error("not_found");
    }
    if (name == "delete_document")
        return base.deleteDocument(id) ? "ok" : "failed";
    if (name == "list_documents") {
        const auto status = field::text(options, "status");
        return {{"ids_sorted",
                 sortedIds(base.documents(field::text(options, "kb_id"),
                                          status ? knowledge::documentStatusFromString(*status)
                                                 : std::nullopt))}};
    }
    if (name == "tool") {
        knowledge::KnowledgeTools tools(base, field::text(input, "kb_id"), now,
                                        [](EventKind, const Json &) {});
        return toolResult(tools, op.at("name"), op.value("args", Json::object()));
    }
    return raised("unknown operation " + name);
}

Json knowledgeScript(const Json &input)
{
    const auto base = knowledge::KnowledgeBase::open("").value();
    Json results = Json::array();
    for (const Json &op : input.at("ops"))
        results.push_back(knowledgeOp(*base, input, op));
    return {{"results", std::move(results)}};
}

// --- decisions -----------------------------------------------------------------------------------------------------

decisions::Node nodeOf(const Json &json)
{
    auto node = decisions::nodeFromJson(json).value();
    node.createdMs = node.updatedMs = msOf(json.at("created_at"));
    return node;
}

decisions::Edge edgeOf(Json json)
{
    json["from"] = json.at("from_id");
    json["to"] = json.at("to_id");
    return decisions::edgeFromJson(json).value();
}

/// The expectations do not say which of several shortest ways is meant, only how long they are. Ways over parallel edges
/// are different ones.
bool hasOtherWay(const decisions::DecisionGraph &graph, const std::vector<decisions::NodePtr> &path)
{
    // Ways to the nodes of each layer, counted layer by layer.
    std::map<std::string, int> ways{{path.front()->id, 1}};
    for (std::size_t i = 1; i < path.size(); ++i) {
        std::map<std::string, int> next;
        for (const auto &[id, count] : ways)
            for (const auto &edge : graph.edges(id, decisions::DecisionGraph::Direction::Outgoing))
                if (graph.node(edge->to))
                    next[edge->to] += count;
        ways = std::move(next);
    }
    return ways[path.back()->id] > 1;
}

Json decisionOp(decisions::DecisionGraph &graph, const Json &op)
{
    using Direction = decisions::DecisionGraph::Direction;
    const std::string name = op.at("op");
    const std::string id = text(op, "id");
    constexpr std::int64_t now = kEpochMs;
    const auto ids = [](const auto &nodes) {
        Json list = Json::array();
        for (const auto &node : nodes)
            list.push_back(node->id);
        return list;
    };
    if (name == "add_node")
        return graph.add(nodeOf(op.at("node"))) ? "ok" : "failed";
    if (name == "add_edge")
        return graph.link(edgeOf(op.at("edge"))) ? "ok" : "failed";
    if (name == "update_node") {
        const Json &updates = op.at("updates");
        decisions::NodeChanges changes;
        changes.label = field::text(updates, "label");
        if (const auto status = field::text(updates, "status"))
            changes.status = decisions::nodeStatusFromString(*status);
        changes.confidence = field::number(updates, "confidence");
        changes.rationale = field::text(updates, "rationale");
        return graph.update(id, changes, now) ? Json("ok") : error("not_found");
    }
    if (name == "delete_node")
        return graph.remove(id) ? "ok" : "failed";
    if (name == "get_node") {
        const auto node = graph.node(id);
        if (!node)
            return error("not_found");
        Json json = toJson(*node);
        for (const char *key : {"agent", "metadata", "created_at_ms", "updated_at_ms"})
            json.erase(key);
        return {{"node", std::move(json)}};
    }
    if (name == "get_edges") {
        Json list = Json::array();
        for (const auto &edge : graph.edges(
                 id, op.at("direction") == "incoming" ? Direction::Incoming : Direction::Outgoing))
            list.push_back({edge->from, edge->to, toString(edge->type)});
        std::sort(list.begin(), list.end());
        return {{"edges_sorted", std::move(list)}};
    }
    if (name == "supersede")
        return graph.supersede(op.at("old_id"), op.at("new_id"), field::text(op, "rationale"), now)
                   ? Json("ok")
                   : error("not_found");
    if (name == "active_goals")
        return {{"ids_sorted", sortedIds(graph.activeGoals())}};
    if (name == "recent_decisions")
        return {{"ids", ids(graph.recentDecisions(
                            std::size_t(field::integer(op, "limit").value_or(10))))}};
    if (name == "descendants")
        return {{"ids_sorted", sortedIds(graph.descendants(id))}};
    if (name == "ancestors")
        return {{"ids_sorted", sortedIds(graph.ancestors(id))}};
    if (name == "path_between") {
        const auto path = graph.path(text(op, "from"), text(op, "to"));
        if (!path.empty() && hasOtherWay(graph, path))
            return {{"length", path.size()}, {"ambiguous", true}};
        return {{"length", path.size()}, {"path", ids(path)}};
    }
    if (name == "query") // of a kind that there is not
        return {{"ids_sorted", Json::array()}};
    if (name == "context") {
        const auto limit = std::size_t(field::integer(op, "decision_limit").value_or(5));
        return {{"text", field::orNull(decisions::contextText(graph, limit))}};
    }
    return raised("unknown operation " + name);
}

Json decisionScript(const Json &input)
{
    const auto graph = decisions::DecisionGraph::open("").value();
    Json results = Json::array();
    for (const Json &op : input.at("ops"))
        results.push_back(decisionOp(*graph, op));
    return {{"results", std::move(results)}};
}

} // namespace

void addGraphSuites(Runners &runners)
{
    runners[{"knowledge_base", "slugify"}] = [](const Json &input) -> Json {
        return {{"slug", knowledge::slugify(input.at("title").get<std::string>())}};
    };
    runners[{"knowledge_base", "script"}] = knowledgeScript;
    runners[{"decisions", "script"}] = decisionScript;
}

} // namespace orrery::conformance
