// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace orrery::memory {

/// Size of a cache line. An array starts with one, so that no load of a register touches two of them.
inline constexpr std::size_t kAlignment = 64;

template <typename T>
struct AlignedDelete {
    void operator()(T *memory) const { ::operator delete[](memory, std::align_val_t(kAlignment)); }
};

/// For plain numbers.
template <typename T>
using AlignedArray = std::unique_ptr<T[], AlignedDelete<T>>;

/// Not written to, so that the pages of a large array cost nothing before they are used.
template <typename T>
AlignedArray<T> allocate(std::size_t count)
{
    return AlignedArray<T>(
        static_cast<T *>(::operator new[](count * sizeof(T), std::align_val_t(kAlignment))));
}

} // namespace orrery::memory
