// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/messagelog.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <algorithm>
#include <thread>

using namespace orrery;

namespace {

MessageLog::value_type message(int number)
{
    return std::make_shared<const Message>(Message::user(std::to_string(number)));
}

int numberOf(const MessageLog::value_type &message) { return std::stoi(*message->content); }

void append(MessageLog &log, int from, int to)
{
    for (int number = from; number < to; ++number)
        log.push_back(message(number));
}

/// The numbers 0, 1, 2, … of the given length.
bool counts(const MessageLog &log, int length)
{
    int expected = 0;
    for (const auto &message : log)
        if (numberOf(message) != expected++)
            return false;
    return expected == length && log.size() == std::size_t(length);
}

} // namespace

class TestMessageLog : public QObject
{
    Q_OBJECT

private slots:
    void tellsWhereItBegins_data()
    {
        QTest::addColumn<int>("length");
        for (const int length : {0, 1, 255, 256, 257, 600})
            QTest::addRow("%d", length) << length;
    }

    void tellsWhereItBegins()
    {
        QFETCH(int, length);
        MessageLog start;
        append(start, 0, length);
        MessageLog log = start;
        append(log, length, length + 300);
        QVERIFY(log.startsWith(start));
        QVERIFY(log.startsWith(log));
        QVERIFY(!start.startsWith(log));
        MessageLog sibling = start;
        append(sibling, length, length + 1);
        QVERIFY(sibling.startsWith(start));
        QVERIFY(!log.startsWith(sibling));
        MessageLog rebuilt;
        for (const auto &entry : start)
            rebuilt.push_back(entry);
        QVERIFY(log.startsWith(rebuilt));
        MessageLog other;
        append(other, 0, length);
        QCOMPARE(log.startsWith(other), length == 0);
    }

    void keepsWhatIsAppended_data()
    {
        QTest::addColumn<int>("length");
        for (const int length : {0, 1, 255, 256, 257, 511, 512, 513, 3000})
            QTest::addRow("%d", length) << length;
    }

    void keepsWhatIsAppended()
    {
        QFETCH(int, length);
        MessageLog log;
        append(log, 0, length);
        QVERIFY(counts(log, length));
        QCOMPARE(log.empty(), length == 0);
        for (int i = 0; i < length; ++i)
            QCOMPARE(numberOf(log[std::size_t(i)]), i);
        if (length > 0) {
            QCOMPARE(numberOf(log.front()), 0);
            QCOMPARE(numberOf(log.back()), length - 1);
        }
        int expected = length;
        for (auto it = log.rbegin(); it != log.rend(); ++it)
            QCOMPARE(numberOf(*it), --expected);
        QCOMPARE(expected, 0);
    }

    void aCopyStaysAsItWas_data() { keepsWhatIsAppended_data(); }

    void aCopyStaysAsItWas()
    {
        QFETCH(int, length);
        MessageLog log;
        append(log, 0, length);
        const MessageLog copy = log;
        QVERIFY(copy == log);
        append(log, length, length + 600);
        QVERIFY(counts(copy, length));
        QVERIFY(counts(log, length + 600));
        QVERIFY(!(copy == log));
    }

    void copiesThatGoOnPartWays_data() { keepsWhatIsAppended_data(); }

    void copiesThatGoOnPartWays()
    {
        QFETCH(int, length);
        MessageLog first;
        append(first, 0, length);
        MessageLog second = first;
        MessageLog third = first;
        first.push_back(message(-1));
        append(second, length, length + 300);
        third.push_back(message(-3));
        QCOMPARE(first.size(), std::size_t(length + 1));
        QCOMPARE(numberOf(first.back()), -1);
        QVERIFY(counts(second, length + 300));
        QCOMPARE(numberOf(third.back()), -3);
    }

    void sharesTheMessages()
    {
        MessageLog log = {message(0), message(1)};
        const MessageLog copy = log;
        QCOMPARE(copy[1].get(), log[1].get());
        QVERIFY(MessageLog({message(0)}) != MessageLog({message(0)}));
    }

    void whatWasMovedAwayIsEmptyAndUsable()
    {
        MessageLog log = {message(0)};
        MessageLog other = std::move(log);
        QVERIFY(counts(other, 1));
        QVERIFY(log.empty());
        append(log, 0, 3);
        QVERIFY(counts(log, 3));
        log = std::move(other);
        QVERIFY(counts(log, 1));
        log.clear();
        QVERIFY(log.empty());
        QVERIFY(log.begin() == log.end());
    }

    void messagesLiveAsLongAsALogHoldsThem()
    {
        auto first = message(0);
        const std::weak_ptr<const Message> watch = first;
        {
            MessageLog log = {std::move(first)};
            MessageLog copy = log;
            log.clear();
            QVERIFY(!watch.expired());
        }
        QVERIFY(watch.expired());
    }

    void standardAlgorithmsWorkOnIt()
    {
        MessageLog log;
        append(log, 0, 600);
        const auto found = std::partition_point(log.begin(), log.end(),
                                                [](const auto &m) { return numberOf(m) < 500; });
        QCOMPARE(found - log.begin(), 500);
        QCOMPARE(numberOf(found[-1]), 499);
        QCOMPARE(numberOf(*(log.end() - 1)), 599);
        QVERIFY(log.begin() < found);
    }

    void copiesMayGoOnOnOtherThreads()
    {
        for (int round = 0; round < 50; ++round) {
            MessageLog log;
            append(log, 0, 250);
            std::vector<MessageLog> copies(4, log);
            std::vector<std::thread> threads;
            for (MessageLog &copy : copies)
                threads.emplace_back([&copy] {
                    for (int number = 250; number < 300; ++number) {
                        copy.push_back(message(number));
                        const MessageLog snapshot = copy;
                        if (!counts(snapshot, number + 1))
                            return;
                    }
                });
            append(log, 250, 300);
            for (std::thread &thread : threads)
                thread.join();
            QVERIFY(counts(log, 300));
            for (const MessageLog &copy : copies)
                QVERIFY(counts(copy, 300));
        }
    }
};

ORRERY_TEST(TestMessageLog)
#include "tst_messagelog.moc"
