// SPDX-License-Identifier: GPL-3.0-or-later
// Requests that every rule lets pass, and errors in the shapes that providers give them.
#include "tests/support/strictwalk.h"

namespace orrery::testing {

using llm::WireForm;

namespace {

const Json kSchema = {
    {"type", "object"}, {"properties", {{"path", {{"type", "string"}}}}}, {"required", {"path"}}};
constexpr const char *kFirst = "aB3dE6gH9";
constexpr const char *kSecond = "bB3dE6gH9";
constexpr const char *kThought = "Two files are to be read.";

Json goodChat(const std::string &provider, const std::string &model)
{
    const auto call = [](const char *id, const char *path) {
        return Json{
            {"id", id},
            {"type", "function"},
            {"function", {{"name", "read_file"}, {"arguments", Json{{"path", path}}.dump()}}}};
    };
    Json answer = {{"role", "assistant"},
                   {"content", "I look."},
                   {"tool_calls", {call(kFirst, "a"), call(kSecond, "b")}}};
    if (provider == "deepseek" || provider == "moonshot")
        answer["reasoning_content"] = kThought;
    return {{"model", model},
            {"stream", true},
            {"messages",
             {{{"role", "system"}, {"content", "Be brief."}},
              {{"role", "user"}, {"content", "Look."}},
              answer,
              {{"role", "tool"}, {"content", "A"}, {"tool_call_id", kFirst}},
              {{"role", "tool"}, {"content", "B"}, {"tool_call_id", kSecond}}}},
            {"tools",
             {{{"type", "function"},
               {"function",
                {{"name", "read_file"}, {"description", "Reads."}, {"parameters", kSchema}}}}}}};
}

Json goodAnthropic(const std::string &provider, const std::string &model)
{
    const auto call = [](const char *id, const char *path) {
        return Json{
            {"type", "tool_use"}, {"id", id}, {"name", "read_file"}, {"input", {{"path", path}}}};
    };
    const auto result = [](const char *id, const char *text) {
        return Json{{"type", "tool_result"}, {"tool_use_id", id}, {"content", text}};
    };
    return {
        {"model", model},
        {"stream", true},
        {"max_tokens", 8192},
        {"thinking", {{"type", "enabled"}, {"budget_tokens", 2048}}},
        {"system", "Be brief."},
        {"messages",
         {{{"role", "user"}, {"content", "Look."}},
          {{"role", "assistant"},
           {"content",
            {{{"type", "thinking"},
              {"thinking", kThought},
              {"signature", thinkingSignature(provider, 0, 0, 0, 1, kThought)}},
             {{"type", "text"}, {"text", "I look."}},
             call(kFirst, "a"),
             call(kSecond, "b")}}},
          {{"role", "user"}, {"content", {result(kFirst, "A"), result(kSecond, "B")}}}}},
        {"tools", {{{"name", "read_file"}, {"description", "Reads."}, {"input_schema", kSchema}}}}};
}

Json goodGemini(const std::string &provider)
{
    const Json first = {{"path", "a"}};
    const auto call = [](const Json &arguments) {
        return Json{{"functionCall", {{"name", "read_file"}, {"args", arguments}}}};
    };
    Json signedCall = call(first);
    signedCall["thoughtSignature"] = thoughtSignature(provider, "read_file", first);
    const auto result = [](const char *text) {
        return Json{
            {"functionResponse", {{"name", "read_file"}, {"response", {{"result", text}}}}}};
    };
    return {{"systemInstruction", {{"parts", {{{"text", "Be brief."}}}}}},
            {"contents",
             {{{"role", "user"}, {"parts", {{{"text", "Look."}}}}},
              {{"role", "model"}, {"parts", {signedCall, call({{"path", "b"}})}}},
              {{"role", "user"}, {"parts", {result("A"), result("B")}}}}},
            {"generationConfig", {{"temperature", 0.5}}},
            {"tools",
             {{{"functionDeclarations",
                {{{"name", "read_file"}, {"description", "Reads."}, {"parameters", kSchema}}}}}}}};
}

Json goodResponses(const std::string &provider, const std::string &model)
{
    const auto call = [](const char *item, const char *id, const char *path) {
        return Json{{"type", "function_call"},
                    {"id", item},
                    {"call_id", id},
                    {"name", "read_file"},
                    {"arguments", Json{{"path", path}}.dump()}};
    };
    const auto result = [](const char *id, const char *text) {
        return Json{{"type", "function_call_output"}, {"call_id", id}, {"output", text}};
    };
    return {{"model", model},
            {"stream", true},
            {"store", false},
            {"include", {"reasoning.encrypted_content"}},
            {"instructions", "Be brief."},
            {"input",
             {{{"role", "user"}, {"content", "Look."}},
              {{"type", "reasoning"},
               {"id", "rs_0"},
               {"summary", Json::array()},
               {"encrypted_content", encryptedReasoning(provider, "rs_0")}},
              {{"type", "message"},
               {"role", "assistant"},
               {"content", {{{"type", "output_text"}, {"text", "I look."}}}}},
              call("fc_0_0", kFirst, "a"),
              call("fc_0_1", kSecond, "b"),
              result(kFirst, "A"),
              result(kSecond, "B")}},
            {"tools",
             {{{"type", "function"},
               {"name", "read_file"},
               {"description", "Reads."},
               {"parameters", kSchema},
               {"strict", false}}}}};
}

Json chatError(const std::string &provider, const Refusal &refusal, int status)
{
    if (provider == "mistral")
        return {{"object", "error"},
                {"message", refusal.message},
                {"type", refusal.type},
                {"param", nullptr},
                {"code", refusal.code}};
    if (provider == "xai")
        return {{"code", "Client specified an invalid argument"}, {"error", refusal.message}};
    if (provider == "cerebras")
        return {{"message", refusal.message},
                {"type", refusal.type},
                {"param", "validation_error"},
                {"code", "wrong_api_format"}};
    if (provider == "together")
        return {{"message", refusal.message}, {"type_", refusal.type}};
    if (provider == "lmstudio")
        return {{"error", refusal.message}};
    if (provider == "zai")
        return {{"error", {{"code", "1214"}, {"message", refusal.message}}}};
    if (provider == "openrouter") {
        const Json raw = {{"error", {{"message", refusal.message}, {"type", refusal.type}}}};
        return {{"error",
                 {{"message", "Provider returned error"},
                  {"code", status},
                  {"metadata", {{"raw", raw.dump()}, {"provider_name", "Anthropic"}}}}},
                {"user_id", "user_1"}};
    }
    Json error = {{"message", refusal.message}, {"type", refusal.type}};
    if (isAmong(provider, {"vllm", "sglang", "nvidia"})) {
        error["type"] = "BadRequestError";
        error["param"] = nullptr;
        error["code"] = status;
    } else if (provider == "llamacpp") {
        error["code"] = status;
    } else if (provider == "perplexity") {
        error["type"] = "invalid_message";
        error["code"] = status;
    } else if (provider == "fireworks") {
        error["object"] = "error";
    } else if (provider == "deepseek") {
        error["param"] = nullptr;
        error["code"] = "invalid_request_error";
    } else if (provider == "alibaba") {
        error["code"] = "invalid_parameter_error";
        error["param"] = nullptr;
        return {{"error", error}, {"request_id", "c9430ea7-5557-9aa3-b97c-549fb5807715"}};
    } else if (provider == "groq") {
        if (!refusal.code.is_null())
            error["code"] = refusal.code;
        if (refusal.code == "tool_use_failed")
            error["failed_generation"] = "<function=read_file{\"pa</function>";
    } else if (provider != "moonshot") {
        error["param"] = refusal.param;
        error["code"] = refusal.code;
    }
    return {{"error", error}};
}

} // namespace

StrictRequest goodRequest(const std::string &provider, WireForm form, const std::string &model)
{
    const std::string name = model.empty() ? strictModel(provider) : model;
    switch (form) {
    case WireForm::Anthropic: return {provider, name, form, goodAnthropic(provider, name)};
    case WireForm::Gemini: return {provider, name, form, goodGemini(provider)};
    case WireForm::Responses: return {provider, name, form, goodResponses(provider, name)};
    case WireForm::OpenAi: break;
    }
    return {provider, name, form, goodChat(provider, name)};
}

Json errorBody(const StrictRequest &request, const Refusal &refusal, int status)
{
    switch (request.form) {
    case WireForm::Anthropic:
        return {{"type", "error"},
                {"error", {{"type", refusal.type}, {"message", refusal.message}}},
                {"request_id", "req_011CXqXVfVqMJd8rzkVKPZDM"}};
    case WireForm::Gemini:
        return {{"error",
                 {{"code", status},
                  {"message", refusal.message},
                  {"status", status == 400 ? "INVALID_ARGUMENT" : "UNAVAILABLE"}}}};
    case WireForm::Responses:
        return {{"error",
                 {{"message", refusal.message},
                  {"type", refusal.type},
                  {"param", refusal.param},
                  {"code", refusal.code}}}};
    case WireForm::OpenAi: break;
    }
    return chatError(request.provider, refusal, status);
}

} // namespace orrery::testing
