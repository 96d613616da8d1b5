// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/event.h"

#include <cstdint>
#include <string>

namespace orrery {

/// On standard output: as JSON, or a line for a person if it is worth one.
void printEvent(const Event &event, bool json);

/// Prints a journal, and on standard error how each run ended and what is damaged. `isFollowed`: goes on with what is
/// written until the latest run has ended, or its writer has. `query`: only events that match it (core/state/eventquery.h);
/// empty = all.
Result<void> printJournal(const std::string &path, bool json, bool isFollowed,
                          const std::string &query = {});

/// An error if a journal does not hold all events up to this one.
Result<void> checkJournal(const std::string &path, std::uint64_t last);

} // namespace orrery
