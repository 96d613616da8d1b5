// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/strictjson.h"
#include "core/model/teamfilekeys.h"
#include "core/model/teamfilereader.h"

#include <algorithm>
#include <cctype>
#include <system_error>

namespace orrery::teamfile {
namespace {

constexpr std::size_t kLongestName = 64;

bool isAgentName(std::string_view name)
{
    return !name.empty() && name.size() <= kLongestName
           && std::isalnum(static_cast<unsigned char>(name.front()))
           && std::all_of(name.begin(), name.end(), [](unsigned char c) {
                  return c < 0x80 && (std::isalnum(c) || c == '_' || c == '-' || c == '.');
              });
}

/// Upper case only: most keys that are pasted here by mistake have other letters too.
bool isVariableName(std::string_view name)
{
    return !name.empty() && !std::isdigit(static_cast<unsigned char>(name.front()))
           && std::all_of(name.begin(), name.end(), [](unsigned char c) {
                  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
              });
}

void checkName(JsonObjectReader &in, const std::string &name)
{
    if (name.empty())
        return;
    if (!isAgentName(name)) {
        in.report(
            "name",
            shown(name)
                + ", expected at most 64 letters, digits, \"_\", \"-\" or \".\", beginning with a "
                  "letter or digit");
    } else if (name == "person") {
        in.report("name", "\"person\" is what the journal calls you, expected another name");
    }
}

/// All that may stand before the colon.
std::vector<std::string_view> providerNames(const ModelTable &models)
{
    std::vector<std::string_view> names{"scripted"};
    for (const ModelTable::ProviderRow &row : models.providers())
        names.push_back(row.name);
    return names;
}

void checkModel(JsonObjectReader &in, const AgentSpec &agent, const ModelTable &models)
{
    if (agent.model.empty())
        return;
    const auto colon = agent.model.find(':');
    if (colon == std::string::npos) {
        in.report("model", shown(agent.model) + " has no provider, expected \"provider:model\"");
        return;
    }
    const std::string provider = agent.provider();
    const auto known = providerNames(models);
    if (std::find(known.begin(), known.end(), provider) == known.end()) {
        in.report("model", shown(provider) + " is no provider" + suggestion(provider, known)
                               + ", expected " + alternatives(known));
    } else if (agent.modelName().empty()) {
        in.report("model", shown(agent.model) + " names no model, expected \"provider:model\"");
    } else if (provider != "scripted" && agent.baseUrl.empty()
               && models.column(provider, "base_url") == "") {
        in.report("base_url", "missing, expected the address of the server that \"" + provider
                                  + "\" stands for");
    }
}

void checkBaseUrl(JsonObjectReader &in, const std::string &url)
{
    if (url.empty())
        return;
    const std::string_view scheme = url.starts_with("https://") ? "https://" : "http://";
    if (!url.starts_with(scheme) || url.size() == scheme.size()) {
        in.report("base_url",
                  shown(url) + ", expected an address that begins with http:// or https://");
    } else if (url.substr(0, url.find('/', scheme.size())).find('@') != std::string::npos) {
        in.report("base_url",
                  "a user name or password in the address, expected api_key_env for that");
    }
}

void readAddress(JsonObjectReader &in, AgentSpec &agent, const ModelTable &models)
{
    agent.model = in.requiredString("model", "\"provider:model\"");
    agent.baseUrl = in.string("base_url");
    checkModel(in, agent, models);
    checkBaseUrl(in, agent.baseUrl);
    agent.apiKeyEnv = in.string("api_key_env");
    // The value is not shown: it may be the key itself.
    if (in.has("api_key_env") && !isVariableName(agent.apiKeyEnv))
        in.report(
            "api_key_env",
            "not the name of an environment variable, expected one such as \"OPENAI_API_KEY\"");
}

void readFallback(JsonObjectReader &in, AgentSpec &agent, const ModelTable &models,
                  Mistake &mistake)
{
    if (!in.has("fallback"))
        return;
    const Json &list = in.at("fallback");
    if (!list.is_array()) {
        in.report("fallback", shown(list) + ", expected a list of models");
        return;
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string here = in.pointer("fallback") + "/" + std::to_string(i);
        // A text is short for an object with nothing but the model.
        const Json item = list[i].is_string() ? Json{{"model", list[i]}} : list[i];
        JsonObjectReader model(item, here, kFallbackKeys, mistake);
        AgentSpec other;
        readAddress(model, other, models);
        if (other.provider() == "scripted")
            model.report("model", "a scripted model cannot take another one's place");
        agent.fallback.push_back({other.model, other.baseUrl, other.apiKeyEnv});
    }
}

void readOutput(JsonObjectReader &in, AgentSpec &agent, Mistake &mistake)
{
    if (in.has("output_type")) {
        agent.outputType = in.at("output_type");
        if (!agent.outputType.is_object() || agent.outputType.size() != 1)
            in.report(
                "output_type",
                shown(agent.outputType)
                    + ", expected an object with one of \"choice\", \"regex\", \"json_schema\" "
                      "or \"fields\"");
    }
    if (!in.has("structured_output"))
        return;
    JsonObjectReader output(in.at("structured_output"), in.pointer("structured_output"),
                            kStructuredOutputKeys, mistake);
    if (const auto mode = output.choice("mode", kOutputModes))
        agent.structuredOutput["mode"] = *mode;
    if (const auto retries = output.integer("max_retries", 0, kMaxOutputRetries))
        agent.structuredOutput["max_retries"] = *retries;
    if (agent.outputType.is_null())
        in.report("structured_output", "there is no output_type that it could be about");
}

void readScript(JsonObjectReader &in, AgentSpec &agent, const std::filesystem::path &folder)
{
    const std::string script = in.string("script");
    if (agent.provider() != "scripted") {
        if (in.has("script"))
            in.report("script", "only a \"scripted:\" model has a script, but model is "
                                    + shown(agent.model));
        return;
    }
    if (script.empty()) {
        in.report("script", "missing, expected the path of the file with this model's answers");
        return;
    }
    agent.script = absoluteIn(folder, script).string();
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(agent.script, ignored))
        in.report("script", "there is no file " + agent.script
                                + ", expected a path relative to the team file");
}

void readAttachments(JsonObjectReader &in, AgentSpec &agent, const std::filesystem::path &folder)
{
    if (!in.has("attach"))
        return;
    for (const std::string &path : in.strings("attach")) {
        agent.attach.push_back(absoluteIn(folder, path).string());
        std::error_code ignored;
        if (!std::filesystem::is_regular_file(agent.attach.back(), ignored))
            in.report("attach", "there is no file " + agent.attach.back()
                                    + ", expected paths relative to the team file");
    }
    if (agent.startsOnMessage && !agent.attach.empty())
        in.report("attach", "the agent starts \"on_message\", expected it with one that starts "
                            "\"immediately\"");
}

void readTools(JsonObjectReader &in, AgentSpec &agent)
{
    if (!in.has("tools"))
        return;
    auto names = in.names("tools", kTools, "tool");
    const bool isEmpty = names.empty();
    agent.tools = ToolSet::of(std::move(names));
    if (in.at("tools").is_array() && isEmpty)
        in.report("tools",
                  "an empty list, expected at least one tool, or no such key for all of them");
}

void readSettings(JsonObjectReader &in, AgentSpec &agent, Mistake &mistake)
{
    if (!in.has("settings"))
        return;
    const Json &settings = in.at("settings");
    if (!settings.is_object()) {
        in.report("settings",
                  shown(settings) + ", expected an object such as {\"temperature\": 0.2}");
        return;
    }
    agent.settings = settings;
    for (const auto &[key, value] : settings.items()) {
        if (std::find(kSettings.begin(), kSettings.end(), key) == kSettings.end())
            mistake.report(in.pointer("settings") + "/" + escapePointer(key),
                           "no setting of that name" + suggestion(key, kSettings)
                               + ", expected it in \"extra_body\" if only the server knows it");
    }
    if (settings.contains("extra_body") && !settings["extra_body"].is_object())
        mistake.report(in.pointer("settings") + "/extra_body",
                       shown(settings["extra_body"]) + ", expected an object");
}

} // namespace

void readPersistence(JsonObjectReader &in, Persistence &persistence, Mistake &mistake)
{
    if (in.has("retry")) {
        JsonObjectReader retry(in.at("retry"), in.pointer("retry"), kRetryKeys, mistake);
        RetrySpec &spec = persistence.retry;
        spec.maxWaitMs = retry.integer("max_wait_ms", 0, kMaxRetryMs).value_or(spec.maxWaitMs);
        spec.maxTotalMs = retry.integer("max_total_ms", 0, kMaxRetryMs).value_or(spec.maxTotalMs);
    }
    if (!in.has("loop_guard"))
        return;
    JsonObjectReader guard(in.at("loop_guard"), in.pointer("loop_guard"), kLoopGuardKeys, mistake);
    if (const auto limit = guard.integer("limit", 0, kMaxRepeats))
        persistence.loopGuard.limit = static_cast<int>(*limit);
    if (guard.has("exclude"))
        persistence.loopGuard.exclude = guard.names("exclude", kTools, "tool");
}

AgentSpec readAgent(const Json &json, const std::string &pointer,
                    const std::filesystem::path &folder, const ModelTable &models,
                    const TeamSpec &team, Persistence usual, Mistake &mistake)
{
    JsonObjectReader in(json, pointer, kAgentKeys, mistake);
    AgentSpec agent;
    agent.context = team.context;
    agent.results = team.results;
    agent.name = in.requiredString("name", "a name for the agent");
    checkName(in, agent.name);
    agent.role = in.string("role");
    readAddress(in, agent, models);
    readRoute(in, agent, folder, mistake);
    readFallback(in, agent, models, mistake);
    readOutput(in, agent, mistake);
    readScript(in, agent, folder);
    agent.instructions = in.string("instructions");
    agent.prompt = in.string("prompt");
    agent.startsOnMessage = in.choice("start", kStarts).value_or("immediately") == "on_message";
    readAttachments(in, agent, folder);
    readTools(in, agent);
    readSettings(in, agent, mistake);
    readContextRules(in, agent.context, models, mistake);
    readResultRules(in, agent.results, mistake);
    agent.maxIterations = static_cast<int>(
        in.integer("max_iterations", 1, kMaxIterations).value_or(agent.maxIterations));
    agent.reserveTokens = in.integer("reserve_tokens", 0).value_or(agent.reserveTokens);
    agent.budgetUsd = in.positiveNumber("budget_usd");
    agent.stream = in.boolean("stream", agent.stream);
    agent.parallelToolCalls = in.boolean("parallel_tool_calls", agent.parallelToolCalls);
    readPersistence(in, usual, mistake);
    agent.retry = usual.retry;
    agent.loopGuard = std::move(usual.loopGuard);
    agent.maxAttempts =
        static_cast<int>(in.integer("max_attempts", 1, kMaxAttempts).value_or(agent.maxAttempts));
    if (const auto seconds = in.integer("inactivity_timeout_s", 1, kMaxInactivityS))
        agent.inactivityTimeoutMs = static_cast<int>(*seconds * 1000);
    return agent;
}

void readContextRules(JsonObjectReader &in, ContextRules &rules, const ModelTable &models,
                      Mistake &mistake)
{
    if (!in.has("context"))
        return;
    JsonObjectReader context(in.at("context"), in.pointer("context"), kContextKeys, mistake);
    if (const auto share = context.nonNegativeNumber("compact_at")) {
        rules.compactAt = *share;
        if (*share > 1)
            context.report("compact_at", shown(context.at("compact_at"))
                                             + ", expected a share from 0 (never) to 1");
    }
    rules.maxTokens = context.integer("max_tokens", kMinContextTokens).value_or(rules.maxTokens);
    rules.keepMessages = static_cast<int>(
        context.integer("keep_messages", 1, kMaxKeptMessages).value_or(rules.keepMessages));
    const auto bytes = [&](const char *key, std::size_t otherwise) {
        const auto given = context.integer(key, kMinKeptBytes, kMaxKeptBytes);
        return given ? static_cast<std::size_t>(*given) : otherwise;
    };
    rules.resultHead = bytes("result_head", rules.resultHead);
    rules.resultTail = bytes("result_tail", rules.resultTail);
    if (!context.has("summary_model"))
        return;
    const Json &model = context.at("summary_model");
    // A text is short for an object with nothing but the model.
    const Json object = model.is_string() ? Json{{"model", model}} : model;
    JsonObjectReader summary(object, context.pointer("summary_model"), kFallbackKeys, mistake);
    AgentSpec other;
    readAddress(summary, other, models);
    rules.summaryModel = {other.model, other.baseUrl, other.apiKeyEnv};
}

void readResultRules(JsonObjectReader &in, ResultRules &rules, Mistake &mistake)
{
    if (!in.has("tool_results"))
        return;
    JsonObjectReader results(in.at("tool_results"), in.pointer("tool_results"), kResultKeys,
                             mistake);
    const auto bytes = [&](const char *key, std::int64_t least, std::size_t otherwise) {
        const auto given = results.integer(key, least, kMaxKeptBytes);
        return given ? static_cast<std::size_t>(*given) : otherwise;
    };
    rules.spillOver = bytes("spill_over", 0, rules.spillOver);
    rules.head = bytes("head", kMinKeptBytes, rules.head);
    rules.tail = bytes("tail", kMinKeptBytes, rules.tail);
    if (rules.spillOver > 0 && rules.head + rules.tail > rules.spillOver)
        in.report("tool_results", "head and tail are longer than spill_over together, expected "
                                  "less than is to be left out");
}

ModelRef readEmbedder(JsonObjectReader &in)
{
    const std::string model = in.string("embedder");
    if (model.empty() || model == "lsa") {
        for (const char *key : {"base_url", "api_key_env", "proxy", "ca_file"})
            if (in.has(key))
                in.report(key, "there is no server that it could be about");
        return {model, {}, {}};
    }
    const std::string provider = model.substr(0, model.find(':'));
    if (std::find(kEmbeddingProviders.begin(), kEmbeddingProviders.end(), provider)
            == kEmbeddingProviders.end()
        || model.size() <= provider.size() + 1)
        in.report("embedder",
                  shown(model) + ", expected \"lsa\", \"openai:MODEL\" or \"ollama:MODEL\"");
    AgentSpec server;
    server.model = model;
    server.baseUrl = in.string("base_url");
    checkBaseUrl(in, server.baseUrl);
    server.apiKeyEnv = in.string("api_key_env");
    if (in.has("api_key_env") && !isVariableName(server.apiKeyEnv))
        in.report(
            "api_key_env",
            "not the name of an environment variable, expected one such as \"OPENAI_API_KEY\"");
    return {server.model, server.baseUrl, server.apiKeyEnv};
}

SubAgentLimits readSubAgents(JsonObjectReader &in, const std::filesystem::path &folder,
                             const ModelTable &models, Mistake &mistake)
{
    SubAgentLimits limits;
    if (!in.has("sub_agents"))
        return limits;
    JsonObjectReader sub(in.at("sub_agents"), in.pointer("sub_agents"), kSubAgentKeys, mistake);
    const auto number = [&](const char *key, std::int64_t most, int otherwise) {
        return static_cast<int>(sub.integer(key, 1, most).value_or(otherwise));
    };
    limits.maxDepth = number("max_depth", kMaxSubAgentDepth, 1);
    limits.maxParallel = number("max_parallel", kMaxSubAgentsAtOnce, limits.maxParallel);
    limits.maxTotal = number("max_total", kMaxSubAgents, limits.maxTotal);
    if (!sub.has("model")) {
        for (const char *key : {"base_url", "api_key_env", "script"})
            if (sub.has(key))
                sub.report(key, "there is no model that it could be about");
        return limits;
    }
    AgentSpec agent;
    readAddress(sub, agent, models);
    readScript(sub, agent, folder);
    limits.model = {agent.model, agent.baseUrl, agent.apiKeyEnv};
    limits.script = agent.script;
    return limits;
}

} // namespace orrery::teamfile
