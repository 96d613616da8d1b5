// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/event.h"
#include "core/model/eventcolumns.h"
#include "core/store/eventnames.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace orrery::store {

/// What the columns say of one event, without its payload. What each column holds of which kind: core/model/eventcolumns.h.
struct EventRow {
    std::uint64_t seq = 0;
    std::int64_t timeUs = 0;     ///< wall clock, µs since 1970
    std::int64_t durationUs = 0; ///< as Event::durationUs
    std::uint64_t parent = 0;    ///< as Event::parent
    EventKind kind =
        EventKind::Count; ///< Count: one that this Orrery does not know; kindName has its name
    NameId kindName = 0;  ///< of every kind
    NameId run = 0, agent = 0, tool = 0, call = 0;
    std::int64_t tokens = 0; ///< ResponseReceived: input and output; Limiter…: tokens; else 0
    std::int64_t outputTokens = 0; ///< of these, what the model wrote
    std::int64_t costNanoUsd = -1; ///< -1 = none, or not priced
    std::int32_t firstMs = -1;     ///< ResponseReceived: until the first token; -1 = not known
    std::uint8_t detail = 0;       ///< by kind, see EventColumns::detail
    std::string_view summary; ///< UTF-8, one line, ≤ kSummaryBytes; lives as long as the snapshot
};

/// EventRow::kindName of a kind that this Orrery knows, the same in every store.
constexpr NameId knownKindName(EventKind kind)
{
    return kind == EventKind::Count ? 0 : NameId(kind) + 1;
}

/// The first rows of a journal, or those that were read first, at its end.
enum class EventPart { Front, Tail };

class EventBlock;
using EventBlocks = std::vector<std::shared_ptr<const EventBlock>>;

/// The columns of up to EventBlock::kRows events that follow one another, for scans: place by place without a copy. The spans
/// live as long as the snapshot they are from.
struct BlockColumns {
    std::size_t first = 0; ///< index in the snapshot of its first row
    std::size_t size = 0;  ///< of each span
    std::span<const std::int64_t> timeUs;
    std::span<const std::int64_t> durationUs;
    std::span<const EventKind> kind;
    std::span<const std::uint8_t> detail;
    std::span<const NameId> run, agent, tool, call;
    const EventBlock *block = nullptr;

    std::uint64_t seq(std::size_t row) const;
    std::uint64_t parent(std::size_t row) const;
    std::string_view summary(std::size_t row) const;
    /// All columns, those too that most events do not have (tokens, cost, first, kindName).
    EventRow row(std::size_t row) const;
};

/// All events that are known at one moment, as a value: cheap to copy (blocks are shared), immutable, may be read on any
/// thread.
class EventSnapshot
{
public:
    EventSnapshot() = default;

    std::size_t size() const { return m_frontRows + m_tailRows; }
    bool empty() const { return size() == 0; }
    /// `index` in order of seq, less than size(). O(1).
    EventRow row(std::size_t index) const;
    /// The first index with seq >= it; size() when there is none. O(log n).
    std::size_t lowerBound(std::uint64_t seq) const;
    /// The first index with time >= it, although the wall clock may have jumped back. O(log blocks + rows of a block).
    std::size_t lowerBoundTime(std::int64_t us) const;
    std::uint64_t lastSeq() const; ///< 0 when there is none
    std::string_view name(NameId id) const;
    NameId find(std::string_view name) const; ///< 0 when it does not occur
    std::size_t nameCount() const
    {
        return m_nameCount;
    } ///< ids are from 0, which is none, to below this

    /// Events that are in the journal, but not here yet, lie before the row with this index.
    std::optional<std::size_t> gap() const;
    /// Whether every event up to lastSeq() is here.
    bool isWhole() const { return !m_hasGap; }

    std::size_t blockCount() const;
    BlockColumns block(std::size_t number) const;
    std::size_t blockOf(std::size_t index) const; ///< the number of the block that has this row
    /// Two snapshots of one store with the same layout() have the same row at each index that both have. It changes when rows
    /// come in before others, that is while a gap is filled.
    std::uint64_t layout() const { return m_layout; }

private:
    friend class EventStore;
    std::shared_ptr<const EventBlocks> m_front, m_tail;
    std::size_t m_frontRows = 0, m_tailRows = 0;
    std::shared_ptr<const EventNames> m_names;
    std::size_t m_nameCount = 0;
    std::uint64_t m_layout = 0;
    bool m_hasGap = false;
};

} // namespace orrery::store
