// SPDX-License-Identifier: GPL-3.0-or-later
// What servers refuse that put a conversation into a template of the model's, and programs for the own machine.
#include "tests/support/strictwalk.h"

namespace orrery::testing {

using llm::WireForm;

namespace {

/// Of servers that want a text beside calls too.
Broken noContent(const StrictRequest &request)
{
    return eachMessage(request, [&](std::size_t, const Json &message) -> Broken {
        if (!member(message, "content").is_null())
            return std::nullopt;
        if (request.provider == "ollama")
            return Refusal{"invalid message content type: <nil>"};
        return Refusal{"Invalid 'content': 'content' field must be a string or an array of "
                       "objects."};
    });
}

Broken argumentsJson(const StrictRequest &request)
{
    return eachMessage(request, [&](std::size_t, const Json &message) -> Broken {
        for (const Json &call : member(message, "tool_calls")) {
            const Json &arguments = member(member(call, "function"), "arguments");
            if (arguments.is_string() && Json::accept(arguments.get_ref<const std::string &>()))
                continue;
            return Refusal{"The arguments to a tool_call with ID '" + textOf(call, "id")
                           + "' are not a valid JSON string."};
        }
        return std::nullopt;
    });
}

Broken developerRole(const StrictRequest &request)
{
    return eachMessage(request, [&](std::size_t i, const Json &message) -> Broken {
        if (textOf(message, "role") != "developer")
            return std::nullopt;
        return Refusal{"Failed to deserialize the JSON body into the target type: "
                       + at("messages", i)
                       + ".role: unknown variant `developer`, expected one of `system`, `user`, "
                         "`assistant`, `tool`, `latest_reminder` at line 1 column 51036"};
    });
}

/// Errors of a chat template, as the server wraps them.
Refusal ofTemplate(const StrictRequest &request, const std::string &text)
{
    if (request.provider == "lmstudio")
        return {"Error rendering prompt with jinja template: \"" + text + "\"."};
    if (request.provider == "llamacpp" || request.provider == "ollama")
        return {"\n------------\nWhile executing CallExpression at line 85, column 32 in source:\n"
                "Error: Jinja Exception: "
                    + text,
                {},
                {},
                "server_error"};
    return {text};
}

Broken systemFirst(const StrictRequest &request)
{
    return eachMessage(request, [&](std::size_t i, const Json &message) -> Broken {
        if (i == 0 || textOf(message, "role") != "system")
            return std::nullopt;
        return ofTemplate(request, "System message must be at the beginning.");
    });
}

Broken noUser(const StrictRequest &request)
{
    for (const Json &message : member(request.body, "messages"))
        if (textOf(message, "role") == "user")
            return std::nullopt;
    return ofTemplate(request, "No user query found in messages.");
}

Broken templateRoles(const StrictRequest &request)
{
    bool isUsersTurn = true;
    return eachMessage(request, [&](std::size_t i, const Json &message) -> Broken {
        const std::string role = textOf(message, "role");
        const bool isCounted =
            role == "user" || (role == "assistant" && member(message, "tool_calls").empty());
        const bool isWrong =
            isCounted ? (role == "user") != isUsersTurn : role == "system" && i > 0;
        if (isCounted)
            isUsersTurn = !isUsersTurn;
        if (!isWrong)
            return std::nullopt;
        return ofTemplate(request,
                          "After the optional system message, conversation roles must alternate "
                          "user and assistant roles except for tool calls and results.");
    });
}

Broken prefill(const StrictRequest &request)
{
    const Json &messages = member(request.body, "messages");
    if (messages.empty() || textOf(messages.back(), "role") != "assistant")
        return std::nullopt;
    return Refusal{"Assistant response prefill is incompatible with enable_thinking."};
}

Broken textAndThinking(const StrictRequest &request)
{
    return eachMessage(request, [&](std::size_t, const Json &message) -> Broken {
        if (member(message, "tool_calls").empty() || !hasContent(message)
            || (textOf(message, "reasoning_content").empty()
                && textOf(message, "reasoning").empty()))
            return std::nullopt;
        return ofTemplate(request,
                          "Cannot pass both content and thinking in an assistant message with tool "
                          "calls! Put the analysis message in one or the other, but not both.");
    });
}

constexpr WireForm kTemplateForm = WireForm::OpenAi;
constexpr const char *kTemplates = "vllm sglang lmstudio llamacpp alibaba";
#define ISSUE "https://github.com/"

constexpr StrictRule kTemplateRules[] = {
    {"template.system-first", kTemplateForm, kTemplates, "", "", 400, systemFirst,
     R"([{"op":"add","path":"/messages/2","value":{"role":"system","content":"Be brief."}}])",
     ISSUE "vllm-project/vllm/issues/41114", "2026-04"},
    {"template.no-user", kTemplateForm, "vllm sglang lmstudio", "(?i)qwen3", "", 400, noUser,
     R"([{"op":"remove","path":"/messages/1"}])",
     ISSUE "lmstudio-ai/lmstudio-bug-tracker/issues/1586", "2026-03"},
    {"template.roles", kTemplateForm, "llamacpp lmstudio ollama",
     "devstral|ministral|mistral-small|gemma", "devstral-small-2", 500, templateRoles,
     R"([{"op":"add","path":"/messages/2","value":{"role":"user","content":"You there."}}])",
     ISSUE "mistralai/mistral-vibe/issues/1006", "2026-08"},
    {"template.prefill", kTemplateForm, "llamacpp vllm sglang", "", "", 400, prefill,
     R"([{"op":"add","path":"/messages/-","value":{"role":"assistant","content":"Well."}}])",
     ISSUE "ggml-org/llama.cpp/issues/20861", "2026-03"},
    {"template.text-and-thinking", kTemplateForm, "llamacpp lmstudio", "gpt-oss", "gpt-oss-20b",
     500, textAndThinking, R"([{"op":"add","path":"/messages/2/reasoning_content","value":"Hm."}])",
     ISSUE "lmstudio-ai/lmstudio-bug-tracker/issues/842", "2025-08"},
    {"local.no-content", kTemplateForm, "ollama lmstudio", "", "", 400, noContent,
     R"([{"op":"replace","path":"/messages/2/content","value":null}])",
     ISSUE "SAIL-Research-Lab/cheetahclaws/pull/72", "2026-04"},
    {"chat.developer", kTemplateForm, "deepseek vllm sglang lmstudio llamacpp", "", "", 400,
     developerRole, R"([{"op":"replace","path":"/messages/0/role","value":"developer"}])",
     ISSUE "decolua/9router/issues/773", "2026-05"},
    {"chat.arguments-json", kTemplateForm, "xai ollama llamacpp vllm sglang lmstudio", "", "", 400,
     argumentsJson, R"([{"op":"replace","path":"/messages/2/tool_calls/0/function/arguments",
                         "value":"{\"path\":\"a"}])",
     ISSUE "spiceai/spiceai/issues/4734", "2025-02"},
};

} // namespace

std::span<const StrictRule> templateRules() { return kTemplateRules; }

} // namespace orrery::testing
