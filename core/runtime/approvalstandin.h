// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/approvals.h"
#include "core/runtime/eventbus.h"

#include <QObject>

#include <memory>

namespace orrery::runtime {

struct TeamServices;

/// Answers approval requests as a run's ApprovalMode says, from the stream of events like a person would, so that there
/// is one way for both. Belongs to the run's thread.
class ApprovalStandIn : public QObject
{
public:
    /// The mode is not Ask.
    ApprovalStandIn(ApprovalMode mode, TeamServices &services);

private:
    void answer(const Event &request);

    const ApprovalMode m_mode;
    TeamServices &m_services;
    std::shared_ptr<Subscription> m_events;
};

} // namespace orrery::runtime
