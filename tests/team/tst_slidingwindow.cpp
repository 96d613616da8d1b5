// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/slidingwindow.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <deque>
#include <random>

using namespace orrery::team;

namespace {

/// What is in the window, looked through each time.
struct PlainWindow {
    struct Entry {
        std::int64_t timeMs, tokens, requests;
        SlidingWindow::Index index;
        std::size_t bookings;
    };
    std::deque<Entry> entries;

    WindowSums sums() const
    {
        WindowSums all;
        for (const Entry &each : entries)
            all.add(each.tokens, each.requests);
        return all;
    }
    std::size_t bookings() const
    {
        std::size_t all = 0;
        for (const Entry &each : entries)
            all += each.bookings;
        return all;
    }
    bool hasNegative() const
    {
        for (const Entry &each : entries)
            if (each.tokens < 0 || each.requests < 0)
                return true;
        return false;
    }
    /// The first moment at which the sums are that small; entries of one time leave together.
    std::optional<std::int64_t> whenAtMost(const WindowSums &most) const
    {
        for (std::size_t i = 0; i < entries.size(); ++i) {
            WindowSums left;
            for (const Entry &each : entries)
                if (each.timeMs > entries[i].timeMs)
                    left.add(each.tokens, each.requests);
            if (left.tokens <= most.tokens && left.requests <= most.requests)
                return entries[i].timeMs + SlidingWindow::lengthMs;
        }
        return std::nullopt;
    }
};

void closeOpen(SlidingWindow &window, SlidingWindow::Index index, std::int64_t tokens,
               std::int64_t requests)
{
    window.close(index, *window.findOpen(index), tokens, requests);
}

} // namespace

class TestSlidingWindow : public QObject
{
    Q_OBJECT

private:
    static void drop(SlidingWindow &window, std::int64_t nowMs)
    {
        window.dropExpired(nowMs, [](const SlidingWindow::Entry &) {});
    }

private slots:
    void itFitsWithTheEntryThatLeavesJustEnoughRoom_data()
    {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("requests");
        QTest::addColumn<int>("last"); // -1 = never
        // Four entries of 10 tokens and a request each.
        QTest::newRow("one token too many") << 39 << 9 << 0;
        QTest::newRow("just enough of one") << 30 << 9 << 0;
        QTest::newRow("a token less") << 29 << 9 << 1;
        QTest::newRow("just enough of three") << 10 << 9 << 2;
        QTest::newRow("nothing may be left") << 0 << 9 << 3;
        QTest::newRow("less than nothing") << -1 << 9 << -1;
        QTest::newRow("by requests") << 99 << 3 << 0;
        QTest::newRow("by requests, two") << 99 << 2 << 1;
        QTest::newRow("no request") << 99 << 0 << 3;
        QTest::newRow("both") << 20 << 1 << 2;
        QTest::newRow("never, by requests") << 99 << -1 << -1;
    }
    void itFitsWithTheEntryThatLeavesJustEnoughRoom()
    {
        QFETCH(int, tokens);
        QFETCH(int, requests);
        QFETCH(int, last);
        SlidingWindow window;
        for (int i = 0; i < 4; ++i)
            window.add(1000 * i, 10, 1, 0);
        const auto fit = window.whenAtMost({tokens, requests});
        QCOMPARE(fit.has_value(), last >= 0);
        if (fit) {
            QCOMPARE(fit->last, SlidingWindow::Index(last));
            QCOMPARE(fit->timeMs, 60000 + 1000 * std::int64_t(last));
        }
    }

    /// Entries are kept by the 256; whole chunks of them are skipped.
    void itFitsJustSoAtTheEdgesOfChunks()
    {
        SlidingWindow window;
        for (int i = 0; i < 1024; ++i)
            window.add(i, 10, 1, 0);
        for (const int left : {1023, 769, 768, 767, 513, 512, 511, 257, 256, 255, 1, 0}) {
            const auto byTokens = window.whenAtMost({left * 10, 2000});
            QVERIFY(byTokens);
            QCOMPARE(byTokens->last, SlidingWindow::Index(1023 - left));
            QCOMPARE(window.whenAtMost({left * 10 + 9, 2000})->last,
                     SlidingWindow::Index(1023 - left));
            QCOMPARE(window.whenAtMost({20000, left})->last, SlidingWindow::Index(1023 - left));
        }
        QVERIFY(!window.whenAtMost({-1, 2000}));
        // What has left already is not counted again.
        drop(window, 60000 + 299);
        QCOMPARE(window.begin(), SlidingWindow::Index(300));
        QCOMPARE(window.whenAtMost({723 * 10, 2000})->last, SlidingWindow::Index(300));
        QCOMPARE(window.whenAtMost({512 * 10, 2000})->last, SlidingWindow::Index(511));
    }

    void anEntryLeavesWhenItsTimeIsUp()
    {
        SlidingWindow window;
        window.add(5, 10, 1, 0);
        window.add(6, 20, 2, 0);
        std::vector<std::int64_t> gone;
        const auto note = [&](const SlidingWindow::Entry &entry) { gone.push_back(entry.tokens); };
        window.dropExpired(60004, note);
        QVERIFY(gone.empty());
        QCOMPARE(window.sums().tokens, std::int64_t(30));
        window.dropExpired(60005, note);
        QCOMPARE(gone, (std::vector<std::int64_t>{10}));
        QCOMPARE(window.sums().tokens, std::int64_t(20));
        QCOMPARE(window.sums().requests, std::int64_t(2));
        QCOMPARE(window.bookings(), std::size_t(1));
        window.dropExpired(60006, note);
        QCOMPARE(gone.size(), std::size_t(2));
        QCOMPARE(window.bookings(), std::size_t(0));
        QVERIFY(!window.contains(1));
    }

    void whatIsOpenIsKeptAndCorrectedOnlyWithinTheWindow()
    {
        SlidingWindow window;
        const auto first = window.reserve(0, 10, 3, 500, 0);
        const auto second = window.reserve(1, 20, 4, 0, 1);
        QCOMPARE(window.firstOpen(), first);
        QVERIFY(window.isOpen(first) && window.isOpen(second) && !window.isOpen(2));
        closeOpen(window, second, 5, 0);
        QCOMPARE(window.sums().tokens, std::int64_t(35));
        QCOMPARE(window.bookings(), std::size_t(3));
        QCOMPARE(window.firstOpen(), first);
        drop(window, 60000);
        QCOMPARE(window.sums().tokens, std::int64_t(25));
        QVERIFY(window.isOpen(first) && !window.contains(first));
        QCOMPARE(window[first].cost, std::int64_t(500));
        closeOpen(window, first, 7, 1); // it counts no more
        QCOMPARE(window.sums().tokens, std::int64_t(25));
        QCOMPARE(window.sums().requests, std::int64_t(1));
        QCOMPARE(window.bookings(), std::size_t(2));
        QCOMPARE(window.firstOpen(), window.end());
        const auto third = window.reserve(60000, 1, 0, 0, 60000);
        closeOpen(window, third, 0, 0); // nothing to correct is no booking
        QCOMPARE(window.bookings(), std::size_t(3));
    }

    void agreesWithAPlainList()
    {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto below = [&](int most) { return std::int64_t(random() % unsigned(most)); };
        for (int round = 0; round < 6; ++round) {
            SlidingWindow window;
            PlainWindow plain;
            std::vector<SlidingWindow::Index> open;
            std::int64_t now = 0;
            const bool mayBeNegative = round % 3 == 0;
            for (int step = 0; step < 2000; ++step) {
                now += below(3) ? below(150) : 0;
                drop(window, now);
                while (!plain.entries.empty() && plain.entries.front().timeMs <= now - 60000)
                    plain.entries.pop_front();
                const std::int64_t tokens = below(100) - (mayBeNegative && below(5) == 0 ? 90 : 0);
                if (below(2)) {
                    const auto index = window.reserve(now, tokens, 0, 0, now);
                    open.push_back(index);
                    plain.entries.push_back({now, tokens, 1, index, 1});
                } else {
                    plain.entries.push_back({now, tokens, 1, window.add(now, tokens, 1, 0), 1});
                }
                if (!open.empty() && below(3)) {
                    const auto at = open.begin() + below(int(open.size()));
                    const std::int64_t more = below(3) ? below(50) : 0;
                    closeOpen(window, *at, more, 0);
                    for (auto &each : plain.entries)
                        if (each.index == *at && more != 0) {
                            each.tokens += more;
                            ++each.bookings;
                        }
                    open.erase(at);
                }
                const WindowSums sums = plain.sums();
                QCOMPARE(window.sums().tokens, sums.tokens);
                QCOMPARE(window.sums().requests, sums.requests);
                QCOMPARE(window.bookings(), plain.bookings());
                if (step % 50 || sums.tokens <= 0)
                    continue;
                const WindowSums most{below(int(sums.tokens)), sums.requests - below(2)};
                const auto fit = window.whenAtMost(most);
                const auto expected = plain.whenAtMost(most);
                QCOMPARE(fit.has_value(), expected.has_value());
                if (fit)
                    QCOMPARE(fit->timeMs, *expected);
            }
            QVERIFY(!plain.entries.empty());
        }
    }
};

ORRERY_TEST(TestSlidingWindow)
#include "tst_slidingwindow.moc"
