// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/processshield.h"

#include <cstring>
#include <functional>
#include <vector>

#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace orrery {
namespace {

/// The environment lives in a block that the system shows to others; the variables get a place of their own.
void moveEnvironment()
{
    if (!environ || !*environ)
        return;
    // As environ, they are there until the very end; setenv() puts others into the places of the first.
    static auto &moved = *new std::vector<char *>;
    static auto &texts = *new std::vector<char *>;
    moved.clear();
    for (char **variable = environ; *variable; ++variable) {
        moved.push_back(strdup(*variable));
        if (!moved.back())
            return; // no memory: it stays where it is
        texts.push_back(moved.back());
    }
    moved.push_back(nullptr);
    // The block is at the very end of the stack; what setenv() has put elsewhere is nobody's to see.
    const char here = 0;
    for (char **variable = environ; *variable; ++variable)
        if (std::greater<const char *>()(*variable, &here))
            explicit_bzero(*variable, std::strlen(*variable));
    environ = moved.data();
}

} // namespace

void shieldProcess()
{
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    moveEnvironment();
}

} // namespace orrery
