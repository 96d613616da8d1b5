// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/jsonschemaparts.h"

#include <string_view>

namespace orrery {

/// One check of one value. Of use to JsonSchema only.
class SchemaCheck
{
public:
    explicit SchemaCheck(const JsonSchema::Parts &parts) : m_parts(parts) {}

    void run(const Json &value);
    std::vector<SchemaViolation> take() { return std::move(m_violations); }

private:
    using Violations = std::vector<SchemaViolation>;
    struct Noun {
        const char *one;
        const char *many;
    };

    void check(const Json &schema, const Json &value);
    void checkKeywords(const Json &schema, const Json &value);
    /// With what keeps the value from satisfying the schema, which is not reported.
    Violations without(const Json &schema, const Json &value);
    bool satisfies(const Json &schema, const Json &value) { return without(schema, value).empty(); }
    void checkPart(const Json &schema, const Json &value, std::string_view key);
    void follow(const std::string &reference, const Json &value);

    void checkType(const Json &schema, const Json &value);
    void checkValue(const Json &schema, const Json &value);
    void checkNumber(const Json &schema, const Json &value);
    void checkText(const Json &schema, const std::string &text);
    void checkList(const Json &schema, const Json &list);
    void checkItems(const Json &schema, const Json &list);
    void checkUnique(const Json &list);
    void checkContains(const Json &schema, const Json &list);
    void checkObject(const Json &schema, const Json &object);
    void checkProperty(const Json &schema, const std::string &key, const Json &value);
    void checkRequired(const Json &names, const Json &object, const std::string &because);
    void checkDependents(const Json &schema, const Json &object);
    void checkCombined(const Json &schema, const Json &value);
    void checkAnyOf(const Json &list, const Json &value);
    void checkOneOf(const Json &list, const Json &value);
    /// `expected at least 3 items, got 2`, for the two keywords that limit a count.
    void checkCount(const Json &schema, const char *min, const char *max, std::size_t count,
                    Noun noun);

    /// A value as a message shows it.
    static std::string shortened(const Json &value);
    bool matches(const std::string &pattern, const std::string &text) const;
    void report(std::string message) { report(m_pointer, std::move(message)); }
    void report(std::string pointer, std::string message);

    const JsonSchema::Parts &m_parts;
    Violations m_violations;
    std::string m_pointer;                                          ///< of the value being checked
    std::vector<std::pair<const Json *, const Json *>> m_following; ///< schemas and their values
    int m_depth = 0;
    int m_steps = 0;
    bool m_isTooMuch = false;
};

} // namespace orrery
