// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/teamservices.h"
#include "core/tools/builtin.h"

namespace orrery::runtime {

using tools::makeTool;
using tools::ToolCategory;
using tools::ToolContext;
using tools::ToolResult;

namespace {

std::string range(std::int64_t start, std::int64_t end)
{
    return std::to_string(start) + "-" + std::to_string(end);
}

ToolResult claimRegion(TeamServices &services, const Json &args, const ToolContext &context)
{
    const auto file =
        tools::canonicalRelative(services.workspace, args.at("file").get<std::string>());
    if (!file)
        return ToolResult::error(file.error().message);
    const auto start = args.at("start_line").get<std::int64_t>();
    const auto end = args.at("end_line").get<std::int64_t>();
    const std::int64_t now = services.clock.wallMs();
    const auto verdict = services.claims.claim(context.agent, *file, start, end, now);
    if (!verdict)
        return ToolResult::error(verdict.error().message);
    if (!verdict->granted) {
        const team::Claim &other = verdict->conflicts.front();
        const std::int64_t left = other.deadlineMs - now;
        return ToolResult::error(
            "Conflict: " + *file + " lines " + range(start, end) + " are held by " + other.agent
            + " (lines " + range(other.start, other.end) + ", expires in "
            + std::to_string((left + 999) / 1000) + " s). Work elsewhere, message " + other.agent
            + ", or try again later.");
    }
    return ToolResult::success("Claimed " + *file + " lines " + range(start, end) + " for "
                               + std::to_string(services.team.claimTtlMs / 1000) + " s.");
}

ToolResult extendClaim(TeamServices &services, const Json &args, const ToolContext &context)
{
    const auto file =
        tools::canonicalRelative(services.workspace, args.at("file").get<std::string>());
    if (!file)
        return ToolResult::error(file.error().message);
    const auto claim = services.claims.extend(context.agent, *file, services.clock.wallMs());
    if (!claim)
        return ToolResult::error("You hold no claim on " + *file
                                 + "; it may have expired. Use claim_region.");
    return ToolResult::success("Extended your claim on " + *file + " lines "
                               + range(claim->start, claim->end) + " to another "
                               + std::to_string(services.team.claimTtlMs / 1000) + " s.");
}

ToolResult releaseRegion(TeamServices &services, const Json &args, const ToolContext &context)
{
    const auto file =
        tools::canonicalRelative(services.workspace, args.at("file").get<std::string>());
    if (!file)
        return ToolResult::error(file.error().message);
    if (!services.claims.release(context.agent, *file, services.clock.wallMs()))
        return ToolResult::success("You held no claim on " + *file + ".");
    return ToolResult::success("Released " + *file + ".");
}

ToolResult listTeam(TeamServices &services, const ToolContext &context)
{
    std::string text;
    for (const team::Member &member : services.members.list())
        text += "- " + member.name + (member.role.empty() ? "" : " (" + member.role + ")")
                + (member.parent.empty() ? "" : ", sub-agent of " + member.parent)
                + (member.name == context.agent ? ", you" : "") + "\n";
    for (const team::Claim &claim : services.claims.snapshot(services.clock.wallMs()))
        text +=
            claim.agent + " holds " + claim.file + " lines " + range(claim.start, claim.end) + "\n";
    return ToolResult::success(std::move(text));
}

} // namespace

std::vector<tools::ToolPtr> teamTools(TeamServices &services)
{
    TeamServices *s = &services;
    const auto category = ToolCategory::Communicate;
    const std::vector<std::shared_ptr<tools::Tool>> list = {
        makeTool(
            "claim_region",
            "Claim lines of a file before you edit them, so that no teammate changes them "
            "meanwhile. A new claim "
            "on the same file replaces your former one.",
            category,
            {{"file", "string", "Path in the workspace"},
             {"start_line", "integer", "First line, from 1"},
             {"end_line", "integer", "Last line, included"}},
            [s](const Json &args, ToolContext &context) { return claimRegion(*s, args, context); }),
        makeTool(
            "extend_claim",
            "Extend your claim on a file before it expires, if your work there takes longer.",
            category, {{"file", "string", "Path in the workspace"}},
            [s](const Json &args, ToolContext &context) { return extendClaim(*s, args, context); }),
        makeTool("release_region", "Release your claim on a file.", category,
                 {{"file", "string", "Path in the workspace"}},
                 [s](const Json &args, ToolContext &context) {
                     return releaseRegion(*s, args, context);
                 }),
        makeTool("share_discovery",
                 "Tell the whole team something worth knowing; it stays on the team's board.",
                 category,
                 {{"topic", "string", "A few words"}, {"content", "string", "What you found"}},
                 [s](const Json &args, ToolContext &context) {
                     s->shareDiscovery(
                         {context.agent, args.at("topic"), args.at("content"), s->clock.wallMs()});
                     return ToolResult::success("Shared.");
                 }),
        makeTool("peer_message", "Send a message to one teammate; it is in its next request.",
                 category,
                 {{"to", "string", "Name of the teammate"}, {"message", "string", "What to say"}},
                 [s](const Json &args, ToolContext &context) {
                     const auto to = args.at("to").get<std::string>();
                     if (!s->sendMessage(context.agent, to, args.at("message").get<std::string>()))
                         return ToolResult::error("There is no teammate called " + to
                                                  + ". Use list_team.");
                     return ToolResult::success("Sent to " + to + ".");
                 }),
        makeTool("broadcast_message", "Send a message to every teammate.", category,
                 {{"message", "string", "What to say"}},
                 [s](const Json &args, ToolContext &context) {
                     const int count =
                         s->broadcastMessage(context.agent, args.at("message").get<std::string>());
                     return ToolResult::success("Sent to " + std::to_string(count) + " teammates.");
                 }),
        makeTool("list_team", "List the team's members and who holds which lines.", category, {},
                 [s](const Json &, ToolContext &context) { return listTeam(*s, context); }),
    };
    for (const auto &tool : list) {
        tool->isQuick = true; // tables in memory, each behind a lock that nobody holds for long
        tool->isBounded = tool->name != "list_team"; // they answer in a sentence
    }
    return {list.begin(), list.end()};
}

} // namespace orrery::runtime
