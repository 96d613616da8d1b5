// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/trustedgit.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace orrery::tools {
namespace fs = std::filesystem;
namespace {

constexpr int kDeepestLook = 4;
constexpr int kMostLooks = 5000;

bool isRepository(const fs::path &folder)
{
    std::error_code error;
    return fs::is_regular_file(folder / "HEAD", error)
           && fs::is_directory(folder / "objects", error);
}

class RepositoryFinder
{
public:
    std::vector<fs::path> below(const fs::path &folder)
    {
        look(folder, 0);
        return std::move(m_found);
    }

private:
    void look(const fs::path &folder, int depth)
    {
        std::error_code error;
        for (fs::directory_iterator
                 it(folder, fs::directory_options::skip_permission_denied, error),
             end;
             !error && it != end && m_looks < kMostLooks; it.increment(error)) {
            ++m_looks;
            const fs::path name = it->path().filename();
            if (name == ".git") {
                m_found.push_back(it->path());
                modules(it->path() / "modules", 0);
            } else if (depth < kDeepestLook && name != "node_modules" && it->is_directory(error)
                       && !it->is_symlink(error)) {
                look(it->path(), depth + 1);
            }
        }
    }

    void modules(const fs::path &folder, int depth)
    {
        std::error_code error;
        for (fs::directory_iterator it(folder, error), end;
             !error && it != end && m_looks < kMostLooks; it.increment(error)) {
            ++m_looks;
            if (!it->is_directory(error) || it->is_symlink(error) || depth > kDeepestLook)
                continue;
            if (isRepository(it->path())) {
                m_found.push_back(it->path());
                modules(it->path() / "modules", depth + 1);
            } else {
                modules(it->path(), depth + 1);
            }
        }
    }

    std::vector<fs::path> m_found;
    int m_looks = 0;
};

/// The value of core.hooksPath, or nothing.
std::string hooksPathIn(const fs::path &config)
{
    std::ifstream file(config);
    for (std::string line; std::getline(file, line);) {
        std::string lower(line);
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const auto at = lower.find("hookspath");
        const auto equals = line.find('=', at == std::string::npos ? line.size() : at);
        if (equals == std::string::npos)
            continue;
        std::string value = line.substr(equals + 1);
        std::erase_if(value, [](char c) { return c == '"' || c == '\r'; });
        const auto first = value.find_first_not_of(" \t");
        return first == std::string::npos
                   ? std::string()
                   : value.substr(first, value.find_last_not_of(" \t") - first + 1);
    }
    return {};
}

} // namespace

std::vector<fs::path> repositoriesBelow(const fs::path &folder)
{
    return RepositoryFinder().below(folder);
}

std::vector<fs::path> trustedOfGit(const fs::path &folder)
{
    std::vector<fs::path> trusted;
    for (const fs::path &git : repositoriesBelow(folder)) {
        std::error_code error;
        if (!fs::is_directory(git, error)) {
            trusted.push_back(git); // of a worktree or a submodule: it names the repository
            continue;
        }
        const fs::path real = fs::canonical(git, error);
        fs::create_directory(real / "hooks", error);
        for (const char *name : {"hooks", "config", "config.worktree", "commondir", "gitdir"})
            trusted.push_back(real / name);
        if (const std::string path = hooksPathIn(real / "config"); !path.empty())
            trusted.push_back((git.parent_path() / path).lexically_normal());
    }
    return trusted;
}

std::vector<fs::path> removeGitRedirects(const fs::path &folder)
{
    std::vector<fs::path> removed;
    for (const fs::path &git : repositoriesBelow(folder)) {
        std::error_code error;
        if (isRepository(git) && fs::exists(fs::symlink_status(git / "commondir", error))
            && fs::remove(git / "commondir", error))
            removed.push_back(git / "commondir");
    }
    return removed;
}

} // namespace orrery::tools
