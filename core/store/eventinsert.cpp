// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/eventinsert.h"

#include "core/model/eventcolumns.h"
#include "core/store/recordfile.h"

#include <QCryptographicHash>

namespace orrery::store {

namespace {

constexpr std::size_t kInline = 512; ///< larger data is stored once, by its hash
constexpr std::size_t kMostNames = 20000;

Result<void> run(Statement &statement)
{
    const auto done = statement.step();
    statement.reset();
    if (!done)
        return fail(done.error());
    return {};
}

std::string hashOf(const std::string &data)
{
    return QCryptographicHash::hash(QByteArrayView(data.data(), qsizetype(data.size())),
                                    QCryptographicHash::Sha256)
        .toStdString();
}

/// The largest number of a table, and one more.
Result<std::int64_t> nextNumber(Database &database, const char *table)
{
    auto query = database.prepare(std::string("SELECT coalesce(max(id), 0) + 1 FROM ") + table);
    if (!query)
        return fail(query.error());
    if (const auto row = query->step(); !row)
        return fail(row.error());
    return std::max<std::int64_t>(1, query->integer(0));
}

} // namespace

Result<EventInsert> EventInsert::open(Database &database, std::int64_t format)
{
    EventInsert insert;
    insert.m_hasColumns = format > 1;
    if (auto named = insert.nameKinds(database); !named)
        return fail(named.error());
    if (auto ready = insert.prepare(database); !ready)
        return fail(ready.error());
    return insert;
}

/// The names that the file has; a kind that it does not know yet gets a number that is free.
Result<void> EventInsert::nameKinds(Database &database)
{
    m_kinds.fill(-1);
    std::map<std::int64_t, std::string> names;
    const auto read = eachRow(database, "SELECT id, name FROM kinds", [&](const Statement &row) {
        names[row.integer(0)] = row.text(1);
        if (const EventKind kind = eventKindFromString(row.text(1)); kind != EventKind::Count)
            m_kinds[static_cast<std::size_t>(kind)] = row.integer(0);
        else
            m_otherKinds[row.text(1)] = row.integer(0);
    });
    if (!read)
        return read;
    auto insert = database.prepare("INSERT INTO kinds(id, name) VALUES(?, ?)");
    if (!insert)
        return fail(insert.error());
    for (std::size_t kind = 0; kind < m_kinds.size(); ++kind) {
        if (m_kinds[kind] >= 0)
            continue;
        const auto own = static_cast<std::int64_t>(kind);
        m_kinds[kind] = names.contains(own) ? names.rbegin()->first + 1 : own;
        names[m_kinds[kind]] = toString(static_cast<EventKind>(kind));
        insert->bind(1, m_kinds[kind]);
        insert->bind(2, names[m_kinds[kind]]);
        if (auto stored = run(*insert); !stored)
            return stored;
    }
    m_kind = std::move(*insert);
    return {};
}

Result<void> EventInsert::prepare(Database &database)
{
    const auto prepared = [&](Statement &statement, const char *sql) -> Result<void> {
        auto made = database.prepare(sql);
        if (!made)
            return fail(made.error());
        statement = std::move(*made);
        return {};
    };
    const auto kind = nextNumber(database, "kinds");
    if (!kind)
        return fail(kind.error());
    m_nextKind = m_committedKind = *kind;
    if (m_hasColumns) {
        const auto name = nextNumber(database, "names");
        if (!name)
            return fail(name.error());
        m_nextName = m_committedName = *name;
        if (auto made = prepared(m_name, "INSERT INTO names(id, name) VALUES(?, ?)"); !made)
            return made;
    }
    if (auto made = prepared(
            m_event, m_hasColumns
                         ? "INSERT INTO events(seq, time_us, kind, run, agent, parent, duration_us,"
                           " data, payload, tool, call, tokens, output_tokens, cost_nano_usd,"
                           " first_ms, detail, summary) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
                         : "INSERT INTO events(seq, time_us, kind, run, agent, parent, duration_us,"
                           " data, payload) VALUES(?,?,?,?,?,?,?,?,?)");
        !made)
        return made;
    if (auto made = prepared(m_payload, "INSERT OR IGNORE INTO payloads(hash, data) VALUES(?, ?)");
        !made)
        return made;
    return prepared(m_holder, "UPDATE holder SET run = ?");
}

void EventInsert::hasEnded(bool isCommitted)
{
    if (isCommitted) {
        m_committedKind = m_nextKind;
        m_committedName = m_nextName;
        return;
    }
    m_names.clear();
    std::erase_if(m_otherKinds,
                  [this](const auto &each) { return each.second >= m_committedKind; });
    m_nextKind = m_committedKind;
    m_nextName = m_committedName;
}

Result<std::int64_t> EventInsert::kindOf(const Event &event)
{
    if (event.kind != EventKind::Count)
        return m_kinds[static_cast<std::size_t>(event.kind)];
    const auto [place, isNew] =
        m_otherKinds.try_emplace(std::string(kindNameOf(event)), m_nextKind);
    if (isNew) {
        m_kind.bind(1, m_nextKind++);
        m_kind.bind(2, std::string_view(place->first));
        if (const auto stored = run(m_kind); !stored)
            return fail(stored.error());
    }
    return place->second;
}

Result<std::int64_t> EventInsert::nameOf(const std::string &name)
{
    if (name.empty())
        return 0;
    if (const auto known = m_names.find(name); known != m_names.end())
        return known->second;
    if (m_names.size() >= kMostNames)
        m_names.clear();
    m_name.bind(1, m_nextName);
    m_name.bind(2, std::string_view(name));
    if (const auto stored = run(m_name); !stored)
        return fail(stored.error());
    m_names[name] = m_nextName;
    return m_nextName++;
}

Result<void> EventInsert::bindNames(const Event &event)
{
    if (!m_hasColumns) {
        m_event.bind(4, std::string_view(event.run));
        m_event.bind(5, std::string_view(event.agent));
        return {};
    }
    for (const auto &[index, name] : {std::pair(4, &event.run), std::pair(5, &event.agent)}) {
        const auto number = nameOf(*name);
        if (!number)
            return fail(number.error());
        m_event.bind(index, *number);
    }
    return {};
}

Result<void> EventInsert::bindColumns(const Event &event)
{
    if (!m_hasColumns)
        return {};
    const EventColumns columns = columnsOf(event);
    for (const auto &[index, name] : {std::pair(10, &columns.tool), std::pair(11, &columns.call)}) {
        const auto number = nameOf(*name);
        if (!number)
            return fail(number.error());
        m_event.bind(index, *number);
    }
    const auto bindIfKnown = [&](int index, std::int64_t value) {
        value < 0 ? m_event.bindNull(index) : m_event.bind(index, value);
    };
    m_event.bind(12, columns.tokens);
    m_event.bind(13, columns.outputTokens);
    bindIfKnown(14, columns.costNanoUsd);
    bindIfKnown(15, columns.firstMs);
    m_event.bind(16, std::int64_t(columns.detail));
    m_event.bind(17, std::string_view(columns.summary));
    return {};
}

Result<void> EventInsert::bindData(int index, const std::string &data)
{
    if (data.size() <= kInline) {
        m_event.bind(index, std::string_view(data));
        m_event.bindNull(index + 1);
        return {};
    }
    const std::string hash = hashOf(data);
    m_payload.bindBlob(1, hash);
    m_payload.bind(2, std::string_view(data));
    m_event.bindNull(index);
    m_event.bindBlob(index + 1, hash);
    return run(m_payload);
}

Result<void> EventInsert::insert(const Event &event)
{
    const auto kind = kindOf(event);
    if (!kind)
        return fail(kind.error());
    m_event.bind(1, static_cast<std::int64_t>(event.seq));
    m_event.bind(2, event.timeUs);
    m_event.bind(3, *kind);
    m_event.bind(6, static_cast<std::int64_t>(event.parent));
    m_event.bind(7, event.durationUs);
    if (auto bound = bindNames(event); !bound)
        return bound;
    if (auto bound = bindColumns(event); !bound)
        return bound;
    if (auto bound = bindData(8, event.data.text()); !bound)
        return bound;
    if (auto stored = run(m_event); !stored)
        return stored;
    if (event.kind != EventKind::RunStarted)
        return {};
    m_holder.bind(1, std::string_view(event.run));
    return run(m_holder);
}

Result<void> EventInsert::insert(const std::vector<EventPtr> &group)
{
    for (const EventPtr &event : group)
        if (auto stored = insert(*event); !stored)
            return stored;
    return {};
}

} // namespace orrery::store
