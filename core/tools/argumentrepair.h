// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace orrery::tools {

/// Arguments after what a model often gets wrong, and what it surely means, was put right.
struct MendedArguments {
    Json arguments;
    std::vector<std::string> mended; ///< what was done, a phrase each; empty = nothing
};

/// The arguments that a model wrote as a text which is no JSON object as it stands: an empty list, `null` or nothing is
/// no arguments, and an object that was encoded twice is an object. Else the answer for the model (a text): whether the text
/// breaks off (`answerWasCut`: the model had reached its limit of output), is not JSON, or is JSON of another kind, and what to do.
std::variant<MendedArguments, std::string> readArgumentText(std::string_view text,
                                                            bool answerWasCut);

/// What a model is told of a call that came without the arguments it was about to write.
std::string cutArgumentsAnswer(std::size_t length);

/// Against a JSON Schema, at every depth: a null for what is optional is left out, a whole number that was written as 2.0
/// is an integer, a text that holds a list or an object where one is expected is that. Anything else stays, to be refused
/// with its reason. Linear.
MendedArguments mendArguments(Json arguments, const Json &schema);

} // namespace orrery::tools
