// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/builtin.h"
#include "core/tools/readledger.h"
#include "core/tools/textfile.h"

#include <algorithm>
#include <cstdio>

namespace orrery::tools {

namespace {

constexpr std::size_t kReadLimit = 256 * 1024;

struct Target {
    std::filesystem::path path;
    std::string relative;
};

Result<Target> target(const Json &args, const ToolContext &context)
{
    const auto given = pathArgument(args.at("path"));
    if (!given)
        return fail(given.error());
    auto path = guardPath(context.workspace, *given);
    if (!path)
        return fail(path.error());
    auto relative = canonicalRelative(context.workspace, *given);
    if (!relative)
        return fail(relative.error());
    return Target{std::move(*path), std::move(*relative)};
}

ToolResult readFile(ReadLedger &ledger, const Json &args, const ToolContext &context)
{
    const auto file = target(args, context);
    if (!file)
        return ToolResult::error(file.error().message);
    const auto text = readText(file->path);
    if (!text)
        return ToolResult::error(text.error().message);
    ledger.saw(context.agent, file->relative, *text);
    const auto lines = splitLines(*text);
    const auto count = static_cast<std::int64_t>(lines.size());
    const std::int64_t first = std::max<std::int64_t>(1, args.value("start_line", std::int64_t(1)));
    const std::int64_t last = std::min(count, args.value("end_line", count));
    std::string out;
    for (std::int64_t line = first; line <= last; ++line) {
        char number[24];
        std::snprintf(number, sizeof number, "%5lld\t", static_cast<long long>(line));
        out += number;
        out += lines[static_cast<std::size_t>(line - 1)];
        if (out.size() > kReadLimit) {
            out += "\n[Cut here. Read on with start_line " + std::to_string(line + 1) + ".]";
            break;
        }
    }
    if (out.empty())
        out = "[" + file->relative + " has " + std::to_string(count)
              + " lines; none of these was asked for.]";
    return ToolResult::success(std::move(out));
}

/// Asks the claims, writes, and reports. The file's lock is held by the caller.
ToolResult commit(ReadLedger &ledger, const Target &file, const std::string &before,
                  const std::string &after, const ToolContext &context)
{
    const ChangedLines change = changedLines(before, after);
    if (change.same) {
        ledger.saw(context.agent, file.relative, after);
        return ToolResult::success(file.relative + " already has this content.");
    }
    if (context.writeGate) {
        if (const auto allowed = context.writeGate->beforeWrite(context.agent, file.relative,
                                                                change.first, change.oldLast);
            !allowed)
            return ToolResult::error(allowed.error().message);
    }
    if (const auto written = writeTextAtomically(file.path, after); !written)
        return ToolResult::error(written.error().message);
    ledger.wrote(context.agent, file.relative, after);
    if (context.writeGate)
        context.writeGate->afterWrite(context.agent, file.relative, change.first, change.oldLast,
                                      change.newLast, context.callId);
    return ToolResult::success("Changed " + file.relative + " lines " + std::to_string(change.first)
                               + "-" + std::to_string(change.newLast) + ".");
}

ToolResult writeFile(ReadLedger &ledger, const Json &args, const ToolContext &context)
{
    const auto file = target(args, context);
    if (!file)
        return ToolResult::error(file.error().message);
    const auto lock = ledger.fileLock(file->relative);
    std::lock_guard guard(*lock);
    const auto before = readText(file->path);
    if (!before && before.error().code != ErrorCode::NotFound)
        return ToolResult::error(before.error().message);
    if (before)
        if (const auto fresh = ledger.checkReplace(context.agent, file->relative, *before); !fresh)
            return ToolResult::error(fresh.error().message);
    return commit(ledger, *file, before ? *before : std::string(),
                  args.at("content").get<std::string>(), context);
}

std::string linesOf(const std::string &text, const std::string &part)
{
    std::string numbers;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        const auto line =
            std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
        numbers += (numbers.empty() ? "" : ", ") + std::to_string(line);
    }
    return numbers;
}

ToolResult editFile(ReadLedger &ledger, const Json &args, const ToolContext &context)
{
    const auto file = target(args, context);
    if (!file)
        return ToolResult::error(file.error().message);
    const auto oldText = args.at("old_text").get<std::string>();
    const auto newText = args.at("new_text").get<std::string>();
    if (oldText.empty())
        return ToolResult::error("old_text is empty. Give the text to replace, or use write_file.");
    const auto lock = ledger.fileLock(file->relative);
    std::lock_guard guard(*lock);
    const auto before = readText(file->path);
    if (!before)
        return ToolResult::error(before.error().message);
    if (const auto fresh = ledger.checkFresh(context.agent, file->relative, *before); !fresh)
        return ToolResult::error(fresh.error().message);
    auto at = before->find(oldText);
    if (at == std::string::npos)
        return ToolResult::error("old_text does not occur in " + file->relative
                                 + ". Nothing was changed.");
    const bool all = args.contains("replace_all") && args["replace_all"] == true;
    if (!all && before->find(oldText, at + 1) != std::string::npos)
        return ToolResult::error(
            "old_text occurs at lines " + linesOf(*before, oldText) + " of " + file->relative
            + ". Give more of its surroundings, or set replace_all. Nothing was changed.");
    std::string after = *before;
    for (; at != std::string::npos;
         at = all ? after.find(oldText, at + newText.size()) : std::string::npos)
        after.replace(at, oldText.size(), newText);
    return commit(ledger, *file, *before, after, context);
}

} // namespace

std::vector<ToolPtr> fileTools()
{
    auto ledger = std::make_shared<ReadLedger>();
    auto read = makeTool("read_file", "Read a text file of the workspace, with line numbers.",
                         ToolCategory::Read,
                         {{"path", "string", "Path in the workspace"},
                          {"start_line", "integer", "First line, from 1", false},
                          {"end_line", "integer", "Last line, included", false}},
                         [ledger](const Json &args, ToolContext &context) {
                             return readFile(*ledger, args, context);
                         });
    read->mayBeAbandoned = true;
    // The end of a write is waited for: it must be known whether the file has changed.
    std::vector<ToolPtr> tools = {
        std::move(read),
        makeTool(
            "write_file", "Create a file, or replace its whole content.", ToolCategory::Write,
            {{"path", "string", "Path in the workspace"}, {"content", "string", "The new content"}},
            [ledger](const Json &args, ToolContext &context) {
                return writeFile(*ledger, args, context);
            }),
        makeTool("edit_file", "Replace a text that occurs once in a file by another.",
                 ToolCategory::Write,
                 {{"path", "string", "Path in the workspace"},
                  {"old_text", "string", "Exactly as it stands in the file, without line numbers"},
                  {"new_text", "string", "What replaces it"},
                  {"replace_all", "boolean", "Replace every occurrence", false}},
                 [ledger](const Json &args, ToolContext &context) {
                     return editFile(*ledger, args, context);
                 }),
    };
    for (ToolPtr &tool : searchTools())
        tools.push_back(std::move(tool));
    tools.push_back(bashTool());
    return tools;
}

} // namespace orrery::tools
