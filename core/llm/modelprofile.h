// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/provider.h"
#include "core/model/modeltable.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace orrery::llm {

/// What a model's server takes and how it wants to be asked: a row of the provider table, refined by the row of the model.
/// A value, computed once for each target of an agent. Of models and providers that are not in the table: the safe row.
struct ModelProfile {
    /// What is sent back of an assistant's own reasoning.
    enum class ReasoningBack {
        Never,    ///< the server refuses it, or it costs for nothing
        ToolLoop, ///< with the messages since the last user message only
        Always
    };
    /// What becomes of a system message behind the first message.
    enum class LateSystem {
        AsIs,
        Merged, ///< its text goes into the first one
        AsUser  ///< it becomes a user message, marked as such
    };
    /// What becomes of a message without content.
    enum class EmptyMessage {
        AsIs,
        LeftOut, ///< with the assistant's; a user's or a result gets a text that says that it is empty
        Filled ///< a text says that it is empty
    };
    /// Which letters an id or a name may have besides a-z A-Z 0-9, and how many.
    struct Pattern {
        std::string others;            ///< e.g. `_-`
        std::size_t most = 0;          ///< 0 = any length
        std::size_t exactly = 0;       ///< 0 = any length; else ids are made of so many
        bool startsWithLetter = false; ///< or `_`
    };
    enum class Output {
        JsonSchema,       ///< response_format json_schema
        JsonSchemaStrict, ///< the same, with `strict`
        JsonObject,       ///< response_format json_object and the schema in the prompt
        GeminiSchema,     ///< responseJsonSchema
        AnthropicFormat,  ///< output_config.format
        Tool,             ///< a tool whose arguments are the answer
        Guided,           ///< vLLM's structured_outputs / guided_json
        Prompt            ///< nothing but words
    };
    /// Dialect of the schemas of tools; see schemadialect.h.
    enum class Schema {
        Plain,
        OpenAiStrict,
        OpenAiLoose,
        Gemini,
        Anthropic,
        Mistral,
        Grammar,
        GeminiJson ///< of answers: responseJsonSchema
    };
    /// How the key is sent.
    enum class Auth { Bearer, XApiKey, XGoogApiKey, ApiKey, None };
    /// How the effort of thinking is asked for.
    enum class Effort {
        None,              ///< not at all
        ReasoningEffort,   ///< reasoning_effort
        AnthropicAdaptive, ///< thinking {adaptive} and output_config.effort
        AnthropicBudget,   ///< thinking {enabled, budget_tokens}
        GeminiLevel,       ///< thinkingConfig.thinkingLevel
        GeminiBudget,      ///< thinkingConfig.thinkingBudget
        ReasoningObject,   ///< OpenRouter's reasoning {effort}
        ThinkingType, ///< thinking {type: enabled | disabled}, reasoning_effort where there are words
        EnableThinking, ///< Alibaba's enable_thinking
        ChatTemplate    ///< chat_template_kwargs.enable_thinking of local servers
    };

    std::string provider;
    std::string model;
    const ModelTable *models = nullptr; ///< that all this is from
    WireForm form = WireForm::OpenAi;

    // Messages.
    ReasoningBack reasoningBack = ReasoningBack::Never;
    std::string reasoningField = "reasoning_content"; ///< where it goes in OpenAI's form
    bool emptyReasoning = false; ///< it stands beside tool calls even when there is none, as ""
    LateSystem lateSystem = LateSystem::Merged;
    std::string systemRole =
        "system"; ///< `developer` for OpenAI's reasoning models; `user` where there is none
    bool firstIsUser = false; ///< the first message that is not the system's has to be the user's
    bool mergesSameRole = false; ///< neighbours of one role have to be one message
    EmptyMessage emptyMessage = EmptyMessage::LeftOut;
    bool emptyAssistantContentIsNull = false; ///< null beside tool calls, not ""
    bool toolThenUserNeedsAssistant = false;  ///< Mistral: no user message right behind a result
    Pattern callId{"_-", 64, 0, false};
    Pattern toolName{"_-", 64, 0, false};
    bool parallelResultsInOne = false; ///< all results of an answer in one message
    bool resultsAreObjects = false;
    std::string
        signatureStandIn; ///< Gemini 3: for the first call of an answer that another model made
    bool resultHasName = false; ///< a result names its tool

    // The request.
    std::string tokenLimit = "max_tokens";    ///< name of the limit of the answer
    bool needsTokenLimit = false;             ///< a request without it is refused
    bool sampling = true;                     ///< temperature, top_p, penalties
    bool samplingNeedsNoThinking = false;     ///< they are refused while the model thinks
    std::vector<std::string> refusedSettings; ///< others that are refused
    std::map<std::string, std::string> renamedSettings;
    std::vector<std::string> toolChoices = {"auto", "none", "required", "function"};
    Effort effort = Effort::None;
    std::vector<std::string> efforts; ///< the words that are taken, from the least
    std::string streamUsage;          ///< `stream_options`, or empty: nothing is to be asked for
    bool encryptedReasoning = false;  ///< it can be asked for in a form that only the server reads
    bool parallelCallsOption = true;  ///< parallel_tool_calls is known
    Output output = Output::JsonObject;
    bool outputWithTools = true; ///< structured output and tools in one request
    Schema schema = Schema::OpenAiLoose;
    Auth auth = Auth::Bearer;
    std::string path;  ///< behind the address, where it is not the form's own; {model} is replaced
    std::string query; ///< behind the path
    bool streams = true;
    bool caches = false; ///< it wants to be told what to cache

    // What it can read and how much.
    bool images = false;
    bool imageAddresses = false; ///< takes the address of a picture as well
    bool imagesInResults = false;
    bool pdf = false;
    bool tools = true;
    std::int64_t contextTokens = 0; ///< 0 = not known
    std::int64_t outputTokens = 0;  ///< most of one answer; 0 = not known
    bool isReasoning = false;       ///< it thinks before it answers; may be silent for minutes

    // How it answers.
    bool callsInText = false;             ///< a local server that may leave calls in the text
    bool thinkTags = false;               ///< `<think>` in the text is thinking
    bool outputExcludesReasoning = false; ///< reasoning tokens come on top of the counted output
    bool inputHasCache = true;            ///< cached tokens are among the input tokens
    std::string
        usageCost; ///< keys of the cost in US dollars in the usage, / between; empty = not told
};

/// What applies to a model. `models` is one of ModelTable's own (own, ofTeam). Thread-safe; computed once for each model and
/// table.
ModelProfile profileOf(std::string_view provider, std::string_view model,
                       const ModelTable &models = ModelTable::own());

} // namespace orrery::llm
