// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/eventsnapshot.h"
#include "core/store/journal.h"

#include <array>
#include <functional>
#include <memory>
#include <unordered_map>

namespace orrery::store {

class JournalTable;
class RowWalk;

/// Reads the columns of a journal, and no data. Where a journal has none (format 1), or what stands there cannot be, they
/// are made from the event's data. What JournalReader would leave out because of its data alone has a row here; its payload
/// says why there is none. Used by one thread.
class RowReader
{
public:
    using Intern = std::function<NameId(std::string_view)>;
    using Take =
        std::function<void(const EventRow &row)>; ///< the summary is there until it returns

    /// `intern` numbers the names in the rows. Errors as JournalReader::open().
    static Result<std::unique_ptr<RowReader>> open(const std::string &path, Intern intern);
    ~RowReader();

    /// Hands out rows with `fromSeq <= seq < beforeSeq`, at most so many and of so many bytes of data that had to be read.
    /// Gives the number to go on from; `beforeSeq` when all have been read, which for the end of the journal is UINT64_MAX.
    Result<std::uint64_t> read(std::uint64_t fromSeq, std::uint64_t beforeSeq, std::size_t most,
                               const Take &take);
    Result<std::uint64_t> lastSeq(); ///< 0 = there is no event
    bool isBeingWritten();
    std::vector<Damage> damage() const;
    std::size_t damageCount() const;

private:
    RowReader(std::unique_ptr<JournalTable> table, Intern intern);
    /// Zero for one of no use.
    std::size_t handOut(const RowWalk &walk, const Take &take);
    bool readRow(const RowWalk &walk, EventRow &row);
    std::size_t handOutFromData(std::uint64_t seq, const EventPtr &event, const Take &take);
    bool readName(const RowWalk &walk, int column, NameId &id);
    NameId nameOf(std::int64_t number);

    using Names = std::array<NameId, 512>;
    const std::unique_ptr<JournalTable> m_table;
    const Intern m_intern;
    const std::string m_columns;
    std::unordered_map<std::int64_t, std::unique_ptr<Names>>
        m_names; ///< by number / 512; 0 = not read yet
};

} // namespace orrery::store
