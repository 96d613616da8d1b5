// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace orrery::runtime {

/// Makes the folder if there is none, and copies the template into it when it is new or empty. Its canonical path.
Result<std::filesystem::path> prepareWorkspace(const std::string &folder,
                                               const std::string &projectTemplate);

} // namespace orrery::runtime
