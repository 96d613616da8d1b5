// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"

#include <vector>

namespace orrery::ui {

/// Something that is built from events and nothing else. Lives on the GUI thread. Applying the same
/// events after `reset()`, in whatever batches, gives the same content.
class Projection
{
public:
    virtual ~Projection() = default;
    /// Events in order of their number. Tells its views once per batch.
    virtual void apply(const std::vector<EventPtr> &batch) = 0;
    virtual void reset() = 0;
    /// No more events will come: what has no end among them is over nevertheless.
    virtual void endOfJournal() {}
    /// True for a projection that must see each ModelDelta; the others get adjacent ones of a call
    /// as one.
    virtual bool wantsEveryDelta() const { return false; }
};

/// Adjacent ModelDelta events of the same call and the same field (text or thinking) as one, with
/// the number and time of the first, from which what they make has its name. Everything else is passed through.
std::vector<EventPtr> mergeDeltas(const std::vector<EventPtr> &batch);

} // namespace orrery::ui
