// SPDX-License-Identifier: GPL-3.0-or-later
// What servers of OpenAI's chat completions refuse that others of them take, provider by provider.
#include "tests/support/strictwalk.h"

#include <array>

namespace orrery::testing {

using llm::WireForm;

namespace {

Broken groqProperty(const StrictRequest &request)
{
    const bool thinks = request.model.find("gpt-oss") != std::string::npos
                        || request.model.find("qwen3") != std::string::npos;
    return eachMessage(request, [&](std::size_t i, const Json &message) -> Broken {
        for (const auto &[key, value] : message.items()) {
            if (isAmong(key, {"role", "content", "name", "tool_calls", "tool_call_id"})
                || (thinks && key == "reasoning"))
                continue;
            const std::string place = "'messages." + std::to_string(i) + "' : ";
            return Refusal{place + "for 'role:" + textOf(message, "role")
                           + "' the following must be satisfied[(" + place + "property '" + key
                           + "' is unsupported)]"};
        }
        return std::nullopt;
    });
}

Broken cerebrasProperty(const StrictRequest &request)
{
    return eachMessage(request, [](std::size_t i, const Json &message) -> Broken {
        for (const auto &[key, value] : message.items())
            if (!isAmong(key,
                         {"role", "content", "name", "tool_calls", "tool_call_id", "reasoning"})) {
                const std::string place =
                    "messages." + std::to_string(i) + "." + textOf(message, "role") + "." + key;
                return Refusal{place + ": property '" + place + "' is unsupported"};
            }
        return std::nullopt;
    });
}

Broken deepseekReasoning(const StrictRequest &request)
{
    return eachMessage(request, [](std::size_t, const Json &message) -> Broken {
        if (member(message, "tool_calls").empty()
            || member(message, "reasoning_content").is_string())
            return std::nullopt;
        return Refusal{"The `reasoning_content` in the thinking mode must be passed back to the "
                       "API."};
    });
}

Broken moonshotReasoning(const StrictRequest &request)
{
    return eachMessage(request, [](std::size_t i, const Json &message) -> Broken {
        if (member(message, "tool_calls").empty()
            || member(message, "reasoning_content").is_string())
            return std::nullopt;
        return Refusal{"thinking is enabled but reasoning_content is missing in assistant tool "
                       "call message at index "
                       + std::to_string(i)};
    });
}

Broken deepseekNeighbours(const StrictRequest &request)
{
    std::string before;
    return eachMessage(request, [&](std::size_t i, const Json &message) -> Broken {
        const std::string role = textOf(message, "role");
        if (std::exchange(before, role) != role || !isAmong(role, {"user", "assistant"}))
            return std::nullopt;
        return Refusal{"deepseek-reasoner does not support successive user or assistant messages ("
                       + at("messages", i - 1) + " and " + at("messages", i)
                       + " in your input). You should interleave the user/assistant messages in "
                         "the message sequence."};
    });
}

Broken moonshotEmpty(const StrictRequest &request)
{
    return eachMessage(request, [](std::size_t i, const Json &message) -> Broken {
        if (textOf(message, "role") != "assistant" || !member(message, "tool_calls").empty()
            || hasContent(message))
            return std::nullopt;
        return Refusal{"Invalid request: the message at position " + std::to_string(i)
                       + " with role 'assistant' must not be empty"};
    });
}

Broken moonshotTemperature(const StrictRequest &request)
{
    const Json &temperature = member(request.body, "temperature");
    if (temperature.is_null() || temperature == 1)
        return std::nullopt;
    return Refusal{"invalid temperature: only 1 is allowed for this model"};
}

Broken xaiEmpty(const StrictRequest &request)
{
    return eachMessage(request, [](std::size_t, const Json &message) -> Broken {
        const Json &content = member(message, "content");
        if (content.is_null() || (content.is_array() && content.empty()))
            return Refusal{"Invalid request content: Each message must have at least one content "
                           "element."};
        if (content == "" && member(message, "tool_calls").empty())
            return Refusal{"An empty message was provided. Every message needs at least one "
                           "non-empty content element."};
        return std::nullopt;
    });
}

Broken xaiArgument(const StrictRequest &request)
{
    constexpr std::array<std::pair<const char *, const char *>, 3> kRefused = {
        {{"presence_penalty", "presencePenalty"},
         {"frequency_penalty", "frequencyPenalty"},
         {"stop", "stop"}}};
    for (const auto &[name, theirs] : kRefused)
        if (request.body.contains(name))
            return Refusal{std::string("Argument not supported on this model: ") + theirs};
    return std::nullopt;
}

Broken zaiEmpty(const StrictRequest &request)
{
    return eachMessage(request, [](std::size_t i, const Json &message) -> Broken {
        if (textOf(message, "role") != "assistant" || !member(message, "tool_calls").empty()
            || hasContent(message))
            return std::nullopt;
        return Refusal{at("messages", i) + ":content和tool_calls 字段不能同时为空"};
    });
}

Broken zaiNoUser(const StrictRequest &request)
{
    for (const Json &message : member(request.body, "messages"))
        if (textOf(message, "role") == "user")
            return std::nullopt;
    return Refusal{"The messages parameter is illegal. Please check the documentation."};
}

Broken alibabaThinking(const StrictRequest &request)
{
    if (member(request.body, "enable_thinking") != true || member(request.body, "stream") == true)
        return std::nullopt;
    return Refusal{"parameter.enable_thinking must be set to false for non-streaming calls"};
}

Broken perplexityRoles(const StrictRequest &request)
{
    std::string before;
    return eachMessage(request, [&](std::size_t, const Json &message) -> Broken {
        const std::string role = textOf(message, "role");
        const std::string last = std::exchange(before, role);
        const bool isWrong = role == "system" ? !isAmong(last, {"", "system"})
                             : role == "user"
                                 ? isAmong(last, {"user", "tool"})
                                 : role == "assistant" && !isAmong(last, {"user", "tool"});
        if (isWrong)
            return Refusal{"After the (optional) system message(s), user or tool message(s) should "
                           "alternate with assistant message(s)."};
        return std::nullopt;
    });
}

Broken perplexityLast(const StrictRequest &request)
{
    const Json &messages = member(request.body, "messages");
    if (!messages.empty() && isAmong(textOf(messages.back(), "role"), {"user", "tool"}))
        return std::nullopt;
    return Refusal{"Last message must have role `user`."};
}

Broken nvidiaUnknown(const StrictRequest &request)
{
    for (const char *name : {"prompt_cache_key", "store", "metadata", "service_tier", "verbosity"})
        if (request.body.contains(name))
            return Refusal{std::string("Validation: Unsupported parameter(s): `") + name + "`"};
    return std::nullopt;
}

Broken fireworksUnknown(const StrictRequest &request)
{
    for (const char *name : {"thinking_budget", "extra_body", "enable_thinking", "cache_control",
                             "vl_high_resolution_images"})
        if (const Json &value = member(request.body, name); !value.is_null())
            return Refusal{std::string("Extra inputs are not permitted, field: '") + name
                           + "', value: " + value.dump()};
    return std::nullopt;
}

Broken openRouterDetails(const StrictRequest &request)
{
    return eachMessage(request, [&](std::size_t i, const Json &message) -> Broken {
        const Json &details = member(message, "reasoning_details");
        for (std::size_t n = 0; details.is_array() && n < details.size(); ++n) {
            const Json claims = proofOf(textOf(details[n], "signature"));
            const bool isWhole = textOf(claims, "by") == request.provider
                                 && member(claims, "nth") == n
                                 && member(claims, "of") == details.size()
                                 && textOf(claims, "digest") == digest(textOf(details[n], "text"));
            if (!isWhole)
                return Refusal{"messages." + std::to_string(i) + ".content." + std::to_string(n)
                               + ": Invalid `signature` in `thinking` block"};
        }
        return std::nullopt;
    });
}

constexpr WireForm kProviderChatForm = WireForm::OpenAi;
#define ISSUE "https://github.com/"

constexpr StrictRule kProviderChatRules[] = {
    {"groq.property", kProviderChatForm, "groq", "", "", 400, groqProperty,
     R"([{"op":"add","path":"/messages/2/reasoning_content","value":"Hm."}])",
     ISSUE "NousResearch/hermes-agent/issues/11089", "2026-04"},
    {"cerebras.property", kProviderChatForm, "cerebras", "", "", 400, cerebrasProperty,
     R"([{"op":"add","path":"/messages/2/reasoning_content","value":"Hm."}])",
     ISSUE "Kilo-Org/kilocode/issues/10375", "2026-05"},
    {"deepseek.reasoning-back", kProviderChatForm, "deepseek", "v4|reasoner", "", 400,
     deepseekReasoning, R"([{"op":"remove","path":"/messages/2/reasoning_content"}])",
     ISSUE "Gitlawb/openclaude/issues/878", "2026-04"},
    {"deepseek.neighbours", kProviderChatForm, "deepseek", "reasoner", "deepseek-reasoner", 400,
     deepseekNeighbours,
     R"([{"op":"add","path":"/messages/1","value":{"role":"user","content":"You there."}}])",
     ISSUE "CherryHQ/cherry-studio/issues/4598", "2025-04"},
    {"moonshot.reasoning-back", kProviderChatForm, "moonshot", "k2\\.[5-9]|k3|thinking", "", 400,
     moonshotReasoning, R"([{"op":"remove","path":"/messages/2/reasoning_content"}])",
     ISSUE "mastra-ai/mastra/issues/12592", "2026-02"},
    {"moonshot.empty", kProviderChatForm, "moonshot", "", "", 400, moonshotEmpty,
     R"([{"op":"add","path":"/messages/-","value":{"role":"assistant","content":""}},
         {"op":"add","path":"/messages/-","value":{"role":"user","content":"Go on."}}])",
     ISSUE "AstrBotDevs/AstrBot/issues/7200", "2026-03"},
    {"moonshot.temperature", kProviderChatForm, "moonshot", "k2\\.[5-9]|k3", "", 400,
     moonshotTemperature, R"([{"op":"add","path":"/temperature","value":0.5}])",
     ISSUE "lsdefine/GenericAgent/pull/30", "2026-03"},
    {"xai.empty", kProviderChatForm, "xai", "", "", 400, xaiEmpty,
     R"([{"op":"replace","path":"/messages/2/content","value":null}])",
     ISSUE "langchain-ai/langchain/issues/34140", "2025-11"},
    {"xai.argument", kProviderChatForm, "xai", "grok-4|mini|fast", "", 400, xaiArgument,
     R"([{"op":"add","path":"/presence_penalty","value":0}])", ISSUE "BerriAI/litellm/issues/12635",
     "2025-07"},
    {"zai.empty", kProviderChatForm, "zai", "", "", 400, zaiEmpty,
     R"([{"op":"add","path":"/messages/-","value":{"role":"assistant","content":""}},
         {"op":"add","path":"/messages/-","value":{"role":"user","content":"Go on."}}])",
     ISSUE "songquanpeng/one-api/issues/1153", "2024-03"},
    {"zai.no-user", kProviderChatForm, "zai", "", "", 400, zaiNoUser,
     R"([{"op":"remove","path":"/messages/1"}])", ISSUE "anomalyco/opencode/issues/2557",
     "2025-09"},
    {"alibaba.thinking", kProviderChatForm, "alibaba", "", "", 400, alibabaThinking,
     R"([{"op":"add","path":"/enable_thinking","value":true},
         {"op":"replace","path":"/stream","value":false}])",
     ISSUE "codexu/note-gen/issues/372", "2025-07"},
    {"perplexity.roles", kProviderChatForm, "perplexity", "", "", 400, perplexityRoles,
     R"([{"op":"add","path":"/messages/1","value":{"role":"user","content":"You there."}}])",
     ISSUE "bieniu/ha-perplexity/issues/117", "2026-04"},
    {"perplexity.last", kProviderChatForm, "perplexity", "", "", 400, perplexityLast,
     R"([{"op":"add","path":"/messages/-","value":{"role":"assistant","content":"Well."}}])",
     ISSUE "BerriAI/litellm/issues/3918", "2024-05"},
    {"nvidia.parameter", kProviderChatForm, "nvidia", "", "", 400, nvidiaUnknown,
     R"([{"op":"add","path":"/prompt_cache_key","value":"main"}])",
     ISSUE "diegosouzapw/OmniRoute/issues/848", "2026-03"},
    {"fireworks.extra", kProviderChatForm, "fireworks", "", "", 400, fireworksUnknown,
     R"([{"op":"add","path":"/enable_thinking","value":true}])",
     ISSUE "web-infra-dev/midscene/issues/1322", "2025-10"},
    {"openrouter.details", kProviderChatForm, "openrouter", "anthropic/", "", 400,
     openRouterDetails,
     R"([{"op":"add","path":"/messages/2/reasoning_details","value":
          [{"type":"reasoning.text","text":"Hm.","signature":"from elsewhere"}]}])",
     ISSUE "can1357/oh-my-pi/issues/3399", "2026-06"},
};

} // namespace

std::span<const StrictRule> providerChatRules() { return kProviderChatRules; }

} // namespace orrery::testing
