// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/spec.h"

#include <string>
#include <string_view>

namespace orrery {

/// Reads a team file (docs/TEAM_FILE.md). Relative paths in it are taken from its own folder. An error's message is
/// `FILE: /json/pointer: what was found, what was expected`; unknown keys are errors, so that a typing mistake shows.
Result<TeamSpec> loadTeamFile(const std::string &path);
/// The same for text already read; `path` is used for messages and as the base of relative paths.
Result<TeamSpec> parseTeamFile(std::string_view text, const std::string &path);

} // namespace orrery
