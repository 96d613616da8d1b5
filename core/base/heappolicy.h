// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace orrery {

/// Lets the process keep the memory that it frees, up to 64 MB in each arena, instead of handing it back to the system
/// and asking for it again: each page that comes back costs a page fault, which is what working lists of some hundred
/// kilobytes then cost most (docs/adr/0004-keep-freed-memory.md). Call it first in main().
void keepFreedMemory();

} // namespace orrery
