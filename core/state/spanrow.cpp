// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/spanrow.h"

#include "core/base/saturated.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace orrery::state {
namespace {

constexpr std::size_t fanOut = 16;

constexpr std::size_t barsOf(std::size_t level) { return std::size_t{1} << (4 * (level + 1)); }

constexpr std::uint32_t bitOf(BarKind kind) { return 1u << static_cast<unsigned>(kind); }

/// A mark has no length, and is there all the same.
bool isOutside(const Bar &bar, TimeRange range)
{
    return bar.startUs >= range.toUs || (bar.endUs <= range.fromUs && bar.startUs < range.fromUs);
}

} // namespace

std::int64_t CellGrid::cellOf(std::int64_t us) const
{
    return static_cast<std::int64_t>(std::floor(static_cast<double>(us - originUs) / usPerCell));
}

SpanSums &SpanSums::operator+=(const SpanSums &other)
{
    for (std::size_t kind = 0; kind < kLastingKinds; ++kind) {
        us[kind] += other.us[kind];
        count[kind] += other.count[kind];
    }
    tokens += other.tokens;
    costNanoUsd += other.costNanoUsd;
    failed += other.failed;
    return *this;
}

void SpanRow::Sum::add(const Bar &bar)
{
    startUs = std::min(startUs, bar.startUs);
    endUs = std::max(endUs, bar.endUs);
    ++count;
    kinds |= bitOf(bar.kind);
    hasOpen = hasOpen || bar.isOpen();
    worst = std::max(worst, bar.worst);
    failed += bar.worst == Worst::Failed;
    const auto kind = static_cast<std::size_t>(bar.kind);
    if (kind >= kLastingKinds)
        return;
    ++counts[kind];
    if (bar.isOpen())
        return;
    us[kind] += bar.endUs - bar.startUs;
    addSaturated(tokens, bar.tokens);
    addSaturated(costNanoUsd, bar.costNanoUsd);
}

void SpanRow::Sum::add(const Sum &sum)
{
    startUs = std::min(startUs, sum.startUs);
    endUs = std::max(endUs, sum.endUs);
    count += sum.count;
    kinds |= sum.kinds;
    failed += sum.failed;
    hasOpen = hasOpen || sum.hasOpen;
    worst = std::max(worst, sum.worst);
    addSaturated(tokens, sum.tokens);
    addSaturated(costNanoUsd, sum.costNanoUsd);
    for (std::size_t kind = 0; kind < kLastingKinds; ++kind) {
        us[kind] += sum.us[kind];
        counts[kind] += sum.counts[kind];
    }
}

SpanRow::Sum SpanRow::made(std::size_t level, std::size_t node) const
{
    Sum sum;
    for (std::size_t child = node * fanOut; child < (node + 1) * fanOut; ++child)
        if (level == 0)
            sum.add(m_bars[child]);
        else
            sum.add(m_levels[level - 1][child]);
    return sum;
}

std::size_t SpanRow::append(const Bar &bar)
{
    m_bars.push_back(bar);
    for (std::size_t level = 0; m_bars.size() % barsOf(level) == 0; ++level) {
        if (level == m_levels.size())
            m_levels.emplace_back();
        m_levels[level].push_back(made(level, m_levels[level].size()));
    }
    return m_bars.size() - 1;
}

void SpanRow::replace(std::size_t index, const Bar &bar)
{
    m_bars.change(index) = bar;
    for (std::size_t level = 0; level < m_levels.size(); ++level) {
        const std::size_t node = index / barsOf(level);
        if (node >= m_levels[level].size())
            return;
        m_levels[level].change(node) = made(level, node);
    }
}

std::size_t SpanRow::atOrBefore(std::uint64_t seq) const
{
    std::size_t low = 0, high = size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (m_bars[middle].seq <= seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? size() : low - 1;
}

std::size_t SpanRow::firstFrom(std::int64_t us) const
{
    std::size_t low = 0, high = size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (m_bars[middle].startUs < us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/// From left to right: a sum that the visitor does not take whole is looked into.
template <typename Visitor>
void SpanRow::descend(Visitor &visitor, std::size_t level, std::size_t node) const
{
    ++visitor.looked;
    const Sum &sum = m_levels[level][node];
    // A mark at the very beginning of the range may be the last of a group.
    if (sum.startUs >= visitor.range.toUs || sum.endUs < visitor.range.fromUs
        || visitor.takes(sum, node * barsOf(level)))
        return;
    for (std::size_t child = node * fanOut; child < (node + 1) * fanOut; ++child) {
        if (level > 0) {
            descend(visitor, level - 1, child);
        } else {
            ++visitor.looked;
            if (!isOutside(m_bars[child], visitor.range))
                visitor.take(m_bars[child], child);
        }
    }
}

/// The largest complete groups first; what is left of each level belongs to none of the next.
template <typename Visitor>
void SpanRow::walk(Visitor &visitor) const
{
    std::size_t done = 0;
    for (std::size_t level = m_levels.size(); level-- > 0;) {
        for (std::size_t node = done / barsOf(level); node < m_levels[level].size(); ++node)
            descend(visitor, level, node);
        done = m_levels[level].size() * barsOf(level);
    }
    for (; done < m_bars.size(); ++done) {
        ++visitor.looked;
        if (!isOutside(m_bars[done], visitor.range))
            visitor.take(m_bars[done], done);
    }
}

struct SpanRow::Drawing {
    TimeRange range;
    const CellGrid &grid;
    std::int64_t nowUs;
    std::vector<Patch> &out;
    std::size_t looked = 0;
    bool isFilling = false;

    std::int64_t lastCell(std::int64_t startUs, std::int64_t endUs) const
    {
        return grid.cellOf(
            std::max(startUs, (endUs == kOpen ? std::max(startUs, nowUs) : endUs) - 1));
    }
    void take(const Bar &bar, std::size_t index)
    {
        const std::int64_t first = grid.cellOf(bar.startUs);
        const std::int64_t last = lastCell(bar.startUs, bar.endUs);
        if (last != first) {
            isFilling = false;
            out.push_back({first, last, bitOf(bar.kind), 1, bar.kind, bar.worst, index});
            return;
        }
        Sum sum;
        sum.add(bar);
        if (bar.isOpen() && static_cast<std::size_t>(bar.kind) < kLastingKinds)
            sum.us[static_cast<std::size_t>(bar.kind)] += bar.until(nowUs) - bar.startUs;
        fill(first, sum, index);
    }
    bool takes(const Sum &sum, std::size_t index)
    {
        // The last one may be a mark, which is in the cell of its end. Of a group that sticks out, each bar is asked.
        const std::int64_t cell = grid.cellOf(sum.startUs);
        if (sum.hasOpen || sum.startUs < range.fromUs || sum.endUs >= range.toUs
            || grid.cellOf(sum.endUs) != cell)
            return false;
        fill(cell, sum, index);
        return true;
    }
    void fill(std::int64_t cell, const Sum &sum, std::size_t index)
    {
        if (!isFilling || out.back().first != cell) {
            isFilling = true;
            out.push_back({cell, cell, 0, 0, BarKind::Turn, Worst::None, index});
        }
        Patch &patch = out.back();
        patch.kinds |= sum.kinds;
        patch.count += sum.count;
        patch.worst = std::max(patch.worst, sum.worst);
        for (std::size_t kind = 0; kind < kLastingKinds; ++kind)
            patch.us[kind] += sum.us[kind];
        const auto longest = std::max_element(patch.us.begin(), patch.us.end());
        // Marks, and bars without a length, have no longest.
        patch.kind = *longest > 0 ? static_cast<BarKind>(longest - patch.us.begin())
                                  : static_cast<BarKind>(std::bit_width(patch.kinds) - 1);
    }
};

struct SpanRow::Adding {
    TimeRange range;
    std::int64_t nowUs;
    SpanSums &sums;
    std::size_t looked = 0;

    bool takes(const Sum &sum, std::size_t)
    {
        if (sum.hasOpen || sum.startUs < range.fromUs || sum.endUs >= range.toUs)
            return false;
        for (std::size_t kind = 0; kind < kLastingKinds; ++kind) {
            sums.us[kind] += sum.us[kind];
            sums.count[kind] += sum.counts[kind];
        }
        sums.tokens += sum.tokens;
        sums.costNanoUsd += sum.costNanoUsd;
        sums.failed += sum.failed;
        return true;
    }
    void take(const Bar &bar, std::size_t)
    {
        sums.failed += bar.worst == Worst::Failed;
        const auto kind = static_cast<std::size_t>(bar.kind);
        if (kind >= kLastingKinds)
            return;
        const std::int64_t from = std::max(bar.startUs, range.fromUs);
        sums.us[kind] += std::max<std::int64_t>(0, std::min(bar.until(nowUs), range.toUs) - from);
        ++sums.count[kind];
        if (!bar.isOpen() && bar.endUs >= range.fromUs && bar.endUs < range.toUs) {
            sums.tokens += bar.tokens;
            sums.costNanoUsd += bar.costNanoUsd;
        }
    }
};

std::size_t SpanRow::scan(TimeRange range, const CellGrid &grid, std::int64_t nowUs,
                          std::vector<Patch> &out) const
{
    Drawing drawing{range, grid, nowUs, out};
    walk(drawing);
    return drawing.looked;
}

std::size_t SpanRow::add(TimeRange range, std::int64_t nowUs, SpanSums &sums) const
{
    Adding adding{range, nowUs, sums};
    walk(adding);
    return adding.looked;
}

} // namespace orrery::state
