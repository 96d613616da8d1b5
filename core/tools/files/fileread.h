// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/files/readledger.h"
#include "core/tools/tool.h"

namespace orrery::tools {

/// The tool read_file: numbered lines; a picture or PDF of up to 16 MiB itself, where the agent's models take it; or what the
/// file is when it is no text. Needs memory for no more than 16 MiB of
/// a file of any size, and ends soon once `context.stop` is requested. Thread-safe.
ToolResult readFileTool(ReadLedger &ledger, const Json &args, const ToolContext &context);

} // namespace orrery::tools
