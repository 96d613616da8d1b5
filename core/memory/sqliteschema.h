// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/memoryentry.h"
#include "core/store/sqlite.h"

namespace orrery::memory {

/// Of the files that this program writes. docs/MEMORY.md has the formats and what each step changes.
inline constexpr int kMemoryFormat = 4;

/// Opens a memory file, makes its tables or brings an older file up to date: all in one transaction, so that whatever
/// ends the program, the file is as before or as after. Errors: something else or a newer format; it is unchanged then.
Result<store::Database> openMemoryFile(const std::string &path);

/// The number of an index term (memoryfilter.h); a new one is given when there is none yet.
Result<std::int64_t> termNumber(store::Database &database, const std::string &term);
/// The numbers of all terms of an entry as they stand in its row: `12 7 3`.
Result<std::string> termNumbers(store::Database &database, const MemoryEntry &entry);

/// An embedding as the bytes of its row: little-endian 32-bit floats.
std::string embeddingBytes(std::span<const float> values);
std::vector<float> embeddingFromBytes(std::string_view bytes);

} // namespace orrery::memory
