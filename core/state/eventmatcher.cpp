// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/eventmatcher.h"

#include "core/state/queryfields.h"

#include <algorithm>

namespace orrery::state {
namespace {

/// How dear a test is for a row; texts are read last.
int costOf(QueryField field)
{
    switch (field) {
    case QueryField::Kind:
    case QueryField::Level:
    case QueryField::Duration:
    case QueryField::Agent:
    case QueryField::Tool:
    case QueryField::Run:
    case QueryField::Call: return 0;
    case QueryField::Seq: return 1;
    case QueryField::Tokens:
    case QueryField::Cost: return 2;
    case QueryField::Text: return 3;
    case QueryField::Regex: break;
    }
    return 4;
}

bool compares(std::int64_t value, QueryRelation relation, std::int64_t with)
{
    switch (relation) {
    case QueryRelation::Is: return value == with;
    case QueryRelation::Less: return value < with;
    case QueryRelation::LessOrEqual: return value <= with;
    case QueryRelation::More: return value > with;
    case QueryRelation::MoreOrEqual: break;
    }
    return value >= with;
}

bool comparesLevel(EventKind kind, std::uint8_t detail, const QueryTerm &term)
{
    return compares(static_cast<std::int64_t>(levelOf(kind, detail)), term.relation, term.number);
}

} // namespace

EventMatcher::EventMatcher(EventQuery query, store::EventSnapshot events)
    : m_query(std::move(query))
{
    for (const QueryTerm &term : m_query.terms) {
        Test &test = m_tests.emplace_back();
        test.term = term;
        for (std::size_t kind = 0; kind < std::size_t(EventKind::Count); ++kind) {
            const std::string_view name = toString(static_cast<EventKind>(kind));
            test.kinds[kind] =
                std::any_of(term.values.begin(), term.values.end(), [&](const std::string &value) {
                    return term.field == QueryField::Kind ? isKind(name, value)
                                                          : TextNeedle(value).isIn(name);
                });
        }
        if (term.field == QueryField::Text)
            test.needle = TextNeedle(term.values.front());
        if (term.field == QueryField::Regex)
            if (auto pattern = QueryPattern::compile(term.values.front(), term.ignoresCase))
                test.pattern = std::move(*pattern);
    }
    std::stable_sort(m_tests.begin(), m_tests.end(), [](const Test &a, const Test &b) {
        return costOf(a.term.field) < costOf(b.term.field);
    });
    setEvents(std::move(events));
}

void EventMatcher::setEvents(store::EventSnapshot events)
{
    m_events = std::move(events);
    for (Test &test : m_tests)
        test.verdicts.resize(m_events.nameCount(), Unknown);
}

bool EventMatcher::fitsName(const Test &test, store::NameId name) const
{
    if (name == 0)
        return false;
    std::uint8_t &verdict = test.verdicts[name];
    if (verdict == Unknown) {
        const std::string_view text = m_events.name(name);
        const auto isMeant = [&](const std::string &value) {
            switch (test.term.field) {
            case QueryField::Text: return test.needle.isIn(text);
            case QueryField::Kind: return isKind(lowered(text), value);
            default: return matchesName(text, value);
            }
        };
        verdict =
            std::any_of(test.term.values.begin(), test.term.values.end(), isMeant) ? Fits : DoesNot;
    }
    return verdict == Fits;
}

bool EventMatcher::fits(const Test &test, const store::EventRow &row) const
{
    const QueryTerm &term = test.term;
    const auto isKnown = row.kind != EventKind::Count;
    switch (term.field) {
    case QueryField::Text:
        return (isKnown && test.kinds[std::size_t(row.kind)]) || fitsName(test, row.agent)
               || fitsName(test, row.tool) || (!isKnown && fitsName(test, row.kindName))
               || test.needle.isIn(row.summary);
    case QueryField::Regex: return test.pattern && test.pattern->matches(row.summary);
    case QueryField::Agent: return fitsName(test, row.agent);
    case QueryField::Tool: return fitsName(test, row.tool);
    case QueryField::Run: return fitsName(test, row.run);
    case QueryField::Call: return fitsName(test, row.call);
    case QueryField::Kind:
        return isKnown ? test.kinds[std::size_t(row.kind)] : fitsName(test, row.kindName);
    case QueryField::Level: return comparesLevel(row.kind, row.detail, term);
    // What has no duration, tokens or price is neither more nor less.
    case QueryField::Duration:
        return row.durationUs > 0 && compares(row.durationUs, term.relation, term.number);
    case QueryField::Tokens:
        return row.tokens > 0 && compares(row.tokens, term.relation, term.number);
    case QueryField::Cost:
        return row.costNanoUsd >= 0 && compares(row.costNanoUsd, term.relation, term.number);
    case QueryField::Seq:
        return compares(static_cast<std::int64_t>(row.seq), term.relation, term.number);
    }
    return false;
}

bool EventMatcher::matches(const store::EventRow &row) const
{
    return std::all_of(m_tests.begin(), m_tests.end(),
                       [&](const Test &test) { return fits(test, row) != test.term.isNot; });
}

void EventMatcher::keep(const Test &test, const store::BlockColumns &block,
                        std::vector<std::uint32_t> &rows) const
{
    const auto filter = [&](auto &&passes) {
        std::erase_if(rows, [&](std::uint32_t row) { return passes(row) == test.term.isNot; });
    };
    const auto name = [&](std::span<const store::NameId> column) {
        filter([&](std::uint32_t row) { return fitsName(test, column[row]); });
    };
    switch (test.term.field) {
    case QueryField::Agent: name(block.agent); break;
    case QueryField::Tool: name(block.tool); break;
    case QueryField::Run: name(block.run); break;
    case QueryField::Call: name(block.call); break;
    case QueryField::Level:
        filter([&](std::uint32_t row) {
            return comparesLevel(block.kind[row], block.detail[row], test.term);
        });
        break;
    case QueryField::Duration:
        filter([&](std::uint32_t row) {
            return block.durationUs[row] > 0
                   && compares(block.durationUs[row], test.term.relation, test.term.number);
        });
        break;
    case QueryField::Kind:
        filter([&](std::uint32_t row) {
            return block.kind[row] != EventKind::Count ? test.kinds[std::size_t(block.kind[row])]
                                                       : fitsName(test, block.row(row).kindName);
        });
        break;
    case QueryField::Text:
        filter([&](std::uint32_t row) {
            return (block.kind[row] != EventKind::Count ? test.kinds[std::size_t(block.kind[row])]
                                                        : fitsName(test, block.row(row).kindName))
                   || fitsName(test, block.agent[row]) || fitsName(test, block.tool[row])
                   || test.needle.isIn(block.summary(row));
        });
        break;
    case QueryField::Regex:
        filter([&](std::uint32_t row) {
            return test.pattern && test.pattern->matches(block.summary(row));
        });
        break;
    case QueryField::Seq:
        filter([&](std::uint32_t row) {
            return compares(static_cast<std::int64_t>(block.seq(row)), test.term.relation,
                            test.term.number);
        });
        break;
    default: filter([&](std::uint32_t row) { return fits(test, block.row(row)); }); break;
    }
}

void EventMatcher::match(const store::BlockColumns &block, std::size_t from, std::size_t to,
                         std::vector<std::uint32_t> &out) const
{
    std::vector<std::uint32_t> rows(to - from);
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = static_cast<std::uint32_t>(from + i);
    for (const Test &test : m_tests) {
        if (rows.empty())
            return;
        keep(test, block, rows);
    }
    for (const std::uint32_t row : rows)
        out.push_back(static_cast<std::uint32_t>(block.first) + row);
}

bool QueryScan::step()
{
    if (isDone())
        return false;
    const store::EventSnapshot &events = m_matcher.events();
    const store::BlockColumns block = events.block(events.blockOf(m_next));
    m_matcher.match(block, m_next - block.first, block.size, m_found);
    m_next = block.first + block.size;
    return true;
}

} // namespace orrery::state
