// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"

#include <cstddef>
#include <string>

namespace orrery::tools {

enum class GrepMode { Lines, Files, Count };

/// The arguments of the tool grep.
struct GrepQuestion {
    std::string pattern;
    std::string path;
    std::string glob; ///< empty = every file
    GrepMode mode = GrepMode::Lines;
    std::size_t context = 0;
    std::size_t limit = 0;
    bool ignoreCase = false;
    bool includeIgnored = false;
};

/// Errors (InvalidArgument): a number out of its range, or a mode that is none. Throws what Json throws at a wrong type.
Result<GrepQuestion> grepQuestion(const Json &arguments);

} // namespace orrery::tools
