// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/team/mailbox.h"
#include "core/team/membership.h"

#include <optional>
#include <set>
#include <string>

namespace orrery::runtime {

/// Says when a run is over: when nobody works, and nobody that takes part has mail. Belongs to the run's thread.
class Orchestrator
{
public:
    /// Its turn failed or was stopped: it takes no mail until it comes back.
    void drop(const std::string &agent) { m_dropped.insert(agent); }
    /// For good: it has crashed, or was a sub-agent whose task is over.
    void dismiss(const std::string &agent)
    {
        drop(agent);
        m_dismissed.insert(agent);
    }
    bool isDismissed(const std::string &agent) const { return m_dismissed.contains(agent); }
    void comeBack(const std::string &agent) { m_dropped.erase(agent); }
    /// The first one since the run began, or went on, is why it fails.
    void noteFailure(std::string sentence);

    struct End {
        std::string outcome; ///< done, failed, stopped
        std::string reason;
    };
    /// Nothing while something goes on. `anyBusy` is asked last: whoever takes mail has marked itself busy before.
    template <typename AnyBusy>
    std::optional<End> end(const team::Membership &members, const team::Mailbox &mailbox,
                           bool isStopping, AnyBusy anyBusy)
    {
        if ((!isStopping && hasMail(members, mailbox)) || anyBusy())
            return std::nullopt;
        return takeEnd(isStopping);
    }

private:
    bool hasMail(const team::Membership &members, const team::Mailbox &mailbox) const;
    End takeEnd(bool isStopping);

    std::set<std::string> m_dropped;
    std::set<std::string> m_dismissed;
    std::string m_failure;
};

} // namespace orrery::runtime
