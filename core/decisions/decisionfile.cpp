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
         "CREATE INDEX edges_by_target ON edges(to_id);"}};
    return format;
}

std::string dump(const Json &json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json parsed(const std::string &text)
{
    Json json = Json::parse(text, nullptr, false);
    return json.is_object() ? json : Json::object();
}

} // namespace

Result<std::unique_ptr<DecisionFile>> DecisionFile::open(const std::string &path)
{
    auto database = store::openRecordFile(path, format());
    if (!database)
        return fail(database.error());
    return std::unique_ptr<DecisionFile>(new DecisionFile(std::move(*database)));
}

Result<void> DecisionFile::read(const std::function<void(Node)> &node,
                                const std::function<void(Edge)> &edge)
{
    std::string damaged;
    auto done = store::eachRow(
        m_database,
        "SELECT id, type, label, status, confidence, rationale, agent, metadata, created_ms, "
        "updated_ms FROM nodes ORDER BY place",
        [&](const store::Statement &row) {
            Node read;
            const auto type = nodeTypeFromString(row.text(1));
            const auto status = nodeStatusFromString(row.text(3));
            if (!type || !status) {
                damaged = "node " + row.text(0) + " is of type \"" + row.text(1)
                          + "\" and status \"" + row.text(3) + "\"";
                return;
            }
            read.id = row.text(0);
            read.type = *type;
            read.label = row.text(2);
            read.status = *status;
            if (!row.isNull(4))
                read.confidence = row.real(4);
            if (!row.isNull(5))
                read.rationale = row.text(5);
            read.agent = row.text(6);
            read.metadata = parsed(row.text(7));
            read.createdMs = row.integer(8);
            read.updatedMs = row.integer(9);
            node(std::move(read));
        });
    if (!done)
        return done;
    done = store::eachRow(m_database,
                          "SELECT id, from_id, to_id, type, metadata, created_ms FROM edges ORDER "
                          "BY place",
                          [&](const store::Statement &row) {
                              const auto type = edgeTypeFromString(row.text(3));
                              if (!type) {
                                  damaged =
                                      "edge " + row.text(0) + " is of type \"" + row.text(3) + "\"";
                                  return;
                              }
                              edge({row.text(0), row.text(1), row.text(2), *type,
                                    parsed(row.text(4)), row.integer(5)});
                          });
    if (!done)
        return done;
    if (!damaged.empty())
        return fail(ErrorCode::Database,
                    m_database.path() + ": " + damaged + ", which this Orrery does not know.");
    return {};
}

Result<void> DecisionFile::save(const Node &node)
{
    auto put = m_database.prepare(
        "INSERT INTO nodes(id, type, label, status, confidence, rationale, agent, metadata, "
        "created_ms, updated_ms) VALUES(?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET "
        "type=excluded.type, label=excluded.label, status=excluded.status, "
        "confidence=excluded.confidence, rationale=excluded.rationale, agent=excluded.agent, "
        "metadata=excluded.metadata, created_ms=excluded.created_ms, "
        "updated_ms=excluded.updated_ms");
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
    if (const auto done = put->step(); !done)
        return fail(done.error());
    return {};
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

Result<void> DecisionFile::save(const Node &node, const Edge &edge)
{
    return store::inTransaction(m_database, [&]() -> Result<void> {
        if (auto done = save(node); !done)
            return done;
        return save(edge);
    });
}

Result<void> DecisionFile::removeNode(const std::string &id)
{
    return store::inTransaction(m_database, [&]() -> Result<void> {
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
    });
}

} // namespace orrery::decisions
