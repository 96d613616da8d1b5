// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/search/filewalk.h"

#include "core/tools/tool.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace orrery::tools {

namespace fs = std::filesystem;

Descriptor openBelow(int root, std::string_view path, int flags)
{
    constexpr int through = O_PATH | O_DIRECTORY;
    Descriptor folder;
    for (;;) {
        const std::size_t end = std::min(path.find('/'), path.size());
        const bool isLast = end == path.size();
        const std::string name = path.empty() ? "." : std::string(path.substr(0, end));
        Descriptor next(::openat(folder ? folder.get() : root, name.c_str(),
                                 (isLast ? flags : through) | O_NOFOLLOW | O_CLOEXEC));
        if (isLast || !next)
            return next;
        folder = std::move(next);
        path.remove_prefix(end + 1);
    }
}

namespace {

constexpr std::size_t kMostRuleBytes = 4 * 1024 * 1024;

std::string joinedPath(std::string_view folder, std::string_view name)
{
    std::string path(folder);
    if (!path.empty())
        path += '/';
    return path.append(name);
}

struct CloseDir {
    void operator()(DIR *dir) const { ::closedir(dir); }
};
using OpenDir = std::unique_ptr<DIR, CloseDir>;

/// The text of a file with rules; "" when there is none. Like git, it follows no symlink there.
std::string textOfRules(int folder, const char *name)
{
    std::string text;
    struct stat status;
    // A pipe is not opened: that would wake whoever writes into it.
    if (::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
        return text;
    const Descriptor file = openBelow(folder, name, O_RDONLY | O_NONBLOCK);
    if (!file)
        return text;
    std::array<char, 16384> piece;
    ssize_t size = 0;
    while ((size = ::read(file.get(), piece.data(), piece.size())) > 0
           && text.size() < kMostRuleBytes)
        text.append(piece.data(), static_cast<std::size_t>(size));
    return text;
}

using LevelPtr = std::shared_ptr<const IgnoreLevel>;

LevelPtr withRules(LevelPtr above, std::size_t folderLength, const std::string &text)
{
    IgnoreRules rules = IgnoreRules::parse(text);
    if (rules.isEmpty())
        return above;
    return std::make_shared<const IgnoreLevel>(
        IgnoreLevel{std::move(above), folderLength, std::move(rules)});
}

class FileWalk
{
public:
    FileWalk(const fs::path &root, const WalkQuestion &question, const std::stop_token &stop)
        : m_root(root), m_question(question), m_stop(stop),
          m_rootFd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC))
    {}

    Result<WalkResult> run()
    {
        if (!m_rootFd)
            return cannotRead("the workspace");
        const Descriptor start =
            openBelow(m_rootFd.get(), m_question.start, O_RDONLY | O_DIRECTORY);
        if (!start)
            return cannotRead(m_question.start.empty() ? "the workspace" : m_question.start);
        m_pending.push_back({m_question.start, levelAbove(m_question.start)});
        while (!m_pending.empty() && !m_stop.stop_requested() && !m_result.wasCut) {
            const Folder folder = std::move(m_pending.back());
            m_pending.pop_back();
            readFolder(folder);
        }
        return std::move(m_result);
    }

private:
    struct Folder {
        std::string path;
        LevelPtr above; ///< the rules that hold for the folder itself
    };

    static tl::unexpected<Error> cannotRead(const std::string &what)
    {
        const int code = errno;
        return fail(code == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
                    what + " cannot be read: " + std::strerror(code) + ".");
    }

    /// The rules of the folders above the start, down to the last that is itself left out.
    LevelPtr levelAbove(std::string_view start) const
    {
        LevelPtr level = withRules(nullptr, 0, excludedByRepository());
        for (std::size_t at = 0; at < start.size();) {
            const std::string_view folder = start.substr(0, at == 0 ? 0 : at - 1);
            level = levelIn(openBelow(m_rootFd.get(), folder, O_PATH | O_DIRECTORY).get(), folder,
                            std::move(level));
            const std::size_t end = std::min(start.find('/', at), start.size());
            if (isOut(level.get(), start.substr(0, end), start.substr(at, end - at), true))
                level = nullptr;
            at = end + 1;
        }
        return level;
    }
    std::string excludedByRepository() const
    {
        const Descriptor info = openBelow(m_rootFd.get(), ".git/info", O_PATH | O_DIRECTORY);
        return info ? textOfRules(info.get(), "exclude") : std::string();
    }
    static LevelPtr levelIn(int folder, std::string_view path, LevelPtr above)
    {
        const std::size_t length = path.empty() ? 0 : path.size() + 1;
        LevelPtr level = withRules(std::move(above), length, textOfRules(folder, ".gitignore"));
        return withRules(std::move(level), length, textOfRules(folder, ".ignore"));
    }
    static bool isOut(const IgnoreLevel *level, std::string_view path, std::string_view name,
                      bool isFolder)
    {
        return (isFolder && name == "node_modules") || isLeftOut(level, path, isFolder);
    }

    void readFolder(const Folder &folder)
    {
        Descriptor opened = openBelow(m_rootFd.get(), folder.path, O_RDONLY | O_DIRECTORY);
        const int fd = opened.get();
        const OpenDir dir(opened ? ::fdopendir(opened.release()) : nullptr);
        if (!dir) {
            couldNotRead(folder.path);
            return;
        }
        const LevelPtr level =
            m_question.leftOutToo ? nullptr : levelIn(fd, folder.path, folder.above);
        for (;;) {
            errno = 0;
            const dirent *entry = ::readdir(dir.get());
            if (!entry || m_stop.stop_requested())
                break;
            const std::string_view name = entry->d_name;
            if (name == "." || name == ".." || name == ".git")
                continue;
            if (++m_entries > m_question.mostEntries) {
                m_result.wasCut = true;
                return;
            }
            look(fd, folder.path, *entry, level);
        }
        if (errno != 0)
            couldNotRead(folder.path);
    }
    void look(int folder, const std::string &folderPath, const dirent &entry, const LevelPtr &level)
    {
        const std::string path = joinedPath(folderPath, entry.d_name);
        const int type = typeOf(folder, entry);
        const bool isFolder = type == DT_DIR;
        if (!isFolder && type != DT_REG && (type != DT_LNK || !m_question.linksToo))
            return;
        if (!(isFolder ? m_question.entersFolder(path) : m_question.wants(path)))
            return;
        if (!m_question.leftOutToo && isOut(level.get(), path, entry.d_name, isFolder))
            return;
        if (isFolder)
            m_pending.push_back({path, level});
        else if (type == DT_LNK)
            addLink(path);
        else
            addFile(folder, entry.d_name, path, {});
    }
    /// Some file systems tell it only when asked for it.
    static int typeOf(int folder, const dirent &entry)
    {
        struct stat status;
        if (entry.d_type != DT_UNKNOWN
            || ::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            return entry.d_type;
        return IFTODT(status.st_mode);
    }
    void addFile(int folder, const char *name, const std::string &path, const std::string &target)
    {
        struct stat status;
        if (::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
            return; // it has gone meanwhile
        const std::int64_t modified =
            status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec;
        m_result.files.push_back({path, modified, status.st_dev, status.st_ino, target});
    }
    void addLink(const std::string &path)
    {
        const auto real = guardPath(m_root, (m_root / path).string());
        if (!real)
            return;
        const std::string target = real->lexically_relative(m_root).generic_string();
        if (target == ".git" || target.starts_with(".git/"))
            return;
        const Descriptor folder = openBelow(m_rootFd.get(), fs::path(target).parent_path().string(),
                                            O_PATH | O_DIRECTORY);
        if (folder)
            addFile(folder.get(), real->filename().c_str(), path, target);
    }
    void couldNotRead(const std::string &folder)
    {
        if (++m_result.unreadableFolders <= kNamed)
            m_result.unreadable.push_back(folder.empty() ? "." : folder);
    }

    const fs::path &m_root;
    const WalkQuestion &m_question;
    const std::stop_token &m_stop;
    Descriptor m_rootFd;
    std::vector<Folder> m_pending;
    std::size_t m_entries = 0;
    WalkResult m_result;
};

} // namespace

Result<WalkResult> walkFiles(const fs::path &root, const WalkQuestion &question,
                             const std::stop_token &stop)
{
    return FileWalk(root, question, stop).run();
}

} // namespace orrery::tools
