// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>

namespace orrery::llm {

/// Where a person's own rows of the table of providers and models lie: `orrery/providers.json` in the settings folder
/// ($XDG_CONFIG_HOME, else ~/.config).
std::string ownProvidersPath();

/// Lays that file over the built-in table (ModelTable::installOwn); where there is none, nothing happens. Once, before anything
/// else asks the table. Errors name the file, the JSON pointer and what was expected, and change nothing.
Result<void> installOwnProviders();

} // namespace orrery::llm
