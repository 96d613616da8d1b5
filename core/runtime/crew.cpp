// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/crew.h"

#include "core/runtime/agentworker.h"

#include <algorithm>

namespace orrery::runtime {

Crew::Crew(int threads) : m_maxThreads(static_cast<std::size_t>(std::max(1, threads))) {}

Crew::~Crew() { stop(); }

Crew::Lane &Crew::quietestLane()
{
    const auto quietest =
        std::min_element(m_lanes.begin(), m_lanes.end(),
                         [](const Lane &a, const Lane &b) { return a.agents < b.agents; });
    if (m_lanes.size() == m_maxThreads || (quietest != m_lanes.end() && quietest->agents == 0))
        return *quietest;
    m_lanes.push_back({std::make_unique<QThread>(), 0});
    QThread &thread = *m_lanes.back().thread;
    thread.setObjectName(QStringLiteral("agents-%1").arg(m_lanes.size() - 1));
    thread.start();
    return m_lanes.back();
}

void Crew::add(AgentWorker *worker)
{
    Lane &lane = quietestLane();
    ++lane.agents;
    worker->moveToThread(lane.thread.get());
    QObject::connect(lane.thread.get(), &QThread::finished, worker, &QObject::deleteLater);
    std::lock_guard lock(m_mutex);
    m_workers.push_back(worker);
    m_byName.emplace(worker->name(), worker);
}

AgentWorker *Crew::find(const std::string &name) const
{
    std::lock_guard lock(m_mutex);
    const auto it = m_byName.find(name);
    return it == m_byName.end() ? nullptr : it->second;
}

bool Crew::anyBusy() const
{
    return std::any_of(m_workers.begin(), m_workers.end(),
                       [](const AgentWorker *worker) { return worker->isBusy(); });
}

void Crew::post(const std::string &agent, std::function<void(AgentWorker &)> job) const
{
    std::lock_guard lock(m_mutex); // held while posting: the worker may not go meanwhile
    const auto it = m_byName.find(agent);
    if (it != m_byName.end())
        it->second->post([worker = it->second, job = std::move(job)] { job(*worker); });
}

void Crew::postAll(const std::function<void(AgentWorker &)> &job) const
{
    for (AgentWorker *worker : m_workers)
        worker->post([worker, job] { job(*worker); });
}

void Crew::close()
{
    std::lock_guard lock(m_mutex);
    m_byName.clear();
    m_workers.clear();
}

void Crew::stop()
{
    close();
    for (const Lane &lane : m_lanes)
        lane.thread->quit();
    for (const Lane &lane : m_lanes)
        lane.thread->wait();
    m_lanes.clear();
}

} // namespace orrery::runtime
