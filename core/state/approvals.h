// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/state/shared.h"
#include "core/state/stateevent.h"

#include <string>
#include <vector>

namespace orrery::state {

/// A question that nobody has answered.
struct OpenApproval {
    std::string agent, call, tool;
    std::string
        approval; ///< its id; empty in journals of older versions, where agent and call stand for it
    std::uint64_t seq = 0; ///< of the event that asks, with arguments and reason
    std::int64_t sinceUs = 0;

    bool operator==(const OpenApproval &) const = default;
};

/// What waits for a person, in the order in which it was asked.
class Approvals
{
public:
    void apply(const StateEvent &event);
    const std::vector<OpenApproval> &open() const { return *m_open; }
    bool operator==(const Approvals &) const = default;

private:
    Shared<std::vector<OpenApproval>> m_open;
};

} // namespace orrery::state
