// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/journal.h"
#include "core/store/journalfile.h"
#include "core/store/journalrow.h"
#include "core/store/rowwalk.h"

#include <QScopeGuard>

#include <optional>
#include <set>
#include <string>
#include <unordered_map>

namespace orrery::store {

/// The table of events in a journal of either format, as it stands there, and what it refers to: kinds, names, payloads.
/// What of it is damaged is kept in damage(). Used by one thread.
class JournalTable
{
public:
    static Result<std::unique_ptr<JournalTable>> open(const std::string &path);

    /// Calls `take(RowWalk)` with each row of these columns, which follow `seq`, until it gives false; one state of the file.
    template <typename Take>
    Result<void> walk(std::uint64_t fromSeq, const std::string &columns, Take take)
    {
        const ReadTransaction oneState(m_database);
        const auto release = qScopeGuard([this] { resetQueries(); });
        auto walk = RowWalk::start(m_database, columns, fromSeq, m_damage);
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

    /// What event() reads.
    const std::string &eventColumns() const { return m_eventColumns; }
    /// The event in a row of eventColumns(); null when it is of no use.
    EventPtr event(const RowWalk &walk) { return decoded(walk.seq(), walk.row(), true); }
    /// Without its data, unless that says something of its run.
    EventPtr outline(const RowWalk &walk);

    /// That one, with all of it; null when it is not there, or of no use.
    EventPtr eventAt(std::uint64_t seq);

    /// Whether the table has the columns that rows of format 2 have. If not they are to be made from the events.
    bool hasRowColumns() const { return m_hasRowColumns; }
    /// What stands in place of a name that is lost.
    static std::string lostName(std::int64_t number)
    {
        return "name " + std::to_string(number) + " (lost)";
    }
    /// Calls `take(number, name)` with the names from this number on, some hundred of them.
    template <typename Take>
    void namesFrom(std::int64_t number, Take take)
    {
        if (!m_names)
            if (auto query = m_database.prepare("SELECT id, name FROM names WHERE id >= ? ORDER BY"
                                                " id LIMIT 512"))
                m_names.emplace(std::move(*query));
        if (!m_names)
            return;
        m_names->reset();
        m_names->bind(1, number);
        while (m_names->step().value_or(false))
            if (isText(m_names->cell(1)))
                take(m_names->integer(0), m_names->cell(1).bytes);
        m_names->reset();
    }

    const KindNames &kinds() const { return m_kinds; }
    DamageList &damage() { return m_damage; }
    Database &database() { return m_database; }

private:
    explicit JournalTable(Database database) : m_database(std::move(database)) {}
    Result<void> prepare();
    void readKinds();
    EventPtr decoded(std::int64_t seq, const Statement &row, bool withData);
    struct Name {
        std::string text; ///< a word in its place when it is lost
        bool isLost = false;
    };
    const Name &name(std::int64_t number);
    std::string takeNames(JournalRow &cells);
    Cell payloadOf(std::string_view hash);
    void resetQueries();

    Database m_database;
    KindNames m_kinds;
    std::optional<Statement> m_one;
    std::optional<Statement> m_payload;
    std::optional<Statement> m_names;
    std::unordered_map<std::int64_t, Name> m_someNames;
    std::string m_eventColumns;
    bool m_hasRowColumns = false;
    bool m_hasNames = false;
    DamageList m_damage;
};

} // namespace orrery::store
