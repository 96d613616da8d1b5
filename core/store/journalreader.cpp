// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/boundedjson.h"
#include "core/model/jsonfields.h"
#include "core/store/journal.h"
#include "core/store/journalfile.h"
#include "core/store/journalrow.h"
#include "core/store/recordfile.h"
#include "core/store/rowwalk.h"

#include <QScopeGuard>

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

namespace orrery::store {

namespace {

constexpr std::array<const char *, 8> kColumns = {"time_us", "kind",        "run",  "agent",
                                                  "parent",  "duration_us", "data", "payload"};

class Reader final : public JournalReader
{
public:
    explicit Reader(Database database) : m_database(std::move(database)) {}

    Result<void> prepare()
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
                                + (found.empty() ? "table of events."
                                                 : std::string("column ") + needed
                                                       + " in its table of events."),
                            read ? std::string() : read.error().message);
        for (const char *column : kColumns) {
            const bool isThere = found.contains(column);
            m_columns += (m_columns.empty() ? "" : ", ") + std::string(isThere ? column : "NULL");
            if (!isThere)
                m_damage.add(0, std::string("The table of events has no column ") + column + ".");
        }
        return {};
    }

    Result<std::vector<EventPtr>> read(std::uint64_t fromSeq, std::size_t limit) override
    {
        std::vector<EventPtr> events;
        const auto done = walk(fromSeq, [&](const RowWalk &walk) {
            if (events.size() == limit)
                return false;
            if (EventPtr event = decoded(walk))
                events.push_back(std::move(event));
            return events.size() < limit;
        });
        if (!done)
            return fail(done.error());
        return events;
    }

    std::vector<Damage> damage() const override { return m_damage.list(); }

    Result<std::uint64_t> count() override
    {
        std::uint64_t count = 0;
        const auto done = walk(1, [&](const RowWalk &) {
            ++count;
            return true;
        });
        if (!done)
            return fail(done.error());
        return count;
    }

    Result<std::vector<RunSummary>> runs() override;

    bool isBeingWritten() override { return m_database.file().isLocked(); }

private:
    /// Calls `take` with each row until it gives false; one state of the file.
    template <typename Take>
    Result<void> walk(std::uint64_t fromSeq, Take take)
    {
        const ReadTransaction oneState(m_database);
        const auto release = qScopeGuard([this] {
            if (m_payload)
                m_payload->reset();
        });
        auto walk = RowWalk::start(m_database, m_columns, fromSeq, m_damage);
        if (!walk)
            return fail(walk.error());
        while (true) {
            const auto row = walk->next();
            if (!row)
                return fail(row.error());
            if (!*row || !take(*walk))
                return {};
        }
    }

    void readKinds()
    {
        const auto read =
            eachRow(m_database, "SELECT id, name FROM kinds", [this](const Statement &row) {
                m_kinds[row.integer(0)] = eventKindFromString(row.text(1));
            });
        if (read && !m_kinds.empty())
            return;
        // The numbers that every journal has that was begun by this program.
        m_damage.add(0, "The table of kinds cannot be read; kinds are taken by their numbers.");
        for (int kind = 0; kind < static_cast<int>(EventKind::Count); ++kind)
            m_kinds.try_emplace(kind, static_cast<EventKind>(kind));
    }

    static JournalRow cellsOf(const RowWalk &walk)
    {
        const Statement &row = walk.row();
        return {walk.seq(),  row.cell(1), row.cell(2), row.cell(3),
                row.cell(4), row.cell(5), row.cell(6), row.cell(7)};
    }

    EventPtr decoded(const RowWalk &walk)
    {
        JournalRow cells = cellsOf(walk);
        if (cells.data.type == Cell::Type::Null)
            if (const Cell hash = walk.row().cell(8); hash.type == Cell::Type::Blob)
                cells.data = payloadOf(hash.bytes);
        return decoded(walk, cells);
    }

    /// Without its data, unless that says something of its run.
    EventPtr outline(const RowWalk &walk)
    {
        JournalRow cells = cellsOf(walk);
        const auto kind = m_kinds.find(cells.kind.integer);
        if (kind != m_kinds.end()
            && (kind->second == EventKind::RunStarted || kind->second == EventKind::RunFinished))
            return decoded(walk);
        cells.data = {Cell::Type::Text, 0, "{}"};
        return decoded(walk, cells);
    }

    EventPtr decoded(const RowWalk &walk, const JournalRow &cells)
    {
        DecodedRow decoded = decodeRow(cells, m_kinds);
        if (!decoded.damage.empty())
            m_damage.add(std::uint64_t(walk.seq()), std::move(decoded.damage));
        return std::move(decoded.event);
    }

    /// There until the next call.
    Cell payloadOf(std::string_view hash)
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

    Database m_database;
    KindNames m_kinds;
    std::optional<Statement> m_payload;
    std::string m_columns; ///< as decoded() reads them
    DamageList m_damage;
};

/// What the events of a run say of it.
class RunsSoFar
{
public:
    void add(const Event &event)
    {
        RunSummary &run = of(event);
        run.lastSeq = event.seq;
        run.startUs = std::min(run.startUs, event.timeUs);
        run.lastUs = std::max(run.lastUs, event.timeUs);
        ++run.events;
        const Json *data = nullptr;
        switch (event.kind) {
        case EventKind::RunStarted:
            data = &event.data.json();
            run.team = field::text(*data, "team").value_or("");
            run.task = field::text(*data, "task").value_or("");
            run.continues = field::text(*data, "continues").value_or("");
            break;
        case EventKind::RunFinished:
            data = &event.data.json();
            run.outcome = field::text(*data, "outcome").value_or("");
            run.reason = field::text(*data, "reason").value_or("");
            break;
        case EventKind::RunResumed: run.outcome.clear(); break; // it went on after an end
        default: break;
        }
    }

    /// `holder`: who writes the journal now, if anybody does. A run that is older than it has no end any more.
    std::vector<RunSummary> end(bool isBeingWritten, const std::optional<Holder> &holder)
    {
        RunSummary *last = nullptr;
        for (RunSummary &run : m_list) {
            if (!run.outcome.empty())
                continue;
            run.outcome = "interrupted";
            run.reason = "ended unexpectedly after event " + std::to_string(run.lastSeq) + " at "
                         + clockTime(run.lastUs);
            if (!holder || run.firstSeq > holder->afterSeq)
                last = &run;
        }
        if (last && isBeingWritten) {
            last->outcome = "running";
            last->reason.clear();
        }
        return std::move(m_list);
    }

private:
    RunSummary &of(const Event &event)
    {
        if (m_last < m_list.size() && m_list[m_last].run == event.run)
            return m_list[m_last];
        const auto [it, isNew] = m_byId.try_emplace(event.run, m_list.size());
        m_last = it->second;
        if (isNew) {
            RunSummary run;
            run.run = event.run;
            run.firstSeq = event.seq;
            run.startUs = run.lastUs = event.timeUs;
            m_list.push_back(std::move(run));
        }
        return m_list[m_last];
    }

    std::vector<RunSummary> m_list;
    std::unordered_map<std::string, std::size_t> m_byId;
    std::size_t m_last = 0;
};

Result<std::vector<RunSummary>> Reader::runs()
{
    // Asked first: a run that ends meanwhile has its end in the journal before the lock goes.
    const bool isWritten = isBeingWritten();
    const auto holder = readHolder(m_database);
    RunsSoFar runs;
    const auto done = walk(1, [&](const RowWalk &walk) {
        if (const EventPtr event = outline(walk))
            runs.add(*event);
        return true;
    });
    if (!done)
        return fail(done.error());
    return runs.end(isWritten, holder);
}

} // namespace

Result<std::unique_ptr<JournalReader>> JournalReader::open(const std::string &path)
{
    auto database = openJournalToRead(path);
    if (!database)
        return fail(database.error());
    auto reader = std::make_unique<Reader>(std::move(*database));
    if (const auto ready = reader->prepare(); !ready)
        return fail(ready.error());
    return reader;
}

} // namespace orrery::store
