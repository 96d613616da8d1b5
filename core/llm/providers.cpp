// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/providers.h"

#include <cstdlib>

namespace orrery::llm {
namespace {

constexpr auto kOpenAi = WireForm::OpenAi;

constexpr Provider kProviders[] = {
    {"openai", "OpenAI", "https://api.openai.com/v1", "OPENAI_API_KEY"},
    {"anthropic", "Anthropic", "https://api.anthropic.com", "ANTHROPIC_API_KEY",
     WireForm::Anthropic},
    {"gemini", "Gemini", "https://generativelanguage.googleapis.com/v1beta", "GEMINI_API_KEY",
     WireForm::Gemini},
    {"groq", "Groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"},
    {"mistral", "Mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"},
    {"openrouter", "OpenRouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"},
    {"together", "Together AI", "https://api.together.xyz/v1", "TOGETHER_API_KEY"},
    {"ollama", "Ollama", "http://localhost:11434/v1", "", kOpenAi, true},
    {"lmstudio", "LM Studio", "http://localhost:1234/v1", "", kOpenAi, true},
    {"llamacpp", "llama.cpp", "http://localhost:8080/v1", "", kOpenAi, true},
    {"vllm", "vLLM", "http://localhost:8000/v1", "", kOpenAi, true},
    {"sglang", "SGLang", "http://localhost:30000/v1", "", kOpenAi, true},
    {"custom", "Custom provider", "", ""},
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

WireForm wireFormOf(std::string_view provider)
{
    const Provider *known = findProvider(provider);
    return known ? known->form : WireForm::OpenAi;
}

std::string resolveBaseUrl(std::string_view provider, const std::string &baseUrl)
{
    std::string url = baseUrl;
    const Provider *known = findProvider(provider);
    if (known && (url.empty() || url == "local"))
        url = known->baseUrl;
    while (!url.empty() && url.back() == '/')
        url.pop_back();
    if (known && known->form == WireForm::Anthropic && url.ends_with("/v1"))
        url.resize(url.size() - 3);
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
