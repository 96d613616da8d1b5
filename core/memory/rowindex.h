// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/memoryfilter.h"

#include <unordered_map>

namespace orrery::memory {

/// Which rows of a store hold which value, so that a filter touches the rows that it selects and few others.
class RowIndex
{
public:
    using Row = std::uint32_t;

    /// Rows are added in rising order.
    void add(Row row, const MemoryEntry &entry);
    void remove(Row row, const MemoryEntry &entry);
    void clear();

    /// The rows that meet the condition which fewest rows meet, in rising order; the other conditions are still to be
    /// checked. Nothing when no condition is set, so that all rows are meant.
    std::optional<std::vector<Row>> candidates(const Filter &filter) const;

private:
    const std::vector<Row> &rowsWith(const std::string &term) const;

    std::unordered_map<std::string, std::vector<Row>> m_rows; ///< by indexTerm()
    std::vector<std::pair<std::int64_t, Row>> m_byCreation;   ///< sorted
};

} // namespace orrery::memory
