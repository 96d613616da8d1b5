// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace orrery::tools {

/// " Did you mean a.txt or b.txt?": up to three names in an open folder that differ from `name` in case, or in at most
/// two letters. Empty when there is none. Looks at no more than 20,000 names.
std::string nearNames(int folder, const std::string &name);

} // namespace orrery::tools
