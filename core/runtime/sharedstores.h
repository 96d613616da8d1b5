// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/teamservices.h"

#include <string>
#include <vector>

namespace orrery::runtime {

/// Opens the knowledge base and the decision graph of the team: its files in the workspace, or empty ones in memory.
Result<void> openSharedStores(TeamServices &services);
/// Tells what they already hold, so that projections know it: KnowledgeLoaded and DecisionsLoaded, in pieces.
void publishLoaded(TeamServices &services);

/// kb_search, kb_read, kb_list, kb_ingest, kb_next_document, kb_add_entry, kb_link, kb_backlinks, kb_health_check,
/// kb_generate.
std::vector<tools::ToolPtr> knowledgeTools(TeamServices &services);
/// add_goal, record_decision, record_outcome, update_decision, supersede_decision, query_decisions.
std::vector<tools::ToolPtr> decisionTools(TeamServices &services);
/// Those of the two lists that this team has: of a store that its file asks for, or that an agent lists by name.
std::vector<tools::ToolPtr> sharedStoreTools(TeamServices &services);

/// The agent's instructions, with what it is told of the stores whose tools it has: how to use them, and what the
/// decision graph holds.
std::string instructionsWithStores(const AgentSpec &agent, const TeamServices &services);

/// A document from the person for the ingest queue; told by a KnowledgeSaved event of agent `person`.
void ingestForPerson(TeamServices &services, const std::string &title, const std::string &content);

} // namespace orrery::runtime
