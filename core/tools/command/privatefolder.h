// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/tools/command/commandprocess.h"
#include "core/tools/descriptor.h"

#include <filesystem>

namespace orrery::tools {

/// A folder of ours alone that is gone when this object is, and also when our process dies, however: another process
/// (`orrery-command keep`) waits for either and removes it.
class PrivateFolder
{
public:
    static Result<PrivateFolder> make();
    PrivateFolder(PrivateFolder &&) = default;
    PrivateFolder &operator=(PrivateFolder &&) = delete;
    ~PrivateFolder(); ///< waits until it is removed

    const std::filesystem::path &path() const { return m_path; }

private:
    PrivateFolder(std::filesystem::path path, CommandProcess keeper, Descriptor alive);
    std::filesystem::path m_path;
    CommandProcess m_keeper;
    Descriptor m_alive; ///< its end is the keeper's signal
};

} // namespace orrery::tools
