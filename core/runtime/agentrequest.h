// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"
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
    /// `addsToSettings`: streams are asked to end with what was used, and what was read once is cached, where that has to be
    /// asked for and the agent's settings say nothing of it.
    /// The output type has been checked: see outputTypeFromJson().
    RequestSource(const AgentSpec &spec, std::vector<std::string> offered,
                  llm::ToolSchemaCache &schemas, bool addsToSettings = true);

    llm::ModelRequest make(const ModelRef &target, const Context &context);
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
    };
    const Terms &termsFor(const ModelRef &target);
    Terms makeTerms(const ModelRef &target);
    bool isStructured() const { return !std::holds_alternative<llm::TextOutput>(m_outputType); }

    const AgentSpec &m_spec;
    llm::ToolSchemaCache &m_schemas;
    const llm::ToolSchemaCache::Set *m_tools;
    bool m_hasTools;
    bool m_addsToSettings;
    llm::OutputType m_outputType;
    llm::OutputMode m_outputMode = llm::OutputMode::Auto;
    std::map<std::string, Terms> m_terms;          ///< by model
    std::shared_ptr<const Message> m_systemPrompt; ///< of a context without a system message
};

} // namespace orrery::runtime
