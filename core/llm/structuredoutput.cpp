// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/structuredoutput.h"

#include "core/llm/toolschema.h"
#include "core/model/jsonobjectreader.h"
#include "core/model/strictjson.h"

#include <algorithm>

namespace orrery::llm {
namespace {

constexpr const char *kToolName = "__structured_output__";
constexpr const char *kSchemaName = "output";

template <typename... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

tl::unexpected<Error> unusable(const std::string &pointer, const Json &found,
                               const std::string &expected)
{
    return fail(ErrorCode::InvalidArgument,
                pointer + ": " + shown(found) + ", expected " + expected);
}

Result<OutputType> choiceFrom(const Json &json)
{
    if (!json.is_array() || json.empty()
        || !std::all_of(json.begin(), json.end(),
                        [](const Json &item) { return item.is_string(); }))
        return unusable("/choice", json, "a list of texts to choose from");
    return ChoiceOutput{json.get<std::vector<std::string>>()};
}

Result<OutputType> regexFrom(const Json &json)
{
    if (!json.is_string())
        return unusable("/regex", json, "a pattern");
    return RegexOutput{json.get<std::string>()};
}

Result<OutputType> schemaFrom(const Json &json)
{
    auto schema = JsonSchema::compile(json);
    if (!schema)
        return fail(ErrorCode::InvalidArgument, "/json_schema: " + schema.error().message);
    return std::move(*schema);
}

Result<OutputType> fieldsFrom(const Json &json)
{
    if (!json.is_object())
        return unusable("/fields", json, "an object with a type for each name");
    FieldsOutput output;
    for (const auto &[name, type] : json.items()) {
        if (!type.is_string())
            return unusable("/fields/" + escapePointer(name), type, "the name of a type");
        output.fields[name] = FieldType::fromName(type.get_ref<const std::string &>());
    }
    return output;
}

Json schemaOfFields(const FieldsOutput &output)
{
    Json properties = Json::object();
    Json required = Json::array();
    for (const auto &[name, type] : output.fields) {
        properties[name] = fieldSchema(type);
        required.push_back(name);
    }
    return {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)},
            {"additionalProperties", false}};
}

/// Servers that hold a model to a shape while it writes. The two have names of their own.
Json guidedSettings(const ModelProfile &profile, const char *vllm, const char *sglang, Json value)
{
    if (profile.output != ModelProfile::Output::Guided)
        return Json::object();
    if (profile.provider != "sglang" && vllm)
        return {{vllm, std::move(value)}};
    if (profile.provider == "sglang" && sglang)
        return {{sglang, std::move(value)}};
    return Json::object();
}

/// In the provider's form. Where the model cannot be made to call a tool, it is left to the prompt.
Json toolChoice(const ModelProfile &profile, bool hasOtherTools)
{
    const auto &taken = profile.toolChoices;
    const bool isForced =
        !hasOtherTools && std::find(taken.begin(), taken.end(), "function") != taken.end();
    if (profile.form == WireForm::Anthropic)
        return isForced ? Json{{"type", "tool"}, {"name", kToolName}} : Json{{"type", "auto"}};
    return isForced ? Json{{"type", "function"}, {"function", {{"name", kToolName}}}}
                    : Json("auto");
}

OutputMode modeOf(const ModelProfile &profile, bool hasOtherTools)
{
    using Output = ModelProfile::Output;
    if (profile.tools && hasOtherTools && !profile.outputWithTools)
        return OutputMode::ToolCall;
    switch (profile.output) {
    case Output::Tool: return OutputMode::ToolCall;
    case Output::JsonObject: return OutputMode::Json;
    case Output::Prompt: return OutputMode::MdJson;
    case Output::JsonSchema:
    case Output::JsonSchemaStrict:
    case Output::GeminiSchema:
    case Output::AnthropicFormat:
    case Output::Guided: break;
    }
    return OutputMode::JsonSchema;
}

StructuredSettings settingsForSchema(Json schema, const ModelProfile &profile, OutputMode mode,
                                     bool hasOtherTools)
{
    StructuredSettings result;
    switch (mode) {
    case OutputMode::Auto:
        return settingsForSchema(std::move(schema), profile, modeOf(profile, hasOtherTools),
                                 hasOtherTools);
    case OutputMode::ToolCall:
        result.tool = {
            {"name", kToolName},
            {"description",
             std::string("Return structured output matching the schema for: ") + kSchemaName},
            {"parameters", std::move(schema)}};
        result.toolChoice = toolChoice(profile, hasOtherTools);
        break;
    case OutputMode::JsonSchema:
        result.settings = guidedSettings(profile, "guided_json", "json_schema", schema);
        result.settings["response_format"] = {
            {"type", "json_schema"},
            {"json_schema",
             {{"name", kSchemaName}, {"schema", std::move(schema)}, {"strict", true}}}};
        break;
    case OutputMode::Json: result.settings["response_format"] = {{"type", "json_object"}}; break;
    case OutputMode::MdJson: result.settings["stop"] = {"```"}; break;
    }
    return result;
}

/// Anthropic takes the schema of an object only, and these keywords of it.
Json anthropicParameters(const Json &schema)
{
    Json parameters = {
        {"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}};
    for (const char *key : {"properties", "required", "$defs", "definitions"})
        if (const auto it = schema.find(key); it != schema.end() && !it->is_null())
            parameters[key] = *it;
    return parameters;
}

} // namespace

std::optional<OutputMode> outputModeFromString(std::string_view name)
{
    static constexpr std::pair<std::string_view, OutputMode> modes[] = {
        {"auto", OutputMode::Auto},
        {"tool_call", OutputMode::ToolCall},
        {"json_schema", OutputMode::JsonSchema},
        {"json", OutputMode::Json},
        {"md_json", OutputMode::MdJson}};
    for (const auto &[known, mode] : modes)
        if (name == known)
            return mode;
    return std::nullopt;
}

Result<OutputType> outputTypeFromJson(const Json &json)
{
    if (json.is_null())
        return TextOutput();
    static constexpr std::pair<const char *, Result<OutputType> (*)(const Json &)> readers[] = {
        {"choice", choiceFrom},
        {"regex", regexFrom},
        {"json_schema", schemaFrom},
        {"fields", fieldsFrom}};
    if (json.is_object() && json.size() == 1)
        for (const auto &[key, read] : readers)
            if (const auto it = json.find(key); it != json.end())
                return read(*it);
    return fail(
        ErrorCode::InvalidArgument,
        shown(json)
            + ", expected null or an object with one of choice, regex, json_schema, fields");
}

Json schemaOf(const OutputType &type)
{
    if (const auto *schema = std::get_if<JsonSchema>(&type))
        return schema->json();
    if (const auto *fields = std::get_if<FieldsOutput>(&type))
        return schemaOfFields(*fields);
    return Json();
}

StructuredSettings settingsFor(const OutputType &type, std::string_view provider, OutputMode mode,
                               bool hasOtherTools)
{
    return settingsFor(type, profileOf(provider, {}), mode, hasOtherTools);
}

StructuredSettings settingsFor(const OutputType &type, const ModelProfile &profile, OutputMode mode,
                               bool hasOtherTools)
{
    return std::visit(
        Overloaded{
            [](const TextOutput &) { return StructuredSettings(); },
            [&](const ChoiceOutput &output) {
                return StructuredSettings{
                    guidedSettings(profile, "guided_choice", nullptr, output.choices), {}, {}};
            },
            [&](const RegexOutput &output) {
                return StructuredSettings{
                    guidedSettings(profile, "guided_regex", "regex", output.pattern), {}, {}};
            },
            [&](const auto &) {
                return settingsForSchema(schemaOf(type), profile, mode, hasOtherTools);
            }},
        type);
}

void applyTo(Json &settings, Json &tools, const StructuredSettings &structured, ToolForm form)
{
    settings.update(structured.settings);
    if (!structured.toolChoice.is_null())
        settings["tool_choice"] = structured.toolChoice;
    if (structured.tool.is_null())
        return;
    Json tool = structured.tool;
    if (form.form == WireForm::Anthropic)
        tool["parameters"] = anthropicParameters(tool["parameters"]);
    if (tools.is_null())
        tools = Json::array();
    tools.push_back(toolSchema(tool, form));
}

std::optional<std::string> promptSuffix(const OutputType &type, OutputMode mode)
{
    if (const auto *choice = std::get_if<ChoiceOutput>(&type)) {
        std::string text = "You must respond with exactly one of: ";
        for (std::size_t i = 0; i < choice->choices.size(); ++i)
            text += (i == 0 ? "" : ", ") + choice->choices[i];
        return text;
    }
    const Json schema = schemaOf(type);
    if (schema.is_null())
        return std::nullopt;
    const std::string shape = schema.dump(2, ' ', false, Json::error_handler_t::replace);
    if (mode == OutputMode::MdJson)
        return "You must respond with a JSON object matching this schema, wrapped in a markdown "
               "code fence:\n\n"
               "```json\n"
               + shape
               + "\n```\n\n"
                 "Your response must be ONLY a markdown JSON code block. Do not include any other "
                 "text.\n";
    return "You must respond with a JSON object matching this schema:\n\n" + shape
           + "\n\nRespond with valid JSON only. Do not include any other text, markdown "
             "formatting, or code "
             "fences.\n";
}

std::string promptWithSuffix(const std::string &instructions, const OutputType &type,
                             OutputMode mode)
{
    const auto suffix = promptSuffix(type, mode);
    return suffix ? instructions + "\n\n" + *suffix : instructions;
}

bool isSyntheticTool(std::string_view name)
{
    constexpr std::string_view start = "__structured_output_";
    return name.starts_with(start) && name.substr(start.size()).ends_with('_')
           && name.ends_with("__");
}

std::vector<ToolCall> realCalls(const Message &message)
{
    std::vector<ToolCall> calls;
    std::copy_if(message.toolCalls.begin(), message.toolCalls.end(), std::back_inserter(calls),
                 [](const ToolCall &call) { return !isSyntheticTool(call.name.value_or("")); });
    return calls;
}

std::string answerText(const Message &message)
{
    for (const ToolCall &call : message.toolCalls)
        if (isSyntheticTool(call.name.value_or("")))
            return call.invalidArguments
                       ? *call.invalidArguments
                       : call.arguments.dump(-1, ' ', false, Json::error_handler_t::replace);
    return message.content.value_or("");
}

std::string retryPrompt(std::string_view previousAnswer, std::string_view formatted)
{
    return "The response did not pass validation. Your previous response was:\n\n"
           + std::string(previousAnswer) + "\n\nPlease fix these errors and try again:\n"
           + std::string(formatted) + "\n\nRespond with valid JSON only.\n";
}

} // namespace orrery::llm
