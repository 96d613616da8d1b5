// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/state/sharedvector.h"
#include "core/store/eventnames.h"

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace orrery::state {

using store::NameId;

/// What a bar or a mark of the timeline stands for.
enum class BarKind : std::uint8_t {
    Turn,
    Iteration,
    Request,
    Tool,
    WaitRate,
    WaitApproval,
    WaitClaim,
    Paused, ///< the last one that lasts
    Repeat, ///< the same tool several times in a row
    Edit,
    Claim,
    Memory,
    Message,
    Problem,
    Count
};
inline constexpr std::size_t kLastingKinds = 8;

/// How bad it is; the worst wins where several are one.
enum class Worst : std::uint8_t { None, Note, Failed };

inline constexpr std::int64_t kOpen = std::numeric_limits<std::int64_t>::max();

/// Something that lasts, or a mark, which starts and ends in the same µs.
struct Bar {
    std::int64_t startUs = 0;
    std::int64_t endUs = kOpen; ///< kOpen: it goes on
    std::uint64_t seq = 0;      ///< of the event that started it
    std::int64_t costNanoUsd = 0;
    std::int64_t tokens = 0; ///< Repeat: how many calls
    NameId name = 0;         ///< of the tool
    NameId call = 0;
    std::int32_t firstMs = -1; ///< Request: until the first token
    BarKind kind = BarKind::Turn;
    Worst worst = Worst::None;
    bool isCut = false; ///< ended because what it belongs to did, without a word of its own

    bool isOpen() const { return endUs == kOpen; }
    /// Its end, or what is the present for those that go on.
    std::int64_t until(std::int64_t nowUs) const
    {
        return isOpen() ? std::max(startUs, nowUs) : endUs;
    }
};

/// From `fromUs` to before `toUs`.
struct TimeRange {
    std::int64_t fromUs = 0, toUs = 0;
};

/// The cells in which bars are drawn: none is narrower than one, and what is in the same cell is drawn as one. Cells are
/// counted from `originUs`, so that they stay the same when the view moves.
struct CellGrid {
    std::int64_t originUs = 0;
    double usPerCell = 1000;
    std::int64_t cellOf(std::int64_t us) const;
};

/// What is to be drawn in cells `first` to `last`: one bar (count = 1), or several that are in the same cell.
struct Patch {
    std::int64_t first = 0, last = 0;
    std::uint32_t kinds = 0; ///< which BarKinds, bit by bit
    std::uint32_t count = 0;
    BarKind kind = BarKind::Turn; ///< the one that took the longest
    Worst worst = Worst::None;
    std::size_t index = 0;                        ///< of the first bar
    std::array<std::int64_t, kLastingKinds> us{}; ///< of several bars: how long each kind took
};

/// What bars add up to within a range.
struct SpanSums {
    std::array<std::int64_t, kLastingKinds>
        us{}; ///< by kind: the part of each bar that lies in the range
    std::array<std::int64_t, kLastingKinds> count{};
    std::int64_t tokens = 0, costNanoUsd = 0; ///< of requests that ended in the range
    std::int64_t failed = 0;                  ///< bars and marks
    SpanSums &operator+=(const SpanSums &other);
};

/// Bars in order of their start, with sums of 16, 256, 4096 … of them, so that drawing a range costs as much as it has cells
/// and adding one up the logarithm of its bars. Copies share what is the same.
class SpanRow
{
public:
    /// Its start must not lie before that of the last bar. O(1) amortised. Returns its index.
    std::size_t append(const Bar &bar);
    /// Gives a bar another end, or other figures; its start stays. O(1) for the last 16 bars, else O(log n).
    void replace(std::size_t index, const Bar &bar);

    std::size_t size() const { return m_bars.size(); }
    bool empty() const { return m_bars.empty(); }
    const Bar &operator[](std::size_t index) const { return m_bars[index]; }
    /// The last bar that was started by this event or one before it; size() when there is none.
    std::size_t atOrBefore(std::uint64_t seq) const;
    std::size_t firstFrom(std::int64_t us) const; ///< the first that starts then or later

    /// Appends to `out` what is to be drawn of `range`, from left to right. Returns how many bars and sums were looked at.
    std::size_t scan(TimeRange range, const CellGrid &grid, std::int64_t nowUs,
                     std::vector<Patch> &out) const;
    /// The same for what the bars add up to.
    std::size_t add(TimeRange range, std::int64_t nowUs, SpanSums &sums) const;

private:
    struct Sum {
        std::int64_t startUs = kOpen, endUs = 0;
        std::uint32_t count = 0, kinds = 0, failed = 0;
        bool hasOpen = false;
        Worst worst = Worst::None;
        std::int64_t tokens = 0, costNanoUsd = 0;
        std::array<std::int64_t, kLastingKinds> us{};
        std::array<std::uint32_t, kLastingKinds> counts{};
        void add(const Bar &bar);
        void add(const Sum &sum);
    };
    template <typename Visitor>
    void walk(Visitor &visitor) const;
    template <typename Visitor>
    void descend(Visitor &visitor, std::size_t level, std::size_t node) const;
    Sum made(std::size_t level, std::size_t node) const;
    struct Drawing;
    struct Adding;

    SharedVector<Bar> m_bars;
    std::vector<SharedVector<Sum>>
        m_levels; ///< [k]: of 16^(k+1) bars each, of complete groups only
};

} // namespace orrery::state
