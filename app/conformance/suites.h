// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <functional>
#include <map>
#include <string>
#include <utility>

namespace orrery::conformance {

/// Runs the input of a case and gives what its `expect` should be.
using Runner = std::function<Json(const Json &input)>;
/// By suite and op.
using Runners = std::map<std::pair<std::string, std::string>, Runner>;

void addModelSuites(
    Runners &runners); ///< tool_schema, message_encode, response_decode, context_update
void addStreamSuites(Runners &runners);     ///< stream_decode
void addTeamSuites(Runners &runners);       ///< claims, rate_limiter
void addContextSuites(Runners &runners);    ///< context
void addStructuredSuites(Runners &runners); ///< structured_output

/// An error in the form of the cases.
Json raised(const std::string &message);

} // namespace orrery::conformance
