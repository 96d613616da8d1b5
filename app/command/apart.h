// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace orrery::command {

/// From now on this process and its descendants can look into no process but each other (no debugger, and nothing of
/// `/proc/PID` that tells memory or environment), whoever they run as, can gain no rights and mount nothing. Files they can
/// reach as before. Nothing happens where the system cannot do that.
void standApart();

} // namespace orrery::command
