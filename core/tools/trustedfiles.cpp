// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/trustedfiles.h"

#include <algorithm>
#include <string>
#include <system_error>

namespace orrery::tools {
namespace fs = std::filesystem;
bool isOrIsIn(const fs::path &path, const fs::path &folder)
{
    const auto [at, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return at == folder.end();
}

namespace {

/// The words of a command line, without quotes. Good enough to find the names of files in it.
std::vector<std::string> wordsIn(const std::string &line)
{
    std::vector<std::string> words(1);
    char quote = 0;
    for (const char c : line) {
        if (quote == 0 && (c == '"' || c == '\''))
            quote = c;
        else if (c == quote)
            quote = 0;
        else if (quote == 0 && std::string_view(" \t\n;|&()<>").find(c) != std::string_view::npos)
            words.emplace_back();
        else
            words.back() += c;
    }
    std::erase(words, std::string());
    return words;
}

} // namespace

void TrustedFiles::add(const fs::path &path)
{
    std::error_code error;
    const fs::path real = fs::weakly_canonical(path, error);
    m_paths.push_back(error ? path.lexically_normal() : real);
}

void TrustedFiles::addNamedIn(const std::string &commandLine, const fs::path &workspace)
{
    for (const std::string &word : wordsIn(commandLine)) {
        std::error_code error;
        const fs::path path = fs::weakly_canonical(workspace / word, error);
        if (!error && path != workspace && isOrIsIn(path, workspace)
            && fs::is_regular_file(path, error))
            m_paths.push_back(path);
    }
}

bool TrustedFiles::covers(const fs::path &path) const
{
    if (std::find(path.begin(), path.end(), ".git") != path.end())
        return true;
    return std::any_of(m_paths.begin(), m_paths.end(),
                       [&](const fs::path &trusted) { return isOrIsIn(path, trusted); });
}

} // namespace orrery::tools
