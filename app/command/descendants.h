// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <sys/types.h>

namespace orrery::command {

/// A process below us, and how far: 1 for a child of ours.
struct Descendant {
    pid_t pid;
    int depth;
};

/// All processes below this one that have not ended, as /proc shows them at this moment. As a subreaper's, they cannot
/// leave by a double fork, a new session or a new process group. Costs one look at each process of the system.
std::vector<Descendant> descendants();

} // namespace orrery::command
