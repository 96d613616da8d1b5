// SPDX-License-Identifier: GPL-3.0-or-later
// What Anthropic's Messages refuse.
#include "tests/support/strictwalk.h"

#include <set>

namespace orrery::testing {

using llm::WireForm;

namespace {

Broken anthropicExtraInput(const StrictRequest &request)
{
    for (const auto &[key, value] : request.body.items())
        if (!isAmong(key, {"model",
                           "messages",
                           "max_tokens",
                           "system",
                           "stream",
                           "temperature",
                           "top_p",
                           "top_k",
                           "stop_sequences",
                           "tools",
                           "tool_choice",
                           "thinking",
                           "metadata",
                           "service_tier",
                           "cache_control",
                           "container",
                           "context_management",
                           "inference_geo",
                           "mcp_servers",
                           "output_config",
                           "output_format",
                           "speed"}))
            return Refusal{key + ": Extra inputs are not permitted"};
    return eachBlock(request, [](std::size_t i, std::size_t n, const Json &block) -> Broken {
        const std::string type = textOf(block, "type");
        for (const auto &[key, value] : block.items()) {
            const bool isKnown =
                key == "type"    ? true
                : type == "text" ? isAmong(key, {"text", "citations", "cache_control"})
                : type == "tool_use"
                    ? isAmong(key, {"id", "name", "input", "cache_control", "caller"})
                : type == "tool_result"
                    ? isAmong(key, {"tool_use_id", "content", "is_error", "cache_control"})
                : type == "thinking" ? isAmong(key, {"thinking", "signature"})
                                     : true;
            if (!isKnown)
                return Refusal{blockAt(i, n) + "." + type + "." + key
                               + ": Extra inputs are not permitted"};
        }
        return std::nullopt;
    });
}

Broken anthropicNoMaxTokens(const StrictRequest &request)
{
    if (member(request.body, "max_tokens").is_number_integer())
        return std::nullopt;
    return Refusal{"max_tokens: Field required"};
}

Broken anthropicMuchMaxTokens(const StrictRequest &request)
{
    const int asked = member(request.body, "max_tokens").get<int>();
    if (asked <= 64000)
        return std::nullopt;
    return Refusal{"max_tokens: " + std::to_string(asked)
                   + " > 64000, which is the maximum allowed number of output tokens for "
                   + request.model};
}

Broken anthropicSmallBudget(const StrictRequest &request)
{
    const Json &thinking = member(request.body, "thinking");
    if (textOf(thinking, "type") != "enabled")
        return std::nullopt;
    const Json &budget = member(thinking, "budget_tokens");
    if (!budget.is_number_integer() || budget < 1024)
        return Refusal{"thinking.enabled.budget_tokens: Input should be greater than or equal to "
                       "1024"};
    if (budget >= member(request.body, "max_tokens"))
        return Refusal{"`max_tokens` must be greater than `thinking.budget_tokens`."};
    return std::nullopt;
}

Broken anthropicTemperature(const StrictRequest &request)
{
    const Json &value = member(request.body, "temperature");
    if (!thinks(request) || value.is_null() || value == 1)
        return std::nullopt;
    return Refusal{"`temperature` may only be set to 1 when thinking is enabled or in adaptive "
                   "mode. Please consult our documentation at "
                   "https://docs.claude.com/en/docs/build-with-claude/extended-thinking"};
}

Broken anthropicRole(const StrictRequest &request)
{
    return eachMessage(request, [](std::size_t i, const Json &message) -> Broken {
        if (isAmong(textOf(message, "role"), {"user", "assistant"}))
            return std::nullopt;
        return Refusal{messageAt(i) + ".role: Input should be 'user' or 'assistant'"};
    });
}

Broken anthropicEmptyContent(const StrictRequest &request)
{
    const std::size_t count = member(request.body, "messages").size();
    return eachMessage(request, [&](std::size_t i, const Json &message) -> Broken {
        if (hasContent(message) || (i + 1 == count && textOf(message, "role") == "assistant"))
            return std::nullopt;
        return Refusal{messageAt(i)
                       + ": all messages must have non-empty content except for the optional final "
                         "assistant message"};
    });
}

Broken anthropicEmptyText(const StrictRequest &request)
{
    return eachBlock(request, [](std::size_t, std::size_t, const Json &block) -> Broken {
        if (textOf(block, "type") == "text" && textOf(block, "text").empty())
            return Refusal{"messages: text content blocks must be non-empty"};
        return std::nullopt;
    });
}

Broken anthropicBlankText(const StrictRequest &request)
{
    return eachMessage(request, [](std::size_t, const Json &message) -> Broken {
        bool isBad = member(message, "content").is_string() && isBlank(textOf(message, "content"));
        for (const Json &block : blocksOf(message))
            isBad = isBad || (textOf(block, "type") == "text" && isBlank(textOf(block, "text")));
        if (isBad)
            return Refusal{"messages: text content blocks must contain non-whitespace text"};
        return std::nullopt;
    });
}

Broken anthropicFinalSpace(const StrictRequest &request)
{
    const Json &messages = member(request.body, "messages");
    if (messages.empty() || textOf(messages.back(), "role") != "assistant")
        return std::nullopt;
    const Json &blocks = blocksOf(messages.back());
    const std::string text =
        blocks.empty() ? textOf(messages.back(), "content") : textOf(blocks.back(), "text");
    if (text.empty() || !isBlank(text.substr(text.size() - 1)))
        return std::nullopt;
    return Refusal{"messages: final assistant content cannot end with trailing whitespace"};
}

Broken anthropicPrefill(const StrictRequest &request)
{
    const Json &messages = member(request.body, "messages");
    if (messages.empty() || textOf(messages.back(), "role") != "assistant")
        return std::nullopt;
    return Refusal{"This model does not support assistant message prefill. The conversation must "
                   "end with a user message."};
}

Broken anthropicNamePattern(const StrictRequest &request)
{
    return eachTool(request, [](const std::string &place, const Json &tool) -> Broken {
        const std::string name = textOf(tool, "name");
        if (!name.empty() && name.size() <= 128 && isMadeOf(name, "_-"))
            return std::nullopt;
        return Refusal{place + "name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"};
    });
}

Broken anthropicSameNames(const StrictRequest &request)
{
    std::set<std::string> seen;
    return eachTool(request, [&](const std::string &, const Json &tool) -> Broken {
        if (seen.insert(textOf(tool, "name")).second)
            return std::nullopt;
        return Refusal{"tools: Tool names must be unique."};
    });
}

Broken anthropicSchemaType(const StrictRequest &request)
{
    return eachTool(request, [](const std::string &place, const Json &tool) -> Broken {
        if (member(member(tool, "input_schema"), "type") == "object")
            return std::nullopt;
        return Refusal{place + "input_schema.type: Field required"};
    });
}

Broken anthropicSchemaTop(const StrictRequest &request)
{
    return eachTool(request, [](const std::string &place, const Json &tool) -> Broken {
        for (const char *key : {"oneOf", "allOf", "anyOf"})
            if (member(tool, "input_schema").contains(key))
                return Refusal{place
                               + "input_schema: input_schema does not support oneOf, allOf, or "
                                 "anyOf at the top level"};
        return std::nullopt;
    });
}

constexpr WireForm kAnthropicRequestForm = WireForm::Anthropic;
#define ISSUE "https://github.com/"
#define CLAUDE ISSUE "anthropics/claude-code/issues/"
#define RULE(id, function, edit, source, date)                                                     \
    {                                                                                              \
        "anthropic." id, kAnthropicRequestForm, "*", "", "", 400, function, edit, source, date     \
    }

constexpr StrictRule kAnthropicRequestRules[] = {
    RULE("extra", anthropicExtraInput, R"([{"op":"add","path":"/stream_options","value":{}}])",
         CLAUDE "4378", "2025-07"),
    RULE("max-tokens", anthropicNoMaxTokens, R"([{"op":"remove","path":"/max_tokens"}])",
         "https://docs.claude.com/en/api/messages", "2026-11"),
    RULE("max-tokens-limit", anthropicMuchMaxTokens,
         R"([{"op":"replace","path":"/max_tokens","value":128001}])", CLAUDE "24451", "2026-02"),
    RULE("thinking-budget", anthropicSmallBudget,
         R"([{"op":"replace","path":"/thinking/budget_tokens","value":512}])",
         ISSUE "themaximalist/llm.js/issues/30", "2026-08"),
    RULE("temperature", anthropicTemperature, R"([{"op":"add","path":"/temperature","value":0.7}])",
         ISSUE "dotCipher/opencode-claude-bridge/pull/1", "2026-03"),
    RULE("role", anthropicRole, R"([{"op":"add","path":"/messages/0","value":
                             {"role":"tool","content":"A"}}])",
         ISSUE "Alishahryar1/free-claude-code/issues/1041", "2026-07"),
    RULE("empty-content", anthropicEmptyContent,
         R"([{"op":"add","path":"/messages/0","value":{"role":"user","content":""}}])",
         CLAUDE "6774", "2025-08"),
    RULE("empty-text", anthropicEmptyText, R"([{"op":"replace","path":"/messages/1/content/1/text",
                                        "value":""}])",
         CLAUDE "62379", "2026-05"),
    RULE("blank-text", anthropicBlankText, R"([{"op":"replace","path":"/messages/1/content/1/text",
                                        "value":" \n"}])",
         CLAUDE "23440", "2026-02"),
    RULE("final-space", anthropicFinalSpace,
         R"([{"op":"add","path":"/messages/-","value":{"role":"assistant","content":"Well. "}}])",
         ISSUE "tailcallhq/forgecode/issues/1872", "2025-11"),
    {"anthropic.prefill", kAnthropicRequestForm, "*", "4-[6-9]|[a-z]-5", "claude-sonnet-4-6", 400,
     anthropicPrefill,
     R"([{"op":"add","path":"/messages/-","value":{"role":"assistant","content":"Well."}}])",
     ISSUE "agenticloops-ai/agentic-ai-engineering/issues/43", "2026-03"},
    RULE("tool-name", anthropicNamePattern,
         R"([{"op":"replace","path":"/tools/0/name","value":"files.read"}])",
         ISSUE "microsoft/wassette/issues/56", "2025-08"),
    RULE("same-names", anthropicSameNames, R"([{"op":"copy","from":"/tools/0","path":"/tools/1"}])",
         CLAUDE "10687", "2025-10"),
    RULE("schema-type", anthropicSchemaType,
         R"([{"op":"remove","path":"/tools/0/input_schema/type"}])",
         "https://docs.claude.com/en/docs/agents-and-tools/tool-use/implement-tool-use", "2026-11"),
    RULE("schema-top", anthropicSchemaTop,
         R"([{"op":"add","path":"/tools/0/input_schema/anyOf","value":
                                        [{"required":["path"]}]}])",
         CLAUDE "40075", "2026-03"),
};
#undef RULE

} // namespace

std::span<const StrictRule> anthropicRequestRules() { return kAnthropicRequestRules; }

} // namespace orrery::testing
