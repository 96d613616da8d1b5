// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/jsonobjectreader.h"
#include "core/model/modeltable.h"
#include "core/model/spec.h"

#include <filesystem>
#include <string>
#include <vector>

namespace orrery::teamfile {

/// The file's own folder: relative paths start there.
std::filesystem::path absoluteIn(const std::filesystem::path &folder, const std::string &path);

/// When an agent gives up: what a team says for all, and each agent for itself.
struct Persistence {
    RetrySpec retry;
    LoopGuardSpec loopGuard;
};
/// What of `retry` and `loop_guard` there is replaces what is set.
void readPersistence(JsonObjectReader &in, Persistence &persistence, Mistake &mistake);

/// `team`: what it says of the conversations and results of all its agents has been read; `usual`: when they give up.
/// `models`: the table with the team's own providers.
AgentSpec readAgent(const Json &json, const std::string &pointer,
                    const std::filesystem::path &folder, const ModelTable &models,
                    const TeamSpec &team, Persistence usual, Mistake &mistake);

/// How an agent's servers are reached: proxy, authorities, headers, time limits.
/// `proxy` and `ca_file`.
void readProxy(JsonObjectReader &in, std::string &proxy, std::string &caFile,
               const std::filesystem::path &folder);
void readRoute(JsonObjectReader &in, AgentSpec &agent, const std::filesystem::path &folder,
               Mistake &mistake);

/// `context` and `tool_results`, of the team or of one agent; what they leave out stays as it is.
void readContextRules(JsonObjectReader &in, ContextRules &rules, const ModelTable &models,
                      Mistake &mistake);
void readResultRules(JsonObjectReader &in, ResultRules &rules, Mistake &mistake);

/// What of `embedder`, `base_url` and `api_key_env` there is; absent = none.
ModelRef readEmbedder(JsonObjectReader &in);

/// Absent = no sub-agents.
SubAgentLimits readSubAgents(JsonObjectReader &in, const std::filesystem::path &folder,
                             const ModelTable &models, Mistake &mistake);

/// The hooks of a team; absent = none.
std::vector<HookSpec> readHooks(JsonObjectReader &in, Mistake &mistake);

/// Reports the first place where a key stands in the file itself, be it by the name of a field or
/// by its looks. The message does not repeat it.
void refuseCredentials(const Json &json, const std::string &pointer, Mistake &mistake);

} // namespace orrery::teamfile
