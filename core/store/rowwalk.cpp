// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/rowwalk.h"

#include <algorithm>

namespace orrery::store {

namespace {

constexpr std::int64_t kLastSeq = std::int64_t(1) << 62;
constexpr int kMostDisorder = 1000;
constexpr std::size_t kMostPlaces = 10000;

std::string eventsOf(std::int64_t first, std::int64_t last)
{
    return first == last ? "Event " + std::to_string(first)
                         : "Events " + std::to_string(first) + " to " + std::to_string(last);
}

} // namespace

void DamageList::add(std::uint64_t seq, const std::string &what)
{
    if (m_places.size() == kMostPlaces)
        return;
    const auto [place, isNew] = m_places.try_emplace(seq, what);
    // Of the file as a whole there may be more to say than one thing.
    if (!isNew && seq == 0 && place->second.find(what) == std::string::npos)
        place->second += " " + what;
}

std::vector<Damage> DamageList::list() const
{
    std::vector<Damage> all;
    for (const auto &[seq, what] : m_places)
        all.push_back({seq, what});
    return all;
}

std::string DamageList::at(std::uint64_t seq) const
{
    const auto place = m_places.find(seq);
    return place == m_places.end() ? std::string() : place->second;
}

Result<RowWalk> RowWalk::start(Database &database, const std::string &columns,
                               std::uint64_t fromSeq, DamageList &damage)
{
    auto query =
        database.prepare("SELECT seq, " + columns + " FROM events WHERE seq >= ? ORDER BY seq");
    if (!query)
        return fail(query.error());
    const auto from = static_cast<std::int64_t>(std::clamp<std::uint64_t>(fromSeq, 1, kLastSeq));
    return RowWalk(std::move(*query), from, damage);
}

Result<bool> RowWalk::next()
{
    while (true) {
        auto found = m_runs ? seek(-1) : seek(m_next);
        if (!found)
            return fail(found.error());
        m_runs = *found != Found::Damage;
        if (*found == Found::End)
            return false;
        if (*found == Found::Row && accept())
            return true;
        if (*found == Found::Damage || m_disorder > kMostDisorder) {
            const auto skipped = skip();
            if (!skipped || !*skipped)
                return skipped;
        }
    }
}

/// The row that the query is at, if its turn has come.
bool RowWalk::accept()
{
    const Cell cell = m_query.cell(0);
    if (cell.type != Cell::Type::Integer || cell.integer < m_next || cell.integer > kLastSeq) {
        ++m_disorder;
        const bool isNumber = cell.type == Cell::Type::Integer && cell.integer > 0;
        m_damage.add(isNumber ? std::uint64_t(cell.integer) : 0,
                     isNumber ? eventsOf(cell.integer, cell.integer)
                                    + " stands there twice, or in the wrong place."
                              : "There is an event whose number is none.");
        return false;
    }
    if (cell.integer > m_next)
        m_damage.add(std::uint64_t(m_next), eventsOf(m_next, cell.integer - 1)
                                                + (cell.integer - 1 == m_next ? " is" : " are")
                                                + " missing.");
    m_next = cell.integer + 1;
    m_disorder = 0;
    return true;
}

/// The first row with this number or a higher one; -1: the one after the last found.
Result<RowWalk::Found> RowWalk::seek(std::int64_t seq)
{
    if (seq >= 0) {
        m_query.reset();
        m_query.bind(1, seq);
    }
    const auto row = m_query.step();
    if (row)
        return *row ? Found::Row : Found::End;
    if (m_query.hasMetDamage())
        return Found::Damage;
    return fail(row.error());
}

/// False when nothing behind the damaged place can be read.
Result<bool> RowWalk::skip()
{
    m_disorder = 0;
    const std::int64_t first = m_next;
    // The row itself may well be there, when it was the step to it that failed; but each is tried once.
    std::int64_t bad = m_skippedTo == first ? first : first - 1;
    std::int64_t good = 0;
    Found found = Found::Damage;
    while (found == Found::Damage) {
        const std::int64_t at = bad + std::max<std::int64_t>(1, (bad - first) / 64);
        if (at > kLastSeq) {
            m_damage.add(std::uint64_t(first),
                         "Event " + std::to_string(first) + " and all that follow cannot be read.");
            return false;
        }
        const auto tried = seek(at);
        if (!tried)
            return fail(tried.error());
        found = *tried;
        (found == Found::Damage ? bad : good) = at;
    }
    while (good - bad > 1) {
        const std::int64_t at = bad + (good - bad) / 2;
        const auto tried = seek(at);
        if (!tried)
            return fail(tried.error());
        (*tried == Found::Damage ? bad : good) = at;
    }
    m_skippedTo = m_next = good;
    m_runs = false;
    if (good > first)
        m_damage.add(std::uint64_t(first), eventsOf(first, good - 1) + " cannot be read.");
    return true;
}

} // namespace orrery::store
