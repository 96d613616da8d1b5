// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/teamkeys.h"

#include "core/llm/providers.h"
#include "core/model/environmenttext.h"

namespace orrery::runtime {
namespace {

void addVariable(Secrets &secrets, const std::string &variable)
{
    if (!variable.empty())
        secrets.add(variable, llm::resolveApiKey({}, variable));
}

} // namespace

std::shared_ptr<Secrets> providerKeys(const ModelTable &models)
{
    auto secrets = std::make_shared<Secrets>();
    for (const llm::Provider &provider : llm::providers(models))
        for (const std::string_view variable : provider.keyEnvs)
            addVariable(*secrets, std::string(variable));
    return secrets;
}

std::shared_ptr<Secrets> keysOf(const TeamSpec &team, const ModelTable &models)
{
    auto secrets = providerKeys(models);
    for (const AgentSpec &agent : team.agents)
        addKeys(*secrets, agent);
    addVariable(*secrets, team.subAgents.model.apiKeyEnv);
    addVariable(*secrets, team.memory.embedder.apiKeyEnv);
    return secrets;
}

void addKeys(Secrets &secrets, const AgentSpec &agent)
{
    addVariable(secrets, agent.apiKeyEnv);
    addVariable(secrets, agent.context.summaryModel.apiKeyEnv);
    for (const ModelRef &other : agent.fallback)
        addVariable(secrets, other.apiKeyEnv);
    for (const auto &[name, value] : agent.headers) {
        for (const std::string &variable : variablesIn(value))
            addVariable(secrets, variable);
    }
}

void maskTexts(Json &value, const Secrets &secrets)
{
    if (value.is_string())
        secrets.mask(value.get_ref<std::string &>());
    else if (value.is_structured())
        for (Json &part : value)
            maskTexts(part, secrets);
}

} // namespace orrery::runtime
