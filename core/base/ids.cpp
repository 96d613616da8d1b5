// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/ids.h"

#include <cstdint>
#include <random>

namespace orrery {

std::string newId(std::string_view prefix)
{
    thread_local std::mt19937_64 engine = [] {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }();
    std::uint64_t value = engine();
    std::string id(prefix);
    id += '_';
    for (int i = 0; i < 16; ++i, value >>= 4)
        id += "0123456789abcdef"[value & 15];
    return id;
}

} // namespace orrery
