// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/eventsnapshot.h"

#include <array>

namespace orrery::store {

/// The rows of up to kRows events as one array for each column, 49 bytes an event, and their summaries. One thread appends;
/// a row is never changed, so whoever has been told (through a lock) how many there are may read them on any thread.
class EventBlock
{
public:
    static constexpr std::size_t kRows = 4096;

    /// `latestBefore`: the latest time of all rows before it.
    EventBlock(std::uint64_t firstSeq, std::int64_t latestBefore)
        : m_firstSeq(firstSeq), m_latestBefore(latestBefore), m_latest(latestBefore)
    {}

    // For the thread that appends:
    bool isFull() const { return m_size == kRows; }
    void append(const EventRow &row); ///< not when full
    std::int64_t latest() const { return m_latest; }

    // Of rows that have been appended:
    std::uint64_t firstSeq() const { return m_firstSeq; }
    std::int64_t latestBefore() const { return m_latestBefore; }
    std::uint64_t seq(std::size_t row) const;
    std::uint64_t parent(std::size_t row) const;
    std::string_view summary(std::size_t row) const;
    EventRow row(std::size_t row) const;
    BlockColumns columns(std::size_t first, std::size_t size) const;

private:
    /// What most events do not have.
    struct Rare {
        std::uint64_t seq, parent;
        std::int64_t tokens, outputTokens, costNanoUsd;
        std::int32_t firstMs;
        NameId kindName;
    };
    template <typename T>
    using Column = std::array<T, kRows>;
    static constexpr std::size_t kRareChunk = 256;
    static constexpr std::uint32_t kFar = UINT32_MAX; ///< Rare has it
    static constexpr unsigned kTextBits = 14;         ///< of the place in a chunk of text
    static constexpr std::size_t kTextBytes = std::size_t(1) << kTextBits;
    static constexpr std::size_t kTextChunks =
        kRows * kSummaryBytes / (kTextBytes - kSummaryBytes) + 1;
    static_assert(kSummaryBytes <= UINT8_MAX);

    const Rare *rare(std::size_t row) const;
    void appendRare(const EventRow &row);
    void appendText(std::string_view text);

    const std::uint64_t m_firstSeq;
    const std::int64_t m_latestBefore;
    std::int64_t m_latest;
    std::size_t m_size = 0;
    std::size_t m_rareCount = 0;
    std::size_t m_textEnd = 0; ///< behind the last summary, as a place
    Column<std::int64_t> m_timeUs, m_durationUs;
    Column<std::uint32_t> m_seq;    ///< less m_firstSeq
    Column<std::uint32_t> m_parent; ///< how far before it; 0 = none
    Column<NameId> m_run, m_agent, m_tool, m_call;
    Column<std::uint32_t> m_text; ///< place of its summary
    Column<std::uint16_t> m_rare; ///< place in m_rares, from 1; 0 = it has nothing rare
    Column<EventKind> m_kind;
    Column<std::uint8_t> m_detail, m_textSize;
    std::array<std::unique_ptr<Rare[]>, kRows / kRareChunk> m_rares;
    std::array<std::unique_ptr<char[]>, kTextChunks> m_texts;
};

} // namespace orrery::store
