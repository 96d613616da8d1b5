// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"

#include <memory>
#include <string>
#include <vector>

namespace orrery {

/// One reason why a value does not satisfy a schema.
struct SchemaViolation {
    std::string pointer; ///< JSON pointer of the offending part of the value; empty = all of it
    std::string message; ///< `expected integer, got string`

    bool operator==(const SchemaViolation &) const = default;
};

/// A JSON Schema, to check values that a model wrote. A value, cheap to copy; any thread may use it.
///
/// It knows the keywords that draft-07 and 2020-12 have for values: type, enum, const, the limits of numbers, texts,
/// lists and objects, pattern, properties, patternProperties, additionalProperties, propertyNames, required,
/// dependentRequired, dependentSchemas, items (also as a list), prefixItems, additionalItems, contains, uniqueItems,
/// allOf, anyOf, oneOf, not, if/then/else, OpenAPI's nullable, and $ref to a place or an $anchor in the same schema.
/// All others are ignored, `format` and `unevaluated…` among them. Keywords beside a $ref count too.
class JsonSchema
{
public:
    /// The error names the schema's JSON pointer: a $ref that leads nowhere, an unknown type, a pattern that is none.
    static Result<JsonSchema> compile(Json schema);

    /// Empty when the value satisfies the schema; otherwise the first twenty reasons, in the order of the value.
    /// Checking takes bounded time and stack: a value that needs more has a violation that says so.
    std::vector<SchemaViolation> check(const Json &value) const;

    const Json &json() const;

private:
    struct Parts;
    friend class SchemaReader;
    friend class SchemaCheck;

    explicit JsonSchema(std::shared_ptr<const Parts> parts) : m_parts(std::move(parts)) {}

    std::shared_ptr<const Parts> m_parts;
};

} // namespace orrery
