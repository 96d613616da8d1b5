// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/files/readledger.h"
#include "core/tools/tool.h"

namespace orrery::tools {

/// Larger files are not changed, and read in pieces.
inline constexpr std::uint64_t kMostEdited = 16 * 1024 * 1024;

/// The tools write_file and edit_file. The file's lock is held from the reading to the end of the writing, the claims are
/// asked for each region of lines before anything is written, and what is refused changes nothing. Thread-safe.
ToolResult writeFileTool(ReadLedger &ledger, const Json &args, const ToolContext &context);
ToolResult editFileTool(ReadLedger &ledger, const Json &args, const ToolContext &context);

} // namespace orrery::tools
