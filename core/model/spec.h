// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"
#include "core/model/prices.h"
#include "core/model/toolset.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orrery {

/// A model and where it is reached.
struct ModelRef {
    std::string model;     ///< `provider:model`, for example `openai:gpt-4o-mini`
    std::string baseUrl;   ///< empty = the provider's default
    std::string apiKeyEnv; ///< environment variable of the key; empty = the provider's default

    std::string provider() const { return model.substr(0, model.find(':')); }
    std::string modelName() const
    {
        const auto colon = model.find(':');
        return colon == std::string::npos ? model : model.substr(colon + 1);
    }
    bool operator==(const ModelRef &) const = default;
};

/// The six points of an agent's work at which a hook may look on, change something or refuse.
enum class HookPoint {
    SessionStart,
    SessionEnd,
    PreRequest,
    PostResponse,
    PreToolUse,
    PostToolUse
};

/// A hook as the team file describes it: a command that is asked at one point of the agents' work.
struct HookSpec {
    std::string name;
    HookPoint point = HookPoint::PreToolUse;
    std::string command;     ///< a line for the shell; what it gets and answers: docs/TEAM_FILE.md
    std::string tool;        ///< only for this tool; empty = all
    std::string toolPattern; ///< only for tools whose name this regular expression finds
    int priority = 100;      ///< lower ones are asked first
    bool failClosed = false; ///< a failure of the command itself is a refusal
    int timeoutMs = 10000;
};

inline constexpr int kUsualIterations = 25; ///< of a turn

/// How long a failed request is worth waiting for. How often it is made at most: AgentSpec::maxAttempts.
struct RetrySpec {
    /// The longest pause of our own; a longer one that the provider asks for is told, and left to a fallback if there is one.
    long long maxWaitMs = 120000;
    long long maxTotalMs = 600000; ///< for one answer, with what the failed attempts took

    bool operator==(const RetrySpec &) const = default;
};

/// What is done about an agent that makes the same calls again and again.
struct LoopGuardSpec {
    /// Repeats at which its turn ends; 0 = it is not even told; nothing = see loopLimitOf().
    std::optional<int> limit;
    /// Tools that are called again and again for good reason: whoever waits for something asks for it again.
    std::vector<std::string> exclude = {"claim_region"};

    bool operator==(const LoopGuardSpec &) const = default;
};

/// How a conversation is kept smaller than what its model can read at once.
struct ContextRules {
    double compactAt = 0.8;        ///< from this share of it on; 0 = never
    std::int64_t maxTokens = 0;    ///< of the model's context; 0 = as the table of models says
    int keepMessages = 8;          ///< so many of the newest stay as they are, if they have room
    std::size_t resultHead = 4096; ///< bytes that stay of an older result of a tool
    std::size_t resultTail = 1024;
    ModelRef summaryModel; ///< its model is empty: the agent's own

    bool operator==(const ContextRules &) const = default;
};

/// What becomes of the result of a tool that is long: the journal has all of it, the model head and tail.
struct ResultRules {
    std::size_t spillOver = 65536; ///< bytes; 0 = never
    std::size_t head = 8192;
    std::size_t tail = 4096;

    bool operator==(const ResultRules &) const = default;
};

/// An agent as the team file describes it.
struct AgentSpec {
    std::string name;
    std::string role;
    std::string model; ///< `provider:model`, for example `openai:gpt-4o-mini` or `scripted:sample`
    std::string baseUrl; ///< empty = the provider's default
    std::string
        apiKeyEnv;      ///< environment variable that holds the key; empty = the provider's default
    std::string script; ///< for `scripted:` models, absolute path of the script file
    std::string instructions;
    std::vector<std::string>
        attach;         ///< absolute paths of pictures and PDFs that go with the first message
    std::string prompt; ///< what it is asked; `{{task}}` is replaced; empty = the task itself
    bool startsOnMessage = false; ///< waits for a peer's message instead of starting at once
    ToolSet tools = ToolSet::all();
    Json settings = Json::object(); ///< temperature, max_tokens, …, in the provider's terms
    int maxIterations = kUsualIterations;
    std::int64_t reserveTokens = 0; ///< tokens reserved a call; 0 = estimated from the request
    std::optional<double> budgetUsd;
    bool stream = true;
    int timeoutMs = 120000;          ///< between two pieces of an answer
    int connectTimeoutMs = 20000;    ///< until a server is reached
    int firstByteTimeoutMs = 600000; ///< from then on, until an answer begins
    std::string proxy;               ///< URL; `none`; empty = the one of the environment
    std::string caFile;              ///< absolute path
    /// Sent with each request to `model`, not to those of `fallback`. `${NAME}` in a value stands for an environment variable.
    std::vector<std::pair<std::string, std::string>> headers;
    int inactivityTimeoutMs = 0;    ///< idle for so long, it leaves the team; 0 = it stays
    std::vector<ModelRef> fallback; ///< tried in order when a request to `model` fails
    int maxAttempts = 4;            ///< of one request, when its failure may pass
    RetrySpec retry;
    LoopGuardSpec loopGuard;
    bool parallelToolCalls = false; ///< the calls of one answer run side by side, else one by one
    Json outputType;                ///< what the final answer has to be; null = text
    Json structuredOutput = Json::object(); ///< {mode, max_retries} for `outputType`
    ContextRules context;
    ResultRules results;

    std::string provider() const { return model.substr(0, model.find(':')); }
    std::string modelName() const
    {
        const auto colon = model.find(':');
        return colon == std::string::npos ? model : model.substr(colon + 1);
    }
};

/// Somebody who lets an agent take more steps than is usual does not want them to be ended before.
inline int loopLimitOf(const AgentSpec &agent)
{
    constexpr int kUsualLimit = 12;
    return agent.loopGuard.limit.value_or(
        agent.maxIterations > kUsualIterations ? agent.maxIterations : kUsualLimit);
}

enum class LimitPolicy { Refuse, Wait };

/// A store that the agents of a team share beside their memory.
struct SharedStore {
    bool offered = false; ///< its tools are there for agents whose tools are not listed
    std::string path;     ///< SQLite file, relative to the workspace; empty = gone with the run
};

struct TeamLimits {
    std::optional<std::int64_t> rpm; ///< requests a minute
    std::optional<std::int64_t> tpm; ///< tokens a minute
    std::optional<double> budgetUsd;
    LimitPolicy policy = LimitPolicy::Wait;

    bool any() const { return rpm || tpm || budgetUsd; }
};

/// Whether agents may hand tasks to sub-agents, and to how many. A sub-agent has its parent's model unless one is named here.
struct SubAgentLimits {
    int maxDepth = 0;    ///< 0 = no sub-agents; 1 = they have none of their own; …
    int maxParallel = 5; ///< of one agent at once
    int maxTotal = 50;   ///< in a run
    ModelRef model;      ///< its model is empty: the parent's
    std::string script;  ///< for a `scripted:` model, absolute path

    bool any() const { return maxDepth > 0; }
};

/// How a team uses its memory.
struct MemoryUse {
    int inject =
        0; ///< before each turn so many memories that go with it are put into the conversation
    bool reflect = false; ///< after each turn the agent's model is asked what to remember
    /// How texts become vectors: its model is empty for not at all, `lsa` for the built-in embedder.
    ModelRef embedder;
    std::string proxy;  ///< of the embedder's server, as AgentSpec::proxy
    std::string caFile; ///< absolute path
};

/// What a tool call needs before it runs. What is denied, or not among `only` when that is given, is not there at all.
/// Of the others `allow` wins, then `approve` and the mode, then the tool's own default.
struct Permissions {
    std::string mode = "default"; ///< default, permissive, strict: see tools::PermissionPolicy
    std::vector<std::string> allow;
    std::vector<std::string> approve;
    std::vector<std::string> deny;
    std::vector<std::string> denyPrefixes;
    std::vector<std::string> only;
    std::vector<std::string> onlyPrefixes;
    bool allowUnattendedExecute = false;
    std::string sandbox = "auto"; ///< of commands: auto, required, off: see tools::SandboxPolicy
    bool network = true;          ///< commands in a sandbox reach the network
};

/// A team as its file describes it.
struct TeamSpec {
    std::string name;
    std::string description;
    std::string task; ///< default task, may be empty
    std::string file; ///< absolute path of the team file
    std::string
        projectTemplate; ///< absolute path of a folder copied into a new workspace; may be empty
    std::vector<AgentSpec> agents;
    TeamLimits limits;
    std::int64_t claimTtlMs = 300000;
    std::string memoryPath; ///< SQLite file, relative to the workspace; empty = memory only
    MemoryUse memory;
    SharedStore knowledge; ///< the knowledge base
    SharedStore decisions; ///< the decision graph
    Permissions permissions;
    std::vector<HookSpec> hooks;
    SubAgentLimits subAgents;
    ContextRules context; ///< of agents that say nothing of it, as the next
    ResultRules results;
    Json providers;    ///< of its own, in the form of resources/providers.json; null = none
    PriceTable prices; ///< of its own; they go before knownPrice()
    int threads = 8;

    /// Null = unpriced.
    const Price *priceOf(const std::string &model, const ModelTable &models) const
    {
        const auto it = prices.find(model);
        return it != prices.end() ? &it->second : knownPrice(model, models);
    }

    bool scripted() const
    {
        for (const AgentSpec &agent : agents)
            if (agent.provider() == "scripted")
                return true;
        return false;
    }
};

} // namespace orrery
