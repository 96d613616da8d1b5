// SPDX-License-Identifier: GPL-3.0-or-later
// What OpenAI's Responses refuse of the order of items, and of their ids.
#include "tests/support/strictwalk.h"

#include <set>

namespace orrery::testing {

using llm::WireForm;

namespace {

Broken responsesIdPrefix(const StrictRequest &request)
{
    return eachItem(request, [](std::size_t i, const Json &item) -> Broken {
        if (!item.contains("id"))
            return std::nullopt;
        const std::string type = typeOf(item);
        const char *prefix = type == "function_call"          ? "fc"
                             : type == "reasoning"            ? "rs"
                             : type == "message"              ? "msg"
                             : type == "function_call_output" ? "fc"
                                                              : "";
        if (textOf(item, "id").starts_with(prefix))
            return std::nullopt;
        return Refusal{"Invalid '" + at("input", i, ".id") + "': '" + textOf(item, "id")
                           + "'. Expected an ID that begins with '" + prefix + "'.",
                       at("input", i, ".id"), "invalid_value"};
    });
}

Broken responsesLongId(const StrictRequest &request)
{
    return eachItem(request, [](std::size_t i, const Json &item) -> Broken {
        const std::size_t size = textOf(item, "call_id").size();
        if (size <= 64)
            return std::nullopt;
        return Refusal{"Invalid '" + at("input", i, ".call_id")
                           + "': string too long. Expected a string with maximum length 64, but "
                             "got a string with length "
                           + std::to_string(size) + " instead.",
                       at("input", i, ".call_id"), "string_above_max_length"};
    });
}

Broken responsesTwice(const StrictRequest &request)
{
    std::set<std::string> seen;
    return eachItem(request, [&](std::size_t, const Json &item) -> Broken {
        const std::string id = textOf(item, "id");
        if (id.empty() || seen.insert(id).second)
            return std::nullopt;
        return Refusal{"Duplicate item found with id " + id
                           + ". Remove duplicate items from your input and try again.",
                       "input"};
    });
}

Broken responsesNotStored(const StrictRequest &request)
{
    if (member(request.body, "store") != false)
        return std::nullopt;
    return eachItem(request, [](std::size_t, const Json &item) -> Broken {
        const std::string type = typeOf(item);
        const bool isReference = type == "item_reference"
                                 || (type == "reasoning" && item.contains("id")
                                     && textOf(item, "encrypted_content").empty());
        if (!isReference)
            return std::nullopt;
        return Refusal{"Item with id '" + textOf(item, "id")
                           + "' not found. Items are not persisted when `store` is set to false. "
                             "Try again with `store` set to true, or remove this item from your "
                             "input.",
                       "input"};
    });
}

Broken responsesEncrypted(const StrictRequest &request)
{
    return eachItem(request, [&](std::size_t, const Json &item) -> Broken {
        const std::string content = textOf(item, "encrypted_content");
        if (typeOf(item) != "reasoning" || content.empty())
            return std::nullopt;
        const Json claims = proofOf(content);
        if (textOf(claims, "by") == request.provider
            && (!item.contains("id") || textOf(claims, "id") == textOf(item, "id")))
            return std::nullopt;
        return Refusal{"The encrypted content " + content.substr(0, 4)
                           + "... could not be verified. Reason: Encrypted content could not be "
                             "decrypted or parsed.",
                       {},
                       "invalid_encrypted_content"};
    });
}

/// Items `fc_3_0`, `msg_3` and the reasoning `rs_3` are of one answer.
std::string reasoningOf(const std::string &id)
{
    const auto from = id.find('_');
    if (from == std::string::npos)
        return {};
    return "rs_" + id.substr(from + 1, id.find('_', from + 1) - from - 1);
}

Broken responsesNoReasoning(const StrictRequest &request)
{
    std::set<std::string> thought;
    return eachItem(request, [&](std::size_t, const Json &item) -> Broken {
        const std::string type = typeOf(item);
        if (type == "reasoning")
            thought.insert(textOf(proofOf(textOf(item, "encrypted_content")), "id"));
        if (type != "function_call" || !item.contains("id"))
            return std::nullopt;
        const std::string wanted = reasoningOf(textOf(item, "id"));
        if (thought.count(wanted))
            return std::nullopt;
        return Refusal{"Item '" + textOf(item, "id")
                           + "' of type 'function_call' was provided without its required "
                             "'reasoning' item: '"
                           + wanted + "'.",
                       "input"};
    });
}

Broken responsesReasoningAlone(const StrictRequest &request)
{
    const Json &input = inputOf(request);
    return eachItem(request, [&](std::size_t i, const Json &item) -> Broken {
        if (typeOf(item) != "reasoning")
            return std::nullopt;
        std::size_t next = i + 1;
        while (next < input.size() && typeOf(input[next]) == "reasoning")
            ++next;
        const bool isFollowed = next < input.size()
                                && (typeOf(input[next]) == "function_call"
                                    || (typeOf(input[next]) == "message"
                                        && textOf(input[next], "role") == "assistant"));
        if (isFollowed)
            return std::nullopt;
        return Refusal{"Item '" + textOf(item, "id")
                           + "' of type 'reasoning' was provided without its required following "
                             "item.",
                       "input"};
    });
}

Broken responsesUnansweredCall(const StrictRequest &request)
{
    std::set<std::string> answered;
    for (const Json &item : inputOf(request))
        if (typeOf(item) == "function_call_output")
            answered.insert(textOf(item, "call_id"));
    return eachItem(request, [&](std::size_t, const Json &item) -> Broken {
        if (typeOf(item) != "function_call" || answered.count(textOf(item, "call_id")))
            return std::nullopt;
        return Refusal{"No tool output found for function call " + textOf(item, "call_id") + ".",
                       "input"};
    });
}

Broken responsesOrphanOutput(const StrictRequest &request)
{
    std::set<std::string> called;
    return eachItem(request, [&](std::size_t, const Json &item) -> Broken {
        if (typeOf(item) == "function_call")
            called.insert(textOf(item, "call_id"));
        if (typeOf(item) != "function_call_output" || called.count(textOf(item, "call_id")))
            return std::nullopt;
        return Refusal{"No tool call found for function call output with call_id "
                           + textOf(item, "call_id") + ".",
                       "input"};
    });
}

constexpr WireForm kResponsesItemForm = WireForm::Responses;
#define ISSUE "https://github.com/"
#define RULE(id, status, function, edit, source, date)                                             \
    {                                                                                              \
        "responses." id, kResponsesItemForm, "*", "", "", status, function, edit, source, date     \
    }

constexpr StrictRule kResponsesItemRules[] = {
    RULE("id-prefix", 400, responsesIdPrefix, R"([{"op":"replace","path":"/input/3/id",
                                           "value":"call_1"}])",
         ISSUE "nodetool-ai/nodetool/pull/4252", "2026-07"),
    RULE("call-id-length", 400, responsesLongId,
         R"([{"op":"replace","path":"/input/3/call_id",
              "value":"call_0123456789012345678901234567890123456789012345678901234567890123456"},
             {"op":"replace","path":"/input/5/call_id",
              "value":"call_0123456789012345678901234567890123456789012345678901234567890123456"}])",
         ISSUE "orchidfiles/ungate/issues/26", "2026-07"),
    RULE("twice", 400, responsesTwice, R"([{"op":"copy","from":"/input/1","path":"/input/1"}])",
         ISSUE "continuedev/continue/issues/10200", "2026-02"),
    RULE("not-stored", 404, responsesNotStored,
         R"([{"op":"remove","path":"/input/1/encrypted_content"}])",
         ISSUE "NousResearch/hermes-agent/pull/10217", "2026-04"),
    RULE("encrypted", 400, responsesEncrypted,
         R"([{"op":"replace","path":"/input/1/encrypted_content","value":"gAAAA"}])",
         ISSUE "openai/codex/issues/8145", "2025-12"),
    RULE("no-reasoning", 400, responsesNoReasoning, R"([{"op":"remove","path":"/input/1"}])",
         ISSUE "cline/cline/issues/12242", "2026-07"),
    RULE("reasoning-alone", 400, responsesReasoningAlone,
         R"([{"op":"replace","path":"/input","value":[{"role":"user","content":"Look."}]},
             {"op":"add","path":"/input/-","value":{"type":"reasoning","summary":[],
               "encrypted_content":"eyJieSI6Im9wZW5haSIsImlkIjoicnNfMCJ9"}}])",
         ISSUE "vercel/ai/issues/7099", "2025-11"),
    RULE("unanswered-call", 400, responsesUnansweredCall, R"([{"op":"remove","path":"/input/6"}])",
         ISSUE "bytedance/trae-agent/issues/245", "2025-08"),
    RULE("orphan-output", 400, responsesOrphanOutput,
         R"([{"op":"add","path":"/input/-","value":
              {"type":"function_call_output","call_id":"call_1","output":"C"}}])",
         ISSUE "continuedev/continue/issues/10092", "2026-02"),
};
#undef RULE

} // namespace

std::span<const StrictRule> responsesItemRules() { return kResponsesItemRules; }

} // namespace orrery::testing
