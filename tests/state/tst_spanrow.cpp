// SPDX-License-Identifier: GPL-3.0-or-later
// Drawing and adding up a row of bars against a slow way of doing the same that looks at every bar.
#include "core/state/spanrow.h"
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <map>
#include <random>

using namespace orrery::state;

namespace {

using Random = std::mt19937;

std::int64_t below(Random &random, std::int64_t most)
{
    return std::uniform_int_distribution<std::int64_t>(0, most - 1)(random);
}

/// Bars of lengths from none to long, with pauses between them; the last one may go on.
SpanRow randomRow(Random &random, std::size_t bars)
{
    SpanRow row;
    std::int64_t us = 1000;
    for (std::size_t i = 0; i < bars; ++i) {
        us += below(random, below(random, 8) == 0 ? 5000 : 20);
        Bar bar;
        bar.startUs = us;
        bar.seq = i * 2 + 1;
        bar.kind = static_cast<BarKind>(below(random, int(BarKind::Count)));
        const bool isMark = std::size_t(bar.kind) >= kLastingKinds;
        us +=
            isMark || below(random, 4) == 0 ? 0 : below(random, below(random, 6) == 0 ? 4000 : 30);
        bar.endUs = us;
        bar.tokens = below(random, 100);
        bar.costNanoUsd = below(random, 1000);
        bar.worst = below(random, 50) == 0   ? Worst::Failed
                    : below(random, 10) == 0 ? Worst::Note
                                             : Worst::None;
        row.append(bar);
    }
    if (!row.empty() && below(random, 3) == 0) {
        Bar last = row[row.size() - 1];
        last.endUs = kOpen;
        row.replace(row.size() - 1, last);
    }
    return row;
}

bool touches(const Bar &bar, TimeRange range)
{
    return bar.startUs < range.toUs && (bar.endUs > range.fromUs || bar.startUs >= range.fromUs);
}

struct Cell {
    int starts = 0;
    Worst worst = Worst::None;
    std::uint32_t kinds = 0;
    bool operator==(const Cell &) const = default;
};
using Cells = std::map<std::int64_t, Cell>;

Cells slowly(const SpanRow &row, TimeRange range, const CellGrid &grid, std::int64_t nowUs)
{
    Cells cells;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const Bar &bar = row[i];
        if (!touches(bar, range))
            continue;
        const std::int64_t first = grid.cellOf(bar.startUs);
        const std::int64_t last = grid.cellOf(std::max(bar.startUs, bar.until(nowUs) - 1));
        ++cells[first].starts;
        for (std::int64_t cell = first; cell <= last; ++cell) {
            cells[cell].worst = std::max(cells[cell].worst, bar.worst);
            cells[cell].kinds |= 1u << int(bar.kind);
        }
    }
    return cells;
}

Cells cellsOf(const std::vector<Patch> &patches)
{
    Cells cells;
    for (const Patch &patch : patches) {
        cells[patch.first].starts += int(patch.count);
        for (std::int64_t cell = patch.first; cell <= patch.last; ++cell) {
            cells[cell].worst = std::max(cells[cell].worst, patch.worst);
            cells[cell].kinds |= patch.kinds;
        }
    }
    return cells;
}

SpanSums addSlowly(const SpanRow &row, TimeRange range, std::int64_t nowUs)
{
    SpanSums sums;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const Bar &bar = row[i];
        if (!touches(bar, range))
            continue;
        sums.failed += bar.worst == Worst::Failed;
        if (std::size_t(bar.kind) >= kLastingKinds)
            continue;
        const std::int64_t to = std::min(bar.until(nowUs), range.toUs);
        sums.us[std::size_t(bar.kind)] +=
            std::max<std::int64_t>(0, to - std::max(bar.startUs, range.fromUs));
        ++sums.count[std::size_t(bar.kind)];
        if (!bar.isOpen() && bar.endUs >= range.fromUs && bar.endUs < range.toUs) {
            sums.tokens += bar.tokens;
            sums.costNanoUsd += bar.costNanoUsd;
        }
    }
    return sums;
}

/// `bars` calls of 10 ms, one each 15 ms.
SpanRow evenRow(std::size_t bars)
{
    SpanRow row;
    for (std::size_t i = 0; i < bars; ++i) {
        Bar bar;
        bar.startUs = std::int64_t(i) * 15000;
        bar.endUs = bar.startUs + 10000;
        bar.seq = i + 1;
        bar.kind = BarKind::Tool;
        row.append(bar);
    }
    return row;
}

} // namespace

class TestSpanRow : public QObject
{
    Q_OBJECT
private slots:
    void anyRangeLooksAsIfEveryBarWasDrawn()
    {
        const auto seed = std::random_device{}();
        qInfo("seed %u", seed);
        Random random(seed);
        for (int round = 0; round < test::rounds(300); ++round) {
            const SpanRow row = randomRow(random, std::size_t(below(random, 3000)));
            const std::int64_t end = row.empty() ? 2000 : row[row.size() - 1].startUs + 3000;
            const std::int64_t from = below(random, end);
            const TimeRange range{from, from + 1 + below(random, end)};
            const CellGrid grid{below(random, 5000), 0.5 + double(below(random, 40000)) / 10};
            std::vector<Patch> patches;
            row.scan(range, grid, end, patches);
            QVERIFY(cellsOf(patches) == slowly(row, range, grid, end));
            for (std::size_t i = 1; i < patches.size(); ++i)
                QVERIFY(patches[i - 1].first <= patches[i].first
                        && patches[i - 1].index < patches[i].index);
            SpanSums sums;
            row.add(range, end, sums);
            const SpanSums expected = addSlowly(row, range, end);
            QVERIFY(sums.us == expected.us && sums.count == expected.count);
            QCOMPARE(sums.tokens, expected.tokens);
            QCOMPARE(sums.costNanoUsd, expected.costNanoUsd);
            QCOMPARE(sums.failed, expected.failed);
        }
    }

    void theKindOfACellIsTheOneThatTookLongest()
    {
        SpanRow row;
        std::int64_t us = 0;
        for (const auto &[kind, length] :
             {std::pair(BarKind::Tool, 3), std::pair(BarKind::Request, 9),
              std::pair(BarKind::Tool, 5)}) {
            Bar bar;
            bar.kind = kind;
            bar.startUs = us;
            bar.endUs = us += length;
            row.append(bar);
        }
        std::vector<Patch> patches;
        row.scan({0, 100}, {0, 100}, 100, patches);
        QCOMPARE(patches.size(), 1u);
        QCOMPARE(patches[0].count, 3u);
        QCOMPARE(patches[0].kind, BarKind::Request);
    }

    void oneFailureAmongAMillionIsSeenAtAnyZoom()
    {
        SpanRow row = evenRow(1'000'000);
        Bar bad = row[654321];
        bad.worst = Worst::Failed;
        row.replace(654321, bad);
        const std::int64_t end = 15'000'000'000;
        for (double usPerCell = 100; usPerCell < 4e10; usPerCell *= 7) {
            const CellGrid grid{0, usPerCell};
            const std::int64_t view = std::int64_t(usPerCell * 500);
            const std::int64_t from = std::max<std::int64_t>(0, bad.startUs - view / 3);
            std::vector<Patch> patches;
            row.scan({from, from + view}, grid, end, patches);
            bool seen = false;
            for (const Patch &patch : patches)
                seen = seen
                       || (patch.worst == Worst::Failed && patch.first <= grid.cellOf(bad.startUs)
                           && patch.last >= grid.cellOf(bad.startUs));
            QVERIFY2(seen, qPrintable(QString::number(usPerCell)));
        }
    }

    // Counted, not timed: what is looked at depends on the cells in view, and on the bars by a logarithm at most.
    void drawingCostsAsMuchAsThereArePixels()
    {
        constexpr int cells = 800;
        QMap<int, std::size_t> most;
        for (const int bars : {10'000, 100'000, 1'000'000}) {
            const SpanRow row = evenRow(std::size_t(bars));
            const double whole = bars * 15000.0;
            for (double part = 1; part > 1e-6; part /= 3) {
                std::vector<Patch> patches;
                const auto from = std::int64_t(whole * (1 - part) / 2);
                const auto to = std::int64_t(whole * (1 + part) / 2);
                const std::size_t looked =
                    row.scan({from, to}, {0, whole * part / cells}, kOpen, patches);
                most[bars] = std::max(most[bars], looked);
                QVERIFY(patches.size() <= 2 * cells + 2); // a bar ends where the next one starts
            }
            SpanSums sums;
            const std::size_t added = row.add({7, std::int64_t(whole) - 7}, kOpen, sums);
            QVERIFY2(added < 600, qPrintable(QString::number(added)));
        }
        qInfo() << most;
        // A cell looks into the two sums that its edges cut, on the level where these are about as wide as it.
        QVERIFY(most[1'000'000] < 36 * cells);
        QVERIFY(most[1'000'000] < 2 * most[100'000]);
    }

    void aCopyStaysAsItWas()
    {
        SpanRow row = evenRow(1000);
        const SpanRow copy = row;
        Bar bar = row[500];
        bar.worst = Worst::Failed;
        row.replace(500, bar);
        Bar next = bar;
        next.startUs = 20'000'000;
        next.endUs = kOpen;
        for (int i = 0; i < 300; ++i)
            row.append(next);
        QCOMPARE(copy.size(), 1000u);
        QCOMPARE(copy[500].worst, Worst::None);
        SpanSums sums;
        copy.add({0, kOpen}, 0, sums);
        QCOMPARE(sums.failed, 0);
        QCOMPARE(row.size(), 1300u);
    }

    void barsAreFoundByTheirEventAndTime()
    {
        const SpanRow row = evenRow(1000);
        QCOMPARE(row.atOrBefore(0), row.size());
        QCOMPARE(row.atOrBefore(7), 6u);
        QCOMPARE(row.atOrBefore(9999), 999u);
        QCOMPARE(row.firstFrom(15000 * 4), 4u);
        QCOMPARE(row.firstFrom(15000 * 4 + 1), 5u);
        QCOMPARE(row.firstFrom(kOpen), row.size());
    }
};

ORRERY_TEST(TestSpanRow)
#include "tst_spanrow.moc"
