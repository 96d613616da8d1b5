// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"

#include <string>
#include <vector>

namespace orrery::tools {

/// An argument that is not what the schema says.
struct ArgumentMismatch {
    std::string path;     ///< `a.b[0]`
    std::string expected; ///< a type, or the JSON of the values there are to choose from
    std::string actual;   ///< a type, or the JSON of the value
    bool ofChoice = false;
};

/// What is wrong with the arguments of a call. Nothing is looked at closer while something required is missing.
struct ArgumentProblems {
    std::vector<std::string> missing; ///< in the order of the schema
    std::vector<ArgumentMismatch> mismatches;

    bool any() const { return !missing.empty() || !mismatches.empty(); }
    /// What the model sees, for example `Missing required parameters: a, b`; empty when there is none.
    std::string text() const;
};

/// Holds arguments against a JSON Schema: what is required at the top level, then types and enums, depth-first in the
/// order of the keys. A schema that is no object, unknown types and other keywords accept everything. Linear.
ArgumentProblems checkArguments(const Json &arguments, const Json &schema);

/// The same as an error (InvalidArgument) with that text.
Result<void> validateArguments(const Json &arguments, const Json &schema);

/// A line for the model about each argument that the schema does not have, at any depth, with what is there instead; empty
/// when all are known. An object whose schema names no properties, or allows others, may hold anything.
std::string unknownParameters(const Json &arguments, const Json &schema);

} // namespace orrery::tools
