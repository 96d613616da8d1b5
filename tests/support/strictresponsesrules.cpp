// SPDX-License-Identifier: GPL-3.0-or-later
// What OpenAI's Responses refuse.
#include "tests/support/strictwalk.h"

namespace orrery::testing {

using llm::WireForm;

namespace {

Broken responsesUnknownParameter(const StrictRequest &request)
{
    if (request.body.contains("max_tokens"))
        return Refusal{"Unsupported parameter: 'max_tokens'. In the Responses API, this parameter "
                       "has moved to 'max_output_tokens'. Try again with the new parameter.",
                       "max_tokens", "unsupported_parameter"};
    for (const auto &[key, value] : request.body.items())
        if (!isAmong(key, {"model",
                           "input",
                           "instructions",
                           "tools",
                           "tool_choice",
                           "parallel_tool_calls",
                           "stream",
                           "stream_options",
                           "store",
                           "include",
                           "max_output_tokens",
                           "max_tool_calls",
                           "temperature",
                           "top_p",
                           "top_logprobs",
                           "text",
                           "reasoning",
                           "metadata",
                           "user",
                           "service_tier",
                           "truncation",
                           "previous_response_id",
                           "conversation",
                           "prompt",
                           "prompt_cache_key",
                           "prompt_cache_retention",
                           "safety_identifier",
                           "background"}))
            return Refusal{"Unknown parameter: '" + key + "'.", key, "unknown_parameter"};
    return std::nullopt;
}

Broken responsesUnknownInItem(const StrictRequest &request)
{
    return eachItem(request, [](std::size_t i, const Json &item) -> Broken {
        const std::string type = typeOf(item);
        for (const auto &[key, value] : item.items()) {
            const bool isKnown =
                isAmong(key, {"type", "id", "status"}) ? true
                : type == "message"                    ? isAmong(key, {"role", "content", "phase"})
                : type == "function_call"
                    ? isAmong(key, {"call_id", "name", "arguments", "namespace"})
                : type == "function_call_output" ? isAmong(key, {"call_id", "output"})
                : type == "reasoning" ? isAmong(key, {"summary", "content", "encrypted_content"})
                                      : true;
            if (!isKnown)
                return Refusal{"Unknown parameter: '" + at("input", i, ".") + key + "'.",
                               at("input", i, ".") + key, "unknown_parameter"};
        }
        return std::nullopt;
    });
}

Broken responsesContentType(const StrictRequest &request)
{
    return eachItem(request, [](std::size_t i, const Json &item) -> Broken {
        const Json &content = member(item, "content");
        if (typeOf(item) != "message" || !content.is_array())
            return std::nullopt;
        const bool isAnswer = textOf(item, "role") == "assistant";
        for (std::size_t n = 0; n < content.size(); ++n) {
            const std::string type = textOf(content[n], "type");
            const bool isGood =
                isAnswer
                    ? isAmong(type, {"output_text", "refusal"})
                    : isAmong(type, {"input_text", "input_image", "input_file", "input_audio"});
            if (!isGood)
                return Refusal{"Invalid value: '" + type + "'. Supported values are: "
                                   + (isAnswer ? "'output_text' and 'refusal'."
                                               : "'input_text', 'input_image', and 'input_file'."),
                               at("input", i, ".") + at("content", n), "invalid_value"};
        }
        return std::nullopt;
    });
}

Broken responsesTemperature(const StrictRequest &request)
{
    if (!request.body.contains("temperature"))
        return std::nullopt;
    return Refusal{"Unsupported parameter: 'temperature' is not supported with this model.",
                   "temperature"};
}

Broken responsesToolName(const StrictRequest &request)
{
    const Json &tools = member(request.body, "tools");
    for (std::size_t i = 0; i < tools.size(); ++i) {
        if (textOf(tools[i], "type") != "function")
            continue;
        const std::string name = textOf(tools[i], "name");
        if (name.empty())
            return Refusal{"Missing required parameter: '" + at("tools", i, ".name") + "'.",
                           at("tools", i, ".name"), "missing_required_parameter"};
        if (name.size() > 64 || !isMadeOf(name, "_-"))
            return Refusal{"Invalid '" + at("tools", i, ".name")
                               + "': string does not match pattern. Expected a string that matches "
                                 "the pattern '^[a-zA-Z0-9_-]+$'.",
                           at("tools", i, ".name"), "invalid_value"};
    }
    return std::nullopt;
}

Broken responsesStrictSchema(const StrictRequest &request)
{
    const Json &tools = member(request.body, "tools");
    for (std::size_t i = 0; i < tools.size(); ++i) {
        if (textOf(tools[i], "type") != "function" || member(tools[i], "strict") != true)
            continue;
        if (!looseObject(member(tools[i], "parameters")).empty())
            return Refusal{"Invalid schema for function '" + textOf(tools[i], "name")
                               + "': In context=(), 'additionalProperties' is required to be "
                                 "supplied and to be false.",
                           at("tools", i, ".parameters"), "invalid_function_parameters"};
    }
    return std::nullopt;
}

constexpr WireForm kResponsesRequestForm = WireForm::Responses;
#define ISSUE "https://github.com/"
#define RULE(id, status, function, edit, source, date)                                             \
    {                                                                                              \
        "responses." id, kResponsesRequestForm, "*", "", "", status, function, edit, source, date  \
    }

Broken responsesStrictFormat(const StrictRequest &request)
{
    const Json &format = member(member(request.body, "text"), "format");
    if (member(format, "strict") != true || looseObject(member(format, "schema")).empty())
        return std::nullopt;
    return Refusal{"Invalid schema for response_format '" + textOf(format, "name")
                       + "': In context=(), 'required' is required to be supplied and to be an "
                         "array including every key in properties.",
                   "text.format.schema", "invalid_json_schema"};
}

constexpr StrictRule kResponsesRequestRules[] = {
    RULE("parameter", 400, responsesUnknownParameter,
         R"([{"op":"add","path":"/max_tokens","value":100}])",
         ISSUE "teabranch/open-responses-server/issues/41", "2025-06"),
    RULE("item-parameter", 400, responsesUnknownInItem,
         R"([{"op":"add","path":"/input/3/parsed_arguments","value":null}])",
         ISSUE "openai/openai-python/pull/3146", "2026-04"),
    RULE("content-type", 400, responsesContentType,
         R"([{"op":"replace","path":"/input/2/content/0/type","value":"text"}])",
         "https://platform.openai.com/docs/api-reference/responses/create", "2026-11"),
    {"responses.temperature", kResponsesRequestForm, "*", "^(o[1-9]|gpt-5)", "", 400,
     responsesTemperature, R"([{"op":"add","path":"/temperature","value":0.5}])",
     "https://platform.openai.com/docs/guides/latest-model", "2026-11"},
    RULE("tool-name", 400, responsesToolName,
         R"([{"op":"replace","path":"/tools/0/name","value":"files.read"}])",
         ISSUE "brekkylab/ailoy/pull/109", "2025-06"),
    RULE("strict-schema", 400, responsesStrictSchema,
         R"([{"op":"replace","path":"/tools/0/strict","value":true}])",
         ISSUE "bytedance/trae-agent/issues/173", "2025-07"),
    RULE("strict-format", 400, responsesStrictFormat,
         R"([{"op":"add","path":"/text","value":{"format":{"type":"json_schema","name":"n",
              "strict":true,"schema":{"type":"object","additionalProperties":false,
              "properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"]}}}}])",
         ISSUE "vercel/ai/issues/6484", "2025-05"),
};
#undef RULE

} // namespace

std::span<const StrictRule> responsesRequestRules() { return kResponsesRequestRules; }

} // namespace orrery::testing
