// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/jsonfields.h"

#include <cmath>
#include <limits>

namespace orrery::field {

const Json *find(const Json &object, const char *key)
{
    if (!object.is_object())
        return nullptr;
    const auto it = object.find(key);
    return it == object.end() || it->is_null() ? nullptr : &*it;
}

const Json &at(const Json &object, const char *key)
{
    static const Json none;
    const Json *value = find(object, key);
    return value ? *value : none;
}

std::optional<std::string> text(const Json &object, const char *key)
{
    const Json *value = find(object, key);
    if (!value || !value->is_string())
        return std::nullopt;
    return value->get<std::string>();
}

std::optional<double> number(const Json &object, const char *key)
{
    const Json *value = find(object, key);
    if (!value || !value->is_number() || !std::isfinite(value->get<double>()))
        return std::nullopt;
    return value->get<double>();
}

std::optional<std::int64_t> integer(const Json &object, const char *key)
{
    const Json *value = find(object, key);
    if (!value || !value->is_number_integer())
        return std::nullopt;
    if (value->is_number_unsigned()
        && value->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
        return std::nullopt;
    return value->get<std::int64_t>();
}

std::vector<std::string> texts(const Json &object, const char *key)
{
    std::vector<std::string> list;
    if (const Json *value = find(object, key); value && value->is_array())
        for (const Json &item : *value)
            if (item.is_string())
                list.push_back(item.get<std::string>());
    return list;
}

} // namespace orrery::field
