// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decisions/decisionfile.h"

#include "core/store/recordfile.h"

namespace orrery::decisions {

namespace {

const store::RecordFormat &format()
{
    static const store::RecordFormat format{
        "a decision graph of Orrery",
        0x4f524443, // "ORDC"
        {"CREATE TABLE nodes(place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT "
         "NULL, label TEXT NOT NULL, status TEXT NOT NULL, confidence REAL, rationale TEXT, agent "
         "TEXT NOT NULL, metadata TEXT NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER "
         "NOT NULL);"
         "CREATE TABLE edges(place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, from_id TEXT NOT "
         "NULL, to_id TEXT NOT NULL, type TEXT NOT NULL, metadata TEXT NOT NULL, created_ms "
         "INTEGER NOT NULL);"
         "CREATE INDEX edges_by_source ON edges(from_id);"
         "CREATE INDEX edges_by_target ON edges(to_id);",
         store::RecordLog::schema({"nodes", "edges"})}};
    return format;
}

std::string dump(const Json &json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

constexpr const char *kNodes = "SELECT id, type, label, status, confidence, rationale, agent,"
                               " metadata, created_ms, updated_ms, place FROM nodes";
constexpr const char *kEdges = "SELECT id, from_id, to_id, type, metadata, created_ms FROM edges";

Json parsed(const std::string &text)
{
    Json json = Json::parse(text, nullptr, false);
    return json.is_object() ? json : Json::object();
}

Error unknown(const store::Database &database, const std::string &what)
{
    return makeError(ErrorCode::Database,
                     database.path() + ": " + what + ", which this Orrery does not know.");
}

Result<Node> readNode(const store::Database &database, const store::Statement &row)
{
    Node node;
    const auto type = nodeTypeFromString(row.text(1));
    const auto status = nodeStatusFromString(row.text(3));
    if (!type || !status)
        return fail(unknown(database, "node " + row.text(0) + " is of type \"" + row.text(1)
                                          + "\" and status \"" + row.text(3) + "\""));
    node.id = row.text(0);
    node.type = *type;
    node.label = row.text(2);
    node.status = *status;
    if (!row.isNull(4))
        node.confidence = row.real(4);
    if (!row.isNull(5))
        node.rationale = row.text(5);
    node.agent = row.text(6);
    node.metadata = parsed(row.text(7));
    node.createdMs = row.integer(8);
    node.updatedMs = row.integer(9);
    return node;
}

Result<Edge> readEdge(const store::Database &database, const store::Statement &row)
{
    const auto type = edgeTypeFromString(row.text(3));
    if (!type)
        return fail(
            unknown(database, "edge " + row.text(0) + " is of type \"" + row.text(3) + "\""));
    return Edge{row.text(0), row.text(1), row.text(2), *type, parsed(row.text(4)), row.integer(5)};
}

} // namespace

Result<std::unique_ptr<DecisionFile>> DecisionFile::open(const std::string &path)
{
    auto database = store::openRecordFile(path, format());
    if (!database)
        return fail(database.error());
    return std::unique_ptr<DecisionFile>(new DecisionFile(std::move(*database)));
}

Result<void> DecisionFile::read(const Reader &reader)
{
    const store::ReadTransaction oneState(m_database);
    const auto last = m_log.last();
    if (!last)
        return fail(last.error());
    m_log.seen(*last);
    std::optional<Error> damaged;
    auto done = store::eachRow(m_database, kNodes + std::string(" ORDER BY place"),
                               [&](const store::Statement &row) {
                                   if (auto node = readNode(m_database, row))
                                       reader.node(std::move(*node), row.integer(10));
                                   else
                                       damaged = node.error();
                               });
    if (done)
        done = store::eachRow(m_database, kEdges + std::string(" ORDER BY place"),
                              [&](const store::Statement &row) {
                                  if (auto edge = readEdge(m_database, row))
                                      reader.edge(std::move(*edge));
                                  else
                                      damaged = edge.error();
                              });
    return done && damaged ? fail(*damaged) : done;
}

Result<void> DecisionFile::readChange(const store::RecordLog::Change &change, const Reader &reader)
{
    const bool isNode = change.table == "nodes";
    auto select = m_database.prepare(std::string(isNode ? kNodes : kEdges) + " WHERE id = ?");
    if (!select)
        return fail(select.error());
    select->bind(1, change.id);
    const auto row = select->step();
    if (!row)
        return fail(row.error());
    if (!*row)
        return {};
    if (isNode) {
        auto node = readNode(m_database, *select);
        if (!node)
            return fail(node.error());
        reader.node(std::move(*node), select->integer(10));
        return {};
    }
    auto edge = readEdge(m_database, *select);
    if (!edge)
        return fail(edge.error());
    reader.edge(std::move(*edge));
    return {};
}

Result<bool> DecisionFile::hasNews()
{
    const auto news = m_log.news();
    return news ? Result<bool>(!news->isNothing()) : fail(news.error());
}

Result<bool> DecisionFile::readNews(const Reader &reader)
{
    const auto news = m_log.news();
    if (!news)
        return fail(news.error());
    if (news->isTooMuch)
        return true;
    // Handed over once all of them were read.
    std::vector<std::function<void()>> puts;
    const Reader collect{[&](Node node, std::int64_t place) {
                             puts.push_back([=, &reader] { reader.node(node, place); });
                         },
                         [&](Edge edge) { puts.push_back([=, &reader] { reader.edge(edge); }); },
                         {}};
    for (const store::RecordLog::Change &change : news->changes)
        if (auto read = readChange(change, collect); !read)
            return fail(read.error());
    for (const store::RecordLog::Change &change : news->changes)
        reader.removed(change.table, change.id);
    for (const auto &put : puts)
        put();
    m_log.seen(news->last);
    return false;
}

Result<store::WriteTransaction> DecisionFile::beginWriting()
{
    return store::WriteTransaction::begin(m_database);
}

Result<void> DecisionFile::commit(store::WriteTransaction transaction)
{
    // Before others can write: what was noted since the news were read is our own.
    const auto last = m_log.last();
    if (!last)
        return fail(last.error());
    auto done = transaction.commit();
    if (done)
        m_log.seen(*last);
    return done;
}

Result<std::int64_t> DecisionFile::save(const Node &node)
{
    auto put = m_database.prepare(
        "INSERT INTO nodes(id, type, label, status, confidence, rationale, agent, metadata, "
        "created_ms, updated_ms) VALUES(?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET "
        "type=excluded.type, label=excluded.label, status=excluded.status, "
        "confidence=excluded.confidence, rationale=excluded.rationale, agent=excluded.agent, "
        "metadata=excluded.metadata, created_ms=excluded.created_ms, "
        "updated_ms=excluded.updated_ms RETURNING place");
    if (!put)
        return fail(put.error());
    put->bind(1, node.id);
    put->bind(2, toString(node.type));
    put->bind(3, node.label);
    put->bind(4, toString(node.status));
    if (node.confidence)
        put->bind(5, *node.confidence);
    if (node.rationale)
        put->bind(6, *node.rationale);
    put->bind(7, node.agent);
    put->bind(8, dump(node.metadata));
    put->bind(9, node.createdMs);
    put->bind(10, node.updatedMs);
    const auto row = put->step();
    if (!row)
        return fail(row.error());
    const std::int64_t place = put->integer(0);
    // The row is written once the statement has ended.
    if (const auto end = put->step(); !end)
        return fail(end.error());
    return place;
}

Result<void> DecisionFile::save(const Edge &edge)
{
    // As in memory, a replaced edge comes last.
    auto put = m_database.prepare("INSERT OR REPLACE INTO edges(id, from_id, to_id, type, "
                                  "metadata, created_ms) VALUES(?,?,?,?,?,?)");
    if (!put)
        return fail(put.error());
    put->bind(1, edge.id);
    put->bind(2, edge.from);
    put->bind(3, edge.to);
    put->bind(4, toString(edge.type));
    put->bind(5, dump(edge.metadata));
    put->bind(6, edge.createdMs);
    if (const auto done = put->step(); !done)
        return fail(done.error());
    return {};
}

Result<void> DecisionFile::removeNode(const std::string &id)
{
    for (const char *sql : {"DELETE FROM nodes WHERE id = ?1",
                            "DELETE FROM edges WHERE from_id = ?1 OR to_id = ?1"}) {
        auto statement = m_database.prepare(sql);
        if (!statement)
            return fail(statement.error());
        statement->bind(1, id);
        if (const auto done = statement->step(); !done)
            return fail(done.error());
    }
    return {};
}

} // namespace orrery::decisions
