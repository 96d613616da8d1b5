// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/sqliterows.h"

#include "core/memory/norm.h"
#include "core/memory/scripttexts.h"
#include "core/memory/sqliteschema.h"
#include "core/model/boundedjson.h"

namespace orrery::memory {

using store::Statement;

namespace {

void bindEntry(Statement &statement, const MemoryEntry &entry)
{
    statement.bind(1, entry.id);
    statement.bind(2, entry.content);
    statement.bind(3, entry.type);
    statement.bind(4, entry.importance);
    statement.bind(5, static_cast<std::int64_t>(entry.evergreen));
    statement.bind(6, entry.scope);
    for (std::size_t i = 0; i < kScopeFields.size(); ++i) {
        const int index = 7 + static_cast<int>(i);
        if (entry.owner[i])
            statement.bind(index, *entry.owner[i]);
        else
            statement.bindNull(index);
    }
    statement.bind(11, entry.metadata.dump(-1, ' ', false, Json::error_handler_t::replace));
    statement.bind(12, entry.createdMs);
    statement.bind(13, entry.updatedMs);
    statement.bind(14, entry.accessedMs);
    statement.bind(15, entry.accessCount);
}

} // namespace

Result<void> checkDimension(store::Database &database, const std::string &id,
                            const std::string &embedder, std::size_t values)
{
    auto select = database.prepare("SELECT length(embedding) / 4 FROM memory"
                                   " WHERE embedder = ? AND id <> ? LIMIT 1");
    if (!select)
        return fail(select.error());
    select->bind(1, embedder);
    select->bind(2, id);
    const auto row = select->step();
    if (!row)
        return fail(row.error());
    if (*row && select->integer(0) != static_cast<std::int64_t>(values))
        return fail(ErrorCode::InvalidArgument, "The embedding has " + std::to_string(values)
                                                    + " values, those that are stored have "
                                                    + std::to_string(select->integer(0)) + ".");
    return {};
}

MemoryEntry entryOf(const Statement &row)
{
    MemoryEntry entry;
    entry.id = row.text(0);
    entry.content = row.text(1);
    entry.type = row.text(2);
    entry.importance = row.real(3);
    entry.evergreen = row.integer(4) != 0;
    entry.scope = row.text(5);
    for (std::size_t i = 0; i < kScopeFields.size(); ++i)
        if (!row.isNull(6 + static_cast<int>(i)))
            entry.owner[i] = row.text(6 + static_cast<int>(i));
    entry.metadata = parseBounded(row.text(10));
    if (!entry.metadata.is_object())
        entry.metadata = Json::object();
    entry.createdMs = row.integer(11);
    entry.updatedMs = row.integer(12);
    entry.accessedMs = row.integer(13);
    entry.accessCount = row.integer(14);
    return entry;
}

Result<void> writeEntry(store::Database &database, const MemoryEntry &entry)
{
    if (!entry.embedding.empty())
        if (auto good = checkDimension(database, entry.id, entry.embedder, entry.embedding.size());
            !good)
            return fail(good.error());
    const auto terms = termNumbers(database, entry);
    if (!terms)
        return fail(terms.error());
    std::string marks;
    for (int i = 1; i <= kEntryColumnCount + 5; ++i)
        marks += (i == 1 ? "?" : ",?") + std::to_string(i);
    auto insert = database.prepare(
        std::string("INSERT INTO memory(") + kEntryColumns
        + ", embedding, embedding_norm, embedder, terms, grams) VALUES(" + marks
        + ") ON CONFLICT(id) DO UPDATE SET content = excluded.content, type = excluded.type,"
          " importance = excluded.importance, evergreen = excluded.evergreen,"
          " scope = excluded.scope, agent_id = excluded.agent_id,"
          " session_id = excluded.session_id, user_id = excluded.user_id,"
          " namespace = excluded.namespace, metadata = excluded.metadata,"
          " created_ms = excluded.created_ms, updated_ms = excluded.updated_ms,"
          " accessed_ms = excluded.accessed_ms, access_count = excluded.access_count,"
          " embedding = excluded.embedding, embedding_norm = excluded.embedding_norm,"
          " embedder = excluded.embedder, terms = excluded.terms, grams = excluded.grams");
    if (!insert)
        return fail(insert.error());
    bindEntry(*insert, entry);
    if (entry.embedding.empty()) {
        for (int i = 1; i <= 3; ++i)
            insert->bindNull(kEntryColumnCount + i);
    } else {
        insert->bindBlob(kEntryColumnCount + 1, embeddingBytes(entry.embedding));
        insert->bind(kEntryColumnCount + 2, norm(entry.embedding));
        insert->bind(kEntryColumnCount + 3, entry.embedder);
    }
    insert->bind(kEntryColumnCount + 4, *terms);
    insert->bind(kEntryColumnCount + 5, gramTerms(entry.content));
    if (const auto row = insert->step(); !row)
        return fail(row.error());
    return {};
}

Result<Statement> selectWhere(store::Database &database, const char *columns, const Filter &filter,
                              const std::string &tail)
{
    std::string where = filter.unknownField ? " AND 0" : "";
    std::vector<std::optional<std::string>> values;
    const auto mark = [&](std::optional<std::string> value) {
        values.push_back(std::move(value));
        return std::string("?").append(std::to_string(values.size()));
    };
    for (const Filter::FieldIs &condition : filter.fields)
        where += " AND " + std::string(toString(condition.field)) + " IS " + mark(condition.value);
    if (filter.evergreen)
        where += *filter.evergreen ? " AND evergreen = 1" : " AND evergreen = 0";
    if (filter.type)
        where += " AND type = " + mark(filter.type);
    if (filter.scope)
        where += " AND scope IN (" + mark(filter.scope) + ", '')";
    if (filter.createdFromMs)
        where += " AND created_ms >= " + std::to_string(*filter.createdFromMs);
    if (filter.createdToMs)
        where += " AND created_ms <= " + std::to_string(*filter.createdToMs);
    auto select =
        database.prepare(std::string("SELECT ") + columns + " FROM memory WHERE 1" + where + tail);
    for (std::size_t i = 0; select && i < values.size(); ++i) {
        if (values[i])
            select->bind(static_cast<int>(i) + 1, *values[i]);
        else
            select->bindNull(static_cast<int>(i) + 1);
    }
    return select;
}

} // namespace orrery::memory
