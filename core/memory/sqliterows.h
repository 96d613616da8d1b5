// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/memoryfilter.h"
#include "core/store/sqlite.h"

namespace orrery::memory {

/// The columns of an entry but for its embedding, as entryOf() reads them.
inline constexpr const char *kEntryColumns =
    "id, content, type, importance, evergreen, scope, agent_id, session_id, user_id, namespace,"
    " metadata, created_ms, updated_ms, accessed_ms, access_count";
inline constexpr int kEntryColumnCount = 15;

MemoryEntry entryOf(const store::Statement &row);

/// Vectors of one embedder must be comparable: an error when others than that of this entry have another number of values.
Result<void> checkDimension(store::Database &database, const std::string &id,
                            const std::string &embedder, std::size_t values);

/// Inserts the entry or replaces the one with its id; within a transaction. Error when its embedding has another number
/// of values than those of its embedder.
Result<void> writeEntry(store::Database &database, const MemoryEntry &entry);

/// Selects from the rows that the filter selects; each condition has an index. `tail` is put behind the conditions.
Result<store::Statement> selectWhere(store::Database &database, const char *columns,
                                     const Filter &filter, const std::string &tail);

} // namespace orrery::memory
