// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace orrery::testing {

/// What this thread has asked `operator new` for so far. In programs that allocationcount.cpp is part of.
extern thread_local std::size_t t_allocations;
extern thread_local std::size_t t_allocatedBytes;

} // namespace orrery::testing
