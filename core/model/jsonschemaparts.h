// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/jsonschema.h"

#include <QRegularExpression>

#include <unordered_map>

namespace orrery {

/// What was looked up in a schema once, so that a check only reads. Of use to the schema's own sources only.
struct JsonSchema::Parts {
    Json root;
    std::unordered_map<std::string, const Json *> refs; ///< where each $ref leads, within `root`
    std::unordered_map<std::string, QRegularExpression> patterns; ///< by their text in the schema
};

/// The value of a keyword, null when there is none.
inline const Json *keyword(const Json &schema, const char *name)
{
    const auto it = schema.find(name);
    return it == schema.end() ? nullptr : &*it;
}

} // namespace orrery
