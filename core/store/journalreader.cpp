// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/jsonfields.h"
#include "core/store/journal.h"
#include "core/store/journaltable.h"

#include <algorithm>
#include <unordered_map>

namespace orrery::store {

namespace {

class Reader final : public JournalReader
{
public:
    explicit Reader(std::unique_ptr<JournalTable> table) : m_table(std::move(table)) {}

    Result<std::vector<EventPtr>> read(std::uint64_t fromSeq, std::size_t limit) override
    {
        std::vector<EventPtr> events;
        const auto done = walk(fromSeq, [&](const RowWalk &walk) {
            if (events.size() == limit)
                return false;
            if (EventPtr event = m_table->event(walk))
                events.push_back(std::move(event));
            return events.size() < limit;
        });
        if (!done)
            return fail(done.error());
        return events;
    }

    std::vector<Damage> damage() const override { return m_table->damage().list(); }

    Result<std::uint64_t> count() override
    {
        std::uint64_t count = 0;
        const auto done = walk(1, [&](const RowWalk &) {
            ++count;
            return true;
        });
        if (!done)
            return fail(done.error());
        return count;
    }

    Result<std::vector<RunSummary>> runs() override;

    bool isBeingWritten() override { return m_table->database().file().isLocked(); }

private:
    template <typename Take>
    Result<void> walk(std::uint64_t fromSeq, Take take)
    {
        return m_table->walk(fromSeq, m_table->eventColumns(), take);
    }

    const std::unique_ptr<JournalTable> m_table;
};

/// What the events of a run say of it.
class RunsSoFar
{
public:
    void add(const Event &event)
    {
        RunSummary &run = of(event);
        run.lastSeq = event.seq;
        run.startUs = std::min(run.startUs, event.timeUs);
        run.lastUs = std::max(run.lastUs, event.timeUs);
        ++run.events;
        const Json *data = nullptr;
        switch (event.kind) {
        case EventKind::RunStarted:
            data = &event.data.json();
            run.team = field::text(*data, "team").value_or("");
            run.task = field::text(*data, "task").value_or("");
            run.continues = field::text(*data, "continues").value_or("");
            break;
        case EventKind::RunFinished:
            data = &event.data.json();
            run.outcome = field::text(*data, "outcome").value_or("");
            run.reason = field::text(*data, "reason").value_or("");
            break;
        case EventKind::RunResumed: run.outcome.clear(); break; // it went on after an end
        default: break;
        }
    }

    /// `holder`: who writes the journal now, if anybody does. A run that is older than it has no end any more.
    std::vector<RunSummary> end(bool isBeingWritten, const std::optional<Holder> &holder)
    {
        RunSummary *last = nullptr;
        for (RunSummary &run : m_list) {
            if (!run.outcome.empty())
                continue;
            run.outcome = "interrupted";
            run.reason = "ended unexpectedly after event " + std::to_string(run.lastSeq) + " at "
                         + clockTime(run.lastUs);
            if (!holder || run.firstSeq > holder->afterSeq)
                last = &run;
        }
        if (last && isBeingWritten) {
            last->outcome = "running";
            last->reason.clear();
        }
        return std::move(m_list);
    }

private:
    RunSummary &of(const Event &event)
    {
        if (m_last < m_list.size() && m_list[m_last].run == event.run)
            return m_list[m_last];
        const auto [it, isNew] = m_byId.try_emplace(event.run, m_list.size());
        m_last = it->second;
        if (isNew) {
            RunSummary run;
            run.run = event.run;
            run.firstSeq = event.seq;
            run.startUs = run.lastUs = event.timeUs;
            m_list.push_back(std::move(run));
        }
        return m_list[m_last];
    }

    std::vector<RunSummary> m_list;
    std::unordered_map<std::string, std::size_t> m_byId;
    std::size_t m_last = 0;
};

Result<std::vector<RunSummary>> Reader::runs()
{
    // Asked first: a run that ends meanwhile has its end in the journal before the lock goes.
    const bool isWritten = isBeingWritten();
    const auto holder = readHolder(m_table->database());
    RunsSoFar runs;
    const auto done = walk(1, [&](const RowWalk &walk) {
        if (const EventPtr event = m_table->outline(walk))
            runs.add(*event);
        return true;
    });
    if (!done)
        return fail(done.error());
    return runs.end(isWritten, holder);
}

} // namespace

Result<std::unique_ptr<JournalReader>> JournalReader::open(const std::string &path)
{
    auto table = JournalTable::open(path);
    if (!table)
        return fail(table.error());
    return std::make_unique<Reader>(std::move(*table));
}

} // namespace orrery::store
