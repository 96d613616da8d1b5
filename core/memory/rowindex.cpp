// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/rowindex.h"

#include <algorithm>
#include <limits>

namespace orrery::memory {

void RowIndex::add(Row row, const MemoryEntry &entry)
{
    for (const std::string &term : indexTerms(entry))
        m_rows[term].push_back(row);
    const std::pair item(entry.createdMs, row);
    m_byCreation.insert(std::upper_bound(m_byCreation.begin(), m_byCreation.end(), item), item);
}

void RowIndex::remove(Row row, const MemoryEntry &entry)
{
    for (const std::string &term : indexTerms(entry)) {
        std::vector<Row> &rows = m_rows[term];
        if (const auto at = std::lower_bound(rows.begin(), rows.end(), row);
            at != rows.end() && *at == row)
            rows.erase(at);
        if (rows.empty())
            m_rows.erase(term);
    }
    const std::pair item(entry.createdMs, row);
    if (const auto at = std::lower_bound(m_byCreation.begin(), m_byCreation.end(), item);
        at != m_byCreation.end() && *at == item)
        m_byCreation.erase(at);
}

void RowIndex::clear()
{
    m_rows.clear();
    m_byCreation.clear();
}

const std::vector<RowIndex::Row> &RowIndex::rowsWith(const std::string &term) const
{
    static const std::vector<Row> none;
    const auto found = m_rows.find(term);
    return found == m_rows.end() ? none : found->second;
}

std::optional<std::vector<RowIndex::Row>> RowIndex::candidates(const Filter &filter) const
{
    if (filter.selectsAll())
        return std::nullopt;
    if (filter.unknownField)
        return std::vector<Row>();
    const std::vector<Row> *fewest = nullptr;
    const auto consider = [&](const std::vector<Row> &rows) {
        if (!fewest || rows.size() < fewest->size())
            fewest = &rows;
    };
    for (const Filter::FieldIs &condition : filter.fields)
        consider(rowsWith(indexTerm(condition.field, condition.value)));
    if (filter.evergreen)
        consider(rowsWith(evergreenTerm(*filter.evergreen)));
    if (filter.type)
        consider(rowsWith(typeTerm(*filter.type)));

    std::vector<Row> own;
    if (filter.scope) {
        const std::vector<Row> &mine = rowsWith(scopeTerm(*filter.scope));
        const std::vector<Row> &shared = rowsWith(scopeTerm(""));
        if (filter.scope->empty()) {
            consider(shared);
        } else if (!fewest || mine.size() + shared.size() < fewest->size()) {
            own.resize(mine.size() + shared.size());
            std::merge(mine.begin(), mine.end(), shared.begin(), shared.end(), own.begin());
            fewest = &own;
        }
    }
    if (filter.createdFromMs || filter.createdToMs) {
        using Limits = std::numeric_limits<std::int64_t>;
        const auto from =
            std::lower_bound(m_byCreation.begin(), m_byCreation.end(),
                             std::pair(filter.createdFromMs.value_or(Limits::min()), Row(0)));
        const auto to =
            std::upper_bound(from, m_byCreation.end(),
                             std::pair(filter.createdToMs.value_or(Limits::max()), ~Row(0)));
        if (!fewest || static_cast<std::size_t>(to - from) < fewest->size()) {
            std::vector<Row> rows;
            for (auto item = from; item != to; ++item)
                rows.push_back(item->second);
            std::sort(rows.begin(), rows.end());
            return rows;
        }
    }
    return fewest ? std::optional(*fewest) : std::nullopt;
}

} // namespace orrery::memory
