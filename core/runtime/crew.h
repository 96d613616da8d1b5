// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThread>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace orrery::runtime {

class AgentWorker;

/// The agents of a run and the worker threads that they live on. A newcomer goes to the thread with the fewest agents.
/// An agent stays until the end, also when it has left the team: what it began may still come back to it. Belongs to the
/// run's thread but for post().
class Crew
{
public:
    /// At most so many threads, each started when it is needed.
    explicit Crew(int threads);
    ~Crew(); ///< stop()

    /// Takes the worker over and moves it to its thread.
    void add(AgentWorker *worker);
    AgentWorker *find(const std::string &name) const; ///< null = none
    const std::vector<AgentWorker *> &all() const { return m_workers; }
    bool anyBusy() const;
    /// Runs `job` on the agent's thread; nothing when there is no such agent. Thread-safe.
    void post(const std::string &agent, std::function<void(AgentWorker &)> job) const;
    void postAll(const std::function<void(AgentWorker &)> &job) const;
    /// From then on post() does nothing, and there are no agents to be asked.
    void close();
    /// Closes it, ends the threads, having worked off what was posted, and destroys the agents. Blocks; on any thread.
    void stop();

private:
    struct Lane {
        std::unique_ptr<QThread> thread;
        int agents = 0;
    };
    Lane &quietestLane();

    const std::size_t m_maxThreads;
    std::vector<Lane> m_lanes;
    std::vector<AgentWorker *> m_workers; ///< each deleted on its own thread
    mutable std::mutex m_mutex;
    std::map<std::string, AgentWorker *> m_byName; ///< guarded by m_mutex
};

} // namespace orrery::runtime
