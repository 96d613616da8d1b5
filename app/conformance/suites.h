// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/chunkdecode.h"
#include "core/llm/streamassembler.h"
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

/// tool_schema, message_encode, response_decode, context_update
void addModelSuites(Runners &runners);
/// stream_decode
void addStreamSuites(Runners &runners);
/// claims, rate_limiter
void addTeamSuites(Runners &runners);
/// tool_validation
void addToolSuites(Runners &runners);
/// guards: paths, URLs, permissions, input, prompt templates
void addGuardSuites(Runners &runners);
/// provider_request; of guards: model_parse, retry_info, fallback_*
void addProviderSuites(Runners &runners);
/// context
void addContextSuites(Runners &runners);
/// structured_output
void addStructuredSuites(Runners &runners);
/// knowledge_base, decisions
void addGraphSuites(Runners &runners);
/// agent_loop
void addLoopSuite(Runners &runners);

/// jaro, memory_search
void addMemorySuites(Runners &runners);

/// A stream as it is told to a caller that wants every event and one end.
Json streamTranscript(const std::vector<llm::StreamEvent> &events);

/// An error in the form of the cases.
Json raised(const std::string &message);

} // namespace orrery::conformance
