// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/sqlite.h"

#include <optional>
#include <vector>

namespace orrery::memory {

/// What was changed in a memory file, by whichever connection: its triggers number each change of an entry that an index
/// in memory would have to follow. The last 16,384 are kept. Used by one thread at a time.
class ChangeLog
{
public:
    struct Change {
        std::int64_t row;
        int rows;    ///< 1 = added, -1 = removed, 0 = written anew
        int vectors; ///< so many more rows have a vector
    };

    /// The database must outlive it.
    explicit ChangeLog(store::Database &database) : m_database(database) {}

    /// From here on; to be called in the transaction in which the rest of the file is read.
    Result<void> begin();
    /// What came since begin() or the last call, in order; nothing when more came than is kept, so that all must be read
    /// again. O(changes).
    Result<std::optional<std::vector<Change>>> news();

private:
    store::Database &m_database;
    store::Statement m_select;
    bool m_isPrepared = false;
    std::int64_t m_seen = 0; ///< number of the last change that was told
};

} // namespace orrery::memory
