// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/state/eventquery.h"

#include <optional>
#include <span>

namespace orrery::state {

/// A field as it is written in a query.
struct QueryFieldName {
    QueryField field;
    std::string_view name;
    std::string_view expects; ///< what stands after it, as the end of `expected …`
    bool isCounted;           ///< takes < and >
};
/// Each field once by the name that is offered, then other names that are understood.
std::span<const QueryFieldName> queryFields();
const QueryFieldName *findQueryField(std::string_view name);

/// `2s`, `250ms`, `1.5m`: µs.
std::optional<std::int64_t> parseDuration(std::string_view text);
/// `1000`, `12.4k`, `3M`.
std::optional<std::int64_t> parseAmount(std::string_view text);
/// `0.25`, `$0.25`: 10^-9 dollars.
std::optional<std::int64_t> parseDollars(std::string_view text);
std::optional<Level> parseLevel(std::string_view text);

/// Whether an event of this kind is meant: its name, the first words of it (`tool`, `claim`) or a name with stars.
bool isKind(std::string_view kindName, std::string_view value);

} // namespace orrery::state
