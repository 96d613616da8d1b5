// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/tool.h"

#include <filesystem>
#include <string>

namespace orrery::tools {

/// The file that a call of a file tool names.
struct FileTarget {
    std::filesystem::path path; ///< as guardPath() gives it
    std::string relative;       ///< canonicalRelative(), by which the ledger goes
    std::string shown;          ///< that as valid UTF-8, for models, claims and events
};

/// The path that a model means: as it stands when there is such a file or folder, else, with `\xHH` as names are shown that
/// are not UTF-8, with these bytes when there is one.
std::string meantPath(const std::filesystem::path &workspace, const std::string &given);

/// From the argument `path`, by meantPath(). Errors as of pathArgument() and guardPath().
Result<FileTarget> readTarget(const Json &args, const ToolContext &context);
/// Every file that a tool is about to write comes through here. An error (Denied) too when it is a trusted one, also by
/// another name of the same file.
Result<FileTarget> writeTarget(const Json &args, const ToolContext &context);

} // namespace orrery::tools
