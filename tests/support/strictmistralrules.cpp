// SPDX-License-Identifier: GPL-3.0-or-later
// What Mistral refuses, and other servers of its models.
#include "tests/support/strictwalk.h"

namespace orrery::testing {

using llm::WireForm;

namespace {

Refusal mistralExtra(const Json &place, const Json &value)
{
    return {Json{{"detail", Json::array({{{"type", "extra_forbidden"},
                                          {"loc", place},
                                          {"msg", "Extra inputs are not permitted"},
                                          {"input", value}}})}}};
}

Broken mistralUnknown(const StrictRequest &request)
{
    for (const auto &[key, value] : request.body.items())
        if (!isAmong(key, {"model",
                           "messages",
                           "temperature",
                           "top_p",
                           "max_tokens",
                           "stream",
                           "stop",
                           "random_seed",
                           "metadata",
                           "response_format",
                           "tools",
                           "tool_choice",
                           "presence_penalty",
                           "frequency_penalty",
                           "n",
                           "prediction",
                           "parallel_tool_calls",
                           "prompt_mode",
                           "prompt_cache_key",
                           "reasoning_effort",
                           "safe_prompt",
                           "stream_options"}))
            return mistralExtra(Json::array({"body", key}), value);
    return eachMessage(request, [](std::size_t i, const Json &message) -> Broken {
        const std::string role = textOf(message, "role");
        for (const auto &[key, value] : message.items()) {
            if (isAmong(key, {"role", "content"})
                || (role == "assistant" && isAmong(key, {"tool_calls", "prefix"}))
                || (role == "tool" && isAmong(key, {"tool_call_id", "name"})))
                continue;
            return mistralExtra(Json::array({"body", "messages", i, role, key}), value);
        }
        return std::nullopt;
    });
}

Broken mistralId(const StrictRequest &request)
{
    const auto check = [](const Json &id) -> Broken {
        if (id.is_string() && id.get_ref<const std::string &>().size() == 9
            && isMadeOf(id.get_ref<const std::string &>(), ""))
            return std::nullopt;
        return Refusal{"Tool call id was " + (id.is_string() ? id.get<std::string>() : id.dump())
                           + " but must be a-z, A-Z, 0-9, with a length of 9.",
                       {},
                       "3280",
                       "invalid_function_call"};
    };
    return eachMessage(request, [&](std::size_t, const Json &message) -> Broken {
        for (const Json &call : member(message, "tool_calls"))
            if (auto broken = check(member(call, "id")))
                return broken;
        if (textOf(message, "role") == "tool")
            return check(member(message, "tool_call_id"));
        return std::nullopt;
    });
}

Refusal mistralOrder(const std::string &text)
{
    return {text, {}, "3230", "invalid_request_message_order"};
}

Broken mistralRoles(const StrictRequest &request)
{
    std::string before;
    return eachMessage(request, [&](std::size_t, const Json &message) -> Broken {
        const std::string role = textOf(message, "role");
        const std::string last = std::exchange(before, role);
        const bool isWrong = last == "tool"     ? !isAmong(role, {"tool", "assistant"})
                             : last == "user"   ? role == "tool"
                             : last == "system" ? role == "tool"
                                                : last == "assistant" && role == "system";
        if (isWrong)
            return mistralOrder("Unexpected role '" + role + "' after role '" + last + "'");
        return std::nullopt;
    });
}

Broken mistralPairs(const StrictRequest &request)
{
    std::size_t calls = 0;
    std::size_t results = 0;
    for (const Json &message : member(request.body, "messages")) {
        calls += member(message, "tool_calls").size();
        results += textOf(message, "role") == "tool" ? 1 : 0;
    }
    if (calls == results)
        return std::nullopt;
    return mistralOrder("Not the same number of function calls and responses");
}

Broken mistralLast(const StrictRequest &request)
{
    const Json &messages = member(request.body, "messages");
    if (messages.empty() || textOf(messages.back(), "role") != "assistant"
        || member(messages.back(), "prefix") == true)
        return std::nullopt;
    return mistralOrder("Expected last role User or Tool (or Assistant with prefix True) for "
                        "serving but got assistant");
}

Broken mistralEmpty(const StrictRequest &request)
{
    return eachMessage(request, [](std::size_t, const Json &message) -> Broken {
        if (textOf(message, "role") != "assistant" || !member(message, "tool_calls").empty()
            || hasContent(message))
            return std::nullopt;
        return Refusal{"Assistant message must have either content or tool_calls, but not none."};
    });
}

constexpr WireForm kMistralForm = WireForm::OpenAi;
#define ISSUE "https://github.com/"

constexpr StrictRule kMistralRules[] = {
    {"mistral.extra", kMistralForm, "mistral", "", "", 422, mistralUnknown,
     R"([{"op":"add","path":"/messages/2/reasoning_content","value":"Hm."}])",
     ISSUE "charmbracelet/crush/issues/1590", "2025-12"},
    {"mistral.call-id", kMistralForm, "mistral", "", "", 400, mistralId,
     R"([{"op":"replace","path":"/messages/2/tool_calls/0/id","value":"call_aB3dE6gH9"},
         {"op":"replace","path":"/messages/3/tool_call_id","value":"call_aB3dE6gH9"}])",
     ISSUE "nearai/ironclaw/issues/1241", "2026-03"},
    {"mistral.roles", kMistralForm, "mistral", "", "", 400, mistralRoles,
     R"([{"op":"add","path":"/messages/-","value":{"role":"user","content":"Go on."}}])",
     ISSUE "avante-corp/avante.nvim/pull/2695", "2025-09"},
    {"mistral.pairs", kMistralForm, "mistral", "", "", 400, mistralPairs,
     R"([{"op":"remove","path":"/messages/4"}])", ISSUE "NousResearch/hermes-agent/pull/11722",
     "2026-04"},
    {"mistral.last", kMistralForm, "mistral", "", "", 400, mistralLast,
     R"([{"op":"add","path":"/messages/-","value":{"role":"assistant","content":"Well."}}])",
     ISSUE "QuantumNous/new-api/issues/2858", "2026-02"},
    {"mistral.empty", kMistralForm, "mistral", "", "", 400, mistralEmpty,
     R"([{"op":"add","path":"/messages/-","value":{"role":"assistant","content":""}},
         {"op":"add","path":"/messages/-","value":{"role":"user","content":"Go on."}}])",
     ISSUE "OpenHands/OpenHands/issues/8685", "2025-05"},
    {"nvidia.roles", kMistralForm, "nvidia", "mistral", "mistralai/mistral-small-4-119b-2603", 400,
     mistralRoles, R"([{"op":"add","path":"/messages/-","value":{"role":"user","content":"Go."}}])",
     ISSUE "NousResearch/hermes-agent/issues/20154", "2026-05"},
};

} // namespace

std::span<const StrictRule> mistralRules() { return kMistralRules; }

} // namespace orrery::testing
