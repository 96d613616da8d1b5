// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/journal.h"
#include "core/store/sqlite.h"

#include <map>
#include <string>

namespace orrery::store {

/// What is known to be damaged, each place once, and not endlessly many.
class DamageList
{
public:
    void add(std::uint64_t seq, const std::string &what);
    std::vector<Damage> list() const;
    std::string at(std::uint64_t seq) const; ///< empty when nothing is known
    std::size_t size() const { return m_places.size(); }

private:
    std::map<std::uint64_t, std::string> m_places;
};

/// Goes through the events of a journal in their order, past places that cannot be read: from there it looks for the
/// next number that can be found, in ever larger steps. So it ends in any file, after at most some thousand tries a place.
class RowWalk
{
public:
    /// `columns` follow `seq`, which is column 0.
    static Result<RowWalk> start(Database &database, const std::string &columns,
                                 std::uint64_t fromSeq, DamageList &damage);

    /// True for a row, false at the end. Errors: another program keeps the file locked.
    Result<bool> next();
    std::int64_t seq() const { return m_next - 1; }
    const Statement &row() const { return m_query; }

private:
    RowWalk(Statement query, std::int64_t next, DamageList &damage)
        : m_query(std::move(query)), m_next(next), m_damage(damage)
    {}
    enum class Found { Row, End, Damage };
    Result<Found> seek(std::int64_t seq);
    Result<bool> skip();
    bool accept();

    Statement m_query;
    std::int64_t m_next; ///< the least number that may come
    DamageList &m_damage;
    std::int64_t m_skippedTo = 0;
    int m_disorder = 0; ///< rows out of order since the last good one
    bool m_runs = false;
};

} // namespace orrery::store
