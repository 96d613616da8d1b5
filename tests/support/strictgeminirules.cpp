// SPDX-License-Identifier: GPL-3.0-or-later
// What Gemini refuses, with a key (gemini) and in the cloud (vertex).
#include "tests/support/strictwalk.h"

#include <cctype>

namespace orrery::testing {

using llm::WireForm;

namespace {

Refusal unknownName(const std::string &name, const std::string &place)
{
    return {"Invalid JSON payload received. Unknown name \"" + name + "\""
            + (place.empty() ? "" : " at '" + place + "'") + ": Cannot find field."};
}

Broken geminiUnknownField(const StrictRequest &request)
{
    for (const auto &[key, value] : request.body.items())
        if (!isAmong(key, {"contents", "systemInstruction", "system_instruction", "tools",
                           "toolConfig", "tool_config", "safetySettings", "generationConfig",
                           "generation_config", "cachedContent", "labels", "model"}))
            return unknownName(key, "");
    return eachPart(request, [](const std::string &place, const Json &part) -> Broken {
        for (const auto &[key, value] : part.items())
            if (!isAmong(key, {"text", "thought", "thoughtSignature", "thought_signature",
                               "functionCall", "functionResponse", "inlineData", "fileData",
                               "executableCode", "codeExecutionResult", "videoMetadata"}))
                return unknownName(key, place);
        return std::nullopt;
    });
}

Broken geminiUnknownConfig(const StrictRequest &request)
{
    const Json &config = member(request.body, "generationConfig");
    for (auto it = config.begin(); config.is_object() && it != config.end(); ++it)
        if (!isAmong(it.key(),
                     {"temperature", "topP", "topK", "maxOutputTokens", "seed", "frequencyPenalty",
                      "presencePenalty", "candidateCount", "responseModalities", "thinkingConfig",
                      "stopSequences", "responseMimeType", "responseSchema", "responseJsonSchema",
                      "responseLogprobs", "logprobs", "mediaResolution", "speechConfig"}))
            return unknownName(it.key(), "generation_config");
    return std::nullopt;
}

/// Keywords of a schema that Gemini's own form of schemas does not have. `parametersJsonSchema` has them.
Broken geminiSchemaKeyword(const StrictRequest &request)
{
    static const auto isBad = [](const Json &part) {
        for (const auto &[key, value] : part.items())
            if (!isAmong(key, {"type",        "format",        "title",
                               "description", "nullable",      "enum",
                               "maxItems",    "minItems",      "properties",
                               "required",    "minProperties", "maxProperties",
                               "minLength",   "maxLength",     "pattern",
                               "example",     "anyOf",         "propertyOrdering",
                               "default",     "items",         "minimum",
                               "maximum"}))
                return true;
        return false;
    };
    for (const Json &tool : member(request.body, "tools")) {
        const Json &functions = member(tool, "functionDeclarations");
        for (std::size_t i = 0; i < functions.size(); ++i) {
            const std::string top = "tools[0]." + at("function_declarations", i, ".parameters");
            const std::string place = schemaPlace(member(functions[i], "parameters"), isBad, top);
            if (!place.empty())
                return unknownName("const", place);
        }
    }
    return std::nullopt;
}

Broken geminiTypeList(const StrictRequest &request)
{
    static const auto isBad = [](const Json &part) { return member(part, "type").is_array(); };
    for (const Json &tool : member(request.body, "tools"))
        for (const Json &function : member(tool, "functionDeclarations")) {
            const std::string place = schemaPlace(member(function, "parameters"), isBad,
                                                  "tools[0].function_declarations[0].parameters");
            if (!place.empty())
                return Refusal{"Invalid JSON payload received. Unknown name \"type\" at '" + place
                               + "': Proto field is not repeating, cannot start list."};
        }
    return std::nullopt;
}

Broken geminiFunctionName(const StrictRequest &request)
{
    for (const Json &tool : member(request.body, "tools")) {
        const Json &functions = member(tool, "functionDeclarations");
        for (std::size_t i = 0; i < functions.size(); ++i) {
            const std::string name = textOf(functions[i], "name");
            const bool isGood =
                !name.empty() && name.size() <= 64 && isMadeOf(name, "_.:-")
                && (name[0] == '_' || std::isalpha(static_cast<unsigned char>(name[0])));
            if (!isGood)
                return Refusal{"* GenerateContentRequest.tools[0]." + at("function_declarations", i)
                               + ".name: Invalid function name. Must start with a letter or an "
                                 "underscore. Must be alphameric (a-z, A-Z, 0-9), underscores (_), "
                                 "dots (.) or dashes (-), with a maximum length of 64.\n"};
        }
    }
    return std::nullopt;
}

Broken geminiRole(const StrictRequest &request)
{
    return eachContent(request, [](std::size_t, const Json &content) -> Broken {
        if (isAmong(textOf(content, "role"), {"user", "model", "function"}))
            return std::nullopt;
        return Refusal{"Please use a valid role: user, model."};
    });
}

Broken geminiEmptyParts(const StrictRequest &request)
{
    return eachContent(request, [&](std::size_t i, const Json &content) -> Broken {
        if (!member(content, "parts").empty())
            return std::nullopt;
        if (request.provider == "vertex")
            return Refusal{"Unable to submit request because it must include at least one parts "
                           "field, which describes the prompt input."};
        return Refusal{"* GenerateContentRequest." + at("contents", i)
                       + ".parts: contents.parts must not be empty.\n"};
    });
}

Broken geminiEmptyPart(const StrictRequest &request)
{
    return eachPart(request, [](const std::string &place, const Json &part) -> Broken {
        for (const char *kind : {"functionCall", "functionResponse", "inlineData", "fileData",
                                 "executableCode", "codeExecutionResult"})
            if (part.contains(kind))
                return std::nullopt;
        if (!textOf(part, "text").empty() || part.contains("thoughtSignature"))
            return std::nullopt;
        return Refusal{"* GenerateContentRequest." + place
                       + ".data: required oneof field 'data' must have one initialized field\n"};
    });
}

Broken geminiResponseObject(const StrictRequest &request)
{
    return eachPart(request, [](const std::string &place, const Json &part) -> Broken {
        const Json &response = member(part, "functionResponse");
        const Json &value = member(response, "response");
        if (response.is_null() || value.is_object())
            return std::nullopt;
        if (value.is_array())
            return Refusal{"Invalid JSON payload received. Unknown name \"response\" at '" + place
                           + ".function_response': Proto field is not repeating, cannot start "
                             "list."};
        return Refusal{"Invalid value at '" + place
                       + ".function_response.response' (type.googleapis.com/google.protobuf."
                         "Struct), "
                       + value.dump()};
    });
}

Broken geminiResponseName(const StrictRequest &request)
{
    return eachPart(request, [](const std::string &place, const Json &part) -> Broken {
        const Json &response = member(part, "functionResponse");
        if (response.is_null() || !textOf(response, "name").empty())
            return std::nullopt;
        return Refusal{"* GenerateContentRequest." + place
                       + ".function_response.name: Name cannot be empty.\n"};
    });
}

constexpr WireForm kGeminiRequestForm = WireForm::Gemini;
#define ISSUE "https://github.com/"
#define RULE(id, function, edit, source, date)                                                     \
    {                                                                                              \
        "gemini." id, kGeminiRequestForm, "*", "", "", 400, function, edit, source, date           \
    }

constexpr StrictRule kGeminiRequestRules[] = {
    RULE("field", geminiUnknownField, R"([{"op":"add","path":"/stream","value":true}])",
         ISSUE "flyun/chatAir/issues/108", "2025-08"),
    RULE("config", geminiUnknownConfig,
         R"([{"op":"add","path":"/generationConfig/max_tokens","value":100}])",
         "https://ai.google.dev/api/generate-content", "2026-11"),
    RULE(
        "type-list", geminiTypeList,
        R"([{"op":"replace","path":"/tools/0/functionDeclarations/0/parameters/properties/path/type",
              "value":["string","null"]}])",
        "https://ai.google.dev/api/caching#Schema", "2026-11"),
    RULE("schema-keyword", geminiSchemaKeyword,
         R"([{"op":"add","path":"/tools/0/functionDeclarations/0/parameters/properties/path/const",
              "value":"a"}])",
         ISSUE "zed-industries/zed/issues/44875", "2025-12"),
    RULE("name", geminiFunctionName,
         R"([{"op":"replace","path":"/tools/0/functionDeclarations/0/name","value":"1st"}])",
         ISSUE "google-gemini/gemini-cli/issues/7869", "2025-09"),
    RULE("role", geminiRole, R"([{"op":"replace","path":"/contents/0/role","value":"assistant"}])",
         "https://ai.google.dev/api/caching#Content", "2026-11"),
    RULE("empty-parts", geminiEmptyParts,
         R"([{"op":"add","path":"/contents/0","value":{"role":"model","parts":[]}}])",
         ISSUE "egoist/chatwise-releases/issues/250", "2025-02"),
    RULE("empty-part", geminiEmptyPart, R"([{"op":"add","path":"/contents/0/parts/-","value":
                                        {"text":""}}])",
         ISSUE "boldsoftware/sketch/issues/68", "2025-05"),
    RULE("response-object", geminiResponseObject,
         R"([{"op":"replace","path":"/contents/2/parts/0/functionResponse/response",
              "value":[1,2]}])",
         ISSUE "vercel/ai/pull/3589", "2024-11"),
    RULE("response-name", geminiResponseName,
         R"([{"op":"remove","path":"/contents/2/parts/0/functionResponse/name"}])",
         "https://ai.google.dev/api/caching#FunctionResponse", "2026-11"),
};
#undef RULE

} // namespace

std::span<const StrictRule> geminiRequestRules() { return kGeminiRequestRules; }

} // namespace orrery::testing
