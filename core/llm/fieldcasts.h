// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::llm {

/// The type of one field that a model fills in: string, integer, float, boolean, map, date, utc_datetime,
/// naive_datetime, decimal, or `array:` and one of these. An unknown name counts as string.
struct FieldType {
    std::string name; ///< without `array:`
    int listDepth = 0;

    static FieldType fromName(std::string_view name);
    bool operator==(const FieldType &) const = default;
};

/// The JSON Schema that a model is shown for it.
Json fieldSchema(const FieldType &type);

/// The value in its type, read as generously as people expect of a form: `"12"` is an integer, `"1"` is true, a time
/// has a date. Times come as ISO 8601 without fractions, decimals as text, since a double would round them. Null when
/// nothing was filled in (null or a blank text); nothing when the value cannot be meant.
std::optional<Json> castField(const Json &value, const FieldType &type);

} // namespace orrery::llm
