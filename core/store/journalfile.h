// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/sqlite.h"

#include <memory>
#include <optional>

namespace orrery::store {

/// The right to write a journal, which one run has at a time; its JournalWriter and its ContextStore share it. It ends
/// with the last of them, or with the process.
class WriteRight
{
public:
    explicit WriteRight(HeldFile lockedFile) : m_file(std::move(lockedFile)) {}
    ~WriteRight() { m_file.unlock(); }
    WriteRight(const WriteRight &) = delete;
    const HeldFile &file() const { return m_file; }

private:
    HeldFile m_file;
};

/// Who has, or had last, the right to write a journal. It stands in the journal itself, so that it is found by whatever
/// name the file is opened; whether the holder is still there, only the lock tells.
struct Holder {
    std::int64_t pid = 0;
    std::string program;
    std::string host;
    std::string run; ///< empty until it has started one
    std::int64_t sinceUs = 0;
    std::uint64_t afterSeq = 0; ///< the last event before its own
    std::string path;           ///< by which it has opened the file
};

std::optional<Holder> readHolder(Database &database);

/// Errors say what the file is instead of a journal, and leave it and its folder as they are.
Result<Database> openJournalToRead(const std::string &path);

/// Of journals that are begun now; docs/JOURNAL.md has what distinguishes them.
inline constexpr std::int64_t kJournalFormat = 2;

struct WritableJournal {
    std::shared_ptr<WriteRight> right;
    Database database; ///< goes before the right
    std::int64_t format = kJournalFormat;
};

/// Makes the file or its tables where there are none. Takes the right to write when `right` is not that of this file, and
/// says so in the file; Conflict says who has it.
Result<WritableJournal> openJournalToWrite(const std::string &path,
                                           std::shared_ptr<WriteRight> right = {});

/// Of the last event; 0 = there is none.
Result<std::uint64_t> lastSeqOf(Database &database);

/// `14:07:31.250` of the local time; any number may be given.
std::string clockTime(std::int64_t us);

} // namespace orrery::store
