// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/modelcolumns.h"

#include <array>

namespace orrery {
namespace {

using ColumnKind = ModelColumn::Kind;

constexpr std::string_view kForms[] = {"openai", "openai-responses", "anthropic", "gemini"};
constexpr std::string_view kAuths[] = {"bearer", "x-api-key", "x-goog-api-key", "api-key", "none"};
constexpr std::string_view kBacks[] = {"never", "tool_loop", "always"};
constexpr std::string_view kLate[] = {"as_is", "merged", "as_user"};
constexpr std::string_view kEmpty[] = {"as_is", "left_out", "filled"};
constexpr std::string_view kOutputs[] = {"json_schema",      "json_schema_strict",
                                         "json_object",      "gemini_schema",
                                         "anthropic_format", "tool",
                                         "guided",           "prompt"};
constexpr std::string_view kSchemaDialects[] = {
    "plain", "openai_strict", "openai_loose", "gemini", "anthropic", "mistral", "grammar"};
constexpr std::string_view kEfforts[] = {
    "none",          "reasoning_effort", "anthropic_adaptive", "anthropic_budget", "gemini_level",
    "gemini_budget", "reasoning_object", "thinking_type",      "enable_thinking",  "chat_template"};

constexpr ModelColumn kColumns[] = {
    {"title", ColumnKind::Text, "name of the provider for people"},
    {"base_url", ColumnKind::Text, "its address; empty: the agent has to name one"},
    {"key_env", ColumnKind::Texts, "environment variables of the key, in this order"},
    {"local", ColumnKind::Flag, "runs on this machine"},
    {"form", ColumnKind::Choice, "wire form", kForms},
    {"auth", ColumnKind::Choice, "how the key is sent", kAuths},
    {"path", ColumnKind::Text, "behind the address, where it is not the form's own"},
    {"query", ColumnKind::Text, "behind the path, e.g. api-version=…"},
    {"reasoning_back", ColumnKind::Choice, "the model's own reasoning goes back", kBacks},
    {"reasoning_field", ColumnKind::Text, "field of the reasoning in OpenAI's form"},
    {"empty_reasoning", ColumnKind::Flag, "the field stands beside tool calls, if only as \"\""},
    {"late_system", ColumnKind::Choice, "a system message behind the first message", kLate},
    {"system_role", ColumnKind::Text, "role of the system message"},
    {"first_is_user", ColumnKind::Flag, "the first message has to be the user's"},
    {"merges_same_role", ColumnKind::Flag, "neighbours of one role have to be one message"},
    {"empty_message", ColumnKind::Choice, "a message without content", kEmpty},
    {"empty_assistant_content_is_null", ColumnKind::Flag, "null, not \"\", beside tool calls"},
    {"tool_then_user_needs_assistant", ColumnKind::Flag, "no user message right behind a result"},
    {"call_id", ColumnKind::Pattern, "ids of tool calls"},
    {"tool_name", ColumnKind::Pattern, "names of tools"},
    {"parallel_results_in_one", ColumnKind::Flag, "all results of an answer in one message"},
    {"results_are_objects", ColumnKind::Flag, "results have to be objects"},
    {"result_has_name", ColumnKind::Flag, "a result names its tool"},
    {"signature_stand_in", ColumnKind::Text, "thoughtSignature of a call that another model made"},
    {"token_limit", ColumnKind::Text, "name of the limit of the answer"},
    {"needs_token_limit", ColumnKind::Flag, "a request without the limit is refused"},
    {"sampling", ColumnKind::Flag, "temperature, top_p and penalties are taken"},
    {"sampling_needs_no_thinking", ColumnKind::Flag, "they are refused while the model thinks"},
    {"refused_settings", ColumnKind::Texts, "other settings that are refused"},
    {"renamed_settings", ColumnKind::Names, "settings under another name"},
    {"tool_choices", ColumnKind::Texts, "tool choices that are taken; `function` = a certain one"},
    {"stream_usage", ColumnKind::Text,
     "what asks for the usage of a stream; empty: nothing has to"},
    {"parallel_calls_option", ColumnKind::Flag, "parallel_tool_calls is known"},
    {"effort", ColumnKind::Choice, "how the effort of thinking is asked for", kEfforts},
    {"efforts", ColumnKind::Texts, "words for the effort that are taken, from the least"},
    {"encrypted_reasoning", ColumnKind::Flag, "reasoning can be had in encrypted form (Responses)"},
    {"output", ColumnKind::Choice, "structured output", kOutputs},
    {"output_with_tools", ColumnKind::Flag, "structured output and tools in one request"},
    {"schema", ColumnKind::Choice, "dialect of schemas of tools", kSchemaDialects},
    {"streams", ColumnKind::Flag, "can be asked for a stream"},
    {"caches", ColumnKind::Flag, "wants to be told what to cache"},
    {"images", ColumnKind::Flag, "reads images"},
    {"image_addresses", ColumnKind::Flag, "takes the address of an image too"},
    {"images_in_results", ColumnKind::Flag, "takes images in results of tools"},
    {"pdf", ColumnKind::Flag, "reads PDF files"},
    {"tools", ColumnKind::Flag, "calls tools"},
    {"context_tokens", ColumnKind::Count, "size of the context; 0 = not known"},
    {"output_tokens", ColumnKind::Count, "most of one answer; 0 = not known"},
    {"reasoning", ColumnKind::Flag, "thinks before it answers; may be silent for minutes"},
    {"calls_in_text", ColumnKind::Flag, "may leave tool calls in the text"},
    {"think_tags", ColumnKind::Flag, "<think> in the text is thinking"},
    {"output_excludes_reasoning", ColumnKind::Flag, "reasoning tokens come on top of the output"},
    {"usage_cost", ColumnKind::Text,
     "where its usage has the cost of a call in US dollars, keys with / between; empty: nowhere"},
    {"input_has_cache", ColumnKind::Flag, "cached tokens are among the input tokens"},
};

constexpr auto kNames = [] {
    std::array<std::string_view, std::size(kColumns)> names;
    for (std::size_t i = 0; i < names.size(); ++i)
        names[i] = kColumns[i].name;
    return names;
}();

} // namespace

std::span<const ModelColumn> modelColumns() { return kColumns; }
std::span<const std::string_view> modelColumnNames() { return kNames; }

const ModelColumn *findModelColumn(std::string_view name)
{
    for (const ModelColumn &column : kColumns)
        if (column.name == name)
            return &column;
    return nullptr;
}

} // namespace orrery
