// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <algorithm>
#include <regex>
#include <string>

namespace orrery::test {

/// As much of JSON Schema as resources/team.schema.json uses. Keywords that it does not know make
/// it throw, so that the schema cannot outgrow it unnoticed.
class SchemaCheck
{
public:
    explicit SchemaCheck(const Json &root) : m_root(root) {}

    /// The pointer of the first place that does not fit, or an empty string.
    std::string firstOffence(const Json &value) const { return check(value, m_root, "/"); }

private:
    std::string check(const Json &value, const Json &schema, const std::string &at) const
    {
        for (const auto &[keyword, rule] : schema.items()) {
            const std::string offence = apply(keyword, rule, value, schema, at);
            if (!offence.empty())
                return offence;
        }
        return {};
    }

    std::string apply(const std::string &keyword, const Json &rule, const Json &value,
                      const Json &schema, const std::string &at) const
    {
        static constexpr const char *kNotes[] = {"$schema", "$defs", "title", "description",
                                                 "default"};
        if (std::find(std::begin(kNotes), std::end(kNotes), keyword) != std::end(kNotes))
            return {};
        if (keyword == "$ref")
            return check(value, m_root.at(Json::json_pointer(rule.get<std::string>().substr(1))),
                         at);
        if (keyword == "properties" || keyword == "items")
            return checkChildren(keyword, rule, value, at);
        if (keyword == "additionalProperties" && rule.is_object())
            return checkOthers(rule, value, schema, at);
        return fits(keyword, rule, value, schema) ? std::string() : at;
    }

    /// The values of the keys that `properties` does not name.
    std::string checkOthers(const Json &rule, const Json &value, const Json &schema,
                            const std::string &at) const
    {
        if (!value.is_object())
            return {};
        for (const auto &[key, child] : value.items()) {
            if (schema.contains("properties") && schema["properties"].contains(key))
                continue;
            const std::string offence = check(child, rule, at + key + "/");
            if (!offence.empty())
                return offence;
        }
        return {};
    }

    std::string checkChildren(const std::string &keyword, const Json &rule, const Json &value,
                              const std::string &at) const
    {
        const bool wantsArray = keyword == "items";
        if (wantsArray ? !value.is_array() : !value.is_object())
            return {};
        for (const auto &[key, child] : value.items()) {
            if (!wantsArray && !rule.contains(key))
                continue;
            const std::string offence =
                check(child, wantsArray ? rule : rule.at(key), at + key + "/");
            if (!offence.empty())
                return offence;
        }
        return {};
    }

    bool fits(const std::string &keyword, const Json &rule, const Json &value,
              const Json &schema) const
    {
        if (keyword == "type")
            return hasType(value, rule.get<std::string>());
        if (keyword == "enum")
            return std::find(rule.begin(), rule.end(), value) != rule.end();
        if (keyword == "const")
            return value == rule;
        if (keyword == "not")
            return !check(value, rule, "/").empty();
        if (keyword == "anyOf")
            return std::any_of(rule.begin(), rule.end(), [&](const Json &choice) {
                return check(value, choice, "/").empty();
            });
        if (keyword == "minimum")
            return !value.is_number() || value >= rule;
        if (keyword == "maximum")
            return !value.is_number() || value <= rule;
        if (keyword == "exclusiveMinimum")
            return !value.is_number() || value > rule;
        if (keyword == "minItems")
            return !value.is_array() || value.size() >= rule.get<std::size_t>();
        if (keyword == "minLength")
            return !value.is_string() || value.get<std::string>().size() >= rule.get<std::size_t>();
        if (keyword == "pattern")
            return !value.is_string()
                   || std::regex_search(value.get<std::string>(),
                                        std::regex(rule.get<std::string>()));
        if (keyword == "uniqueItems")
            return !value.is_array() || isUnique(value);
        if (keyword == "required")
            return !value.is_object()
                   || std::all_of(rule.begin(), rule.end(), [&](const Json &key) {
                          return value.contains(key.get<std::string>());
                      });
        if (keyword == "additionalProperties")
            return !value.is_object() || onlyKnownKeys(value, schema.at("properties"));
        throw std::runtime_error("unknown schema keyword " + keyword);
    }

    static bool hasType(const Json &value, const std::string &type)
    {
        return type == "object"    ? value.is_object()
               : type == "array"   ? value.is_array()
               : type == "string"  ? value.is_string()
               : type == "integer" ? value.is_number_integer()
               : type == "number"  ? value.is_number()
                                   : type == "boolean" && value.is_boolean();
    }

    static bool isUnique(const Json &list)
    {
        for (std::size_t i = 1; i < list.size(); ++i) {
            if (std::find(list.begin(), list.begin() + std::ptrdiff_t(i), list[i])
                != list.begin() + std::ptrdiff_t(i))
                return false;
        }
        return true;
    }

    static bool onlyKnownKeys(const Json &value, const Json &properties)
    {
        for (const auto &[key, child] : value.items()) {
            if (!properties.contains(key))
                return false;
        }
        return true;
    }

    const Json &m_root;
};

} // namespace orrery::test
