// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace orrery::store {

/// What the first page of an SQLite file says of it.
struct FileFormat {
    std::int64_t applicationId = 0;
    std::int64_t version = 0; ///< user_version
    bool hasNothing = false;  ///< no table, index, view or trigger
    /// A new file. It may have pages: the journal mode is written before the first table, and a process can be killed
    /// between the two.
    bool isBlank() const { return hasNothing && applicationId == 0 && version == 0; }
};

/// A file as it lies on disk, before SQLite has looked at it: that alone may make files beside it, and change it.
struct FileStart {
    std::string bytes; ///< the first kFileStart, or all
    bool isSqlite = false;
    bool isWal = false; ///< what was written last stands in another file
    FileFormat format;  ///< of an SQLite file
};

constexpr std::size_t kFileStart = 512;
constexpr std::int64_t kJournalId = 0x4f525259; ///< "ORRY"

FileStart readFileStart(std::string bytes);
/// The first page as the write-ahead log of a file has it; `start` itself if it has none.
FileStart withWriteAheadLog(FileStart start, const std::string &walPath);

/// For messages: `an Orrery memory`, `an SQLite database of another program`, `a team file of Orrery`, `a PNG image`, …
std::string kindOf(const FileStart &start);

} // namespace orrery::store
