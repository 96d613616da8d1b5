// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/journalfile.h"

#include "core/store/recordfile.h"

#include <QDateTime>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace orrery::store {

namespace {

constexpr std::int64_t kFormat = kJournalFormat;
constexpr const char *kJournal = "an Orrery journal";

std::string hostName()
{
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

/// Of the holder that is there now; the note of one that has died may still stand there.
bool mayBeAlive(const Holder &holder)
{
    return holder.host != hostName() || ::kill(pid_t(holder.pid), 0) == 0 || errno != ESRCH;
}

Error isHeld(Database &database, const std::string &path)
{
    const auto holder = readHolder(database);
    std::string who = "another program";
    if (holder && mayBeAlive(*holder)) {
        const bool isHere = holder->host == hostName();
        who = isHere && holder->pid == ::getpid()
                  ? "this program itself"
                  : holder->program + " (process " + std::to_string(holder->pid)
                        + (isHere ? "" : " on " + holder->host) + ")";
        who += " since " + clockTime(holder->sinceUs);
        if (!holder->run.empty())
            who += ", for run " + holder->run;
    }
    return makeError(ErrorCode::Conflict,
                     path + " is being written by " + who
                         + ". A journal has one writer at a time; it may be read meanwhile.");
}

Result<FileStart> checkedStart(Database &database)
{
    auto start = database.start();
    if (!start)
        return start;
    const FileFormat &format = start->format;
    const bool isEmpty = start->bytes.empty();
    if (!isEmpty && !format.isBlank() && format.applicationId != kJournalId)
        return fail(foreignFile(database.path(), *start, kJournal));
    if (!start->isSqlite && !isEmpty)
        return fail(foreignFile(database.path(), *start, kJournal));
    if (format.version < 0 || format.version > kFormat)
        return fail(ErrorCode::InvalidArgument,
                    database.path() + " has journal format " + std::to_string(format.version)
                        + "; this Orrery reads up to " + std::to_string(kFormat) + ".");
    return start;
}

/// What somebody has put into the schema must not run when a table is read or written.
void trustNoSchema(Database &database)
{
    for (const int part : {SQLITE_DBCONFIG_ENABLE_VIEW, SQLITE_DBCONFIG_ENABLE_TRIGGER,
                           SQLITE_DBCONFIG_TRUSTED_SCHEMA})
        sqlite3_db_config(database.handle(), part, 0, nullptr);
}

Result<void> makeTables(Database &database, const FileFormat &format)
{
    // First, and not yet into the write-ahead log: from then on the file itself says what it is.
    if (format.applicationId != kJournalId)
        if (auto named = database.execute("PRAGMA application_id=" + std::to_string(kJournalId));
            !named)
            return named;
    if (auto ready = database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"); !ready)
        return ready;
    if (format.version > 0)
        return {}; // it goes on as it is: who has the program that began it can still read it
    return database.execute(
        "BEGIN IMMEDIATE;"
        "CREATE TABLE IF NOT EXISTS kinds(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
        "CREATE TABLE IF NOT EXISTS payloads(hash BLOB PRIMARY KEY, data TEXT NOT NULL) "
        "WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS names(id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
        // What is asked for less often stands last: rows are read from the left.
        "CREATE TABLE IF NOT EXISTS events(seq INTEGER PRIMARY KEY, time_us INTEGER NOT NULL, "
        "kind INTEGER NOT NULL,"
        " run INTEGER NOT NULL, agent INTEGER NOT NULL, parent INTEGER NOT NULL, duration_us "
        "INTEGER NOT NULL,"
        " tool INTEGER NOT NULL, call INTEGER NOT NULL, tokens INTEGER NOT NULL, output_tokens "
        "INTEGER NOT NULL,"
        " cost_nano_usd INTEGER, first_ms INTEGER, detail INTEGER NOT NULL, summary TEXT NOT NULL,"
        " data TEXT, payload BLOB);"
        "CREATE TABLE IF NOT EXISTS contexts(session TEXT PRIMARY KEY, version INTEGER NOT "
        "NULL, json TEXT NOT NULL);"
        "PRAGMA user_version="
        + std::to_string(kFormat) + "; COMMIT;");
}

/// In the transaction of the caller.
Result<void> noteHolder(Database &database, std::uint64_t afterSeq)
{
    if (auto made = database.execute(
            "CREATE TABLE IF NOT EXISTS holder(id INTEGER PRIMARY KEY CHECK(id = 1), pid INTEGER,"
            " program TEXT, host TEXT, run TEXT, since_us INTEGER, after_seq INTEGER, path TEXT)");
        !made)
        return made;
    auto note = database.prepare("INSERT OR REPLACE INTO holder VALUES(1, ?, ?, ?, '', ?, ?, ?)");
    if (!note)
        return fail(note.error());
    using namespace std::chrono;
    note->bind(1, std::int64_t(::getpid()));
    note->bind(2, std::string_view(program_invocation_short_name));
    note->bind(3, hostName());
    note->bind(4, std::int64_t(
                      duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()));
    note->bind(5, std::int64_t(afterSeq));
    std::error_code ignored;
    note->bind(6, std::filesystem::canonical(database.path(), ignored).string());
    if (const auto done = note->step(); !done)
        return fail(done.error());
    return {};
}

bool isSameFile(const struct stat &a, const struct stat &b)
{
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// Of a file with several names the one that its writer has used: what SQLite wrote last lies beside that.
std::string writtenName(const std::string &path)
{
    struct stat here {};
    if (::stat(path.c_str(), &here) != 0 || !S_ISREG(here.st_mode) || here.st_nlink < 2)
        return path;
    auto database = Database::open(path, Database::Mode::Frozen);
    const auto start = database ? database->start() : fail(database.error());
    if (!start || start->format.applicationId != kJournalId)
        return path;
    const auto holder = readHolder(*database);
    struct stat there {};
    return holder && ::stat(holder->path.c_str(), &there) == 0 && isSameFile(here, there)
               ? holder->path
               : path;
}

/// Whether it can be read where it lies: a folder that may not be written has no place for SQLite's own files.
Result<Database> readableWhereItIs(Database database)
{
    if (const auto read = database.execute("SELECT count(*) FROM sqlite_schema"); read)
        return database;
    const int code = sqlite3_errcode(database.handle());
    if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY)
        return database; // the reader finds out what is damaged
    const std::string log = database.path() + "-wal";
    struct stat found {};
    if (::stat(log.c_str(), &found) == 0 && found.st_size > 0)
        return fail(ErrorCode::Denied,
                    database.path() + ": its latest events lie in " + log
                        + ", which can be read only in a folder that may be written. Copy both.");
    return Database::open(database.path(), Database::Mode::Frozen);
}

} // namespace

std::string clockTime(std::int64_t us)
{
    return QDateTime::fromMSecsSinceEpoch(us / 1000)
        .toString(QStringLiteral("HH:mm:ss.zzz"))
        .toStdString();
}

std::optional<Holder> readHolder(Database &database)
{
    auto query =
        database.prepare("SELECT pid, program, host, run, since_us, after_seq, path FROM holder");
    if (!query || !query->step().value_or(false))
        return std::nullopt;
    return Holder{query->integer(0), query->text(1),    query->text(2),
                  query->text(3),    query->integer(4), std::uint64_t(query->integer(5)),
                  query->text(6)};
}

Result<std::uint64_t> lastSeqOf(Database &database)
{
    auto query = database.prepare("SELECT coalesce(max(seq), 0) FROM events");
    if (!query)
        return fail(query.error());
    if (const auto row = query->step(); !row)
        return fail(row.error());
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, query->integer(0)));
}

Result<Database> openJournalToRead(const std::string &path)
{
    auto opened = Database::open(writtenName(path), Database::Mode::ReadOnly);
    if (!opened)
        return opened;
    const auto start = checkedStart(*opened);
    if (!start)
        return fail(start.error());
    if (start->format.applicationId != kJournalId)
        return fail(foreignFile(path, *start, kJournal));
    if (start->format.version == 0)
        return fail(ErrorCode::InvalidArgument,
                    path + " is a journal that was only begun: it holds nothing.");
    auto database = readableWhereItIs(std::move(*opened));
    if (!database)
        return database;
    trustNoSchema(*database);
    // Else a file that is shorter than it says it is could not be read at all.
    sqlite3_db_config(database->handle(), SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, nullptr);
    return database;
}

Result<WritableJournal> openJournalToWrite(const std::string &path,
                                           std::shared_ptr<WriteRight> right)
{
    auto database = Database::open(writtenName(path), Database::Mode::ReadWrite);
    if (!database)
        return fail(database.error());
    if (const auto start = checkedStart(*database); !start)
        return fail(start.error());
    trustNoSchema(*database);
    std::shared_ptr<WriteRight> taken; // just now
    if (!right || !right->file().isSameAs(database->file())) {
        const auto isLocked = database->file().lock();
        if (!isLocked)
            return fail(isLocked.error());
        if (!*isLocked)
            return fail(isHeld(*database, path));
        taken = right = std::make_shared<WriteRight>(database->file());
    }
    const auto format = database->format(); // again: now nobody else changes it
    if (!format)
        return fail(ErrorCode::Database, path + " is a journal, but damaged.",
                    format.error().message);
    if (const auto made = makeTables(*database, *format); !made)
        return fail(made.error());
    if (taken)
        if (const auto noted = inTransaction(
                *database, [&] { return noteHolder(*database, lastSeqOf(*database).value_or(0)); });
            !noted)
            return fail(noted.error());
    const std::int64_t written = format->version > 0 ? format->version : kFormat;
    return WritableJournal{std::move(right), std::move(*database), written};
}

} // namespace orrery::store
