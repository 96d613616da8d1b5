// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <future>
#include <thread>
#include <vector>

namespace orrery::memory {

/// Does 0…`count` in parts of at least `least`, side by side as far as the machine has processors, the first on this
/// thread. `part(from, to)` is called for each; what the calls return, in order.
template <typename Part>
auto inParts(std::size_t count, std::size_t least, Part part)
    -> std::vector<decltype(part(count, count))>
{
    const std::size_t parts =
        std::min<std::size_t>(count / std::max<std::size_t>(1, least) + 1,
                              std::max(1u, std::thread::hardware_concurrency()));
    std::vector<std::future<decltype(part(count, count))>> others;
    for (std::size_t number = 1; number < parts; ++number)
        others.push_back(std::async(std::launch::async | std::launch::deferred, part,
                                    count * number / parts, count * (number + 1) / parts));
    std::vector<decltype(part(count, count))> results;
    results.push_back(part(0, count / parts));
    for (auto &other : others)
        results.push_back(other.get());
    return results;
}

} // namespace orrery::memory
