// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/journal.h"

namespace orrery::store {

struct JournalCopy {
    std::uint64_t events = 0;
    std::vector<Damage> damage; ///< of the original; what it says is left out is not in the copy
};

/// Writes all that can be read of a journal of any format into a new one of the newest, and leaves the original as it is.
/// Errors: there is something by the name of the copy already, or either file cannot be read or written; then there is no
/// copy.
Result<JournalCopy> copyJournal(const std::string &from, const std::string &to);

} // namespace orrery::store
