// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/nearnames.h"

#include "core/base/utf8.h"
#include "core/tools/shownpath.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace orrery::tools {

namespace {

constexpr std::size_t kMostNames = 3;
constexpr std::size_t kMostLetters = 2;
constexpr int kMostLookedAt = 20000;

/// How many letters to put in, leave out or change to get from one to the other.
std::size_t letterDistance(const std::string &a, const std::string &b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t(0));
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

bool isNear(const std::string &name, const std::string &other, std::size_t &distance)
{
    const std::size_t longer = std::max(name.size(), other.size());
    const std::size_t shorter = std::min(name.size(), other.size());
    if (downcase(name) == downcase(other)) {
        distance = 0;
        return true;
    }
    if (longer - shorter > kMostLetters)
        return false;
    distance = letterDistance(name, other);
    // Of short names most are near to each other in letters alone.
    return distance <= kMostLetters && distance * 2 < longer;
}

} // namespace

std::string nearNames(int folder, const std::string &name)
{
    const int listed = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (listed < 0)
        return {};
    const auto closeFolder = [](DIR *open) { closedir(open); };
    const std::unique_ptr<DIR, decltype(closeFolder)> entries(fdopendir(listed), closeFolder);
    if (!entries) {
        close(listed);
        return {};
    }
    std::vector<std::pair<std::size_t, std::string>> near;
    for (int i = 0; i < kMostLookedAt; ++i) {
        const dirent *entry = readdir(entries.get());
        if (!entry)
            break;
        const std::string other = entry->d_name;
        std::size_t distance = 0;
        if (other != "." && other != ".." && other != name && isNear(name, other, distance))
            near.emplace_back(distance, other);
    }
    std::sort(near.begin(), near.end());
    near.resize(std::min(near.size(), kMostNames));
    std::string out;
    for (const auto &[distance, other] : near)
        out += (out.empty() ? " Did you mean " : " or ") + shownPath(other);
    return out.empty() ? out : out + "?";
}

} // namespace orrery::tools
