// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/journaltable.h"

#include "core/store/recordfile.h"

#include <array>

namespace orrery::store {

namespace {

constexpr std::array<const char *, 8> kEventColumns = {"time_us", "kind",        "run",  "agent",
                                                       "parent",  "duration_us", "data", "payload"};
constexpr std::array<const char *, 8> kRowColumns = {
    "tool", "call", "tokens", "output_tokens", "cost_nano_usd", "first_ms", "detail", "summary"};
constexpr std::size_t kMostNamesAtHand = 20000;

} // namespace

Result<std::unique_ptr<JournalTable>> JournalTable::open(const std::string &path)
{
    auto database = openJournalToRead(path);
    if (!database)
        return fail(database.error());
    std::unique_ptr<JournalTable> table(new JournalTable(std::move(*database)));
    if (const auto ready = table->prepare(); !ready)
        return fail(ready.error());
    return table;
}

Result<void> JournalTable::prepare()
{
    readKinds();
    std::set<std::string> found;
    const auto read = eachRow(m_database,
                              "SELECT part.name FROM sqlite_schema AS place,"
                              " pragma_table_info(place.name) AS part"
                              " WHERE place.name = 'events' AND place.type = 'table'",
                              [&](const Statement &row) { found.insert(row.text(0)); });
    for (const char *needed : {"seq", "kind", "data"})
        if (!found.contains(needed))
            return fail(ErrorCode::Database,
                        m_database.path() + " is a journal, but damaged: it has no "
                            + (found.empty()
                                   ? "table of events."
                                   : std::string("column ") + needed + " in its table of events."),
                        read ? std::string() : read.error().message);
    for (const char *column : kEventColumns) {
        const bool isThere = found.contains(column);
        m_eventColumns +=
            (m_eventColumns.empty() ? "" : ", ") + std::string(isThere ? column : "NULL");
        if (!isThere)
            m_damage.add(0, std::string("The table of events has no column ") + column + ".");
    }
    const auto isThere = [&](const char *column) { return found.contains(column); };
    m_hasRowColumns = std::all_of(kRowColumns.begin(), kRowColumns.end(), isThere)
                      && std::all_of(kEventColumns.begin(), kEventColumns.end(), isThere);
    m_hasNames = std::any_of(kRowColumns.begin(), kRowColumns.end(), isThere);
    return {};
}

void JournalTable::readKinds()
{
    const auto read =
        eachRow(m_database, "SELECT id, name FROM kinds", [this](const Statement &row) {
            std::string name = isText(row.cell(1)) ? row.text(1) : std::string();
            const EventKind kind = eventKindFromString(name);
            m_kinds[row.integer(0)] = {kind, std::move(name)};
        });
    if (read && !m_kinds.empty())
        return;
    // The numbers that every journal has that was begun by this program.
    m_damage.add(0, "The table of kinds cannot be read; kinds are taken by their numbers.");
    for (int number = 0; number < static_cast<int>(EventKind::Count); ++number) {
        const auto kind = static_cast<EventKind>(number);
        m_kinds.try_emplace(number, KindName{kind, std::string(toString(kind))});
    }
}

EventPtr JournalTable::outline(const RowWalk &walk)
{
    const auto kind = m_kinds.find(walk.row().cell(2).integer);
    const bool tellsOfRun = kind != m_kinds.end()
                            && (kind->second.kind == EventKind::RunStarted
                                || kind->second.kind == EventKind::RunFinished);
    return decoded(walk.seq(), walk.row(), tellsOfRun);
}

EventPtr JournalTable::eventAt(std::uint64_t seq)
{
    if (!m_one)
        if (auto query =
                m_database.prepare("SELECT seq, " + m_eventColumns + " FROM events WHERE seq = ?"))
            m_one.emplace(std::move(*query));
    if (!m_one || seq > std::uint64_t(INT64_MAX))
        return nullptr;
    m_one->bind(1, std::int64_t(seq));
    EventPtr event;
    if (m_one->step().value_or(false))
        event = decoded(std::int64_t(seq), *m_one, true);
    else if (m_one->hasMetDamage())
        m_damage.add(seq, "Event " + std::to_string(seq) + " cannot be read.");
    resetQueries();
    return event;
}

EventPtr JournalTable::decoded(std::int64_t seq, const Statement &row, bool withData)
{
    JournalRow cells = {seq,         row.cell(1), row.cell(2), row.cell(3),
                        row.cell(4), row.cell(5), row.cell(6), row.cell(7)};
    if (!withData)
        cells.data = {Cell::Type::Text, 0, "{}"};
    else if (cells.data.type == Cell::Type::Null)
        if (const Cell hash = row.cell(8); hash.type == Cell::Type::Blob)
            cells.data = payloadOf(hash.bytes);
    const std::string lost = takeNames(cells);
    DecodedRow decoded = decodeRow(cells, m_kinds);
    if (!decoded.damage.empty())
        m_damage.add(std::uint64_t(seq), decoded.damage);
    else if (!lost.empty())
        m_damage.add(std::uint64_t(seq),
                     "Event " + std::to_string(seq) + " is not whole: " + lost + ".");
    return std::move(decoded.event);
}

/// Puts names in place of their numbers. What it gives is wrong with them.
std::string JournalTable::takeNames(JournalRow &cells)
{
    std::string damage;
    if (!m_hasNames)
        return damage;
    if (m_someNames.size() > kMostNamesAtHand)
        m_someNames.clear();
    for (const auto &[cell, what] :
         {std::pair(&cells.run, "run"), std::pair(&cells.agent, "agent")}) {
        if (cell->type != Cell::Type::Integer || cell->integer < 0)
            continue;
        const Name &name = this->name(cell->integer);
        *cell = {Cell::Type::Text, 0, name.text};
        if (name.isLost)
            damage += (damage.empty() ? "the name of its " : ", the name of its ")
                      + std::string(what) + " is lost";
    }
    return damage;
}

const JournalTable::Name &JournalTable::name(std::int64_t number)
{
    static const Name none;
    if (number == 0)
        return none;
    if (const auto known = m_someNames.find(number); known != m_someNames.end())
        return known->second;
    namesFrom(number, [this](std::int64_t each, std::string_view text) {
        m_someNames.try_emplace(each, Name{std::string(text), false});
    });
    return m_someNames.try_emplace(number, Name{lostName(number), true}).first->second;
}

/// There until the next call.
Cell JournalTable::payloadOf(std::string_view hash)
{
    if (!m_payload)
        if (auto query = m_database.prepare("SELECT data FROM payloads WHERE hash = ?"))
            m_payload.emplace(std::move(*query));
    if (!m_payload)
        return {};
    m_payload->reset();
    m_payload->bindBlob(1, hash);
    return m_payload->step().value_or(false) ? m_payload->cell(0) : Cell();
}

void JournalTable::resetQueries()
{
    for (auto *query : {&m_one, &m_payload, &m_names})
        if (*query)
            (*query)->reset();
}

} // namespace orrery::store
