// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/builtin.h"
#include "core/tools/files/fileedits.h"
#include "core/tools/files/fileread.h"

namespace orrery::tools {

namespace {

/// Several edits are given in a list, a single one beside the path: so only the path is always there.
Json editParameters()
{
    const Json oldText = {
        {"type", "string"},
        {"description",
         "Exactly as it stands in the file, without line numbers. It must occur once, "
         "unless replace_all is true"}};
    const Json newText = {{"type", "string"}, {"description", "What replaces it"}};
    const Json all = {{"type", "boolean"}, {"description", "Replace every occurrence"}};
    const Json edit = {
        {"type", "object"},
        {"properties", {{"old_text", oldText}, {"new_text", newText}, {"replace_all", all}}},
        {"required", {"old_text", "new_text"}}};
    return {
        {"type", "object"},
        {"properties",
         {{"path", {{"type", "string"}, {"description", "Path in the workspace"}}},
          {"old_text", oldText},
          {"new_text", newText},
          {"replace_all", all},
          {"edits",
           {{"type", "array"},
            {"items", edit},
            {"description", "Several edits in place of old_text and new_text. Each works on the "
                            "outcome of the one before; all are made, or none"}}}}},
        {"required", {"path"}}};
}

} // namespace

std::vector<ToolPtr> fileTools()
{
    auto ledger = std::make_shared<ReadLedger>();
    auto read = makeTool("read_file",
                         "Read a text file of the workspace, with line numbers. Pictures and PDF "
                         "documents are shown to models that take them; of other files, it tells "
                         "what they are.",
                         ToolCategory::Read,
                         {{"path", "string", "Path in the workspace"},
                          {"offset", "integer", "First line, from 1", false},
                          {"limit", "integer", "Number of lines", false},
                          {"start_line", "integer", "The same as offset", false},
                          {"end_line", "integer", "Last line, included; in place of limit", false}},
                         [ledger](const Json &args, ToolContext &context) {
                             return readFileTool(*ledger, args, context);
                         });
    read->mayBeAbandoned = true;
    read->isBounded = true;
    // The end of a write is waited for: it must be known whether the file has changed.
    auto edit =
        makeTool("edit_file",
                 "Replace a text that occurs once in a file by another, or make several such "
                 "edits at once. Line ends and encoding stay as they are.",
                 ToolCategory::Write, {}, [ledger](const Json &args, ToolContext &context) {
                     return editFileTool(*ledger, args, context);
                 });
    edit->parameters = editParameters();
    std::vector<ToolPtr> tools = {
        std::move(read),
        makeTool(
            "write_file", "Create a file, or replace the whole content of one that you have read.",
            ToolCategory::Write,
            {{"path", "string", "Path in the workspace"}, {"content", "string", "The new content"}},
            [ledger](const Json &args, ToolContext &context) {
                return writeFileTool(*ledger, args, context);
            }),
        std::move(edit),
    };
    for (ToolPtr &tool : searchTools())
        tools.push_back(std::move(tool));
    tools.push_back(bashTool());
    return tools;
}

} // namespace orrery::tools
