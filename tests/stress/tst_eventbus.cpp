// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/eventbus.h"
#include "tests/stress/duration.h"
#include "tests/support/tsansuppressions.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <condition_variable>
#include <thread>

using namespace orrery;
using namespace orrery::runtime;

namespace {

/// Drains a subscription on a thread of its own and checks what it gets.
class Receiver
{
public:
    explicit Receiver(EventBus &bus)
        : m_subscription(bus.subscribe([bell = m_bell] { bell->ring(); }))
    {
        m_thread = std::jthread([this] { run(); });
    }
    void finish()
    {
        m_ending = true;
        m_bell->ring();
        m_thread.join();
    }
    std::uint64_t received = 0;
    std::uint64_t lastSeq = 0;
    bool isInOrder = true;

private:
    void run()
    {
        std::map<std::string, int> lastOf;
        for (bool ending = false; !ending;) {
            m_bell->wait();
            ending = m_ending;
            for (auto batch = m_subscription->drain(100); !batch.empty();
                 batch = m_subscription->drain(100))
                for (const EventPtr &event : batch) {
                    isInOrder = isInOrder && (lastSeq == 0 || event->seq == lastSeq + 1);
                    lastSeq = event->seq;
                    const int number = event->data["n"];
                    int &last = lastOf.try_emplace(event->agent, number - 1).first->second;
                    isInOrder = isInOrder && number == last + 1;
                    last = number;
                    ++received;
                }
        }
    }

    /// Outlives the receiver: the bus may be about to ring it.
    struct Bell {
        std::mutex mutex;
        std::condition_variable rung;
        bool isDue = false;

        void ring()
        {
            std::lock_guard lock(mutex);
            isDue = true;
            rung.notify_one();
        }
        void wait()
        {
            std::unique_lock lock(mutex);
            rung.wait(lock, [this] { return isDue; });
            isDue = false;
        }
    };
    std::shared_ptr<Bell> m_bell = std::make_shared<Bell>();
    std::atomic<bool> m_ending{false};
    std::shared_ptr<Subscription> m_subscription;
    std::jthread m_thread;
};

} // namespace

class StressEventBus : public QObject
{
    Q_OBJECT

private slots:
    void everyReceiverGetsEveryEventInOneOrder()
    {
        const test::Duration duration;
        const SystemClock clock;
        EventBus bus(clock, nullptr);
        Receiver first(bus);
        Receiver second(bus);
        std::atomic<std::uint64_t> published{0};
        {
            std::vector<std::jthread> threads;
            for (int t = 0; t < 8; ++t)
                threads.emplace_back([&, t] {
                    for (int n = 0; !duration.isOver(); ++n) {
                        Event event;
                        event.agent = "a" + std::to_string(t);
                        event.data = {{"n", n}};
                        bus.publish(std::move(event));
                        ++published;
                        if (n % 64 == 63) // receivers have to keep up: queues are not bounded
                            std::this_thread::sleep_for(std::chrono::microseconds(200));
                    }
                });
            // Some come and go meanwhile.
            threads.emplace_back([&] {
                while (!duration.isOver()) {
                    Receiver passing(bus);
                    std::this_thread::sleep_for(std::chrono::milliseconds(2));
                    passing.finish();
                    if (!passing.isInOrder)
                        qFatal("a passing receiver saw another order");
                }
            });
        }
        first.finish();
        second.finish();
        QVERIFY(published > 1000);
        for (const Receiver *each : {&first, &second}) {
            QVERIFY(each->isInOrder);
            QCOMPARE(each->received, published.load());
            QCOMPARE(each->lastSeq, published.load());
        }
    }
};

ORRERY_TEST(StressEventBus)
#include "tst_eventbus.moc"
