// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"
#include "core/llm/requestfields.h"
#include "core/llm/structuredoutput.h"
#include "core/llm/toolschemacache.h"
#include "core/model/context.h"
#include "core/model/spec.h"
#include "core/runtime/agentmachine.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orrery::runtime {

/// A tool as the schema cache wants to see it.
inline llm::ToolView view(const tools::ToolPtr &tool)
{
    return {tool->name, tool->description, tool->parameters.is_null() ? nullptr : &tool->parameters,
            tool};
}

/// A request about a conversation rather than in it: to the same model, with the same settings, but without tools and
/// without a form for the answer. `part`: which steps a scripted model has for it, behind the agent's name.
llm::ModelRequest requestBeside(llm::ModelRequest request, const std::string &part,
                                std::string system, std::string prompt);

/// Makes an agent's requests, in the terms of whichever model they go to: settings, tools, and what its output type adds
/// to both. Belongs to one agent.
///
/// `tool_choice` and `response_format` among the agent's own settings are in the terms of its own model; a fallback
/// whose provider speaks another form does not get them.
class RequestSource
{
public:
    /// `addsToSettings`: streams are asked to end with what was used, where that has to be asked for.
    /// The output type has been checked: see outputTypeFromJson().
    RequestSource(const AgentSpec &spec, std::vector<std::string> offered,
                  llm::ToolSchemaCache &schemas, const ModelTable &models = ModelTable::own(),
                  bool addsToSettings = true);

    llm::ModelRequest make(const ModelRef &target, const Context &context);
    /// The same for an agent's turn, all of which is read again with the next request: it is cached where that has to be asked
    /// for and the agent's settings say nothing of it. What is asked once is not, since writing to a cache costs more than reading.
    llm::ModelRequest makeTurn(const ModelRef &target, const Context &context);
    /// The agent's settings that do not go to `target` as they stand; told once, then empty.
    std::vector<llm::SettingLeftOut> takeLeftOut(const ModelRef &target);
    /// Bytes that a request has besides its messages.
    std::size_t fixedBytes(const ModelRef &target);
    /// Nothing when the agent may answer what it likes.
    std::optional<OutputRules> outputRules() const;
    /// The instructions with what the output type adds to them; nothing when both say nothing.
    std::optional<std::string> systemPrompt() const;

private:
    /// What does not change from request to request to the same model.
    struct Terms {
        Json settings;
        std::shared_ptr<const llm::ToolSchemaList> tools;
        std::vector<llm::SettingLeftOut> leftOut; ///< not yet told
        bool isToldToCache = false;
    };
    Terms &termsFor(const ModelRef &target);
    Terms makeTerms(const ModelRef &target);
    void findLeftOut(Terms &terms, const ModelRef &target) const;
    bool isStructured() const { return !std::holds_alternative<llm::TextOutput>(m_outputType); }

    const AgentSpec &m_spec;
    llm::ToolSchemaCache &m_schemas;
    const ModelTable &m_models;
    const llm::ToolSchemaCache::Set *m_tools;
    bool m_hasTools;
    bool m_addsToSettings;
    llm::OutputType m_outputType;
    llm::OutputMode m_outputMode = llm::OutputMode::Auto;
    std::map<std::string, Terms> m_terms;          ///< by model
    std::shared_ptr<const Message> m_systemPrompt; ///< of a context without a system message
};

} // namespace orrery::runtime
