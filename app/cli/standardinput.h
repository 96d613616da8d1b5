// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

/// All of it.
std::string readStandardInput();
