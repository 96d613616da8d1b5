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

/// Makes an agent's requests, in the terms of whichever model they go to: settings, tools, and what its output type adds
/// to both. Belongs to one agent.
///
/// `tool_choice` and `response_format` among the agent's own settings are in the terms of its own model; a fallback
/// whose provider speaks another form does not get them.
class RequestSource
{
public:
    /// `asksForUsage`: streams are asked to end with what was used, where that has to be asked for.
    /// The output type has been checked: see outputTypeFromJson().
    RequestSource(const AgentSpec &spec, std::vector<std::string> offered,
                  llm::ToolSchemaCache &schemas, bool asksForUsage = true);

    llm::ModelRequest make(const ModelRef &target, const Context &context);
    /// Nothing when the agent may answer what it likes.
    std::optional<OutputRules> outputRules() const;
    /// The instructions with what the output type adds to them; nothing when both say nothing.
    std::optional<std::string> systemPrompt() const;

private:
    /// What does not change from request to request to the same kind of provider.
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
    bool m_asksForUsage;
    llm::OutputType m_outputType;
    llm::OutputMode m_outputMode = llm::OutputMode::Auto;
    std::map<std::string, Terms> m_terms;          ///< by provider
    std::shared_ptr<const Message> m_systemPrompt; ///< of a context without a system message
};

} // namespace orrery::runtime
