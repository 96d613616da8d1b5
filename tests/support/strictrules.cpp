// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/strictwalk.h"

#include <QByteArray>
#include <QCryptographicHash>
#include <QRegularExpression>

#include <algorithm>

namespace orrery::testing {

using llm::WireForm;

namespace {

struct Emulated {
    const char *provider;
    const char *model;
    WireForm form = WireForm::OpenAi;
};

constexpr Emulated kEmulated[] = {
    {"openai", "gpt-5.1", WireForm::Responses},
    {"azure", "gpt-5.1"},
    {"anthropic", "claude-sonnet-4-5", WireForm::Anthropic},
    {"gemini", "gemini-3-pro-preview", WireForm::Gemini},
    {"vertex", "gemini-3-pro-preview", WireForm::Gemini},
    {"bedrock", "openai.gpt-oss-120b-1:0"},
    {"mistral", "mistral-large-latest"},
    {"groq", "openai/gpt-oss-120b"},
    {"deepseek", "deepseek-v4-pro"},
    {"xai", "grok-4"},
    {"cerebras", "zai-glm-4.7"},
    {"moonshot", "kimi-k2.6"},
    {"zai", "glm-5"},
    {"alibaba", "qwen3.5-plus"},
    {"perplexity", "sonar-pro"},
    {"together", "moonshotai/Kimi-K2.6"},
    {"fireworks", "accounts/fireworks/models/glm-5"},
    {"openrouter", "anthropic/claude-sonnet-4.5"},
    {"huggingface", "openai/gpt-oss-120b"},
    {"github", "openai/gpt-5"},
    {"nvidia", "nvidia/nemotron-3-super-120b-a12b"},
    {"ollama", "qwen3:8b"},
    {"lmstudio", "qwen3.5-35b-a3b"},
    {"llamacpp", "devstral-small-2"},
    {"vllm", "Qwen/Qwen3.6-27B"},
    {"sglang", "Qwen/Qwen3.6-27B"},
    {"custom", "some-model"},
};

const Emulated *emulated(std::string_view provider)
{
    const auto it = std::find_if(std::begin(kEmulated), std::end(kEmulated),
                                 [&](const Emulated &row) { return row.provider == provider; });
    return it == std::end(kEmulated) ? nullptr : it;
}

std::vector<StrictRule> joined(std::initializer_list<std::span<const StrictRule>> tables)
{
    std::vector<StrictRule> all;
    for (const auto table : tables)
        all.insert(all.end(), table.begin(), table.end());
    return all;
}

std::string proof(const Json &claims)
{
    return QByteArray::fromStdString(claims.dump()).toBase64().toStdString();
}

} // namespace

std::vector<std::string> strictProviders()
{
    std::vector<std::string> names;
    for (const Emulated &row : kEmulated)
        names.emplace_back(row.provider);
    return names;
}

const char *strictModel(std::string_view provider)
{
    const Emulated *row = emulated(provider);
    return row ? row->model : "some-model";
}

WireForm strictForm(std::string_view provider)
{
    const Emulated *row = emulated(provider);
    return row ? row->form : WireForm::OpenAi;
}

std::span<const StrictRule> strictRules(WireForm form)
{
    static const auto chat =
        joined({mistralRules(), providerChatRules(), templateRules(), commonChatRules()});
    static const auto anthropic = joined({anthropicRequestRules(), anthropicOrderRules()});
    static const auto gemini = joined({geminiRequestRules(), geminiTurnRules()});
    static const auto responses = joined({responsesRequestRules(), responsesItemRules()});
    switch (form) {
    case WireForm::OpenAi: return chat;
    case WireForm::Anthropic: return anthropic;
    case WireForm::Gemini: return gemini;
    case WireForm::Responses: return responses;
    }
    return {};
}

bool applies(const StrictRule &rule, const StrictRequest &request)
{
    if (rule.form != request.form)
        return false;
    if (const QByteArray names = rule.providers;
        names != "*" && !names.split(' ').contains(QByteArray::fromStdString(request.provider)))
        return false;
    return rule.models[0] == '\0'
           || QRegularExpression(QString::fromUtf8(rule.models))
                  .match(QString::fromStdString(request.model))
                  .hasMatch();
}

std::optional<BrokenRule> brokenRule(const StrictRequest &request)
{
    for (const StrictRule &rule : strictRules(request.form)) {
        if (!applies(rule, request))
            continue;
        if (auto refusal = rule.broken(request))
            return BrokenRule{&rule, std::move(*refusal)};
    }
    return std::nullopt;
}

std::string digest(const std::string &text)
{
    return QCryptographicHash::hash(QByteArray::fromStdString(text), QCryptographicHash::Sha1)
        .toHex()
        .toStdString();
}

std::string thinkingSignature(const std::string &provider, int turn, int index, int nth, int count,
                              const std::string &thinking)
{
    return proof({{"by", provider},
                  {"turn", turn},
                  {"at", index},
                  {"nth", nth},
                  {"of", count},
                  {"digest", digest(thinking)}});
}

std::string thoughtSignature(const std::string &provider, const std::string &name,
                             const Json &arguments)
{
    return proof({{"by", provider}, {"name", name}, {"digest", digest(arguments.dump())}});
}

std::string encryptedReasoning(const std::string &provider, const std::string &id)
{
    return proof({{"by", provider}, {"id", id}});
}

Json proofOf(const std::string &proof)
{
    const QByteArray bytes = QByteArray::fromBase64(QByteArray::fromStdString(proof));
    const Json claims = Json::parse(bytes.begin(), bytes.end(), nullptr, false);
    return claims.is_object() && claims.contains("by") ? claims : Json();
}

const Json &member(const Json &object, const char *key)
{
    static const Json none;
    if (!object.is_object())
        return none;
    const auto it = object.find(key);
    return it == object.end() ? none : *it;
}

std::string textOf(const Json &object, const char *key)
{
    const Json &value = member(object, key);
    return value.is_string() ? value.get<std::string>() : std::string();
}

bool isBlank(std::string_view text)
{
    return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

bool isMadeOf(std::string_view text, std::string_view others)
{
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
               || others.find(c) != std::string_view::npos;
    });
}

std::string at(const char *list, std::size_t index, const char *rest)
{
    return std::string(list) + "[" + std::to_string(index) + "]" + rest;
}

std::string schemaPlace(const Json &schema, bool (*bad)(const Json &), const std::string &place)
{
    if (!schema.is_object())
        return {};
    if (bad(schema))
        return place;
    const Json &properties = member(schema, "properties");
    if (properties.is_object())
        for (const auto &[name, value] : properties.items())
            if (auto found = schemaPlace(value, bad, place + ".properties." + name); !found.empty())
                return found;
    if (auto found = schemaPlace(member(schema, "items"), bad, place + ".items"); !found.empty())
        return found;
    for (const char *key : {"anyOf", "oneOf", "allOf"}) {
        const Json &list = member(schema, key);
        for (std::size_t i = 0; list.is_array() && i < list.size(); ++i)
            if (auto found = schemaPlace(list[i], bad, place + "." + at(key, i)); !found.empty())
                return found;
    }
    return {};
}

std::string looseObject(const Json &schema)
{
    const auto isLoose = [](const Json &part) {
        const Json &type = member(part, "type");
        const bool isObject =
            type == "object"
            || (type.is_array() && std::find(type.begin(), type.end(), "object") != type.end());
        if (!isObject)
            return false;
        if (member(part, "additionalProperties") != false)
            return true;
        const Json &required = member(part, "required");
        for (const auto &[name, value] : member(part, "properties").items())
            if (std::find(required.begin(), required.end(), name) == required.end())
                return true;
        return false;
    };
    return schemaPlace(schema, isLoose, "schema");
}

} // namespace orrery::testing
