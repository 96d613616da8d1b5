// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/searchoutcome.h"

namespace orrery::memory {

/// The data of a MemorySearched event (core/model/event.h; each field in docs/MEMORY.md).
Json toJson(const SearchQuery &query, const SearchOutcome &outcome);

/// What an event holds of an outcome, enough to rank it again with rerank(). Fields that are missing or of another kind
/// take their defaults: a journal may come from elsewhere.
SearchOutcome outcomeFromJson(const Json &data);

/// The search that an event tells of, to be made again.
SearchQuery queryFromJson(const Json &data);

/// Those fields of `data` that another ranking of the same candidates changes.
void writeRanking(Json &data, const SearchOutcome &outcome);

/// {id, content, type, importance, scope, evergreen, metadata, agent_id…} of a MemoryStored event; what is absent or as
/// usual is left out of the last three.
Json toJson(const MemoryEntry &entry);

} // namespace orrery::memory
