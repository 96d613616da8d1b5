// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/journalupgrade.h"

#include "core/store/journalfile.h"
#include "core/store/recordfile.h"

#include <filesystem>

namespace orrery::store {

namespace {

constexpr std::size_t kEventsAtATime = 2000;

Result<JournalCopy> copyEvents(JournalReader &reader, JournalWriter &writer)
{
    JournalCopy copy;
    for (std::uint64_t next = 1;;) {
        const auto events = reader.read(next, kEventsAtATime);
        if (!events)
            return fail(events.error());
        for (const EventPtr &event : *events)
            writer.append(event);
        if (const auto written = writer.flush(); !written)
            return fail(written.error());
        copy.events += events->size();
        if (events->size() < kEventsAtATime)
            break;
        next = events->back()->seq + 1;
    }
    copy.damage = reader.damage();
    return copy;
}

Result<void> copyContexts(const std::string &from, const std::string &to, JournalWriter &writer)
{
    auto original = openJournalToRead(from);
    if (!original)
        return fail(original.error());
    auto copy = openJournalToWrite(to, writer.right());
    if (!copy)
        return fail(copy.error());
    auto insert =
        copy->database.prepare("INSERT INTO contexts(session, version, json) VALUES(?, ?, ?)");
    if (!insert)
        return fail(insert.error());
    Result<void> stored;
    const auto write = [&]() -> Result<void> {
        const auto read = eachRow(*original, "SELECT session, version, json FROM contexts",
                                  [&](const Statement &row) {
                                      insert->bind(1, row.text(0));
                                      insert->bind(2, row.integer(1));
                                      insert->bind(3, row.text(2));
                                      if (const auto done = insert->step(); !done && stored)
                                          stored = fail(done.error());
                                      insert->reset();
                                  });
        return read ? stored : read;
    };
    return inTransaction(copy->database, write);
}

Result<JournalCopy> copied(const std::string &from, const std::string &to)
{
    const auto reader = JournalReader::open(from);
    if (!reader)
        return fail(reader.error());
    const auto writer = JournalWriter::open(to);
    if (!writer)
        return fail(writer.error());
    auto copy = copyEvents(**reader, **writer);
    if (!copy)
        return copy;
    if (const auto contexts = copyContexts(from, to, **writer); !contexts)
        return fail(contexts.error());
    return copy;
}

} // namespace

Result<JournalCopy> copyJournal(const std::string &from, const std::string &to)
{
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(to, ignored)))
        return fail(ErrorCode::InvalidArgument,
                    to + " is there already; the copy of a journal goes into a new file.");
    auto copy = copied(from, to);
    if (!copy)
        for (const char *end : {"", "-wal", "-shm"})
            std::filesystem::remove(to + end, ignored);
    return copy;
}

} // namespace orrery::store
