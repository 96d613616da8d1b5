// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/modelprofile.h"

#include <mutex>
#include <utility>

namespace orrery::llm {
namespace {

using Profile = ModelProfile;

/// Reads columns that the table has checked.
class Cells
{
public:
    explicit Cells(ModelTable::Cells cells) : m_cells(std::move(cells)) {}

    void read(const char *name, bool &out) const
    {
        if (const Json *value = find(name))
            out = *value == true;
    }
    void read(const char *name, std::string &out) const
    {
        if (const Json *value = find(name))
            out = value->get<std::string>();
    }
    void read(const char *name, std::int64_t &out) const
    {
        if (const Json *value = find(name))
            out = value->get<std::int64_t>();
    }
    void read(const char *name, std::vector<std::string> &out) const
    {
        if (const Json *value = find(name))
            out = value->get<std::vector<std::string>>();
    }
    void read(const char *name, std::map<std::string, std::string> &out) const
    {
        if (const Json *value = find(name))
            out = value->get<std::map<std::string, std::string>>();
    }
    void read(const char *name, Profile::Pattern &out) const
    {
        const Json *value = find(name);
        if (!value)
            return;
        out = Profile::Pattern();
        out.others = value->value("others", std::string());
        out.most = value->value("most", std::size_t(0));
        out.exactly = value->value("exactly", std::size_t(0));
        out.startsWithLetter = value->value("starts_with_letter", false);
    }
    /// `words` in the order of the enumeration.
    template <typename Enum>
    void read(const char *name, Enum &out, std::initializer_list<std::string_view> words) const
    {
        const Json *value = find(name);
        if (!value)
            return;
        int index = 0;
        for (const std::string_view word : words) {
            if (word == value->get_ref<const std::string &>())
                out = static_cast<Enum>(index);
            ++index;
        }
    }

private:
    const Json *find(const char *name) const
    {
        const auto it = m_cells.find(name);
        return it == m_cells.end() ? nullptr : &it->second.value;
    }

    ModelTable::Cells m_cells;
};

void readMessages(Profile &profile, const Cells &cells)
{
    cells.read("reasoning_back", profile.reasoningBack, {"never", "tool_loop", "always"});
    cells.read("reasoning_field", profile.reasoningField);
    cells.read("empty_reasoning", profile.emptyReasoning);
    cells.read("late_system", profile.lateSystem, {"as_is", "merged", "as_user"});
    cells.read("system_role", profile.systemRole);
    cells.read("first_is_user", profile.firstIsUser);
    cells.read("merges_same_role", profile.mergesSameRole);
    cells.read("empty_message", profile.emptyMessage, {"as_is", "left_out", "filled"});
    cells.read("empty_assistant_content_is_null", profile.emptyAssistantContentIsNull);
    cells.read("tool_then_user_needs_assistant", profile.toolThenUserNeedsAssistant);
    cells.read("call_id", profile.callId);
    cells.read("tool_name", profile.toolName);
    cells.read("parallel_results_in_one", profile.parallelResultsInOne);
    cells.read("results_are_objects", profile.resultsAreObjects);
    cells.read("result_has_name", profile.resultHasName);
    cells.read("signature_stand_in", profile.signatureStandIn);
}

void readRequest(Profile &profile, const Cells &cells)
{
    cells.read("token_limit", profile.tokenLimit);
    cells.read("needs_token_limit", profile.needsTokenLimit);
    cells.read("sampling", profile.sampling);
    cells.read("sampling_needs_no_thinking", profile.samplingNeedsNoThinking);
    cells.read("refused_settings", profile.refusedSettings);
    cells.read("renamed_settings", profile.renamedSettings);
    cells.read("tool_choices", profile.toolChoices);
    cells.read("effort", profile.effort,
               {"none", "reasoning_effort", "anthropic_adaptive", "anthropic_budget",
                "gemini_level", "gemini_budget", "reasoning_object", "thinking_type",
                "enable_thinking", "chat_template"});
    cells.read("efforts", profile.efforts);
    cells.read("stream_usage", profile.streamUsage);
    cells.read("encrypted_reasoning", profile.encryptedReasoning);
    cells.read("parallel_calls_option", profile.parallelCallsOption);
    cells.read("output", profile.output,
               {"json_schema", "json_schema_strict", "json_object", "gemini_schema",
                "anthropic_format", "tool", "guided", "prompt"});
    cells.read("output_with_tools", profile.outputWithTools);
    cells.read(
        "schema", profile.schema,
        {"plain", "openai_strict", "openai_loose", "gemini", "anthropic", "mistral", "grammar"});
    cells.read("auth", profile.auth, {"bearer", "x-api-key", "x-goog-api-key", "api-key", "none"});
    cells.read("path", profile.path);
    cells.read("query", profile.query);
    cells.read("streams", profile.streams);
    cells.read("caches", profile.caches);
}

void readFacts(Profile &profile, const Cells &cells)
{
    cells.read("images", profile.images);
    cells.read("image_addresses", profile.imageAddresses);
    cells.read("images_in_results", profile.imagesInResults);
    cells.read("pdf", profile.pdf);
    cells.read("tools", profile.tools);
    cells.read("context_tokens", profile.contextTokens);
    cells.read("output_tokens", profile.outputTokens);
    cells.read("reasoning", profile.isReasoning);
    cells.read("calls_in_text", profile.callsInText);
    cells.read("think_tags", profile.thinkTags);
    cells.read("output_excludes_reasoning", profile.outputExcludesReasoning);
    cells.read("input_has_cache", profile.inputHasCache);
    cells.read("usage_cost", profile.usageCost);
}

ModelProfile makeProfile(const ModelTable &table, std::string_view provider, std::string_view model)
{
    const Cells cells(table.columns(provider, model));
    ModelProfile profile;
    profile.provider = provider;
    profile.model = model;
    profile.models = &table;
    std::string form = "openai";
    cells.read("form", form);
    profile.form = wireFormFromString(form).value_or(WireForm::OpenAi);
    readMessages(profile, cells);
    readRequest(profile, cells);
    readFacts(profile, cells);
    return profile;
}

} // namespace

ModelProfile profileOf(std::string_view provider, std::string_view model, const ModelTable &models)
{
    // A program asks for few models, and often.
    static std::mutex mutex;
    static std::map<std::pair<const ModelTable *, std::string>, ModelProfile> made;
    constexpr std::size_t kMostKept = 1000;
    std::pair<const ModelTable *, std::string> key(&models, provider);
    key.second.append(":").append(model);
    const std::lock_guard lock(mutex);
    const auto it = made.find(key);
    if (it != made.end())
        return it->second;
    if (made.size() >= kMostKept)
        made.clear();
    return made.emplace(std::move(key), makeProfile(models, provider, model)).first->second;
}

} // namespace orrery::llm
