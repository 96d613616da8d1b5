// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

/// What Orrery and `orrery-command` (app/command) say to each other: whole messages over a SOCK_SEQPACKET socket between
/// processes of one build. Orrery sends Orders, and gets one Report at the end; the socket's end means the other's death.
namespace orrery::tools::commandprotocol {

inline constexpr int kControl = 3; ///< the socket's file descriptor in orrery-command
inline constexpr int kBadUse = 125;

/// End the program and all its descendants: ask first when `graceMs` is above 0, and make them after that time.
struct Order {
    std::int32_t graceMs = 0;
};

/// All have ended.
struct Report {
    std::int32_t startError = 0; ///< errno, when the program could not be started
    std::int32_t status = 0;     ///< of the program, as waitpid() gives it
    std::int32_t leftBehind = 0; ///< processes that were there still when the program had ended
};

} // namespace orrery::tools::commandprotocol
