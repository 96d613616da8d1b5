// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Reading fields of an object that anybody may have written: what is missing or of another type is nothing.
namespace orrery::field {

const Json *find(const Json &object,
                 const char *key); ///< null when absent, null, or `object` is no object
const Json &at(const Json &object,
               const char *key); ///< a null in place of what find() does not find
std::optional<std::string> text(const Json &object, const char *key);
std::optional<double> number(const Json &object, const char *key); ///< finite
std::optional<std::int64_t> integer(const Json &object, const char *key);
std::vector<std::string> texts(const Json &object, const char *key); ///< the texts of a list
/// The value as JSON, null for nothing.
template <typename T>
Json orNull(const std::optional<T> &value)
{
    return value ? Json(*value) : Json();
}

} // namespace orrery::field
