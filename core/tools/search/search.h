// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/search/linepattern.h"
#include "core/tools/tool.h"

namespace orrery::tools {

/// The tool glob. Arguments: pattern, path, include_ignored. Blocks; thread-safe.
ToolResult globFiles(const Json &arguments, const ToolContext &context);

struct GrepLimits {
    LinePattern::Limits line;
    std::chrono::milliseconds time{20000}; ///< of the whole search; what was found by then is given
    std::size_t outputBytes = 256 * 1024;
};
/// The tool grep. Arguments: pattern, path, glob, mode, context, ignore_case, include_ignored, limit. Blocks;
/// thread-safe.
ToolResult grepFiles(const Json &arguments, const ToolContext &context,
                     const GrepLimits &limits = {});

} // namespace orrery::tools
