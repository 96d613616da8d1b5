// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelprofile.h"
#include "core/model/json.h"

#include <cstdint>
#include <optional>

namespace orrery::llm {

/// Reserved for the answer of a model of which nothing is known, when no limit is set.
inline constexpr std::int64_t kAssumedOutputTokens = 4096;

/// The most that an answer may have, in tokens: what the settings say, else the model's own limit, else the assumed one.
std::int64_t outputLimitOf(const ModelProfile &profile, const Json &settings);

/// A limit that lets an answer be longer than that of `settings`: the model's own, or four times as much where that is not
/// known. Nothing = the model has all the room that it can have.
std::optional<std::int64_t> largerOutputLimit(const ModelProfile &profile, const Json &settings);

/// Puts a limit in the place of the one that is there, whatever its name.
void setOutputLimit(Json &settings, std::int64_t tokens);

} // namespace orrery::llm
