// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace orrery::runtime {

/// How work that is done elsewhere finds back to the object that asked for it, and which it may outlive. Held by both;
/// thread-safe but for close().
class WayBack
{
public:
    explicit WayBack(QObject &object) : m_object(&object) {}

    /// Runs the job on the object's thread. False when the object has gone: the job is dropped.
    bool post(std::function<void()> job) const
    {
        std::lock_guard lock(m_mutex); // held while posting: the object may not go meanwhile
        if (!m_object)
            return false;
        QMetaObject::invokeMethod(m_object, std::move(job), Qt::QueuedConnection);
        return true;
    }
    /// The object goes: first thing in its destructor, on its thread.
    void close()
    {
        std::lock_guard lock(m_mutex);
        m_object = nullptr;
    }

private:
    mutable std::mutex m_mutex;
    QObject *m_object; // guarded by m_mutex
};

using WayBackPtr = std::shared_ptr<WayBack>;

} // namespace orrery::runtime
