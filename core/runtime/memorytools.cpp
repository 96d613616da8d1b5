// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/ids.h"
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
    if (entry.type != "semantic" && entry.type != "episodic" && entry.type != "procedural")
        return ToolResult::error("type must be semantic, episodic or procedural, not \""
                                 + entry.type + "\".");
    entry.importance = args.value("importance", 0.5);
    if (!(entry.importance >= 0 && entry.importance <= 1))
        return ToolResult::error("importance must be between 0 and 1.");
    entry.scope = args.value("scope", "team") == "own" ? context.agent : std::string();
    entry.createdMs = entry.accessedMs = services.clock.wallMs();
    const Json data = {{"id", entry.id},
                       {"content", entry.content},
                       {"type", entry.type},
                       {"importance", entry.importance},
                       {"scope", entry.scope}};
    const std::string id = entry.id;
    if (const auto stored = services.memory->store(std::move(entry)); !stored)
        return ToolResult::error("The memory could not be stored: " + stored.error().message);
    services.publish(EventKind::MemoryStored, context.agent, data);
    return ToolResult::success("Remembered as " + id + ".");
}

ToolResult recall(TeamServices &services, const Json &args, const ToolContext &context)
{
    memory::SearchQuery query;
    query.text = args.at("query").get<std::string>();
    query.scope = context.agent;
    query.limit = std::clamp(args.value("limit", 10), 1, 100);
    query.nowMs = services.clock.wallMs();
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
             {"scope", "string", "team (default) or own", false}},
            [s](const Json &args, ToolContext &context) { return remember(*s, args, context); }),
        makeTool("recall", "Search what was remembered.", category,
                 {{"query", "string", "What to look for"},
                  {"limit", "integer", "At most so many, default 10", false}},
                 [s](const Json &args, ToolContext &context) { return recall(*s, args, context); }),
        makeTool("forget", "Delete a memory.", category, {{"id", "string", "Its id"}},
                 [s](const Json &args, ToolContext &context) {
                     const auto id = args.at("id").get<std::string>();
                     const auto done = s->memory->forget(id);
                     if (!done)
                         return ToolResult::error(done.error().message);
                     if (!*done)
                         return ToolResult::error("There is no memory " + id + ".");
                     s->publish(EventKind::MemoryForgotten, context.agent, {{"id", id}});
                     return ToolResult::success("Forgotten.");
                 }),
    };
}

} // namespace orrery::runtime
