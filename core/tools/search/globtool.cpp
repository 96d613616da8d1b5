// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/shownpath.h"
#include "core/tools/search/fileselection.h"
#include "core/tools/search/search.h"
#include "core/tools/search/searchtext.h"

#include <algorithm>

namespace orrery::tools {

namespace {

constexpr std::size_t kMostListed = 500;

/// Why there may be nothing, and where there would be something.
std::string noFile(const FileSelection &selection, const std::string &pattern,
                   const std::stop_token &stop)
{
    std::string text = "No file matches " + shownPath(pattern) + ".";
    if (selection.missingFolder())
        return text + " There is no folder " + shownPath(*selection.missingFolder()) + ".";
    if (const std::size_t count = selection.countWithLeftOut(stop))
        text += "\n[" + counted(count, "file")
                + " that would match left out: ignored or hidden. include_ignored lists them too.]";
    if (!selection.pattern().isName())
        return text;
    if (const std::size_t count = selection.countDeeper(pattern, stop))
        text += "\n[" + counted(count, "file") + " in deeper folders would match **/"
                + shownPath(pattern) + "]";
    return text;
}

std::string listed(const std::vector<WalkedFile> &files)
{
    std::string text;
    const std::size_t count = std::min(files.size(), kMostListed);
    for (std::size_t i = 0; i < count; ++i)
        text += shownPath(files[i].path) + "\n";
    if (files.size() > count)
        text += "[" + std::to_string(files.size() - count)
                + " more, older ones, not shown. Narrow the pattern.]\n";
    return text;
}

} // namespace

ToolResult globFiles(const Json &arguments, const ToolContext &context)
{
    const auto pattern = arguments.at("pattern").get<std::string>();
    if (pattern.empty())
        return ToolResult::error("The pattern is empty. **/* stands for every file.");
    const auto selection = FileSelection::make(context, arguments.value("path", "."), pattern,
                                               arguments.value("include_ignored", false));
    if (!selection)
        return ToolResult::error(selection.error().message);
    const auto found = selection->files(context.stop);
    if (!found)
        return ToolResult::error(found.error().message);
    std::string text = found->files.empty() ? noFile(*selection, pattern, context.stop) + "\n"
                                            : listed(found->files);
    if (context.stop.stop_requested())
        return ToolResult::error("The search was stopped.");
    if (found->unreadableFolders > 0)
        text += "[" + counted(found->unreadableFolders, "folder") + " could not be read: "
                + namedList(found->unreadable, found->unreadableFolders) + "]\n";
    return ToolResult::success(std::move(text));
}

} // namespace orrery::tools
