// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/eventpump.h"

#include <QElapsedTimer>

#include <algorithm>
#include <limits>
#include <mutex>

namespace orrery::ui {
namespace {

constexpr int tickMs = 16;
constexpr qint64 budgetUs = 8000;
constexpr std::size_t smallestChunk = 64;
constexpr std::size_t largestChunk = 16384;

} // namespace

/// What the waking thread touches: it may run while the pump is being destroyed. Lock order: bus
/// before gate.
struct EventPump::Gate {
    std::mutex mutex;
    EventPump *pump = nullptr; // guarded by mutex
};

EventPump::EventPump(QObject *parent) : QObject(parent)
{
    m_timer.setInterval(tickMs);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &EventPump::tick);
}

EventPump::~EventPump()
{
    // Not delivered any more: the projections may be gone already.
    if (m_gate) {
        std::lock_guard lock(m_gate->mutex);
        m_gate->pump = nullptr;
    }
}

void EventPump::attach(runtime::EventBus &bus)
{
    detach();
    auto gate = std::make_shared<Gate>();
    gate->pump = this;
    m_gate = gate;
    m_subscription = bus.subscribe([gate] {
        std::lock_guard lock(gate->mutex);
        if (EventPump *pump = gate->pump)
            QMetaObject::invokeMethod(
                pump, [pump] { pump->wake(); }, Qt::QueuedConnection);
    });
}

void EventPump::detach()
{
    if (m_subscription)
        drainAll();
    letGo();
}

void EventPump::letGo()
{
    if (!m_subscription)
        return;
    {
        std::lock_guard lock(m_gate->mutex);
        m_gate->pump = nullptr;
    }
    m_subscription.reset();
    m_gate.reset();
    m_timer.stop();
}

void EventPump::addProjection(Projection *projection) { m_projections.push_back(projection); }

void EventPump::removeProjection(Projection *projection) { std::erase(m_projections, projection); }

bool EventPump::isCaughtUp() const { return !m_subscription || m_subscription->empty(); }

void EventPump::wake()
{
    if (m_subscription && !m_timer.isActive())
        m_timer.start();
}

void EventPump::tick()
{
    if (!m_subscription) {
        m_timer.stop();
        return;
    }
    QElapsedTimer watch;
    watch.start();
    const std::size_t count = deliver(m_chunk);
    const qint64 took = watch.nsecsElapsed() / 1000;
    if (took > budgetUs)
        m_chunk = std::max(smallestChunk, m_chunk / 2);
    else if (count == m_chunk && took < budgetUs / 2)
        m_chunk = std::min(largestChunk, m_chunk * 2);
    // An event that comes after this look wakes us again.
    if (isCaughtUp()) {
        m_timer.stop();
        emit caughtUp();
    }
}

void EventPump::drainAll()
{
    // Once: those who go on publishing must not keep us here.
    if (isCaughtUp())
        return;
    deliver(std::numeric_limits<std::size_t>::max());
    emit caughtUp();
}

std::size_t EventPump::deliver(std::size_t max)
{
    const std::vector<EventPtr> batch = m_subscription->drain(max);
    if (batch.empty())
        return 0;
    const std::vector<EventPtr> merged = mergeDeltas(batch);
    m_delivered += batch.size();
    for (Projection *projection : m_projections)
        projection->apply(projection->wantsEveryDelta() ? batch : merged);
    emit batchDelivered(static_cast<int>(batch.size()));
    return batch.size();
}

} // namespace orrery::ui
