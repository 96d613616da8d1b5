// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace orrery {
class Secrets;
}

namespace orrery::tools {

/// Our environment (`NAME=value`) as a command gets it: without what holds one of `secrets` (null = none are known),
/// without what looks like a credential by its name, and without a pager or an editor that would wait for a person. In a
/// sandbox also without the addresses of what runs outside (agents for keys, the display, the session bus), and with caches
/// where it may write.
std::vector<std::string> commandEnvironment(bool inSandbox, const Secrets *secrets);

/// What a program of our own needs that runs no command: nothing but where its libraries are.
std::vector<std::string> bareEnvironment();

} // namespace orrery::tools
