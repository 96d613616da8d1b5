// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/trustedfiles.h"

#include "core/tools/trustedgit.h"

#include <algorithm>
#include <string>
#include <system_error>

#include <sys/stat.h>

namespace orrery::tools {
namespace fs = std::filesystem;
bool isOrIsIn(const fs::path &path, const fs::path &folder)
{
    const auto [at, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return at == folder.end();
}

namespace {

/// The words of a command line, without quotes; then those that come of taking quotes and the like for spaces, as in
/// `sh -c 'sh a.sh'` or `--require=a.js`. Good enough to find the names of files in it.
std::vector<std::string> wordsIn(const std::string &line)
{
    constexpr std::string_view separators = " \t\n;|&()<>";
    std::vector<std::string> words(1);
    char quote = 0;
    for (const char c : line) {
        if (quote == 0 && (c == '"' || c == '\''))
            quote = c;
        else if (c == quote)
            quote = 0;
        else if (quote == 0 && separators.find(c) != std::string_view::npos)
            words.emplace_back();
        else
            words.back() += c;
    }
    words.emplace_back();
    for (const char c : line) {
        if (separators.find(c) != std::string_view::npos
            || std::string_view("\"'`={}$,:").find(c) != std::string_view::npos)
            words.emplace_back();
        else
            words.back() += c;
    }
    std::erase(words, std::string());
    return words;
}

/// Looks for a file by what it is, whatever its name.
class SameFileFinder
{
public:
    explicit SameFileFinder(const struct stat &file) : m_file(file) {}

    /// True when `place` is this file, or a folder that it is in. What git keeps its contents in is not looked at: these
    /// files are never changed, and there may be very many.
    bool isIn(const fs::path &place)
    {
        std::error_code error;
        if (isSame(place))
            return true;
        for (fs::recursive_directory_iterator
                 it(place, fs::directory_options::skip_permission_denied, error),
             end;
             !error && it != end && m_looks < kMostLooks; it.increment(error)) {
            ++m_looks;
            if (it->path().filename() == "objects")
                it.disable_recursion_pending();
            else if (isSame(it->path()))
                return true;
        }
        return false;
    }

private:
    bool isSame(const fs::path &path) const
    {
        struct stat status;
        return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode)
               && status.st_ino == m_file.st_ino && status.st_dev == m_file.st_dev;
    }

    static constexpr int kMostLooks = 20000;
    struct stat m_file;
    int m_looks = 0;
};

} // namespace

void TrustedFiles::add(const fs::path &path)
{
    std::error_code error;
    const fs::path real = fs::weakly_canonical(path, error);
    m_paths.push_back(error ? path.lexically_normal() : real);
}

void TrustedFiles::addNamedIn(const std::string &commandLine, const fs::path &workspace)
{
    const std::vector<std::string> words = wordsIn(commandLine);
    // A name may be meant in a folder that the line goes to before.
    std::vector<fs::path> folders = {workspace};
    std::error_code error;
    for (const std::string &word : words)
        if (fs::is_directory(workspace / word, error))
            folders.push_back(workspace / word);
    for (const fs::path &folder : folders)
        for (const std::string &word : words) {
            const fs::path path = fs::weakly_canonical(folder / word, error);
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

bool TrustedFiles::coversFile(const fs::path &path, const fs::path &workspace) const
{
    struct stat status;
    if (covers(path))
        return true;
    if (stat(path.c_str(), &status) != 0 || status.st_nlink < 2)
        return false;
    std::vector<fs::path> trusted = m_paths;
    for (const fs::path &git : repositoriesBelow(workspace))
        trusted.push_back(git);
    SameFileFinder finder(status);
    return std::any_of(trusted.begin(), trusted.end(),
                       [&](const fs::path &place) { return finder.isIn(place); });
}

} // namespace orrery::tools
