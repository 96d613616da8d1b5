// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/tools/descriptor.h"

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/stat.h>

namespace orrery::tools {

std::string reason(int code); ///< of an errno, in words

/// Goes down a resolved path folder by folder and never through a symlink, so that one which has come to stand there
/// since the path was checked leads nowhere. On an error the descriptor is invalid and errno says why.
Descriptor openFolder(const std::filesystem::path &path, bool makeMissing);

/// An error (InvalidArgument) that says what it is, unless it is an ordinary file.
Result<void> checkOrdinary(const struct stat &status, const std::string &shownName);
/// An error (Denied) when nobody may write the file, or we may not. Root is refused the former too.
Result<void> checkWritable(int folder, const std::string &name, const struct stat &status);

struct OpenFile {
    Descriptor folder;
    Descriptor file;
    struct stat status;
};
/// Opens an ordinary file to read it; never waits, as for a pipe. Errors: NotFound, with names that are near to it;
/// InvalidArgument, Io.
Result<OpenFile> openToRead(const std::filesystem::path &path);

} // namespace orrery::tools
