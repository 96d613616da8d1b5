// SPDX-License-Identifier: GPL-3.0-or-later
// What Anthropic's Messages refuse of the order of messages, calls, results and thinking.
#include "tests/support/strictwalk.h"

#include <set>

namespace orrery::testing {

using llm::WireForm;

namespace {

Broken anthropicIdPattern(const StrictRequest &request)
{
    return eachBlock(request, [](std::size_t i, std::size_t n, const Json &block) -> Broken {
        for (const auto &[type, key] :
             {std::pair("tool_use", "id"), std::pair("tool_result", "tool_use_id")}) {
            const std::string id = textOf(block, key);
            if (textOf(block, "type") == type && (id.empty() || !isMadeOf(id, "_-")))
                return Refusal{blockAt(i, n) + "." + type + "." + key
                               + ": String should match pattern '^[a-zA-Z0-9_-]+$'"};
        }
        return std::nullopt;
    });
}

Broken anthropicSameIds(const StrictRequest &request)
{
    std::set<std::string> seen;
    return eachBlock(request, [&](std::size_t i, std::size_t n, const Json &block) -> Broken {
        if (textOf(block, "type") != "tool_use" || seen.insert(textOf(block, "id")).second)
            return std::nullopt;
        return Refusal{blockAt(i, n) + ": `tool_use` ids must be unique"};
    });
}

/// Neighbours of one role count as one message; results have to come before all else in it.
Broken anthropicUnansweredUse(const StrictRequest &request)
{
    const Json &messages = member(request.body, "messages");
    return eachMessage(request, [&](std::size_t i, const Json &message) -> Broken {
        std::set<std::string> answered;
        bool isOver = false;
        std::size_t k = i + 1;
        if (textOf(message, "role") == "assistant")
            while (k < messages.size() && textOf(messages[k], "role") == "assistant")
                ++k;
        for (; k < messages.size() && textOf(messages[k], "role") == "user" && !isOver; ++k) {
            isOver = member(messages[k], "content").is_string();
            for (const Json &block : blocksOf(messages[k])) {
                isOver = isOver || textOf(block, "type") != "tool_result";
                if (!isOver)
                    answered.insert(textOf(block, "tool_use_id"));
            }
        }
        for (const Json &block : blocksOf(message))
            if (textOf(block, "type") == "tool_use" && !answered.count(textOf(block, "id")))
                return Refusal{messageAt(i)
                               + ": `tool_use` ids were found without `tool_result` blocks "
                                 "immediately after: "
                               + textOf(block, "id")
                               + ". Each `tool_use` block must have a corresponding `tool_result` "
                                 "block in the next message."};
        return std::nullopt;
    });
}

Broken anthropicOrphanResult(const StrictRequest &request)
{
    std::set<std::string> open;
    std::string before;
    return eachMessage(request, [&](std::size_t i, const Json &message) -> Broken {
        const std::string role = textOf(message, "role");
        if (role == "assistant" && before != "assistant")
            open.clear();
        before = role;
        const Json &blocks = blocksOf(message);
        for (std::size_t n = 0; n < blocks.size(); ++n) {
            if (textOf(blocks[n], "type") == "tool_use")
                open.insert(textOf(blocks[n], "id"));
            if (textOf(blocks[n], "type") == "tool_result"
                && !open.count(textOf(blocks[n], "tool_use_id")))
                return Refusal{blockAt(i, n)
                               + ": unexpected `tool_use_id` found in `tool_result` blocks: "
                               + textOf(blocks[n], "tool_use_id")
                               + ". Each `tool_result` block must have a corresponding `tool_use` "
                                 "block in the previous message."};
        }
        return std::nullopt;
    });
}

Broken anthropicSignature(const StrictRequest &request)
{
    return eachBlock(request, [&](std::size_t i, std::size_t n, const Json &block) -> Broken {
        if (textOf(block, "type") != "thinking")
            return std::nullopt;
        if (!member(block, "signature").is_string())
            return Refusal{blockAt(i, n) + ".thinking.signature: Field required"};
        const Json claims = proofOf(textOf(block, "signature"));
        if (textOf(claims, "by") == request.provider
            && textOf(claims, "digest") == digest(textOf(block, "thinking")))
            return std::nullopt;
        return Refusal{blockAt(i, n) + ": Invalid `signature` in `thinking` block"};
    });
}

/// In the latest answer, each where it was, and none missing.
Broken anthropicMovedThinking(const StrictRequest &request)
{
    const Json &messages = member(request.body, "messages");
    std::size_t latest = messages.size();
    for (std::size_t i = 0; i < messages.size(); ++i)
        if (textOf(messages[i], "role") == "assistant")
            latest = i;
    std::size_t found = 0;
    return eachBlock(request, [&](std::size_t i, std::size_t n, const Json &block) -> Broken {
        if (i != latest || textOf(block, "type") != "thinking")
            return std::nullopt;
        const Json claims = proofOf(textOf(block, "signature"));
        std::size_t all = 0;
        for (const Json &each : blocksOf(messages[i]))
            all += textOf(each, "type") == "thinking" ? 1 : 0;
        if (member(claims, "at") == n && member(claims, "nth") == found++
            && member(claims, "of") == all)
            return std::nullopt;
        return Refusal{blockAt(i, n)
                       + ": `thinking` or `redacted_thinking` blocks in the latest assistant "
                         "message cannot be modified. These blocks must remain as they were in the "
                         "original response."};
    });
}

/// Of the turn that is going on: the first answer since the user has said something himself. Later ones in a loop of tools
/// may well come without thinking.
Broken anthropicThinkingFirst(const StrictRequest &request)
{
    if (!thinks(request))
        return std::nullopt;
    const Json &messages = member(request.body, "messages");
    std::size_t first = messages.size();
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const Json &blocks = blocksOf(messages[i]);
        const bool isAnswer = textOf(messages[i], "role") == "assistant";
        const bool isOfResults =
            !isAnswer && !blocks.empty() && textOf(blocks[0], "type") == "tool_result";
        if (!isAnswer && !isOfResults)
            first = messages.size();
        else if (isAnswer && first == messages.size())
            first = i;
    }
    if (first + 1 >= messages.size())
        return std::nullopt;
    const Json &blocks = blocksOf(messages[first]);
    if (!blocks.empty() && isThinking(blocks[0]))
        return std::nullopt;
    return Refusal{blockAt(first, 0)
                   + ".type: Expected `thinking` or `redacted_thinking`, but found `"
                   + (blocks.empty() ? "text" : textOf(blocks[0], "type"))
                   + "`. When `thinking` is enabled, a final `assistant` message must start with a "
                     "thinking block (preceeding the lastmost set of `tool_use` and `tool_result` "
                     "blocks). We recommend you include thinking blocks from previous turns. To "
                     "avoid this requirement, disable `thinking`. Please consult our documentation "
                     "at https://docs.claude.com/en/docs/build-with-claude/extended-thinking"};
}

Broken anthropicThinkingLast(const StrictRequest &request)
{
    return eachMessage(request, [](std::size_t i, const Json &message) -> Broken {
        const Json &blocks = blocksOf(message);
        if (textOf(message, "role") != "assistant" || blocks.empty() || !isThinking(blocks.back()))
            return std::nullopt;
        return Refusal{messageAt(i)
                       + ": The final block in an assistant message cannot be `thinking`."};
    });
}

Broken anthropicInput(const StrictRequest &request)
{
    return eachBlock(request, [](std::size_t i, std::size_t n, const Json &block) -> Broken {
        if (textOf(block, "type") != "tool_use" || member(block, "input").is_object())
            return std::nullopt;
        return Refusal{blockAt(i, n) + ".tool_use.input: Input should be a valid dictionary"};
    });
}

constexpr WireForm kAnthropicOrderForm = WireForm::Anthropic;
#define ISSUE "https://github.com/"
#define CLAUDE ISSUE "anthropics/claude-code/issues/"
#define RULE(id, function, edit, source, date)                                                     \
    {                                                                                              \
        "anthropic." id, kAnthropicOrderForm, "*", "", "", 400, function, edit, source, date       \
    }

constexpr StrictRule kAnthropicOrderRules[] = {
    RULE("id", anthropicIdPattern, R"([{"op":"replace","path":"/messages/1/content/2/id",
                                "value":"functions.Bash:0"},
                               {"op":"replace","path":"/messages/2/content/0/tool_use_id",
                                "value":"functions.Bash:0"}])",
         ISSUE "maximhq/bifrost/issues/5097", "2026-07"),
    RULE("same-ids", anthropicSameIds, R"([{"op":"replace","path":"/messages/1/content/3/id",
                                    "value":"aB3dE6gH9"},
                                   {"op":"replace","path":"/messages/2/content/1/tool_use_id",
                                    "value":"aB3dE6gH9"}])",
         CLAUDE "21317", "2026-01"),
    RULE("input", anthropicInput,
         R"([{"op":"replace","path":"/messages/1/content/2/input","value":"{\"path\""}])",
         CLAUDE "6696", "2025-08"),
    RULE("unanswered-use", anthropicUnansweredUse,
         R"([{"op":"add","path":"/messages/2/content/0","value":{"type":"text","text":"Here."}}])",
         CLAUDE "12526", "2025-11"),
    RULE("orphan-result", anthropicOrphanResult,
         R"([{"op":"add","path":"/messages/2/content/2","value":
              {"type":"tool_result","tool_use_id":"toolu_1","content":"C"}}])",
         CLAUDE "13460", "2025-12"),
    RULE("signature", anthropicSignature,
         R"([{"op":"replace","path":"/messages/1/content/0/signature",
                                       "value":"from elsewhere"}])",
         ISSUE "ding113/claude-code-hub/issues/518", "2026-01"),
    RULE("thinking-moved", anthropicMovedThinking,
         R"([{"op":"move","from":"/messages/1/content/0","path":"/messages/1/content/1"}])",
         CLAUDE "63284", "2026-05"),
    RULE("thinking-first", anthropicThinkingFirst,
         R"([{"op":"remove","path":"/messages/1/content/0"}])",
         ISSUE "deepset-ai/haystack-core-integrations/issues/2146", "2025-08"),
    RULE("thinking-last", anthropicThinkingLast,
         R"([{"op":"remove","path":"/messages/2"},
             {"op":"replace","path":"/messages/1/content","value":
              [{"type":"redacted_thinking","data":"abc"}]}])",
         ISSUE "tailcallhq/forgecode/issues/2107", "2025-12"),
};
#undef RULE

} // namespace

std::span<const StrictRule> anthropicOrderRules() { return kAnthropicOrderRules; }

} // namespace orrery::testing
