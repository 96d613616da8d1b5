// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/eventbus.h"
#include "ui/viewmodels/projection.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <vector>

namespace orrery::ui {

/// Brings events from the threads of a run to the GUI thread: at most one batch every 16 ms, sized
/// so that applying it takes about half a frame. Loses nothing. Lives on the GUI thread; the bus
/// must outlive the attachment.
class EventPump : public QObject
{
    Q_OBJECT
public:
    explicit EventPump(QObject *parent = nullptr);
    ~EventPump() override;

    /// Listens to `bus` from now on, instead of what it listened to before.
    void attach(runtime::EventBus &bus);
    /// Delivers what is queued, then lets go.
    void detach();
    /// Lets go at once: what is queued is not wanted any more.
    void letGo();
    /// Not owned. Gets the batches from now on.
    void addProjection(Projection *projection);
    void removeProjection(Projection *projection);

    /// Delivers everything that is queued now, however long it takes.
    void drainAll();
    bool isCaughtUp() const;
    std::uint64_t delivered() const { return m_delivered; } ///< events since it was made

signals:
    /// After the projections have a batch of so many events.
    void batchDelivered(int events);
    void caughtUp();

private:
    struct Gate;
    void wake();
    void tick();
    std::size_t deliver(std::size_t max);

    std::shared_ptr<Gate> m_gate;
    std::shared_ptr<runtime::Subscription> m_subscription;
    std::vector<Projection *> m_projections;
    QTimer m_timer;
    std::size_t m_chunk = 512; ///< grows and shrinks with what a batch takes
    std::uint64_t m_delivered = 0;
};

} // namespace orrery::ui
