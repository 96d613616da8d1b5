// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"
#include "tests/viewmodels/story.h"
#include "ui/viewmodels/eventpump.h"
#include "ui/viewmodels/fields.h"
#include "tests/support/testregistry.h"

#include <QSignalSpy>
#include <QtTest>

#include <atomic>
#include <map>
#include <thread>

using namespace orrery;
using namespace orrery::ui;

namespace {

/// Keeps what it was given.
class Recorder : public Projection
{
public:
    explicit Recorder(bool everyDelta = false) : m_everyDelta(everyDelta) {}
    void apply(const std::vector<EventPtr> &batch) override
    {
        events.insert(events.end(), batch.begin(), batch.end());
    }
    void reset() override { events.clear(); }
    bool wantsEveryDelta() const override { return m_everyDelta; }
    std::vector<EventPtr> events;

private:
    bool m_everyDelta;
};

Event delta(std::string agent, std::string call, std::string text)
{
    Event event;
    event.kind = EventKind::ModelDelta;
    event.agent = std::move(agent);
    event.data = {{"call", std::move(call)}, {"text", std::move(text)}};
    return event;
}

QStringList textsOf(const std::vector<EventPtr> &events)
{
    QStringList texts;
    for (const EventPtr &event : events)
        texts << QStringLiteral("%1 %2%3")
                     .arg(event->seq)
                     .arg(Fields(event->data).text("text"), Fields(event->data).text("thinking"));
    return texts;
}

} // namespace

class TestEventPump : public QObject
{
    Q_OBJECT
private slots:
    void mergesAdjacentDeltasOfACall()
    {
        Story story;
        const auto say = [&](const char *agent, const char *call, const char *field, Json text) {
            story.add(EventKind::ModelDelta, agent, {{"call", call}, {field, std::move(text)}});
        };
        say("a", "1", "text", "Hel");
        say("a", "1", "text", "lo");
        say("b", "2", "text", "other agent");
        say("a", "1", "text", " again");
        say("a", "1", "thinking", "hm");
        say("a", "1", "thinking", "m");
        say("a", "3", "text", "next call");
        say("a", "3", "text", 7);
        story.state("a", "idle");
        QCOMPARE(textsOf(mergeDeltas(story.events())),
                 QStringList(
                     {"1 Hello", "3 other agent", "4  again", "5 hmm", "7 next call", "8 ", "9 "}));
        QCOMPARE(mergeDeltas({}).size(), std::size_t(0));
    }

    void deliversInOrderAndTellsTheEnd()
    {
        ManualClock clock(1000);
        runtime::EventBus bus(clock, nullptr);
        EventPump pump;
        Recorder merged;
        Recorder every(true);
        pump.addProjection(&merged);
        pump.addProjection(&every);
        pump.attach(bus);
        QSignalSpy caughtUp(&pump, &EventPump::caughtUp);
        for (const char *text : {"a", "b", "c"})
            bus.publish(delta("x", "1", text));
        QVERIFY(!pump.isCaughtUp());
        QVERIFY(caughtUp.wait());
        QVERIFY(pump.isCaughtUp());
        QCOMPARE(textsOf(merged.events), QStringList({"1 abc"}));
        QCOMPARE(textsOf(every.events), QStringList({"1 a", "2 b", "3 c"}));
        pump.removeProjection(&merged);
        bus.publish(delta("x", "1", "d"));
        QVERIFY(caughtUp.wait());
        QCOMPARE(merged.events.size(), std::size_t(1));
        QCOMPARE(every.events.size(), std::size_t(4));
        QCOMPARE(pump.delivered(), std::uint64_t(4));
    }

    void losesNothingThatManyThreadsPublish()
    {
        SystemClock clock;
        runtime::EventBus bus(clock, nullptr);
        EventPump pump;
        Recorder merged;
        Recorder every(true);
        pump.addProjection(&merged);
        pump.addProjection(&every);
        pump.attach(bus);
        constexpr int threads = 4;
        constexpr int each = 20000;
        std::vector<std::thread> publishers;
        for (int t = 0; t < threads; ++t)
            publishers.emplace_back([&bus, t] {
                for (int i = 0; i < each; ++i)
                    bus.publish(delta("agent" + std::to_string(t), std::to_string(i / 100),
                                      std::to_string(i) + ","));
            });
        QTRY_COMPARE_WITH_TIMEOUT(pump.delivered(), std::uint64_t(threads * each), 60000);
        for (std::thread &publisher : publishers)
            publisher.join();
        QVERIFY(pump.isCaughtUp());
        for (std::size_t i = 0; i < every.events.size(); ++i)
            QCOMPARE(every.events[i]->seq, std::uint64_t(i + 1));
        std::string expected;
        for (int i = 0; i < each; ++i)
            expected += std::to_string(i) + ",";
        std::map<std::string, std::string> texts;
        for (const EventPtr &event : merged.events)
            texts[event->agent] += Fields(event->data).view("text");
        QCOMPARE(texts.size(), std::size_t(threads));
        for (const auto &[agent, text] : texts)
            QVERIFY2(text == expected, agent.c_str());
    }

    void detachingDeliversWhatIsQueued()
    {
        ManualClock clock(1000);
        runtime::EventBus bus(clock, nullptr);
        EventPump pump;
        Recorder every(true);
        pump.addProjection(&every);
        pump.attach(bus);
        for (int i = 0; i < 5000; ++i)
            bus.publish(delta("x", "1", "t"));
        pump.detach();
        QCOMPARE(every.events.size(), std::size_t(5000));
        bus.publish(delta("x", "1", "unheard"));
        QCoreApplication::processEvents();
        QCOMPARE(every.events.size(), std::size_t(5000));
    }

    void mayDieWhileOthersPublish()
    {
        SystemClock clock;
        runtime::EventBus bus(clock, nullptr);
        std::atomic<bool> stop{false};
        std::atomic<int> published{0};
        std::thread publisher([&] {
            while (!stop) {
                bus.publish(delta("x", "1", "t"));
                ++published;
            }
        });
        std::uint64_t heard = 0;
        for (int i = 0; i < 200; ++i) {
            EventPump pump;
            Recorder recorder;
            pump.addProjection(&recorder);
            pump.attach(bus);
            const int before = published;
            while (published < before + 10)
                QCoreApplication::processEvents();
            if (i % 2)
                pump.detach();
            heard += pump.delivered();
        }
        stop = true;
        publisher.join();
        QCoreApplication::processEvents();
        QVERIFY(heard > 0);
    }
};

ORRERY_TEST(TestEventPump)
#include "tst_eventpump.moc"
