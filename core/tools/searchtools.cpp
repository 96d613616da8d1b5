// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/builtin.h"
#include "core/tools/textfile.h"

#include <algorithm>
#include <regex>

namespace orrery::tools {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxFiles = 500;
constexpr std::size_t kMaxLines = 200;

/// Every regular file below the root, relative and sorted. Links are not followed, .git is left out.
std::vector<std::string> filesBelow(const fs::path &root, const std::stop_token &stop)
{
    std::vector<std::string> files;
    std::error_code error;
    fs::recursive_directory_iterator it(root, fs::directory_options::skip_permission_denied, error);
    for (; !error && it != fs::recursive_directory_iterator() && !stop.stop_requested();
         it.increment(error)) {
        if (it->path().filename() == ".git" && it->is_directory(error))
            it.disable_recursion_pending();
        else if (it->is_regular_file(error) && !it->is_symlink(error))
            files.push_back(it->path().lexically_relative(root).generic_string());
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// `*` and `?` stay within a folder, `**` crosses folders.
bool matches(std::string_view pattern, std::string_view path)
{
    if (pattern.empty())
        return path.empty();
    if (pattern.substr(0, 2) == "**") {
        std::string_view rest = pattern.substr(2);
        if (!rest.empty() && rest.front() == '/' && matches(rest.substr(1), path))
            return true;
        for (std::size_t i = 0; i <= path.size(); ++i)
            if (matches(rest, path.substr(i)))
                return true;
        return false;
    }
    if (pattern.front() == '*') {
        for (std::size_t i = 0; i <= path.size(); ++i) {
            if (matches(pattern.substr(1), path.substr(i)))
                return true;
            if (i < path.size() && path[i] == '/')
                return false;
        }
        return false;
    }
    return !path.empty()
           && (pattern.front() == path.front() || (pattern.front() == '?' && path.front() != '/'))
           && matches(pattern.substr(1), path.substr(1));
}

ToolResult glob(const Json &args, const ToolContext &context)
{
    const auto pattern = args.at("pattern").get<std::string>();
    std::string out;
    std::size_t count = 0;
    for (const std::string &file : filesBelow(context.workspace, context.stop)) {
        if (!matches(pattern, file))
            continue;
        if (++count > kMaxFiles)
            return ToolResult::success(out + "[More than " + std::to_string(kMaxFiles)
                                       + " files match.]");
        out += file + "\n";
    }
    return ToolResult::success(out.empty() ? "No file matches." : out);
}

ToolResult grep(const Json &args, const ToolContext &context)
{
    const auto pattern = args.at("pattern").get<std::string>();
    std::regex expression;
    try {
        expression = std::regex(pattern);
    } catch (const std::regex_error &error) {
        return ToolResult::error("\"" + pattern
                                 + "\" is not a regular expression: " + error.what());
    }
    const auto base = guardPath(context.workspace, args.value("path", "."));
    if (!base)
        return ToolResult::error(base.error().message);
    std::error_code error;
    const bool single = fs::is_regular_file(*base, error);
    std::string out;
    std::size_t count = 0;
    for (const std::string &file : single ? std::vector<std::string>{base->filename().string()}
                                          : filesBelow(*base, context.stop)) {
        if (context.stop.stop_requested())
            return ToolResult::error("The search was stopped.");
        const fs::path path = single ? *base : *base / file;
        const auto text = readText(path);
        if (!text)
            continue; // binary
        const std::string shown = path.lexically_relative(context.workspace).generic_string();
        int number = 0;
        for (std::string_view line : splitLines(*text)) {
            ++number;
            // std::regex recurses once a character, so very long lines are not looked at.
            if (line.size() > 4000 || !std::regex_search(line.begin(), line.end(), expression))
                continue;
            if (++count > kMaxLines)
                return ToolResult::success(out + "[More than " + std::to_string(kMaxLines)
                                           + " lines match.]");
            out += shown + ":" + std::to_string(number) + ": "
                   + std::string(line.substr(0, line.find_last_not_of("\r\n") + 1)) + "\n";
        }
    }
    return ToolResult::success(out.empty() ? "No line matches." : out);
}

} // namespace

std::vector<ToolPtr> searchTools()
{
    auto globTool =
        makeTool("glob", "List files by a pattern such as src/**/*.cpp.", ToolCategory::Read,
                 {{"pattern", "string", "* and ? within a folder, ** across folders"}},
                 [](const Json &args, ToolContext &context) { return glob(args, context); });
    auto grepTool =
        makeTool("grep", "Find lines by a regular expression (ECMAScript).", ToolCategory::Read,
                 {{"pattern", "string", "Regular expression"},
                  {"path", "string", "File or folder, default the whole workspace", false}},
                 [](const Json &args, ToolContext &context) { return grep(args, context); });
    globTool->mayBeAbandoned = true;
    grepTool->mayBeAbandoned = true;
    return {std::move(globTool), std::move(grepTool)};
}

} // namespace orrery::tools
