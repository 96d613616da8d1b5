// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/event.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orrery::store {

class WriteRight;

/// Appends events to a journal file (docs/JOURNAL.md) from a thread of its own, in group commits at most 50 ms apart,
/// each durable (synchronous=FULL in WAL mode). `append` never blocks on the disk. Thread-safe.
///
/// A journal has one writer at a time, by whatever name it is opened: the kernel keeps its lock for as long as the
/// holder lives. Nothing is dropped while the file cannot be written: events wait in memory, and who listens is told.
class JournalWriter
{
public:
    /// What is wrong and how many events wait; nothing: all is written again.
    using Listener = std::function<void(const std::optional<Error> &problem)>;

    /// Creates the file, for its owner alone, or opens it for appending. Errors name the file and what it is instead:
    /// not a journal, newer format, read-only; Conflict says who is writing it.
    static Result<std::unique_ptr<JournalWriter>> open(const std::string &path);
    virtual ~JournalWriter() = default;        ///< commits what is queued
    virtual std::uint64_t lastSeq() const = 0; ///< of the file when it was opened; 0 when new
    virtual void append(EventPtr event) = 0;
    /// Returns when all that was appended before is on disk, or with what went wrong.
    virtual Result<void> flush() = 0;
    /// The write error, if any; events are kept in memory and tried again until it has passed.
    virtual std::optional<Error> error() const = 0;
    virtual std::size_t waiting() const = 0; ///< events that are not on disk yet
    /// Called on the writer's thread when writing fails first, again each time twice as many events wait, and when it
    /// works again; also for a failure that is there already. It must not wait for the thread that destroys the writer.
    virtual void onProblem(Listener listener) = 0;
    /// What ContextStore::open() of the same run shares.
    virtual std::shared_ptr<WriteRight> right() const = 0;
};

/// How a run in a journal ended.
struct RunSummary {
    std::string run;
    std::string continues; ///< the run that it went on from; empty = none
    std::string team;
    std::string task;
    std::uint64_t firstSeq = 0;
    std::uint64_t lastSeq = 0;
    std::int64_t startUs = 0;
    std::int64_t lastUs = 0;
    std::uint64_t events = 0;
    /// done, failed, stopped; without an end in the journal `running` while its writer lives, and else `interrupted`
    std::string outcome;
    std::string reason; ///< for `interrupted`: "ended unexpectedly after event N at HH:MM:SS.mmm"
};

/// Something in a journal that is not as it was written.
struct Damage {
    std::uint64_t seq = 0; ///< of the event, or of the first of several; 0 = the file as a whole
    std::string what;      ///< a sentence
};

/// Reads a journal, also while a writer has it open. Not thread-safe: one per thread.
///
/// Of a damaged journal it reads what is good: an event whose data cannot be read is left out, one whose time, duration
/// or parent makes no sense comes without it. Either is told in damage().
class JournalReader
{
public:
    /// Errors say what the file is instead of a journal; nothing is changed on disk then.
    static Result<std::unique_ptr<JournalReader>> open(const std::string &path);
    virtual ~JournalReader() = default;
    /// The next good events with `seq >= fromSeq`, in order. Fewer than `limit` only at the end: of a journal that is
    /// being written, more may follow. Errors: another program keeps it locked.
    virtual Result<std::vector<EventPtr>> read(std::uint64_t fromSeq, std::size_t limit) = 0;
    /// What all calls so far have met, by `seq`; the first 10,000.
    virtual std::vector<Damage> damage() const = 0;
    virtual Result<std::uint64_t> count() = 0; ///< of events
    virtual Result<std::vector<RunSummary>> runs() = 0;
    /// Somebody has the right to write it now.
    virtual bool isBeingWritten() = 0;
};

/// Contexts in Nous's version-1 form, one row per session (run + agent) in the journal file. Saves run on a QThreadPool
/// of one thread: per session in order, latest wins, and no session waits for another that is saved again and again.
/// Thread-safe.
///
/// A save either replaces the row durably (synchronous=FULL) or leaves it as it was. One that fails is told, kept, and
/// tried again when another save succeeds, on flush() and on close(), unless a later one of its session takes its place.
class ContextStore
{
public:
    struct Saved {
        std::string session;
        std::uint64_t version;
        std::size_t bytes;
        std::optional<Error> error;
    };
    /// `right`: of the JournalWriter of the same run, if there is one. Errors as there.
    static Result<std::unique_ptr<ContextStore>> open(const std::string &path,
                                                      std::shared_ptr<WriteRight> right = {});
    virtual ~ContextStore() = default; ///< closes with a deadline of 5 s
    /// Returns at once; costs the same however large the context is. `context` is asked for its value, and `done` (may
    /// be empty) called once, on the pool's thread. `done` may save, but not wait.
    virtual void save(const std::string &session, std::function<Json()> context,
                      std::function<void(const Saved &)> done) = 0;
    /// The same, and waits until this context, or a later one of its session, is on disk. Timeout: it is still queued.
    virtual Result<Saved> saveNow(const std::string &session, std::function<Json()> context,
                                  int deadlineMs) = 0;
    /// Waits until everything is written; the error names the sessions that are not.
    virtual Result<void> flush(int deadlineMs) = 0;
    /// Flushes, gives up on what is not written by the deadline (plus at most a second for the write under way), and
    /// takes no more: a later save fails at once. The error names the sessions that were not written.
    virtual Result<void> close(int deadlineMs) = 0;
    /// What was last written, not what is queued.
    virtual Result<Json> load(const std::string &session) = 0;
};

} // namespace orrery::store
