// SPDX-License-Identifier: GPL-3.0-or-later
// Ways through the messages of a request, for the rules.
#pragma once

#include "tests/support/strictrules.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace orrery::testing {

using Broken = std::optional<Refusal>; ///< what a rule says

// The tables of rules, in the order in which they are asked. ----------------------------------------------------------
std::span<const StrictRule> mistralRules();
std::span<const StrictRule> providerChatRules(); ///< of other single providers
std::span<const StrictRule> templateRules();
std::span<const StrictRule> commonChatRules();
std::span<const StrictRule> anthropicRequestRules();
std::span<const StrictRule> anthropicOrderRules();
std::span<const StrictRule> geminiRequestRules();
std::span<const StrictRule> geminiTurnRules();
std::span<const StrictRule> responsesRequestRules();
std::span<const StrictRule> responsesItemRules();

inline bool isAmong(std::string_view word, std::initializer_list<std::string_view> words)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// The first refusal that `check` finds in a message.
template <typename Check>
Broken eachMessage(const StrictRequest &request, Check check)
{
    const Json &messages = member(request.body, "messages");
    for (std::size_t i = 0; messages.is_array() && i < messages.size(); ++i)
        if (Broken refusal = check(i, messages[i]))
            return refusal;
    return std::nullopt;
}

inline bool hasContent(const Json &message)
{
    const Json &content = member(message, "content");
    return content.is_string() ? !content.get_ref<const std::string &>().empty()
                               : content.is_array() && !content.empty();
}

// Anthropic. ----------------------------------------------------------------------------------------------------------
inline std::string messageAt(std::size_t i) { return "messages." + std::to_string(i); }
inline std::string blockAt(std::size_t i, std::size_t n)
{
    return messageAt(i) + ".content." + std::to_string(n);
}

/// The blocks of a message; none for one whose content is a text.
inline const Json &blocksOf(const Json &message)
{
    static const Json none = Json::array();
    const Json &content = member(message, "content");
    return content.is_array() ? content : none;
}

template <typename Check>
Broken eachBlock(const StrictRequest &request, Check check)
{
    return eachMessage(request, [&](std::size_t i, const Json &message) -> Broken {
        const Json &blocks = blocksOf(message);
        for (std::size_t n = 0; n < blocks.size(); ++n)
            if (Broken broken = check(i, n, blocks[n]))
                return broken;
        return std::nullopt;
    });
}

inline bool isThinking(const Json &block)
{
    return isAmong(textOf(block, "type"), {"thinking", "redacted_thinking"});
}

inline bool thinks(const StrictRequest &request)
{
    return isAmong(textOf(member(request.body, "thinking"), "type"), {"enabled", "adaptive"});
}

template <typename Check>
Broken eachTool(const StrictRequest &request, Check check)
{
    const Json &tools = member(request.body, "tools");
    for (std::size_t i = 0; i < tools.size(); ++i)
        if (Broken broken = check("tools." + std::to_string(i) + ".custom.", tools[i]))
            return broken;
    return std::nullopt;
}

// Gemini. -------------------------------------------------------------------------------------------------------------
template <typename Check>
Broken eachContent(const StrictRequest &request, Check check)
{
    const Json &contents = member(request.body, "contents");
    for (std::size_t i = 0; contents.is_array() && i < contents.size(); ++i)
        if (Broken broken = check(i, contents[i]))
            return broken;
    return std::nullopt;
}

template <typename Check>
Broken eachPart(const StrictRequest &request, Check check)
{
    return eachContent(request, [&](std::size_t i, const Json &content) -> Broken {
        const Json &parts = member(content, "parts");
        for (std::size_t n = 0; n < parts.size(); ++n)
            if (Broken broken = check(at("contents", i, ".") + at("parts", n), parts[n]))
                return broken;
        return std::nullopt;
    });
}

inline std::size_t countOf(const Json &content, const char *kind)
{
    std::size_t count = 0;
    for (const Json &part : member(content, "parts"))
        count += part.contains(kind) ? 1 : 0;
    return count;
}

// Responses. ----------------------------------------------------------------------------------------------------------
inline const Json &inputOf(const StrictRequest &request)
{
    static const Json none = Json::array();
    const Json &input = member(request.body, "input");
    return input.is_array() ? input : none;
}

inline std::string typeOf(const Json &item)
{
    const std::string type = textOf(item, "type");
    return type.empty() ? "message" : type;
}

template <typename Check>
Broken eachItem(const StrictRequest &request, Check check)
{
    const Json &input = inputOf(request);
    for (std::size_t i = 0; i < input.size(); ++i)
        if (Broken broken = check(i, input[i]))
            return broken;
    return std::nullopt;
}

} // namespace orrery::testing
