// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/hooks.h"
#include "core/tools/tool.h"

namespace orrery::conformance {

/// The tool of a case: its n-th call has the n-th outcome, the last one repeats. Each call is written into `log`, which
/// outlives the tool.
tools::Tool scriptedTool(const Json &tool, Json &log);

/// The hook of a case. Each time it is asked is written into `log`, which outlives the hook.
runtime::Hook scriptedHook(const Json &hook, Json &log);

} // namespace orrery::conformance
