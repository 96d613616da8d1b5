// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command/descendants.h"

#include <array>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <unordered_map>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace orrery::command {
namespace {

/// The parent of a process; 0 when it has gone or only its exit status is left.
pid_t parentOf(const char *pid)
{
    std::array<char, 64> path{};
    std::array<char, 512> text{};
    std::strcat(std::strcat(std::strcpy(path.data(), "/proc/"), pid), "/stat");
    const int file = open(path.data(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    const ssize_t size = read(file, text.data(), text.size() - 1);
    close(file);
    if (size <= 0)
        return 0;
    // "pid (name) state parent …", where the name may hold anything.
    const char *end = std::strrchr(text.data(), ')');
    if (!end || std::strlen(end) < 5 || end[2] == 'X')
        return 0;
    char *field = nullptr;
    const auto parent = static_cast<pid_t>(std::strtol(end + 4, &field, 10));
    if (end[2] != 'Z')
        return parent;
    // A zombie with more than one thread is a process whose first thread has ended, and which goes on.
    constexpr int kFromParentToThreads = 16;
    long threads = 0;
    for (int i = 0; i < kFromParentToThreads; ++i)
        threads = std::strtol(field, &field, 10);
    return threads > 1 ? parent : 0;
}

} // namespace

std::vector<Descendant> descendants()
{
    std::unordered_multimap<pid_t, pid_t> children;
    DIR *processes = opendir("/proc");
    if (!processes)
        return {};
    while (const dirent *entry = readdir(processes)) {
        if (!std::isdigit(static_cast<unsigned char>(entry->d_name[0]))
            || std::strlen(entry->d_name) > 20)
            continue;
        if (const pid_t parent = parentOf(entry->d_name); parent > 0)
            children.emplace(parent, static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10)));
    }
    closedir(processes);
    std::vector<Descendant> found = {{getpid(), 0}};
    for (std::size_t at = 0; at < found.size(); ++at) {
        const auto [first, last] = children.equal_range(found[at].pid);
        for (auto it = first; it != last; ++it)
            found.push_back({it->second, found[at].depth + 1});
    }
    found.erase(found.begin());
    return found;
}

} // namespace orrery::command
