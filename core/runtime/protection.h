// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/teamrun.h"
#include "core/tools/command/commandsandbox.h"
#include "core/tools/trustedfiles.h"

#include <filesystem>
#include <memory>

namespace orrery::runtime {

/// The files that this run acts on: its team file and scripts, the files that its hooks' commands name, its journal and
/// the stores that its agents share.
std::shared_ptr<const tools::TrustedFiles> trustedFilesOf(const RunOptions &options,
                                                          const std::filesystem::path &workspace);

/// As the team's permissions say.
tools::SandboxPolicy sandboxPolicyOf(const Permissions &permissions);

} // namespace orrery::runtime
