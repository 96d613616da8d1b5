// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

/// The words of a team file. resources/team.schema.json says the same for editors; a test compares the two.
namespace orrery::teamfile {

inline constexpr std::array<std::string_view, 11> kTeamKeys = {
    "$schema", "agents",      "claim_ttl_s", "description", "limits", "memory",
    "name",    "permissions", "project",     "task",        "threads"};

inline constexpr std::array<std::string_view, 16> kAgentKeys = {
    "api_key_env", "base_url", "budget_usd",     "instructions", "max_iterations", "model",
    "name",        "prompt",   "reserve_tokens", "role",         "script",         "settings",
    "start",       "stream",   "timeout_s",      "tools"};

inline constexpr std::array<std::string_view, 4> kLimitKeys = {"budget_usd", "policy", "rpm",
                                                               "tpm"};
inline constexpr std::array<std::string_view, 1> kMemoryKeys = {"path"};
inline constexpr std::array<std::string_view, 3> kPermissionKeys = {"allow", "approve", "deny"};

inline constexpr std::array<std::string_view, 2> kPolicies = {"wait", "refuse"};
inline constexpr std::array<std::string_view, 2> kStarts = {"immediately", "on_message"};

inline constexpr std::array<std::string_view, 14> kProviders = {
    "scripted", "openai", "anthropic", "gemini",   "groq", "mistral", "openrouter",
    "together", "ollama", "lmstudio",  "llamacpp", "vllm", "sglang",  "custom"};

inline constexpr std::array<std::string_view, 15> kTools = {"read_file",
                                                            "write_file",
                                                            "edit_file",
                                                            "glob",
                                                            "grep",
                                                            "bash",
                                                            "claim_region",
                                                            "release_region",
                                                            "share_discovery",
                                                            "peer_message",
                                                            "broadcast_message",
                                                            "list_team",
                                                            "remember",
                                                            "recall",
                                                            "forget"};

inline constexpr std::int64_t kMaxClaimTtlS = 86400;
inline constexpr std::int64_t kMaxThreads = 64;
inline constexpr std::int64_t kMaxIterations = 1000;
inline constexpr std::int64_t kMaxTimeoutS = 3600;

} // namespace orrery::teamfile
