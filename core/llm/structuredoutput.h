// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/fieldcasts.h"
#include "core/llm/modelprofile.h"
#include "core/llm/toolschema.h"
#include "core/model/jsonschema.h"
#include "core/model/message.h"

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// Answers in a shape that was asked for. The agent loop uses it so:
/// - The system prompt, even an empty one, gets promptWithSuffix(); once, for the first model of the run.
/// - Each request gets applyTo() of the model that is asked, so a fallback to another provider has its own settings.
/// - Calls of the synthetic tool are never run, counted or told to anyone. When a message has no other calls, it is the
///   final answer; beside real calls they are passed over, and the loop goes on with the real ones.
/// - A final answer goes as answerText() through parseOutput(), and the value is the run's output.
/// - If that fails and retries are left (`max_retries`, 0 unless given), retryPrompt() is added as a user message and
///   the loop goes on: each retry is an iteration too. Else the run ends with a ValidationError of that message.
namespace orrery::llm {

/// How a provider is told the shape. Auto: what the model's row says (ModelProfile::output); by a tool call where a schema
/// and other tools do not go together.
enum class OutputMode {
    Auto,
    ToolCall, ///< a synthetic tool, whose arguments are the answer
    JsonSchema, ///< `response_format` with the schema, which requestFields() puts into the provider's words
    Json,  ///< `response_format` for any JSON object
    MdJson ///< by the prompt alone, in a fenced block
};
/// `auto`, `tool_call`, `json_schema`, `json`, `md_json`
std::optional<OutputMode> outputModeFromString(std::string_view name);

struct TextOutput {}; ///< whatever the model says
struct ChoiceOutput {
    std::vector<std::string> choices;
};
struct RegexOutput {
    std::string pattern; ///< PCRE, may match anywhere in the answer
};
/// An object in which every field has to be filled in.
struct FieldsOutput {
    std::map<std::string, FieldType> fields;
};
using OutputType = std::variant<TextOutput, ChoiceOutput, RegexOutput, JsonSchema, FieldsOutput>;

/// null, or an object with one of `choice`: list of texts, `regex`: pattern, `json_schema`: schema, `fields`: types by
/// name. The error names the JSON pointer and what was expected.
Result<OutputType> outputTypeFromJson(const Json &json);
/// The JSON Schema that stands for it; null for text, choice and regex.
Json schemaOf(const OutputType &type);

/// What a request needs beside its own settings and tools.
struct StructuredSettings {
    Json settings = Json::object(); ///< over those of the agent
    Json tool;       ///< the synthetic one, `{name, description, parameters}`; null = none
    Json toolChoice; ///< in the provider's form; null = none
};
StructuredSettings settingsFor(const OutputType &type, const ModelProfile &profile, OutputMode mode,
                               bool hasOtherTools);
/// For a model of that provider of which nothing is known.
StructuredSettings settingsFor(const OutputType &type, std::string_view provider, OutputMode mode,
                               bool hasOtherTools);
/// Merges them into a request's settings and its list of tools, which are in the form of `form`.
void applyTo(Json &settings, Json &tools, const StructuredSettings &structured, ToolForm form);

/// What the system prompt has to say about it; nothing for text and regex.
std::optional<std::string> promptSuffix(const OutputType &type, OutputMode mode);
/// The instructions with the suffix, which an empty line sets apart.
std::string promptWithSuffix(const std::string &instructions, const OutputType &type,
                             OutputMode mode);

/// True of `__structured_output__` and `__structured_output_…__`.
bool isSyntheticTool(std::string_view name);
/// The calls that are to be run.
std::vector<ToolCall> realCalls(const Message &message);
/// What counts as the answer: the arguments of the synthetic call as JSON, else the text.
std::string answerText(const Message &message);

/// Why an answer is not what was asked for.
struct OutputFailure {
    /// Which part (a field, a JSON pointer, or `json`, `choice`, `regex`) and what is wrong with it. Empty when the
    /// answer has the wrong shape altogether.
    std::vector<std::pair<std::string, std::string>> errors;
    std::string message;   ///< for a person
    std::string formatted; ///< for the model, one line for each error
};
/// The value: a string for text, choice and regex, else what the JSON in the text says, with `fields` in their types.
/// The JSON may stand alone or in a fenced block. A null in place of an optional key that takes none counts as left out, as
/// servers have it that know no optional keys.
tl::expected<Json, OutputFailure> parseOutput(const OutputType &type, std::string_view text);
/// What the model is told to mend its answer.
std::string retryPrompt(std::string_view previousAnswer, std::string_view formatted);

} // namespace orrery::llm
