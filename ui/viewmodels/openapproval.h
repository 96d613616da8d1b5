// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"

#include <string>

namespace orrery::ui {

/// A request for approval that has not been answered, as far as it takes to tell it from the others.
struct OpenApproval {
    explicit OpenApproval(const Event &request);
    /// By an answer, or because its agent or its run has nothing to wait for any more.
    bool isEndedBy(const Event &event) const;
    /// Of which the run has no other. Journals of older versions have no id for it: then agent and call stand for it.
    std::string key() const;

    std::string agent, approval, call;
};

} // namespace orrery::ui
