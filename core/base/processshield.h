// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace orrery {

/// Closes this process to others of the same person, for it holds keys: no debugger may attach, its memory cannot be read,
/// it leaves no core, and what `/proc/PID/environ` and `ps e` show of it is empty. Its own environment stays as it is.
/// Called as the first thing in main(), while there is one thread and nobody has kept a pointer from getenv().
void shieldProcess();

} // namespace orrery
