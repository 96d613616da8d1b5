// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/builtin.h"
#include "core/tools/search/search.h"

namespace orrery::tools {

std::vector<ToolPtr> searchTools()
{
    const Parameter includeIgnored = {
        "include_ignored", "boolean",
        "Also hidden files, node_modules, and what .gitignore or .ignore leave out", false};
    auto globTool = makeTool(
        "glob", "List files by a pattern such as src/**/*.cpp, newest first.", ToolCategory::Read,
        {{"pattern", "string",
          "* and ? within a folder, ** across folders, [a-z], {one,other}; *.c is only the files "
          "of one folder, **/*.c also those deeper"},
         {"path", "string", "Folder to look in, default the workspace", false},
         includeIgnored},
        [](const Json &args, ToolContext &context) { return globFiles(args, context); });
    auto grepTool = makeTool(
        "grep", "Find lines by a regular expression (PCRE2), in the files changed last first.",
        ToolCategory::Read,
        {{"pattern", "string", "Regular expression; it is matched line by line"},
         {"path", "string", "File or folder, default the whole workspace", false},
         {"glob", "string", "Only files of a folder with such a name or path, such as *.{c,h}",
          false},
         {"mode",
          "string",
          "lines (default), files: only their names, count: of lines in each file",
          false,
          {"lines", "files", "count"}},
         {"context", "integer", "Lines to show before and after each, 0 to 20", false},
         {"ignore_case", "boolean", "Small and capital letters are the same", false},
         {"limit", "integer", "Most lines (or files) to give, 1 to 2000, default 200", false},
         includeIgnored},
        [](const Json &args, ToolContext &context) { return grepFiles(args, context); });
    globTool->mayBeAbandoned = true;
    grepTool->mayBeAbandoned = true;
    return {std::move(globTool), std::move(grepTool)};
}

} // namespace orrery::tools
