// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/lineedits.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <random>

using namespace orrery::team;

namespace {

/// Which lines of the new file belong to the range, line by line, as the header says it.
std::vector<bool> plainly(const LineEdits &edits, LineRange range, bool isOwn, std::int64_t lines)
{
    const auto in = [&](std::int64_t line) { return range.start <= line && line <= range.end; };
    std::vector<bool> now{false}; // there is no line 0
    std::int64_t line = 1;
    for (const LineEdit &edit : edits) {
        for (; line < edit.line; ++line)
            now.push_back(in(line));
        for (std::int64_t i = 0; i < edit.added; ++i) {
            if (edit.removed > 0)
                now.push_back(in(edit.line + std::min(i, edit.removed - 1)));
            else
                now.push_back((in(line) && in(line - 1))
                              || (isOwn && (range.start == line || range.end == line - 1)));
        }
        line += edit.removed;
    }
    for (; line <= lines; ++line)
        now.push_back(in(line));
    return now;
}

} // namespace

class TestLineEdits : public QObject
{
    Q_OBJECT

private slots:
    void claimsFollowTheirLines_data()
    {
        QTest::addColumn<int>("line");
        QTest::addColumn<int>("removed");
        QTest::addColumn<int>("added");
        QTest::addColumn<bool>("isOwn");
        QTest::addColumn<int>("start"); // 0 = gone
        QTest::addColumn<int>("end");
        // Of the lines 10 to 20.
        QTest::newRow("above") << 3 << 0 << 5 << false << 15 << 25;
        QTest::newRow("above, fewer") << 3 << 4 << 1 << false << 7 << 17;
        QTest::newRow("up to it") << 8 << 2 << 0 << false << 8 << 18;
        QTest::newRow("directly before") << 10 << 0 << 3 << false << 13 << 23;
        QTest::newRow("directly before, its own") << 10 << 0 << 3 << true << 10 << 23;
        QTest::newRow("the first line") << 10 << 1 << 4 << false << 10 << 23;
        QTest::newRow("within") << 15 << 0 << 3 << false << 10 << 23;
        QTest::newRow("within, fewer") << 15 << 3 << 1 << false << 10 << 18;
        QTest::newRow("the last line") << 20 << 1 << 4 << false << 10 << 23;
        QTest::newRow("directly behind") << 21 << 0 << 3 << false << 10 << 20;
        QTest::newRow("directly behind, its own") << 21 << 0 << 3 << true << 10 << 23;
        QTest::newRow("a line on") << 22 << 0 << 3 << true << 10 << 20;
        QTest::newRow("below") << 30 << 5 << 0 << true << 10 << 20;
        QTest::newRow("over its start") << 8 << 5 << 3 << false << 10 << 18;
        QTest::newRow("over its end") << 18 << 6 << 2 << false << 10 << 19;
        QTest::newRow("all of it") << 10 << 11 << 2 << true << 10 << 11;
        QTest::newRow("all of it and more") << 5 << 30 << 30 << true << 10 << 20;
        QTest::newRow("gone") << 10 << 11 << 0 << true << 0 << 0;
        QTest::newRow("gone with others") << 5 << 30 << 5 << false << 0 << 0;
        QTest::newRow("one is left") << 5 << 30 << 6 << false << 10 << 10;
    }
    void claimsFollowTheirLines()
    {
        QFETCH(int, line);
        QFETCH(int, removed);
        QFETCH(int, added);
        QFETCH(bool, isOwn);
        QFETCH(int, start);
        QFETCH(int, end);
        const auto moved = movedBy({{line, removed, added}}, {10, 20}, isOwn);
        QCOMPARE(moved.has_value(), start > 0);
        if (moved) {
            QCOMPARE(moved->start, std::int64_t(start));
            QCOMPARE(moved->end, std::int64_t(end));
        }
    }

    void severalRegionsAddUp()
    {
        const LineEdits edits{{2, 0, 3}, {5, 2, 0}, {12, 1, 5}, {20, 1, 1}, {21, 0, 9}};
        QVERIFY(movedBy(edits, {10, 20}, false) == (LineRange{11, 25}));
        QVERIFY(movedBy(edits, {10, 20}, true) == (LineRange{11, 34}));
        QVERIFY(movedBy(edits, {21, 22}, false) == (LineRange{35, 36}));
        QVERIFY(movedBy(edits, {21, 22}, true) == (LineRange{26, 36}));
        QVERIFY(movedBy(edits, {1, 1}, false) == (LineRange{1, 1}));
        QVERIFY(movedBy({}, {10, 20}, true) == (LineRange{10, 20}));
    }

    void linesThatNoFileHasStay()
    {
        const std::int64_t most = std::numeric_limits<std::int64_t>::max();
        QVERIFY(movedBy({{1, 0, 5}}, {10, most}, false) == (LineRange{15, most}));
        QVERIFY(movedBy({{1, 0, 5}}, {most, most}, false) == (LineRange{most, most}));
        QVERIFY(movedBy({{1, 0, 5}}, {0, 0}, false) == (LineRange{0, 0}));
    }

    void agreesWithWhatIsSaidLineByLine()
    {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto below = [&](int most) { return std::int64_t(random() % unsigned(most)); };
        for (int round = 0; round < 50000; ++round) {
            LineEdits edits;
            std::int64_t line = 1;
            for (std::int64_t i = 0, n = below(5); i < n; ++i) {
                line += below(6);
                const LineEdit edit{line, below(4), below(4)};
                if (edit.removed + edit.added > 0)
                    edits.push_back(edit);
                line += edit.removed + 1;
            }
            const std::int64_t lines = line + 10;
            const std::int64_t first = 1 + below(int(lines));
            const LineRange range{first, std::min(lines, first + below(8))};
            const bool isOwn = random() % 2;
            const auto expected = plainly(edits, range, isOwn, lines);
            const auto moved = movedBy(edits, range, isOwn);
            for (std::size_t i = 0; i < expected.size(); ++i) {
                const auto at = std::int64_t(i);
                QCOMPARE(moved && moved->start <= at && at <= moved->end, bool(expected[i]));
            }
            // What begins where this one ends, and is another's, has none of its lines.
            const auto behind = movedBy(edits, {range.end + 1, range.end + 5}, !isOwn);
            QVERIFY(!moved || !behind || moved->end < behind->start);
        }
    }
};

ORRERY_TEST(TestLineEdits)
#include "tst_lineedits.moc"
