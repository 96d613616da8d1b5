// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/suites.h"
#include "core/llm/structuredoutput.h"
#include "core/llm/toolschema.h"

namespace orrery::conformance {
namespace {

llm::OutputType typeOf(const Json &input)
{
    auto type = llm::outputTypeFromJson(input.at("output_type"));
    if (!type)
        throw std::invalid_argument(type.error().message);
    return std::move(*type);
}

llm::OutputMode modeOf(const Json &input)
{
    const Json &mode = input.at("mode");
    return mode.is_null() ? llm::OutputMode::Auto
                          : llm::outputModeFromString(mode.get<std::string>()).value();
}

/// The cases mark decimals, which are text with us.
Json marked(const Json &value, const llm::OutputType &type)
{
    const auto *output = std::get_if<llm::FieldsOutput>(&type);
    Json result = value;
    if (output)
        for (const auto &[name, field] : output->fields)
            if (field == llm::FieldType{"decimal", 0})
                result[name] = {{"$decimal", value.at(name)}};
    return result;
}

Json parse(const Json &input)
{
    const llm::OutputType type = typeOf(input);
    const auto value = llm::parseOutput(type, input.at("text").get<std::string>());
    if (value)
        return {{"ok", marked(*value, type)}};
    if (value.error().errors.empty())
        return raised(value.error().message);
    return {{"error",
             {{"errors", value.error().errors},
              {"formatted", value.error().formatted},
              {"message", value.error().message}}}};
}

Json providerSettings(const Json &input)
{
    const auto structured = llm::settingsFor(typeOf(input), input.at("provider").get<std::string>(),
                                             modeOf(input), input.at("has_other_tools"));
    Json settings = structured.settings;
    if (!structured.tool.is_null())
        settings["__structured_output_tool__"] =
            llm::toolSchema(structured.tool, llm::WireForm::OpenAi);
    if (!structured.toolChoice.is_null())
        settings["__structured_output_tool_choice__"] = structured.toolChoice;
    return {{"settings", std::move(settings)}};
}

Json promptSuffix(const Json &input)
{
    const auto suffix = llm::promptSuffix(typeOf(input), modeOf(input));
    return {{"text", suffix ? Json(*suffix) : Json()}};
}

Json schema(const Json &input) { return {{"schema", llm::schemaOf(typeOf(input))}}; }

Json syntheticToolName(const Json &input)
{
    return {{"result", llm::isSyntheticTool(input.at("name").get<std::string>())}};
}

} // namespace

void addStructuredSuites(Runners &runners)
{
    runners[{"structured_output", "parse"}] = parse;
    runners[{"structured_output", "provider_settings"}] = providerSettings;
    runners[{"structured_output", "prompt_suffix"}] = promptSuffix;
    runners[{"structured_output", "json_schema"}] = schema;
    runners[{"structured_output", "synthetic_tool_name"}] = syntheticToolName;
}

} // namespace orrery::conformance
