// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/providers.h"

#include <cstdlib>

namespace orrery::llm {
namespace {

constexpr Provider kProviders[] = {
    {"openai", "OpenAI", "https://api.openai.com/v1", "OPENAI_API_KEY", false},
    {"groq", "Groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY", false},
    {"mistral", "Mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY", false},
    {"openrouter", "OpenRouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", false},
    {"together", "Together AI", "https://api.together.xyz/v1", "TOGETHER_API_KEY", false},
    {"ollama", "Ollama", "http://localhost:11434/v1", "", true},
    {"lmstudio", "LM Studio", "http://localhost:1234/v1", "", true},
    {"llamacpp", "llama.cpp", "http://localhost:8080/v1", "", true},
    {"vllm", "vLLM", "http://localhost:8000/v1", "", true},
    {"sglang", "SGLang", "http://localhost:30000/v1", "", true},
    {"custom", "OpenAI-compatible server", "", "", false},
};

} // namespace

std::span<const Provider> providers() { return kProviders; }

const Provider *findProvider(std::string_view name)
{
    for (const Provider &provider : kProviders) {
        if (provider.name == name)
            return &provider;
    }
    return nullptr;
}

std::string resolveBaseUrl(std::string_view provider, const std::string &baseUrl)
{
    std::string url = baseUrl;
    if (url.empty()) {
        if (const Provider *known = findProvider(provider))
            url = known->baseUrl;
    }
    while (!url.empty() && url.back() == '/')
        url.pop_back();
    return url;
}

std::string resolveApiKey(std::string_view provider, const std::string &envName)
{
    std::string name = envName;
    if (name.empty()) {
        if (const Provider *known = findProvider(provider))
            name = known->keyEnv;
    }
    if (name.empty())
        return {};
    const char *value = std::getenv(name.c_str());
    if (!value)
        return {};
    const std::string key(value);
    const auto first = key.find_first_not_of(" \t\r\n");
    if (first == std::string::npos)
        return {};
    return key.substr(first, key.find_last_not_of(" \t\r\n") - first + 1);
}

} // namespace orrery::llm
