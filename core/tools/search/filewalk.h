// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/descriptor.h"
#include "core/base/result.h"
#include "core/tools/search/ignorerules.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace orrery::tools {

/// Opens a path below the folder `root` name by name and follows no symlink, so that what has been put there since a
/// check leads nowhere. Any length of path. `flags` hold for the last name; "" is the root itself. On an error the
/// descriptor is invalid and errno says why.
Descriptor openBelow(int root, std::string_view path, int flags);

struct WalkedFile {
    std::string path;          ///< from the root
    std::int64_t modified = 0; ///< in ns since 1970; of a symlink, that of its target
    dev_t device = 0;          ///< with inode: which file it is, whatever its name
    ino_t inode = 0;
    std::string target; ///< of a symlink: its real path from the root; otherwise empty
};

struct WalkResult {
    std::vector<WalkedFile> files;
    std::size_t unreadableFolders = 0;
    std::vector<std::string> unreadable; ///< the first kNamed of these
    bool wasCut = false;                 ///< there were more than the entries that it may look at
};

/// Which files a walk is about. Paths are relative to the root.
struct WalkQuestion {
    std::string start; ///< the folder to begin in; "" is the root
    std::function<bool(std::string_view path)> wants;
    std::function<bool(std::string_view folder)> entersFolder;
    bool leftOutToo = false; ///< also what rules leave out, and node_modules
    bool linksToo = true;    ///< also symlinks to files
    std::size_t mostEntries = SIZE_MAX;
};

inline constexpr std::size_t kNamed = 3;

/// Looks for files below `root`, a canonical path. The rules are those of .ignore and .gitignore in each folder, .ignore
/// having more weight, and of .git/info/exclude in the root. Never enters .git nor a symlink to a folder. Regular files
/// only, and symlinks to such a file in the root. A start that is itself left out was asked for: the rules of the
/// folders above it do not hold there. Ends early when `stop` is requested. Blocks.
/// Errors when the start cannot be read: NotFound, Io.
Result<WalkResult> walkFiles(const std::filesystem::path &root, const WalkQuestion &question,
                             const std::stop_token &stop);

} // namespace orrery::tools
