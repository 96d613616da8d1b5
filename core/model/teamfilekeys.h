// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

/// The words of a team file. resources/team.schema.json says the same for editors; a test compares the two.
namespace orrery::teamfile {

inline constexpr std::array<std::string_view, 21> kTeamKeys = {
    "$schema",     "agents",    "claim_ttl_s", "context",    "decisions", "description",
    "hooks",       "knowledge", "limits",      "loop_guard", "memory",    "name",
    "permissions", "prices",    "project",     "providers",  "retry",     "sub_agents",
    "task",        "threads",   "tool_results"};

inline constexpr std::array<std::string_view, 32> kAgentKeys = {"api_key_env",
                                                                "attach",
                                                                "base_url",
                                                                "budget_usd",
                                                                "ca_file",
                                                                "connect_timeout_s",
                                                                "context",
                                                                "fallback",
                                                                "first_byte_timeout_s",
                                                                "headers",
                                                                "inactivity_timeout_s",
                                                                "instructions",
                                                                "loop_guard",
                                                                "max_attempts",
                                                                "max_iterations",
                                                                "model",
                                                                "name",
                                                                "output_type",
                                                                "parallel_tool_calls",
                                                                "prompt",
                                                                "proxy",
                                                                "reserve_tokens",
                                                                "retry",
                                                                "role",
                                                                "script",
                                                                "settings",
                                                                "start",
                                                                "stream",
                                                                "structured_output",
                                                                "timeout_s",
                                                                "tool_results",
                                                                "tools"};

inline constexpr std::array<std::string_view, 3> kFallbackKeys = {"api_key_env", "base_url",
                                                                  "model"};
inline constexpr std::array<std::string_view, 2> kRetryKeys = {"max_total_ms", "max_wait_ms"};
inline constexpr std::array<std::string_view, 2> kLoopGuardKeys = {"exclude", "limit"};
inline constexpr std::array<std::string_view, 8> kHookKeys = {
    "command", "event", "fail_closed", "name", "priority", "timeout_s", "tool", "tool_pattern"};
inline constexpr std::array<std::string_view, 6> kContextKeys = {
    "compact_at", "keep_messages", "max_tokens", "result_head", "result_tail", "summary_model"};
inline constexpr std::array<std::string_view, 3> kResultKeys = {"head", "spill_over", "tail"};
inline constexpr std::array<std::string_view, 2> kStructuredOutputKeys = {"max_retries", "mode"};

inline constexpr std::array<std::string_view, 4> kLimitKeys = {"budget_usd", "policy", "rpm",
                                                               "tpm"};
inline constexpr std::array<std::string_view, 7> kSubAgentKeys = {
    "api_key_env", "base_url", "max_depth", "max_parallel", "max_total", "model", "script"};
inline constexpr std::array<std::string_view, 4> kPriceKeys = {"cache_read", "cache_write", "input",
                                                               "output"};
inline constexpr std::array<std::string_view, 8> kMemoryKeys = {
    "api_key_env", "base_url", "ca_file", "embedder", "inject", "path", "proxy", "reflect"};
inline constexpr std::array<std::string_view, 2> kEmbeddingProviders = {"ollama", "openai"};
/// Of `knowledge` and `decisions`.
inline constexpr std::array<std::string_view, 1> kSharedStoreKeys = {"path"};
inline constexpr std::array<std::string_view, 10> kPermissionKeys = {
    "allow",         "allow_unattended_execute",
    "approve",       "deny",
    "deny_prefixes", "network",
    "only",          "only_prefixes",
    "policy",        "sandbox"};
inline constexpr std::array<std::string_view, 3> kSandboxModes = {"auto", "required", "off"};

inline constexpr std::array<std::string_view, 2> kPolicies = {"wait", "refuse"};
inline constexpr std::array<std::string_view, 3> kPermissionModes = {"default", "permissive",
                                                                     "strict"};
inline constexpr std::array<std::string_view, 6> kHookPoints = {"session_start", "session_end",
                                                                "pre_request",   "post_response",
                                                                "pre_tool_use",  "post_tool_use"};
inline constexpr std::array<std::string_view, 5> kOutputModes = {"auto", "json", "json_schema",
                                                                 "md_json", "tool_call"};
inline constexpr std::array<std::string_view, 2> kStarts = {"immediately", "on_message"};

/// Names of headers that carry keys: they are written with `${NAME}`, never as they stand.
inline constexpr std::array<std::string_view, 6> kKeyHeaderWords = {"auth",   "cookie",  "key",
                                                                    "secret", "session", "token"};
/// Headers that the transport writes itself.
inline constexpr std::array<std::string_view, 9> kTransportHeaders = {
    "accept-encoding",   "connection", "content-length", "content-type", "expect", "host", "te",
    "transfer-encoding", "upgrade"};

/// What providers are told; see docs/TEAM_FILE.md. `extra_body` holds what only a server knows.
inline constexpr std::array<std::string_view, 42> kSettings = {"cached_content",
                                                               "candidate_count",
                                                               "extra_body",
                                                               "frequency_penalty",
                                                               "generationConfig",
                                                               "guided_choice",
                                                               "guided_grammar",
                                                               "guided_json",
                                                               "guided_regex",
                                                               "json_response",
                                                               "json_schema",
                                                               "logit_bias",
                                                               "logprobs",
                                                               "max_completion_tokens",
                                                               "max_tokens",
                                                               "metadata",
                                                               "n",
                                                               "native_tools",
                                                               "parallel_tool_calls",
                                                               "presence_penalty",
                                                               "prompt_cache_key",
                                                               "prompt_caching",
                                                               "reasoning_effort",
                                                               "regex",
                                                               "response_format",
                                                               "response_modalities",
                                                               "safety_settings",
                                                               "seed",
                                                               "service_tier",
                                                               "stop",
                                                               "stop_sequences",
                                                               "stream_options",
                                                               "temperature",
                                                               "thinking",
                                                               "thinking_config",
                                                               "tool_choice",
                                                               "tool_config",
                                                               "top_k",
                                                               "top_logprobs",
                                                               "top_p",
                                                               "user",
                                                               "verbosity"};

inline constexpr std::array<std::string_view, 35> kTools = {"read_file",
                                                            "write_file",
                                                            "edit_file",
                                                            "glob",
                                                            "grep",
                                                            "bash",
                                                            "read_result",
                                                            "claim_region",
                                                            "extend_claim",
                                                            "release_region",
                                                            "share_discovery",
                                                            "peer_message",
                                                            "broadcast_message",
                                                            "delegate_task",
                                                            "spawn_agents",
                                                            "list_team",
                                                            "remember",
                                                            "recall",
                                                            "forget",
                                                            "kb_search",
                                                            "kb_read",
                                                            "kb_list",
                                                            "kb_ingest",
                                                            "kb_next_document",
                                                            "kb_add_entry",
                                                            "kb_link",
                                                            "kb_backlinks",
                                                            "kb_health_check",
                                                            "kb_generate",
                                                            "add_goal",
                                                            "record_decision",
                                                            "record_outcome",
                                                            "update_decision",
                                                            "supersede_decision",
                                                            "query_decisions"};

inline constexpr std::int64_t kMaxClaimTtlS = 86400;
inline constexpr std::int64_t kMaxThreads = 64;
inline constexpr std::int64_t kMaxIterations = 1000;
inline constexpr std::int64_t kMaxTimeoutS = 3600;
inline constexpr std::int64_t kMaxInjected = 50;
inline constexpr std::int64_t kMaxInactivityS = 604800;
inline constexpr std::int64_t kMaxSubAgentDepth = 5;
inline constexpr std::int64_t kMaxSubAgentsAtOnce = 50;
inline constexpr std::int64_t kMaxSubAgents = 1000;
inline constexpr std::int64_t kMaxHookTimeoutS = 600;
inline constexpr std::int64_t kMaxAttempts = 10;
inline constexpr std::int64_t kMaxRetryMs = 86400000;
inline constexpr std::int64_t kMaxRepeats = 1000;
inline constexpr std::int64_t kMaxOutputRetries = 10;
inline constexpr std::int64_t kMinContextTokens = 1000;
inline constexpr std::int64_t kMaxKeptMessages = 1000;
inline constexpr std::int64_t kMinKeptBytes = 64; ///< of a result that is shortened
inline constexpr std::int64_t kMaxKeptBytes = 1024 * 1024;

} // namespace orrery::teamfile
