// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/search/fileselection.h"

#include "core/tools/shownpath.h"

#include "core/tools/search/searchtext.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <tuple>

#include <sys/stat.h>

namespace orrery::tools {

namespace fs = std::filesystem;

namespace {

enum class FolderState { Folder, Missing, Other };

/// An error when it cannot be found out.
Result<FolderState> folderState(const fs::path &path)
{
    struct stat status;
    if (::stat(path.c_str(), &status) == 0)
        return S_ISDIR(status.st_mode) ? FolderState::Folder : FolderState::Other;
    if (errno == ENOENT || errno == ENOTDIR)
        return FolderState::Missing;
    return fail(ErrorCode::Io,
                shownPath(path.string()) + " cannot be read: " + std::strerror(errno) + ".");
}

/// "" for the root.
std::string belowRoot(const fs::path &root, const fs::path &path)
{
    const std::string relative = path.lexically_relative(root).generic_string();
    return relative == "." ? "" : relative;
}

bool isInRepository(const std::string &path)
{
    const auto parts = fs::path(path);
    return std::find(parts.begin(), parts.end(), ".git") != parts.end();
}

/// A path from the root relative to the start of the walk.
std::string_view fromStart(std::string_view path, const std::string &start)
{
    return start.empty() ? path : path.substr(start.size() + 1);
}

/// Nothing when the folder is there.
Result<void> checkFolder(const fs::path &path, const std::string &given)
{
    const auto state = folderState(path);
    if (!state)
        return fail(state.error());
    if (*state == FolderState::Missing)
        return fail(ErrorCode::NotFound, "There is no folder " + shownPath(given) + ".");
    if (*state == FolderState::Other)
        return fail(ErrorCode::InvalidArgument,
                    shownPath(given) + " is not a folder. Give the folder to look in.");
    return {};
}

} // namespace

Result<FileSelection> FileSelection::make(const ToolContext &context, const std::string &folder,
                                          const std::string &pattern, bool includeIgnored)
{
    std::error_code error;
    const fs::path root = fs::canonical(context.workspace, error);
    if (error)
        return fail(ErrorCode::Io, "The workspace cannot be read: " + error.message() + ".");
    auto parsed = GlobPattern::parse(pattern);
    if (!parsed)
        return fail(parsed.error());
    const auto base = guardPath(context.workspace, folder);
    if (!base)
        return fail(base.error());
    if (const auto there = checkFolder(*base, folder); !there)
        return fail(there.error());
    // An absolute pattern takes the place of the folder.
    const fs::path begin =
        folder == "." ? fs::path(parsed->folder()) : fs::path(folder) / parsed->folder();
    const auto start = guardPath(context.workspace, begin.string());
    if (!start)
        return fail(start.error());
    FileSelection selection(root, std::move(*parsed), includeIgnored);
    selection.m_start = belowRoot(root, *start);
    if (isInRepository(selection.m_start))
        return fail(ErrorCode::InvalidArgument,
                    shownPath(selection.m_start)
                        + " is the repository's own; .git is never looked into.");
    const auto state = folderState(*start);
    if (!state)
        return fail(state.error());
    if (*state != FolderState::Folder)
        selection.m_missingFolder = selection.m_start;
    return selection;
}

WalkQuestion FileSelection::question(const GlobPattern &pattern, bool leftOutToo) const
{
    const auto dots = leftOutToo ? PathAutomaton::Dots::All : PathAutomaton::Dots::Written;
    WalkQuestion asked;
    asked.start = m_start;
    asked.wants = [this, &pattern, dots](std::string_view path) {
        return pattern.matches(fromStart(path, m_start), dots);
    };
    asked.entersFolder = [this, &pattern, dots](std::string_view folder) {
        return pattern.leadsInto(fromStart(folder, m_start), dots);
    };
    // A pattern without wildcards names its file.
    asked.leftOutToo = leftOutToo || pattern.isLiteral();
    return asked;
}

Result<WalkResult> FileSelection::files(const std::stop_token &stop) const
{
    if (m_missingFolder)
        return WalkResult{};
    auto found = walkFiles(m_root, question(m_pattern, m_includeIgnored), stop);
    if (found)
        std::sort(found->files.begin(), found->files.end(),
                  [](const WalkedFile &a, const WalkedFile &b) {
                      return std::tie(b.modified, a.path) < std::tie(a.modified, b.path);
                  });
    return found;
}

std::size_t FileSelection::countOf(const GlobPattern &pattern, bool leftOutToo,
                                   const std::stop_token &stop) const
{
    if (m_missingFolder)
        return 0;
    WalkQuestion asked = question(pattern, leftOutToo);
    asked.mostEntries = kMostEntries;
    const auto found = walkFiles(m_root, asked, stop);
    return found ? found->files.size() : 0;
}

std::size_t FileSelection::countWithLeftOut(const std::stop_token &stop) const
{
    return countOf(m_pattern, true, stop);
}

std::size_t FileSelection::countDeeper(const std::string &name, const std::stop_token &stop) const
{
    const auto deeper = GlobPattern::parse("**/" + name);
    return deeper ? countOf(*deeper, m_includeIgnored, stop) : 0;
}

} // namespace orrery::tools
