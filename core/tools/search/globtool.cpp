// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/filetarget.h"
#include "core/tools/shownpath.h"
#include "core/tools/search/fileselection.h"
#include "core/tools/search/search.h"
#include "core/tools/search/searchtext.h"

#include <algorithm>
#include <filesystem>

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

/// Folders such as `[id]` are taken by their name where there are such: nobody asks for the folder `i` that way. So are those
/// with `\xHH`, as names are shown that are not UTF-8.
std::string withLiteralFolders(std::filesystem::path folder, const std::string &pattern)
{
    std::string out;
    for (std::size_t at = 0; at < pattern.size();) {
        const std::size_t end = std::min(pattern.find('/', at), pattern.size());
        const std::string part = pattern.substr(at, end - at);
        std::error_code error;
        std::string name = part;
        if (const auto bytes = unescapedPath(part);
            bytes && !std::filesystem::exists(folder / part, error))
            name = *bytes;
        folder /= name;
        if (part.empty() || part.front() == '/' || !std::filesystem::exists(folder, error))
            return out + pattern.substr(at);
        for (const char c : name) {
            if (std::string_view("[]{}*?\\").find(c) != std::string_view::npos)
                out += '\\';
            out += c;
        }
        if (end < pattern.size())
            out += '/';
        at = end + 1;
    }
    return out;
}

} // namespace

ToolResult globFiles(const Json &arguments, const ToolContext &context)
{
    const auto pattern = arguments.at("pattern").get<std::string>();
    if (pattern.empty())
        return ToolResult::error("The pattern is empty. **/* stands for every file.");
    const std::string path = meantPath(context.workspace, arguments.value("path", "."));
    const auto selection =
        FileSelection::make(context, path, withLiteralFolders(context.workspace / path, pattern),
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
