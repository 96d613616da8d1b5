// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/events.h"

#include "core/model/jsonfields.h"
#include "core/runtime/teamkeys.h"
#include "core/state/eventmatcher.h"
#include "core/store/eventstore.h"
#include "core/store/journal.h"

#include <QThread>

#include <algorithm>
#include <cstdio>
#include <set>

namespace orrery {

namespace {

/// The text up to a number of bytes, without half a character at the end.
std::string shortened(const std::string &text, std::size_t most)
{
    if (text.size() <= most)
        return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end) + "…";
}

std::string dump(const Json &json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// One line for a person; empty for what would only be noise.
std::string progress(const Event &event)
{
    const Json &d = event.data;
    const auto text = [&](const char *key) {
        const Json *it = field::find(d, key);
        if (!it)
            return std::string();
        std::string value = it->is_string() ? it->get<std::string>() : dump(*it);
        std::replace(value.begin(), value.end(), '\n', ' ');
        return shortened(value, 160);
    };
    const auto lines = [&] { return text("file") + ":" + text("start") + "-" + text("end"); };
    switch (event.kind) {
    case EventKind::RunStarted:
        return "run " + event.run + ": " + text("team") + " in " + text("workspace")
               + (text("sandbox").empty() ? std::string() : "; sandbox: " + text("sandbox"));
    case EventKind::RunFinished:
        return "run " + text("outcome")
               + (text("reason").empty() ? std::string() : ": " + text("reason"));
    case EventKind::AgentStarted: return "starts (" + text("model") + ")";
    case EventKind::AgentFinished:
        return text("outcome") + ": " + (text("output").empty() ? text("error") : text("output"));
    case EventKind::RequestFailed: return "request failed: " + text("message");
    case EventKind::ToolStarted: return text("tool") + " " + text("args");
    case EventKind::ToolFinished:
        return text("tool") + (field::at(d, "ok") == Json(true) ? " ok: " : " error: ")
               + text("content");
    case EventKind::ApprovalRequested: return "asks for approval of " + text("tool");
    case EventKind::ApprovalResolved:
        return "approval of " + text("tool") + ": " + text("decision");
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied: return text("sentence");
    case EventKind::ClaimGranted: return "claims " + lines();
    case EventKind::ClaimDenied: return "is denied " + lines() + ", held by " + text("holder");
    case EventKind::ClaimReleased: return "releases " + lines();
    case EventKind::ClaimExpired: return "claim expired: " + lines();
    case EventKind::ClaimMoved:
        return "claim moves with " + text("by") + "'s edit: " + lines() + ", was "
               + text("from_start") + "-" + text("from_end");
    case EventKind::FileEdited: return "edited " + lines();
    case EventKind::LoopNoticed:
        return "makes the same calls again, " + text("repeats") + " times in a row";
    case EventKind::Warning: return "warning: " + text("message");
    case EventKind::DiscoveryShared: return "discovered " + text("topic") + ": " + text("text");
    case EventKind::PeerMessageDelivered:
        return "reads a message from " + text("from") + ": " + text("text");
    case EventKind::MemoryStored: return "remembers: " + text("content");
    case EventKind::AgentJoined: return "joins the team as " + text("role") + ": " + text("task");
    case EventKind::AgentLeft: return "leaves the team: " + text("reason");
    case EventKind::AgentInterrupted: return "interrupted: " + text("reason");
    case EventKind::ContextLoaded: return "goes on from " + text("session");
    case EventKind::ContextCompacted:
        return "its conversation is shortened: " + text("before_tokens") + " to "
               + text("after_tokens") + " tokens, " + text("dropped_messages")
               + " messages taken out";
    case EventKind::SaveFailed: return "a save failed: " + text("message");
    default: return {};
    }
}

/// Which events of a journal match a query.
class JournalFilter
{
public:
    explicit JournalFilter(state::EventQuery query) : m_matcher(std::move(query), {}) {}
    /// In order; before they are asked about.
    void learn(const std::vector<EventPtr> &events)
    {
        if (m_matcher.query().empty())
            return;
        for (const EventPtr &event : events)
            m_columns.append(event);
        m_matcher.setEvents(m_columns.snapshot());
    }
    bool passes(const Event &event) const
    {
        const store::EventSnapshot &all = m_matcher.events();
        return m_matcher.query().empty() || m_matcher.matches(all.row(all.lowerBound(event.seq)));
    }

private:
    store::EventStore m_columns{0};
    state::EventMatcher m_matcher;
};

/// Prints what is new, and says what of it is damaged.
class JournalPrinter
{
public:
    JournalPrinter(store::JournalReader &reader, bool json, state::EventQuery query)
        : m_reader(reader), m_json(json), m_filter(std::move(query))
    {}

    /// How many events there were.
    Result<std::size_t> printNew()
    {
        constexpr std::size_t kChunk = 4096;
        std::size_t count = 0;
        while (true) {
            const auto events = m_reader.read(m_next, kChunk);
            if (!events)
                return fail(events.error());
            m_filter.learn(*events);
            for (const EventPtr &event : *events)
                print(*event);
            count += events->size();
            if (!events->empty())
                m_next = events->back()->seq + 1;
            tellDamage();
            if (events->size() < kChunk)
                return count;
        }
    }
    bool hasEnded() const { return m_hasEnded; } ///< the latest run

private:
    void print(const Event &event)
    {
        if (m_filter.passes(event))
            printEvent(withoutKeys(event), m_json);
        if (event.kind == EventKind::RunStarted || event.kind == EventKind::RunResumed)
            m_hasEnded = false;
        else if (event.kind == EventKind::RunFinished)
            m_hasEnded = true;
    }
    /// It may be of a time when a key was none, or of somebody else.
    Event withoutKeys(Event event) const
    {
        if (auto masked = m_keys->maskedJson(event.data.text()))
            event.data = EventData::fromText(std::move(*masked));
        return event;
    }
    void tellDamage()
    {
        for (const store::Damage &damage : m_reader.damage())
            if (m_told.insert(damage.seq).second)
                std::fprintf(stderr, "orrery-cli: damaged: %s\n", damage.what.c_str());
    }

    store::JournalReader &m_reader;
    const bool m_json;
    JournalFilter m_filter;
    const std::shared_ptr<const Secrets> m_keys = runtime::providerKeys();
    std::uint64_t m_next = 1;
    bool m_hasEnded = false;
    std::set<std::uint64_t> m_told;
};

Result<void> follow(store::JournalReader &reader, JournalPrinter &printer)
{
    // What is saved after its end belongs to a run as well.
    constexpr int kPollMs = 50;
    constexpr int kQuiet = 10;
    for (int quiet = 0; quiet < kQuiet;) {
        // Asked before reading: what is written before the writer goes is read then.
        const bool isWritten = reader.isBeingWritten();
        const auto count = printer.printNew();
        if (!count)
            return fail(count.error());
        if (*count == 0 && !isWritten)
            return {};
        quiet = *count == 0 && printer.hasEnded() ? quiet + 1 : 0;
        if (*count == 0)
            QThread::msleep(kPollMs);
    }
    return {};
}

} // namespace

void printEvent(const Event &event, bool json)
{
    if (json) {
        std::puts(dump(toJson(event)).c_str());
    } else if (const std::string line = progress(event); !line.empty()) {
        const std::string time = toJson(event)["time"].get<std::string>().substr(11, 12);
        std::printf("%s  %-12s %s\n", time.c_str(), event.agent.empty() ? "-" : event.agent.c_str(),
                    line.c_str());
    }
    std::fflush(stdout);
}

Result<void> printJournal(const std::string &path, bool json, bool isFollowed,
                          const std::string &query)
{
    auto parsed = state::parseQuery(query);
    if (!parsed)
        return fail(ErrorCode::InvalidArgument, "filter: " + parsed.error().message);
    const auto reader = store::JournalReader::open(path);
    if (!reader)
        return fail(reader.error());
    JournalPrinter printer(**reader, json, std::move(*parsed));
    if (const auto count = printer.printNew(); !count)
        return fail(count.error());
    if (isFollowed)
        if (const auto ended = follow(**reader, printer); !ended)
            return ended;
    const auto runs = (*reader)->runs();
    if (!runs)
        return fail(runs.error());
    for (const store::RunSummary &run : *runs)
        std::fprintf(stderr, "%s: %s %s (%llu events)\n", run.run.c_str(), run.outcome.c_str(),
                     run.reason.c_str(), static_cast<unsigned long long>(run.events));
    return {};
}

Result<void> checkJournal(const std::string &path, std::uint64_t last)
{
    if (path.empty() || last == 0)
        return {};
    const auto reader = store::JournalReader::open(path);
    if (!reader)
        return fail(ErrorCode::Io,
                    "What the run has told is not in its journal: " + reader.error().message);
    const auto end = (*reader)->read(last, 1);
    if (end && !end->empty())
        return {};
    std::uint64_t there = 0;
    for (std::uint64_t missing = last; missing - there > 1;) {
        const std::uint64_t at = there + (missing - there) / 2;
        const auto found = (*reader)->read(at, 1);
        (found && !found->empty() ? there : missing) = at;
    }
    return fail(ErrorCode::Io, path + ": the last " + std::to_string(last - there)
                                   + " events of the run could not be written.");
}

} // namespace orrery
