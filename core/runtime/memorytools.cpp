// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/ids.h"
#include "core/memory/searchjson.h"
#include "core/runtime/teamservices.h"
#include "core/tools/builtin.h"

#include <algorithm>
#include <cstdio>

namespace orrery::runtime {

using tools::makeTool;
using tools::ToolCategory;
using tools::ToolContext;
using tools::ToolResult;

namespace {

ToolResult remember(TeamServices &services, const Json &args, const ToolContext &context)
{
    memory::MemoryEntry entry;
    entry.id = newId("mem");
    entry.content = args.at("content").get<std::string>();
    entry.type = args.value("type", "semantic");
    entry.importance = args.value("importance", 0.5);
    entry.evergreen = args.value("evergreen", false);
    entry.metadata = args.value("metadata", Json::object());
    const std::string scope = args.value("scope", "team");
    if (scope != "team" && scope != "own")
        return ToolResult::error("scope must be team or own, not \"" + scope + "\".");
    entry.scope = scope == "own" ? context.agent : std::string();
    entry.owner[static_cast<std::size_t>(memory::ScopeField::AgentId)] = context.agent;
    entry.owner[static_cast<std::size_t>(memory::ScopeField::SessionId)] = services.run;
    entry.createdMs = entry.updatedMs = entry.accessedMs = services.clock.wallMs();
    const auto stored = services.memory->store(entry);
    if (!stored)
        return ToolResult::error("The memory could not be stored: " + stored.error().message);
    services.embedder.grew(*services.memory);
    Json data = memory::toJson(entry);
    if (!stored->empty())
        data["note"] = *stored;
    services.publish(EventKind::MemoryStored, context.agent, std::move(data));
    return ToolResult::success("Remembered as " + entry.id + ".");
}

ToolResult recall(TeamServices &services, const Json &args, const ToolContext &context)
{
    memory::SearchQuery query;
    query.text = args.at("query").get<std::string>();
    query.filter.scope = context.agent;
    if (args.contains("type")) {
        query.filter.type = args.at("type").get<std::string>();
        if (!memory::isMemoryType(*query.filter.type))
            return ToolResult::error("type must be semantic, episodic or procedural, not \""
                                     + *query.filter.type + "\".");
    }
    query.rank.limit = std::clamp(args.value("limit", 10), 1, 100);
    query.rank.nowMs = services.clock.wallMs();
    query.countsAccess = true;
    query.embedTimeoutMs = 10000; // well before the call itself would be given up
    const auto outcome = services.memory->search(query);
    if (!outcome)
        return ToolResult::error("The memory could not be searched: " + outcome.error().message);
    services.publish(EventKind::MemorySearched, context.agent, toJson(query, *outcome), 0,
                     outcome->elapsedUs);
    std::string text;
    for (const memory::SearchHit &hit : outcome->hits) {
        char score[16];
        std::snprintf(score, sizeof score, "%.2f", hit.score);
        text += "- [" + std::string(score) + "] " + hit.entry.content + " (" + hit.entry.id + ")\n";
    }
    return ToolResult::success(text.empty() ? "Nothing found." : text);
}

ToolResult forget(TeamServices &services, const Json &args, const ToolContext &context)
{
    const auto id = args.at("id").get<std::string>();
    const auto done = services.memory->forget(id);
    if (!done)
        return ToolResult::error("The memory could not be deleted: " + done.error().message);
    if (!*done)
        return ToolResult::error("There is no memory " + id + ".");
    services.publish(EventKind::MemoryForgotten, context.agent, {{"id", id}});
    return ToolResult::success("Forgotten.");
}

} // namespace

std::vector<tools::ToolPtr> memoryTools(TeamServices &services)
{
    TeamServices *s = &services;
    const auto category = ToolCategory::Memory;
    return {
        makeTool(
            "remember", "Store a fact for later.", category,
            {{"content", "string", "The fact, in one or two sentences"},
             {"type", "string", "semantic (default), episodic or procedural", false},
             {"importance", "number", "0 to 1, default 0.5", false},
             {"scope", "string", "team (default) or own", false},
             {"evergreen", "boolean", "true: it does not fade with time", false},
             {"metadata", "object", "Anything to keep with it", false}},
            [s](const Json &args, ToolContext &context) { return remember(*s, args, context); }),
        makeTool("recall", "Search what was remembered.", category,
                 {{"query", "string", "What to look for"},
                  {"type", "string", "Only semantic, episodic or procedural ones", false},
                  {"limit", "integer", "At most so many, default 10", false}},
                 [s](const Json &args, ToolContext &context) { return recall(*s, args, context); }),
        makeTool("forget", "Delete a memory.", category, {{"id", "string", "Its id"}},
                 [s](const Json &args, ToolContext &context) { return forget(*s, args, context); }),
    };
}

} // namespace orrery::runtime
