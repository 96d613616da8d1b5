// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/workspace.h"

namespace orrery::runtime {

Result<std::filesystem::path> prepareWorkspace(const std::string &folder,
                                               const std::string &projectTemplate)
{
    namespace fs = std::filesystem;
    if (folder.empty())
        return fail(ErrorCode::InvalidArgument, "No workspace folder was given.");
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        return fail(ErrorCode::Io,
                    "The workspace " + folder + " cannot be made: " + error.message());
    if (!fs::is_directory(folder, error))
        return fail(ErrorCode::InvalidArgument, "The workspace " + folder + " is not a folder.");
    const bool empty = fs::is_empty(folder, error);
    if (error)
        return fail(ErrorCode::Io,
                    "The workspace " + folder + " cannot be read: " + error.message());
    if (empty && !projectTemplate.empty()) {
        fs::copy(projectTemplate, folder,
                 fs::copy_options::recursive | fs::copy_options::copy_symlinks, error);
        if (error)
            return fail(ErrorCode::Io, "The project " + projectTemplate + " cannot be copied to "
                                           + folder + ": " + error.message());
    }
    fs::path canonical = fs::canonical(folder, error);
    if (error)
        return fail(ErrorCode::Io,
                    "The workspace " + folder + " cannot be resolved: " + error.message());
    return canonical;
}

} // namespace orrery::runtime
