// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/secrets.h"
#include "core/model/json.h"
#include "core/model/modeltable.h"
#include "core/model/spec.h"

#include <memory>

namespace orrery::runtime {

/// The keys of all providers that we know, as far as they are set.
std::shared_ptr<Secrets> providerKeys(const ModelTable &models = ModelTable::own());
/// Those, and all that a team's file names: of agents and what they fall back on, of sub-agents, of the embedder.
std::shared_ptr<Secrets> keysOf(const TeamSpec &team, const ModelTable &models);
/// The keys of one agent more.
void addKeys(Secrets &secrets, const AgentSpec &agent);

/// Masks every text in a value, at any depth.
void maskTexts(Json &value, const Secrets &secrets);

} // namespace orrery::runtime
