// SPDX-License-Identifier: GPL-3.0-or-later
// The decision graph as tools for agents; what they do is in core/decisions/decisiontools.h.
#include "core/decisions/decisiontools.h"
#include "core/runtime/sharedstores.h"
#include "core/tools/builtin.h"

namespace orrery::runtime {

using tools::Parameter;
using tools::ToolCategory;
using tools::ToolContext;
using tools::ToolResult;

namespace {

using DecisionAction = Json (decisions::DecisionTools::*)(const Json &);

tools::ToolPtr offerDecision(TeamServices &services, const char *name, const char *description,
                             ToolCategory category, const std::vector<Parameter> &parameters,
                             DecisionAction action)
{
    return tools::makeTool(name, description, category, parameters,
                           [s = &services, action](const Json &args, ToolContext &context) {
                               decisions::DecisionTools tools(
                                   *s->decisions, context.agent, s->clock.wallMs(),
                                   [&](EventKind kind, Json data) {
                                       s->publish(kind, context.agent, std::move(data));
                                   });
                               const Json answer = (tools.*action)(args);
                               ToolResult result = ToolResult::value(answer);
                               result.ok = answer.value("status", "") != "error";
                               return result;
                           });
}

} // namespace

std::vector<tools::ToolPtr> decisionTools(TeamServices &services)
{
    using decisions::DecisionTools;
    const Parameter confidence{"confidence", "number", "0.0 to 1.0", false};
    const auto change = ToolCategory::Memory;
    return {
        offerDecision(services, "add_goal",
                      "Add a goal to the decision graph: what decisions and actions are for.",
                      change,
                      {{"label", "string", "The goal"},
                       confidence,
                       {"rationale", "string", "Why it was chosen", false}},
                      &DecisionTools::addGoal),
        offerDecision(
            services, "record_decision",
            "Record a decision, or an option, action or observation that belongs to it, with "
            "what it follows from.",
            change,
            {{"label", "string", "What was decided"},
             {"type",
              "string",
              "Default decision",
              false,
              {"decision", "option", "action", "observation", "revisit"}},
             {"parent_id", "string", "Node that it follows from: its id or its label", false},
             {"edge_type",
              "string",
              "How it follows from that node, default leads_to",
              false,
              {"leads_to", "chosen", "rejected", "requires", "enables", "blocks"}},
             confidence,
             {"rationale", "string", "Why it was decided so", false}},
            &DecisionTools::recordDecision),
        offerDecision(
            services, "record_outcome", "Record what came of a decision or an action.", change,
            {{"label", "string", "The outcome"},
             {"parent_id", "string", "Decision or action: its id or its label"},
             {"status", "string", "Default completed", false, {"active", "completed", "rejected"}},
             {"rationale", "string", "Notes about it", false}},
            &DecisionTools::recordOutcome),
        offerDecision(
            services, "update_decision",
            "Change status, confidence or rationale of a node: a goal that is reached is "
            "completed.",
            change,
            {{"id", "string", "Node: its id or its label"},
             {"status", "string", "Its new status", false, {"active", "completed", "rejected"}},
             confidence,
             {"rationale", "string", "Its new rationale", false}},
            &DecisionTools::updateDecision),
        offerDecision(services, "supersede_decision",
                      "Say that a node takes the place of an older one.", change,
                      {{"old_id", "string", "Older node: its id or its label"},
                       {"new_id", "string", "Node that takes its place: its id or its label"},
                       {"rationale", "string", "Why", false}},
                      &DecisionTools::supersedeDecision),
        offerDecision(
            services, "query_decisions", "Ask the decision graph.", ToolCategory::Read,
            {{"query_type",
              "string",
              "What to ask for",
              true,
              {"active_goals", "recent_decisions", "descendants", "ancestors", "path_between"}},
             {"node_id", "string", "For descendants and ancestors", false},
             {"from_id", "string", "For path_between", false},
             {"to_id", "string", "For path_between", false},
             {"limit", "integer", "For recent_decisions, default 5", false}},
            &DecisionTools::queryDecisions),
    };
}

} // namespace orrery::runtime
