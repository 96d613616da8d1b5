// SPDX-License-Identifier: GPL-3.0-or-later
// What Gemini refuses of the order of turns, calls and results.
#include "tests/support/strictwalk.h"

namespace orrery::testing {

using llm::WireForm;

namespace {

Broken geminiCallTurn(const StrictRequest &request)
{
    const Json &contents = member(request.body, "contents");
    return eachContent(request, [&](std::size_t i, const Json &content) -> Broken {
        if (countOf(content, "functionCall") == 0
            || (i > 0 && textOf(contents[i - 1], "role") != "model"))
            return std::nullopt;
        return Refusal{"Please ensure that function call turn comes immediately after a user turn "
                       "or after a function response turn."};
    });
}

Broken geminiResponseTurn(const StrictRequest &request)
{
    const Json &contents = member(request.body, "contents");
    return eachContent(request, [&](std::size_t i, const Json &content) -> Broken {
        if (countOf(content, "functionResponse") == 0
            || (i > 0 && countOf(contents[i - 1], "functionCall") > 0))
            return std::nullopt;
        return Refusal{"Please ensure that function response turn comes immediately after a "
                       "function call turn."};
    });
}

Broken geminiResponseCount(const StrictRequest &request)
{
    const Json &contents = member(request.body, "contents");
    return eachContent(request, [&](std::size_t i, const Json &content) -> Broken {
        const std::size_t calls = countOf(content, "functionCall");
        const std::size_t results =
            i + 1 < contents.size() ? countOf(contents[i + 1], "functionResponse") : 0;
        if (calls == results)
            return std::nullopt;
        return Refusal{"Please ensure that the number of function response parts is equal to the "
                       "number of function call parts of the function call turn."};
    });
}

Broken geminiResponseAlone(const StrictRequest &request)
{
    return eachContent(request, [&](std::size_t, const Json &content) -> Broken {
        const std::size_t results = countOf(content, "functionResponse");
        if (results == 0 || results == member(content, "parts").size())
            return std::nullopt;
        return Refusal{"Please ensure that the number of function response parts is equal to the "
                       "number of function call parts of the function call turn."};
    });
}

bool isSkipped(const std::string &signature)
{
    return isAmong(signature,
                   {"skip_thought_signature_validator", "context_engineering_is_the_way_to_go"});
}

/// The first call of each answer since the last text of the user's.
Broken geminiNoSignature(const StrictRequest &request)
{
    const Json &contents = member(request.body, "contents");
    std::size_t start = 0;
    for (std::size_t i = 0; i < contents.size(); ++i)
        if (textOf(contents[i], "role") == "user" && countOf(contents[i], "text") > 0)
            start = i;
    return eachContent(request, [&](std::size_t i, const Json &content) -> Broken {
        if (i < start)
            return std::nullopt;
        for (const Json &part : member(content, "parts")) {
            if (!part.contains("functionCall"))
                continue;
            if (!textOf(part, "thoughtSignature").empty())
                return std::nullopt;
            const std::string name = textOf(part["functionCall"], "name");
            if (request.provider == "vertex")
                return Refusal{"Unable to submit request because function call `" + name
                               + "` in the " + std::to_string(i + 1)
                               + ". content block is missing a `thought_signature`."};
            return Refusal{"Function call is missing a thought_signature in functionCall parts. "
                           "This is required for tools to work correctly, and missing "
                           "thought_signature may lead to degraded model performance. Additional "
                           "data, function call `default_api:"
                           + name + "` , position " + std::to_string(i + 1)
                           + ". Please refer to "
                             "https://ai.google.dev/gemini-api/docs/thought-signatures for more "
                             "details."};
        }
        return std::nullopt;
    });
}

Broken geminiCorrupted(const StrictRequest &request)
{
    return eachPart(request, [&](const std::string &, const Json &part) -> Broken {
        const std::string signature = textOf(part, "thoughtSignature");
        if (signature.empty() || isSkipped(signature))
            return std::nullopt;
        const Json claims = proofOf(signature);
        const Json &call = member(part, "functionCall");
        const bool isOurs = textOf(claims, "by") == request.provider;
        const bool isWhole =
            call.is_null()
            || (textOf(claims, "name") == textOf(call, "name")
                && textOf(claims, "digest") == digest(member(call, "args").dump()));
        if (isOurs && isWhole)
            return std::nullopt;
        return Refusal{"Corrupted thought signature."};
    });
}

Broken geminiLastTurn(const StrictRequest &request)
{
    const Json &contents = member(request.body, "contents");
    if (contents.empty() || textOf(contents.back(), "role") != "model")
        return std::nullopt;
    return Refusal{"Please ensure that single turn requests end with a user role or the role field "
                   "is empty."};
}

constexpr WireForm kGeminiTurnForm = WireForm::Gemini;
#define ISSUE "https://github.com/"
#define RULE(id, function, edit, source, date)                                                     \
    {                                                                                              \
        "gemini." id, kGeminiTurnForm, "*", "", "", 400, function, edit, source, date              \
    }

constexpr StrictRule kGeminiTurnRules[] = {
    RULE("call-turn", geminiCallTurn, R"([{"op":"remove","path":"/contents/0"}])",
         ISSUE "google-gemini/gemini-cli/issues/11814", "2025-10"),
    RULE("response-turn", geminiResponseTurn,
         R"([{"op":"add","path":"/contents/2","value":{"role":"user","parts":[{"text":"Go."}]}}])",
         ISSUE "lobehub/lobehub/issues/7298", "2025-04"),
    RULE("response-count", geminiResponseCount, R"([{"op":"remove","path":"/contents/2/parts/1"}])",
         ISSUE "google-gemini/gemini-cli/issues/16415", "2026-01"),
    RULE("response-alone", geminiResponseAlone,
         R"([{"op":"add","path":"/contents/2/parts/-","value":{"text":"Go."}}])",
         ISSUE "anomalyco/opencode/pull/43479", "2026-08"),
    {"gemini.no-signature", kGeminiTurnForm, "*", "gemini-[3-9]", "", 400, geminiNoSignature,
     R"([{"op":"remove","path":"/contents/1/parts/0/thoughtSignature"}])",
     "https://ai.google.dev/gemini-api/docs/thought-signatures", "2026-11"},
    RULE("corrupted-signature", geminiCorrupted,
         R"([{"op":"replace","path":"/contents/1/parts/0/thoughtSignature","value":"abc"}])",
         ISSUE "anomalyco/opencode/issues/4832", "2025-12"),
    RULE("last-turn", geminiLastTurn, R"([{"op":"add","path":"/contents/-","value":
                                      {"role":"model","parts":[{"text":"Well."}]}}])",
         ISSUE "crewAIInc/crewAI/pull/6973", "2026-08"),
};
#undef RULE

} // namespace

std::span<const StrictRule> geminiTurnRules() { return kGeminiTurnRules; }

} // namespace orrery::testing
