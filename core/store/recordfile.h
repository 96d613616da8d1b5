// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/sqlite.h"

#include <functional>
#include <string>
#include <vector>

namespace orrery::store {

/// A kind of SQLite file that keeps records.
struct RecordFormat {
    std::string what;               ///< for messages: `a knowledge base of Orrery`
    std::int64_t applicationId = 0; ///< by which a file is known to be of this kind
    /// Statement i brings a file of format i to format i + 1; the number is the file's user_version.
    std::vector<std::string> migrations;
};

/// Opens such a file, makes it when there is none, and brings an old one to the newest format in one transaction. A
/// file of another kind, or of a newer format, is refused and left as it is.
Result<Database> openRecordFile(const std::string &path, const RecordFormat &format);

/// Calls `read` with every row that `sql` gives.
Result<void> eachRow(Database &database, const std::string &sql,
                     const std::function<void(const Statement &)> &read);

/// Runs `write` between BEGIN and COMMIT; an error of either undoes all of it.
Result<void> inTransaction(Database &database, const std::function<Result<void>()> &write);

} // namespace orrery::store
