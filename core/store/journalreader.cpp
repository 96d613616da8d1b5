// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/journal.h"
#include "core/store/recordfile.h"
#include "core/store/sqlite.h"

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <map>
#include <unordered_map>

namespace orrery::store {

namespace {

std::string clockTime(std::int64_t us)
{
    const std::time_t seconds = static_cast<std::time_t>(us / 1000000);
    std::tm local{};
    localtime_r(&seconds, &local);
    char text[40];
    std::snprintf(text, sizeof text, "%02d:%02d:%02d.%03d", local.tm_hour, local.tm_min,
                  local.tm_sec, static_cast<int>(us / 1000 % 1000));
    return text;
}

class Reader final : public JournalReader
{
public:
    explicit Reader(Database database) : m_database(std::move(database)) {}

    Result<void> readKinds()
    {
        return eachRow(m_database, "SELECT id, name FROM kinds", [this](const Statement &row) {
            m_kinds[row.integer(0)] = eventKindFromString(row.text(1));
        });
    }

    Result<std::vector<EventPtr>> read(std::uint64_t fromSeq, std::size_t limit) override
    {
        auto query = m_database.prepare("SELECT seq, time_us, kind, run, agent, parent, "
                                        "duration_us, coalesce(events.data, payloads.data)"
                                        " FROM events LEFT JOIN payloads ON payloads.hash = "
                                        "events.payload WHERE seq >= ? ORDER BY seq LIMIT ?");
        if (!query)
            return fail(query.error());
        query->bind(1, static_cast<std::int64_t>(fromSeq));
        query->bind(2, static_cast<std::int64_t>(std::min<std::size_t>(limit, INT64_MAX)));
        std::vector<EventPtr> events;
        while (true) {
            const auto row = query->step();
            if (!row)
                return fail(row.error());
            if (!*row)
                return events;
            auto event = std::make_shared<Event>();
            event->seq = static_cast<std::uint64_t>(query->integer(0));
            event->timeUs = query->integer(1);
            event->kind =
                m_kinds.contains(query->integer(2)) ? m_kinds[query->integer(2)] : EventKind::Count;
            event->run = query->text(3);
            event->agent = query->text(4);
            event->parent = static_cast<std::uint64_t>(query->integer(5));
            event->durationUs = query->integer(6);
            std::string data = query->text(7);
            const bool isObject = Json::accept(data) && data.starts_with('{');
            event->data = EventData::fromText(std::move(data));
            if (!isObject)
                return fail(ErrorCode::Database, m_database.path() + ": event "
                                                     + std::to_string(event->seq) + " is damaged.");
            events.push_back(std::move(event));
        }
    }

    Result<std::uint64_t> count() override
    {
        auto query = m_database.prepare("SELECT count(*) FROM events");
        if (!query)
            return fail(query.error());
        if (const auto row = query->step(); !row)
            return fail(row.error());
        return static_cast<std::uint64_t>(query->integer(0));
    }

    Result<std::vector<RunSummary>> runs() override
    {
        std::vector<RunSummary> list;
        std::unordered_map<std::string, std::size_t> byId;
        auto query = m_database.prepare(
            "SELECT run, min(seq), max(seq), min(time_us), max(time_us), count(*)"
            " FROM events GROUP BY run ORDER BY min(seq)");
        if (!query)
            return fail(query.error());
        while (true) {
            const auto row = query->step();
            if (!row)
                return fail(row.error());
            if (!*row)
                break;
            RunSummary run;
            run.run = query->text(0);
            run.firstSeq = static_cast<std::uint64_t>(query->integer(1));
            run.lastSeq = static_cast<std::uint64_t>(query->integer(2));
            run.startUs = query->integer(3);
            run.lastUs = query->integer(4);
            run.events = static_cast<std::uint64_t>(query->integer(5));
            run.outcome = "interrupted";
            run.reason = "ended unexpectedly after event " + std::to_string(run.lastSeq) + " at "
                         + clockTime(run.lastUs);
            byId[run.run] = list.size();
            list.push_back(std::move(run));
        }
        auto ends = m_database.prepare(
            "SELECT events.run, kinds.name, coalesce(events.data, payloads.data) FROM events"
            " JOIN kinds ON kinds.id = events.kind LEFT JOIN payloads ON payloads.hash = "
            "events.payload"
            " WHERE kinds.name IN ('run_started', 'run_finished', 'run_resumed') ORDER BY seq");
        if (!ends)
            return fail(ends.error());
        std::map<std::string, std::pair<std::string, std::string>> interrupted;
        while (true) {
            const auto row = ends->step();
            if (!row)
                return fail(row.error());
            if (!*row)
                return list;
            RunSummary &run = list[byId.at(ends->text(0))];
            const std::string kind = ends->text(1);
            const Json data = Json::parse(ends->text(2), nullptr, false);
            if (!data.is_object())
                continue;
            if (kind == "run_started") {
                run.team = data.value("team", "");
                run.task = data.value("task", "");
                interrupted[run.run] = {run.outcome, run.reason};
            } else if (kind == "run_finished") {
                run.outcome = data.value("outcome", "");
                run.reason = data.value("reason", "");
            } else if (interrupted.contains(run.run)) {
                std::tie(run.outcome, run.reason) = interrupted[run.run]; // it went on after an end
            }
        }
    }

private:
    Database m_database;
    std::map<std::int64_t, EventKind> m_kinds;
};

} // namespace

Result<std::unique_ptr<JournalReader>> JournalReader::open(const std::string &path)
{
    if (std::error_code ignored; !std::filesystem::exists(path, ignored))
        return fail(ErrorCode::NotFound, path + ": there is no such file.");
    auto database = openJournal(path, Database::Mode::ReadOnly);
    if (!database)
        return fail(database.error());
    auto reader = std::make_unique<Reader>(std::move(*database));
    if (const auto kinds = reader->readKinds(); !kinds)
        return fail(kinds.error());
    return reader;
}

} // namespace orrery::store
