// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/standardinput.h"

#include <cstdio>

std::string readStandardInput()
{
    std::string all;
    char buffer[65536];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, stdin))
        all.append(buffer, count);
    return all;
}
