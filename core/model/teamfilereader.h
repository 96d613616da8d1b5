// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/jsonobjectreader.h"
#include "core/model/spec.h"

#include <filesystem>
#include <string>
#include <vector>

namespace orrery::teamfile {

/// The file's own folder: relative paths start there.
std::filesystem::path absoluteIn(const std::filesystem::path &folder, const std::string &path);

AgentSpec readAgent(const Json &json, const std::string &pointer,
                    const std::filesystem::path &folder, Mistake &mistake);

/// What of `embedder`, `base_url` and `api_key_env` there is; absent = none.
ModelRef readEmbedder(JsonObjectReader &in);

/// Absent = no sub-agents.
SubAgentLimits readSubAgents(JsonObjectReader &in, const std::filesystem::path &folder,
                             Mistake &mistake);

/// The hooks of a team; absent = none.
std::vector<HookSpec> readHooks(JsonObjectReader &in, Mistake &mistake);

/// Reports the first place where a key stands in the file itself, be it by the name of a field or
/// by its looks. The message does not repeat it.
void refuseCredentials(const Json &json, const std::string &pointer, Mistake &mistake);

} // namespace orrery::teamfile
