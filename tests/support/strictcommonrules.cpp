// SPDX-License-Identifier: GPL-3.0-or-later
// What many servers of OpenAI's chat completions refuse.
#include "tests/support/strictwalk.h"

#include <set>

namespace orrery::testing {

using llm::WireForm;

namespace {

std::string placeOf(std::size_t i, const char *rest)
{
    return "messages.[" + std::to_string(i) + "]" + rest;
}

Broken chatOrphanResult(const StrictRequest &request)
{
    std::set<std::string> open;
    return eachMessage(request, [&](std::size_t i, const Json &message) -> Broken {
        if (textOf(message, "role") != "tool") {
            open.clear();
            for (const Json &call : member(message, "tool_calls"))
                open.insert(textOf(call, "id"));
            return std::nullopt;
        }
        if (open.count(textOf(message, "tool_call_id")))
            return std::nullopt;
        return Refusal{"Invalid parameter: messages with role 'tool' must be a response to a "
                       "preceeding message with 'tool_calls'.",
                       placeOf(i, ".role")};
    });
}

Broken chatUnansweredCall(const StrictRequest &request)
{
    const Json &messages = member(request.body, "messages");
    return eachMessage(request, [&](std::size_t i, const Json &message) -> Broken {
        std::set<std::string> answered;
        for (std::size_t k = i + 1; k < messages.size() && textOf(messages[k], "role") == "tool";
             ++k)
            answered.insert(textOf(messages[k], "tool_call_id"));
        for (const Json &call : member(message, "tool_calls"))
            if (!answered.count(textOf(call, "id")))
                return Refusal{"An assistant message with 'tool_calls' must be followed by tool "
                               "messages responding to each 'tool_call_id'. The following "
                               "tool_call_ids did not have response messages: "
                                   + textOf(call, "id"),
                               placeOf(i + 1, ".role")};
        return std::nullopt;
    });
}

Broken chatDuplicateResult(const StrictRequest &request)
{
    std::set<std::string> seen;
    return eachMessage(request, [&](std::size_t i, const Json &message) -> Broken {
        if (textOf(message, "role") != "tool") {
            seen.clear();
            return std::nullopt;
        }
        const std::string id = textOf(message, "tool_call_id");
        if (seen.insert(id).second)
            return std::nullopt;
        return Refusal{"Invalid parameter: Duplicate value for 'tool_call_id' of '" + id + "', in "
                           + at("messages", i - 1) + " and " + at("messages", i) + ".",
                       placeOf(i, ".tool_call_id")};
    });
}

Broken chatLongId(const StrictRequest &request)
{
    return eachMessage(request, [](std::size_t i, const Json &message) -> Broken {
        const Json &calls = member(message, "tool_calls");
        for (std::size_t n = 0; n < calls.size(); ++n) {
            const std::size_t size = textOf(calls[n], "id").size();
            const std::string place = at("messages", i, ".") + at("tool_calls", n, ".id");
            if (size > 40)
                return Refusal{"Invalid '" + place
                                   + "': string too long. Expected a string with maximum length "
                                     "40, but got a string with length "
                                   + std::to_string(size) + " instead.",
                               place, "string_above_max_length"};
        }
        return std::nullopt;
    });
}

Broken chatNullContent(const StrictRequest &request)
{
    return eachMessage(request, [](std::size_t i, const Json &message) -> Broken {
        if (!member(message, "content").is_null() || !member(message, "tool_calls").empty())
            return std::nullopt;
        return Refusal{"Invalid value for 'content': expected a string, got null.",
                       placeOf(i, ".content")};
    });
}

Broken chatToolName(const StrictRequest &request)
{
    const auto check = [](const std::string &place, const std::string &name) -> Broken {
        if (!name.empty() && name.size() <= 64 && isMadeOf(name, "_-"))
            return std::nullopt;
        return Refusal{"Invalid '" + place
                           + "': string does not match pattern. Expected a string that matches the "
                             "pattern '^[a-zA-Z0-9_-]+$'.",
                       place, "invalid_value"};
    };
    const Json &tools = member(request.body, "tools");
    for (std::size_t i = 0; i < tools.size(); ++i)
        if (auto broken = check(at("tools", i, ".function.name"),
                                textOf(member(tools[i], "function"), "name")))
            return broken;
    return eachMessage(request, [&](std::size_t i, const Json &message) -> Broken {
        const Json &calls = member(message, "tool_calls");
        for (std::size_t n = 0; n < calls.size(); ++n)
            if (auto broken = check(at("messages", i, ".") + at("tool_calls", n, ".function.name"),
                                    textOf(member(calls[n], "function"), "name")))
                return broken;
        return std::nullopt;
    });
}

Refusal badSchema(const Json &function, std::size_t i, const std::string &what)
{
    return {"Invalid schema for function '" + textOf(function, "name") + "': " + what,
            at("tools", i, ".function.parameters"), "invalid_function_parameters"};
}

Broken chatSchemaObject(const StrictRequest &request)
{
    const Json &tools = member(request.body, "tools");
    for (std::size_t i = 0; i < tools.size(); ++i) {
        const Json &function = member(tools[i], "function");
        const Json &schema = member(function, "parameters");
        if (schema.is_null())
            continue;
        if (member(schema, "type") != "object")
            return badSchema(function, i,
                             "schema must be a JSON Schema of 'type: \"object\"', got 'type: \""
                                 + textOf(schema, "type") + "\"'.");
        if (!schema.contains("properties"))
            return badSchema(function, i, "In context=(), object schema missing properties.");
        if (!schemaPlace(
                 schema,
                 [](const Json &part) {
                     return member(part, "type") == "array" && !part.contains("items");
                 },
                 "")
                 .empty())
            return badSchema(function, i, "In context=(), array schema missing items.");
    }
    return std::nullopt;
}

Broken chatStrictSchema(const StrictRequest &request)
{
    const Json &tools = member(request.body, "tools");
    for (std::size_t i = 0; i < tools.size(); ++i) {
        const Json &function = member(tools[i], "function");
        if (member(function, "strict") != true)
            continue;
        if (!looseObject(member(function, "parameters")).empty())
            return badSchema(function, i,
                             "In context=(), 'additionalProperties' is required to be supplied and "
                             "to be false.");
    }
    return std::nullopt;
}

Broken chatUnknownArgument(const StrictRequest &request)
{
    for (const auto &[key, value] : request.body.items())
        if (!isAmong(key, {"model",
                           "messages",
                           "tools",
                           "tool_choice",
                           "parallel_tool_calls",
                           "stream",
                           "stream_options",
                           "max_tokens",
                           "max_completion_tokens",
                           "temperature",
                           "top_p",
                           "n",
                           "stop",
                           "presence_penalty",
                           "frequency_penalty",
                           "logit_bias",
                           "logprobs",
                           "top_logprobs",
                           "seed",
                           "response_format",
                           "user",
                           "store",
                           "metadata",
                           "reasoning_effort",
                           "verbosity",
                           "service_tier",
                           "modalities",
                           "audio",
                           "prediction",
                           "prompt_cache_key",
                           "prompt_cache_retention",
                           "safety_identifier",
                           "web_search_options"}))
            return Refusal{"Unrecognized request argument supplied: " + key};
    return std::nullopt;
}

Broken chatMaxTokensName(const StrictRequest &request)
{
    if (!request.body.contains("max_tokens"))
        return std::nullopt;
    return Refusal{"Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                   "'max_completion_tokens' instead.",
                   "max_tokens", "unsupported_parameter"};
}

Broken chatTemperature(const StrictRequest &request)
{
    const Json &value = member(request.body, "temperature");
    if (value.is_null() || value == 1)
        return std::nullopt;
    return Refusal{"Unsupported value: 'temperature' does not support " + value.dump()
                       + " with this model. Only the default (1) value is supported.",
                   "temperature", "unsupported_value"};
}

Broken chatStrictFormat(const StrictRequest &request)
{
    const Json &format = member(member(request.body, "response_format"), "json_schema");
    if (member(format, "strict") != true || looseObject(member(format, "schema")).empty())
        return std::nullopt;
    return Refusal{"Invalid schema for response_format '" + textOf(format, "name")
                       + "': In context=(), 'required' is required to be supplied and to be an "
                         "array including every key in properties.",
                   "response_format", nullptr};
}

constexpr WireForm kCommonChatForm = WireForm::OpenAi;
constexpr const char *kOpenAi = "openai azure github";
constexpr const char *kReasoning = "^(openai/)?(o[1-9]|gpt-5)";
#define ISSUE "https://github.com/"

constexpr StrictRule kCommonChatRules[] = {
    {"chat.argument", kCommonChatForm, kOpenAi, "", "", 400, chatUnknownArgument,
     R"([{"op":"add","path":"/thinking","value":{"type":"enabled"}}])",
     ISSUE "nashsu/llm_wiki/issues/336", "2026-06"},
    {"chat.max-tokens-name", kCommonChatForm, kOpenAi, kReasoning, "", 400, chatMaxTokensName,
     R"([{"op":"add","path":"/max_tokens","value":100}])",
     ISSUE "devnullvoid/dms-ai-assistant/issues/12", "2026-05"},
    {"chat.temperature", kCommonChatForm, kOpenAi, kReasoning, "", 400, chatTemperature,
     R"([{"op":"add","path":"/temperature","value":0.16}])", ISSUE "decolua/9router/issues/560",
     "2026-04"},
    {"chat.call-id-length", kCommonChatForm, kOpenAi, "", "", 400, chatLongId,
     R"([{"op":"replace","path":"/messages/2/tool_calls/0/id",
          "value":"chatcmpl-tool-f227417118b24070b61554cc4416aba9"},
         {"op":"replace","path":"/messages/3/tool_call_id",
          "value":"chatcmpl-tool-f227417118b24070b61554cc4416aba9"}])",
     ISSUE "anomalyco/opencode/issues/12653", "2026-02"},
    {"chat.strict-schema", kCommonChatForm, kOpenAi, "", "", 400, chatStrictSchema,
     R"([{"op":"add","path":"/tools/0/function/strict","value":true}])",
     ISSUE "xemantic/xemantic-ai-tool-schema/issues/37", "2025-08"},
    {"chat.strict-format", kCommonChatForm, kOpenAi, "", "", 400, chatStrictFormat,
     R"([{"op":"add","path":"/response_format","value":{"type":"json_schema","json_schema":
          {"name":"n","strict":true,"schema":{"type":"object","additionalProperties":false,
           "properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"]}}}}])",
     ISSUE "vercel/ai/issues/6484", "2025-05"},
    {"chat.duplicate-result", kCommonChatForm, "*", "", "", 400, chatDuplicateResult,
     R"([{"op":"add","path":"/messages/-","value":
          {"role":"tool","content":"A","tool_call_id":"aB3dE6gH9"}}])",
     ISSUE "agno-agi/agno/issues/5116", "2025-10"},
    {"chat.orphan-result", kCommonChatForm, "*", "", "", 400, chatOrphanResult,
     R"([{"op":"replace","path":"/messages/3/tool_call_id","value":"cC3dE6gH9"}])",
     ISSUE "run-llama/llama_index/issues/10493", "2024-02"},
    {"chat.unanswered-call", kCommonChatForm, "*", "", "", 400, chatUnansweredCall,
     R"([{"op":"remove","path":"/messages/4"}])", ISSUE "BerriAI/litellm/issues/10083", "2025-04"},
    {"chat.null-content", kCommonChatForm, "*", "", "", 400, chatNullContent,
     R"([{"op":"replace","path":"/messages/3/content","value":null}])",
     ISSUE "vercel/ai/pull/14950", "2026-05"},
    {"chat.tool-name", kCommonChatForm, "*", "", "", 400, chatToolName,
     R"([{"op":"replace","path":"/tools/0/function/name","value":"files.read"}])",
     ISSUE "brekkylab/ailoy/pull/109", "2025-06"},
    {"chat.schema-object", kCommonChatForm, "*", "", "", 400, chatSchemaObject,
     R"([{"op":"replace","path":"/tools/0/function/parameters","value":{"type":"object"}}])",
     ISSUE "spring-projects/spring-ai/issues/4776", "2025-11"},
};

} // namespace

std::span<const StrictRule> commonChatRules() { return kCommonChatRules; }

} // namespace orrery::testing
