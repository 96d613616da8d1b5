// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/changedlines.h"

#include <string>
#include <string_view>

namespace orrery::tools {

/// As WriteGate has it, of two texts with whatever line ends. Nothing in common, or nothing but what is no line, is the
/// whole file: lines 1 to the larger of both lengths.
FileChange changeOfText(const std::string &before, const std::string &after, bool isNew = false);
/// The same of the bytes of two files, whatever their encoding.
FileChange changeOfBytes(std::string_view before, std::string_view after);

} // namespace orrery::tools
