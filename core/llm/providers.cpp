// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/providers.h"

#include "core/llm/baseaddress.h"

#include <cstdlib>
#include <map>
#include <mutex>

namespace orrery::llm {
namespace {

Provider providerFrom(const ModelTable &table, const std::string &name)
{
    const auto text = [&](const char *column) -> std::string_view {
        const Json &value = table.column(name, column);
        return value.is_string() ? std::string_view(value.get_ref<const std::string &>())
                                 : std::string_view();
    };
    Provider provider;
    provider.name = name;
    provider.title = text("title").empty() ? std::string_view(name) : text("title");
    provider.baseUrl = text("base_url");
    for (const Json &variable : table.column(name, "key_env"))
        provider.keyEnvs.emplace_back(variable.get_ref<const std::string &>());
    provider.form = wireFormFromString(text("form")).value_or(WireForm::OpenAi);
    provider.local = table.column(name, "local") == true;
    return provider;
}

std::string valueOf(const std::string &variable)
{
    const char *value = std::getenv(variable.c_str());
    if (!value)
        return {};
    const std::string key(value);
    const auto first = key.find_first_not_of(" \t\r\n");
    if (first == std::string::npos)
        return {};
    return key.substr(first, key.find_last_not_of(" \t\r\n") - first + 1);
}

} // namespace

std::span<const Provider> providers(const ModelTable &models)
{
    // Tables live as long as the process, and there are few.
    static std::mutex mutex;
    static std::map<const ModelTable *, std::vector<Provider>> made;
    const std::lock_guard lock(mutex);
    auto &list = made[&models];
    if (list.empty())
        for (const ModelTable::ProviderRow &row : models.providers())
            list.push_back(providerFrom(models, row.name));
    return list;
}

const Provider *findProvider(std::string_view name, const ModelTable &models)
{
    for (const Provider &provider : providers(models)) {
        if (provider.name == name)
            return &provider;
    }
    return nullptr;
}

WireForm wireFormOf(std::string_view provider)
{
    const Provider *known = findProvider(provider);
    return known ? known->form : WireForm::OpenAi;
}

std::string resolveBaseUrl(std::string_view provider, const std::string &baseUrl,
                           const ModelTable &models)
{
    const Provider *known = findProvider(provider, models);
    const std::string_view usual = known ? known->baseUrl : std::string_view();
    std::string url = baseUrl.empty() || baseUrl == "local"
                          ? std::string(usual)
                          : completeBaseUrl(baseUrl, known && usual.empty() ? "/v1" : usual);
    if (known && known->form == WireForm::Anthropic && url.ends_with("/v1"))
        url.resize(url.size() - 3);
    return url;
}

std::string resolveApiKey(std::string_view provider, const std::string &envName,
                          const ModelTable &models)
{
    if (!envName.empty())
        return valueOf(envName);
    if (const Provider *known = findProvider(provider, models))
        for (const std::string_view variable : known->keyEnvs)
            if (std::string key = valueOf(std::string(variable)); !key.empty())
                return key;
    return {};
}

} // namespace orrery::llm
