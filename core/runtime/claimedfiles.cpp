// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/claimedfiles.h"

#include "core/tools/files/filechange.h"
#include "core/tools/files/textfile.h"
#include "core/tools/tool.h"

#include <algorithm>
#include <ctime>

#include <sys/stat.h>

namespace orrery::runtime {

namespace {

/// Longer than the time between two ticks of the clock by which files are stamped.
constexpr std::int64_t kFreshNs = 20'000'000;

std::int64_t nanoseconds(const timespec &time)
{
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

FileLook::Stamp stampOf(const std::filesystem::path &path)
{
    struct stat status;
    if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
        return {};
    return {status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim),
            nanoseconds(status.st_ctim)};
}

std::uint64_t sizeOf(const FileLook &look) { return look.bytes ? look.bytes->size() : 0; }

} // namespace

FileLook ClaimedFiles::look(const std::string &file)
{
    const auto path = tools::guardPath(m_workspace, file);
    if (!path)
        return {};
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    FileLook look;
    look.stamp = stampOf(*path);
    look.isFresh = nanoseconds(now) - look.stamp.changedNs < kFreshNs;
    FileLook &last = m_last[file];
    m_bytes -= sizeOf(last);
    if (look.stamp == last.stamp && !last.isFresh) {
        look.bytes = last.bytes;
    } else if (look.stamp.size >= 0) {
        if (auto bytes = tools::readBytes(*path, kMostBytes))
            look.bytes = std::make_shared<const std::string>(std::move(*bytes));
    }
    if (m_bytes + sizeOf(look) > kMostOfAll)
        look.bytes = nullptr;
    m_bytes += sizeOf(look);
    last = look;
    return look;
}

std::optional<LookedChange> ClaimedFiles::changeSince(const std::string &file,
                                                      const FileLook &before)
{
    const FileLook now = look(file);
    if (now.stamp == before.stamp && !before.isFresh)
        return std::nullopt;
    if (!now.bytes || !before.bytes)
        return now.stamp == before.stamp ? std::nullopt : std::optional(LookedChange());
    if (*now.bytes == *before.bytes)
        return std::nullopt;
    return LookedChange{tools::changeOfBytes(*before.bytes, *now.bytes)};
}

void ClaimedFiles::keepOnly(const std::vector<std::string> &files)
{
    std::erase_if(m_last, [&](const auto &each) {
        if (std::find(files.begin(), files.end(), each.first) != files.end())
            return false;
        m_bytes -= sizeOf(each.second);
        return true;
    });
}

} // namespace orrery::runtime
