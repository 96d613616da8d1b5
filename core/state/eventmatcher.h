// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/state/eventquery.h"
#include "core/state/querypattern.h"
#include "core/store/eventsnapshot.h"

#include <array>
#include <optional>

namespace orrery::state {

/// A query over the columns of events: names are compared once each and then by number, texts only where everything else
/// fits. For one thread.
class EventMatcher
{
public:
    EventMatcher(EventQuery query, store::EventSnapshot events);
    /// The same events and more.
    void setEvents(store::EventSnapshot events);

    const EventQuery &query() const { return m_query; }
    const store::EventSnapshot &events() const { return m_events; }
    bool matches(const store::EventRow &row) const;
    /// Appends the indices of those rows of a block of events() that match, from the `from`th on to before the `to`th.
    void match(const store::BlockColumns &block, std::size_t from, std::size_t to,
               std::vector<std::uint32_t> &out) const;

private:
    /// What is known of a name: nothing yet, or whether it fits.
    enum Verdict : std::uint8_t { Unknown, Fits, DoesNot };
    struct Test {
        QueryTerm term;
        std::array<bool, std::size_t(EventKind::Count) + 1>
            kinds{};                                ///< Kind, Text: of each known kind
        mutable std::vector<std::uint8_t> verdicts; ///< by NameId
        std::optional<QueryPattern> pattern;
        TextNeedle needle; ///< Text
    };
    bool fitsName(const Test &test, store::NameId name) const;
    bool fits(const Test &test, const store::EventRow &row) const;
    /// Keeps those of `rows` (places in the block) that pass.
    void keep(const Test &test, const store::BlockColumns &block,
              std::vector<std::uint32_t> &rows) const;

    EventQuery m_query;
    store::EventSnapshot m_events;
    std::vector<Test> m_tests; ///< the cheap ones first
};

/// All that matches, found bit by bit: who has something else to do stops in between, or for good.
class QueryScan
{
public:
    QueryScan(EventQuery query, store::EventSnapshot events)
        : m_matcher(std::move(query), std::move(events))
    {}
    /// The same events and more; what was found stays.
    void setEvents(store::EventSnapshot events) { m_matcher.setEvents(std::move(events)); }
    /// Looks at the rest of a block. False when there was nothing left to look at.
    bool step();
    bool isDone() const { return m_next >= m_matcher.events().size(); }
    std::size_t looked() const { return m_next; } ///< rows
    /// Indices of rows, ascending.
    const std::vector<std::uint32_t> &found() const { return m_found; }
    const EventQuery &query() const { return m_matcher.query(); }

private:
    EventMatcher m_matcher;
    std::size_t m_next = 0;
    std::vector<std::uint32_t> m_found;
};

} // namespace orrery::state
