// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/teamfile.h"

#include "core/model/strictjson.h"
#include "core/model/teamfilekeys.h"
#include "core/model/teamfilereader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>

namespace orrery {
namespace teamfile {

std::filesystem::path absoluteIn(const std::filesystem::path &folder, const std::string &path)
{
    return (folder / path).lexically_normal();
}

namespace {

void readProject(JsonObjectReader &in, const std::filesystem::path &folder, TeamSpec &team)
{
    if (!in.has("project"))
        return;
    const std::string project = in.requiredString("project", "the path of a folder");
    if (project.empty())
        return;
    team.projectTemplate = absoluteIn(folder, project).string();
    std::error_code ignored;
    if (!std::filesystem::is_directory(team.projectTemplate, ignored)) {
        in.report("project", "there is no folder " + team.projectTemplate
                                 + ", expected a path relative to the team file");
    }
}

/// The `path` of a store.
std::string pathInWorkspace(JsonObjectReader &store)
{
    const std::string text = store.string("path");
    const auto path = std::filesystem::path(text).lexically_normal();
    if (path.is_absolute() || (!path.empty() && *path.begin() == ".."))
        store.report("path", shown(text) + ", expected a path inside the workspace");
    return text;
}

void readMemory(JsonObjectReader &in, TeamSpec &team, const std::filesystem::path &folder,
                Mistake &mistake)
{
    if (!in.has("memory"))
        return;
    JsonObjectReader memory(in.at("memory"), in.pointer("memory"), kMemoryKeys, mistake);
    team.memoryPath = pathInWorkspace(memory);
    team.memory.inject = static_cast<int>(memory.integer("inject", 0, kMaxInjected).value_or(0));
    team.memory.reflect = memory.boolean("reflect", false);
    team.memory.embedder = readEmbedder(memory);
    readProxy(memory, team.memory.proxy, team.memory.caFile, folder);
}

SharedStore readSharedStore(JsonObjectReader &in, std::string_view key, Mistake &mistake)
{
    SharedStore store;
    if (!in.has(key))
        return store;
    store.offered = true;
    JsonObjectReader object(in.at(key), in.pointer(key), kSharedStoreKeys, mistake);
    store.path = pathInWorkspace(object);
    return store;
}

void readLimits(JsonObjectReader &in, TeamSpec &team, Mistake &mistake)
{
    if (!in.has("limits"))
        return;
    JsonObjectReader limits(in.at("limits"), in.pointer("limits"), kLimitKeys, mistake);
    team.limits.rpm = limits.integer("rpm", 1);
    team.limits.tpm = limits.integer("tpm", 1);
    team.limits.budgetUsd = limits.positiveNumber("budget_usd");
    if (limits.choice("policy", kPolicies).value_or("wait") == "refuse")
        team.limits.policy = LimitPolicy::Refuse;
}

void readPrices(JsonObjectReader &in, TeamSpec &team, Mistake &mistake)
{
    if (!in.has("prices"))
        return;
    const Json &list = in.at("prices");
    if (!list.is_object()) {
        in.report("prices", shown(list) + ", expected an object of models and their prices");
        return;
    }
    for (const auto &[model, json] : list.items()) {
        const std::string here = in.pointer("prices") + "/" + escapePointer(model);
        if (model.find(':') == std::string::npos)
            mistake.report(here, shown(model) + " has no provider, expected \"provider:model\"");
        JsonObjectReader one(json, here, kPriceKeys, mistake);
        Price price;
        price.source = "the team file";
        for (const char *key : {"input", "output"})
            if (json.is_object() && !one.has(key))
                one.report(key, "missing, expected US dollars for a million tokens");
        price.input = one.nonNegativeNumber("input").value_or(0);
        price.output = one.nonNegativeNumber("output").value_or(0);
        price.cacheRead = one.nonNegativeNumber("cache_read");
        price.cacheWrite = one.nonNegativeNumber("cache_write");
        team.prices.emplace(model, std::move(price));
    }
}

void readPermissions(JsonObjectReader &in, TeamSpec &team, Mistake &mistake)
{
    if (!in.has("permissions"))
        return;
    JsonObjectReader permissions(in.at("permissions"), in.pointer("permissions"), kPermissionKeys,
                                 mistake);
    team.permissions.allow = permissions.names("allow", kTools, "tool");
    team.permissions.approve = permissions.names("approve", kTools, "tool");
    team.permissions.deny = permissions.names("deny", kTools, "tool");
    team.permissions.only = permissions.names("only", kTools, "tool");
    team.permissions.denyPrefixes = permissions.strings("deny_prefixes");
    team.permissions.onlyPrefixes = permissions.strings("only_prefixes");
    team.permissions.mode = permissions.choice("policy", kPermissionModes).value_or("default");
    team.permissions.allowUnattendedExecute =
        permissions.boolean("allow_unattended_execute", false);
    team.permissions.sandbox = permissions.choice("sandbox", kSandboxModes).value_or("auto");
    team.permissions.network = permissions.boolean("network", true);
}

void readAgents(JsonObjectReader &in, const std::filesystem::path &folder, const ModelTable &models,
                TeamSpec &team, Mistake &mistake)
{
    if (!in.has("agents") || !in.at("agents").is_array() || in.at("agents").empty()) {
        in.report("agents", (in.has("agents") ? shown(in.at("agents")) : std::string("missing"))
                                + ", expected a list of at least one agent");
        return;
    }
    Persistence usual;
    readPersistence(in, usual, mistake);
    const Json &list = in.at("agents");
    std::map<std::string, std::size_t> positions;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string here = in.pointer("agents") + "/" + std::to_string(i);
        team.agents.push_back(readAgent(list[i], here, folder, models, team, usual, mistake));
        const AgentSpec &agent = team.agents.back();
        const auto [first, isNew] = positions.emplace(agent.name, i);
        if (!isNew) {
            mistake.report(here + "/name", shown(agent.name) + " is the name of /agents/"
                                               + std::to_string(first->second)
                                               + " too, expected a name of its own");
        }
        if (team.limits.tpm && agent.reserveTokens > *team.limits.tpm) {
            mistake.report(here + "/reserve_tokens", std::to_string(agent.reserveTokens)
                                                         + " never fit, expected at most "
                                                           "the "
                                                         + std::to_string(*team.limits.tpm)
                                                         + " of /limits/tpm");
        }
    }
    if (std::all_of(team.agents.begin(), team.agents.end(),
                    [](const AgentSpec &agent) { return agent.startsOnMessage; })) {
        in.report("agents", "every agent starts \"on_message\", so nothing would ever happen, "
                            "expected one that starts "
                            "\"immediately\"");
    }
}

TeamSpec readTeam(const Json &root, const std::filesystem::path &file, const ModelTable &models,
                  Mistake &mistake)
{
    TeamSpec team;
    team.file = file.string();
    refuseCredentials(root, "", mistake);
    JsonObjectReader in(root, "", kTeamKeys, mistake);
    if (!root.is_object())
        return team;
    in.string("$schema");
    team.name = in.requiredString("name", "a name for the team");
    team.description = in.string("description");
    team.task = in.string("task");
    readProject(in, file.parent_path(), team);
    team.threads = static_cast<int>(in.integer("threads", 1, kMaxThreads).value_or(team.threads));
    if (const auto seconds = in.integer("claim_ttl_s", 1, kMaxClaimTtlS))
        team.claimTtlMs = *seconds * 1000;
    readMemory(in, team, file.parent_path(), mistake);
    team.knowledge = readSharedStore(in, "knowledge", mistake);
    team.decisions = readSharedStore(in, "decisions", mistake);
    readLimits(in, team, mistake);
    readPrices(in, team, mistake);
    if (in.has("providers"))
        team.providers = in.at("providers");
    readPermissions(in, team, mistake);
    team.hooks = readHooks(in, mistake);
    team.subAgents = readSubAgents(in, file.parent_path(), models, mistake);
    readContextRules(in, team.context, models, mistake);
    readResultRules(in, team.results, mistake);
    readAgents(in, file.parent_path(), models, team, mistake);
    return team;
}

} // namespace
} // namespace teamfile

Result<TeamSpec> loadTeamFile(const std::string &path)
{
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        return fail(ErrorCode::Io, path + ": is a folder, expected a team file");
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return fail(ErrorCode::Io, path + ": cannot be read: " + std::strerror(errno));
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (in.bad())
        return fail(ErrorCode::Io, path + ": cannot be read to its end");
    return parseTeamFile(text, path);
}

Result<TeamSpec> parseTeamFile(std::string_view text, const std::string &path)
{
    const auto json = parseStrictJson(text, path);
    if (!json)
        return fail(json.error());
    std::error_code error;
    const auto file = std::filesystem::absolute(path, error).lexically_normal();
    if (error)
        return fail(ErrorCode::Io, path + ": " + error.message());
    std::optional<ModelTable> extended;
    if (const auto it = json->find("providers"); json->is_object() && it != json->end()) {
        auto table = ModelTable::own().extended({{"providers", *it}}, path);
        if (!table)
            return fail(std::move(table.error()));
        extended = std::move(*table);
    }
    Mistake mistake(path);
    TeamSpec team =
        teamfile::readTeam(*json, file, extended ? *extended : ModelTable::own(), mistake);
    if (mistake.any())
        return fail(mistake.error());
    return team;
}

} // namespace orrery
