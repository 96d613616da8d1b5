// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

namespace orrery::tools {

/// Every `.git` in a folder, be it a folder or a file, and the repositories of submodules in it. Looks four folders deep and
/// at 5,000 entries at most.
std::vector<std::filesystem::path> repositoriesBelow(const std::filesystem::path &folder);

/// What of the git repositories in a folder makes git run programs: configuration, hooks (also where `core.hooksPath`
/// says), and the files by which a `.git` names another folder; of submodules too. Makes hook folders that are missing, so that
/// they can be guarded.
std::vector<std::filesystem::path> trustedOfGit(const std::filesystem::path &folder);

/// Takes away what a command may have put into a repository to lead git elsewhere: a file `commondir` in a `.git` that is a
/// repository of its own, which git never makes there. The paths that it has removed.
std::vector<std::filesystem::path> removeGitRedirects(const std::filesystem::path &folder);

} // namespace orrery::tools
