// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/allocationcount.h"

#include <cstdlib>
#include <new>

namespace orrery::testing {

thread_local std::size_t t_allocations = 0;
thread_local std::size_t t_allocatedBytes = 0;

} // namespace orrery::testing

namespace {

void *counted(std::size_t size)
{
    ++orrery::testing::t_allocations;
    orrery::testing::t_allocatedBytes += size;
    if (void *memory = std::malloc(size))
        return memory;
    throw std::bad_alloc();
}

} // namespace

void *operator new(std::size_t size) { return counted(size); }
void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
    ++orrery::testing::t_allocations;
    orrery::testing::t_allocatedBytes += size;
    return std::malloc(size);
}
void *operator new[](std::size_t size) { return counted(size); }
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete[](void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, const std::nothrow_t &) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void *memory, std::size_t) noexcept { std::free(memory); }
