// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/eventsnapshot.h"

#include "core/store/eventblock.h"

#include <algorithm>

namespace orrery::store {

namespace {

/// The first row of a part that `isReached(block, row)`; rows that do not come before it are all reached. `mayBegin(block)`:
/// whether all rows before the block are not.
template <typename MayBegin, typename Find>
std::size_t firstIn(const EventBlocks &blocks, std::size_t rows, MayBegin mayBegin, Find find)
{
    if (rows == 0)
        return 0;
    const auto behind = std::partition_point(blocks.begin(), blocks.end(),
                                             [&](const auto &block) { return mayBegin(*block); });
    if (behind == blocks.begin())
        return 0;
    const std::size_t number = std::size_t(behind - blocks.begin()) - 1;
    const std::size_t first = number * EventBlock::kRows;
    return first + find(*blocks[number], std::min(rows - first, EventBlock::kRows));
}

std::size_t firstWithSeq(const EventBlocks &blocks, std::size_t rows, std::uint64_t seq)
{
    return firstIn(
        blocks, rows, [&](const EventBlock &block) { return block.firstSeq() < seq; },
        [&](const EventBlock &block, std::size_t size) {
            std::size_t low = 0;
            for (std::size_t high = size; low < high;) {
                const std::size_t middle = (low + high) / 2;
                if (block.seq(middle) < seq)
                    low = middle + 1;
                else
                    high = middle;
            }
            return low;
        });
}

std::size_t firstAtTime(const EventBlocks &blocks, std::size_t rows, std::int64_t us)
{
    return firstIn(
        blocks, rows, [&](const EventBlock &block) { return block.latestBefore() < us; },
        [&](const EventBlock &block, std::size_t size) {
            const auto times = block.columns(0, size).timeUs;
            return std::size_t(std::find_if(times.begin(), times.end(),
                                            [us](std::int64_t time) { return time >= us; })
                               - times.begin());
        });
}

} // namespace

EventRow EventSnapshot::row(std::size_t index) const
{
    const bool isInFront = index < m_frontRows;
    const std::size_t at = isInFront ? index : index - m_frontRows;
    const EventBlocks &blocks = isInFront ? *m_front : *m_tail;
    return blocks[at / EventBlock::kRows]->row(at % EventBlock::kRows);
}

std::size_t EventSnapshot::lowerBound(std::uint64_t seq) const
{
    const std::size_t at = m_frontRows == 0 ? 0 : firstWithSeq(*m_front, m_frontRows, seq);
    if (at < m_frontRows || m_tailRows == 0)
        return at;
    return m_frontRows + firstWithSeq(*m_tail, m_tailRows, seq);
}

std::size_t EventSnapshot::lowerBoundTime(std::int64_t us) const
{
    const std::size_t at = m_frontRows == 0 ? 0 : firstAtTime(*m_front, m_frontRows, us);
    if (at < m_frontRows || m_tailRows == 0)
        return at;
    return m_frontRows + firstAtTime(*m_tail, m_tailRows, us);
}

std::uint64_t EventSnapshot::lastSeq() const { return empty() ? 0 : row(size() - 1).seq; }

std::string_view EventSnapshot::name(NameId id) const
{
    return m_names && id < m_nameCount ? m_names->text(id) : std::string_view();
}

NameId EventSnapshot::find(std::string_view name) const
{
    const NameId id = m_names ? m_names->find(name) : 0;
    return id < m_nameCount ? id : 0;
}

std::optional<std::size_t> EventSnapshot::gap() const
{
    return m_hasGap ? std::optional(m_frontRows) : std::nullopt;
}

std::size_t EventSnapshot::blockCount() const
{
    const auto blocksOf = [](std::size_t rows) {
        return (rows + EventBlock::kRows - 1) / EventBlock::kRows;
    };
    return blocksOf(m_frontRows) + blocksOf(m_tailRows);
}

BlockColumns EventSnapshot::block(std::size_t number) const
{
    const std::size_t frontBlocks = (m_frontRows + EventBlock::kRows - 1) / EventBlock::kRows;
    const bool isInFront = number < frontBlocks;
    const std::size_t at = isInFront ? number : number - frontBlocks;
    const std::size_t first = at * EventBlock::kRows;
    const std::size_t rows = isInFront ? m_frontRows : m_tailRows;
    const EventBlocks &blocks = isInFront ? *m_front : *m_tail;
    return blocks[at]->columns((isInFront ? 0 : m_frontRows) + first,
                               std::min(EventBlock::kRows, rows - first));
}

std::size_t EventSnapshot::blockOf(std::size_t index) const
{
    if (index < m_frontRows)
        return index / EventBlock::kRows;
    const std::size_t frontBlocks = (m_frontRows + EventBlock::kRows - 1) / EventBlock::kRows;
    return frontBlocks + (index - m_frontRows) / EventBlock::kRows;
}

} // namespace orrery::store
