// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/eventcolumns.h"
#include "core/state/stateevent.h"

#include <string>

namespace orrery::state {

/// The latest run.
class Run
{
public:
    enum class State { None, Running, Paused, Done, Failed, Stopped };

    void apply(const StateEvent &event)
    {
        switch (event.kind()) {
        case EventKind::RunStarted:
            *this = {};
            id = event.run();
            startSeq = event.seq();
            startUs = event.row().timeUs;
            state = State::Running;
            break;
        case EventKind::RunPaused: state = State::Paused; break;
        case EventKind::RunResumed: // also when a message makes one that has ended go on
            state = State::Running;
            endSeq = 0;
            break;
        case EventKind::RunFinished:
            state = Outcome(event.row().detail) == Outcome::Done      ? State::Done
                    : Outcome(event.row().detail) == Outcome::Stopped ? State::Stopped
                                                                      : State::Failed;
            endSeq = event.seq();
            break;
        default: break;
        }
    }
    bool operator==(const Run &) const = default;

    std::string id;
    State state = State::None;
    std::uint64_t startSeq = 0; ///< the event that has team, task, limits, …; 0 = none
    std::uint64_t endSeq = 0;   ///< the event that has the reason; 0 = it has not ended
    std::int64_t startUs = 0;
};

} // namespace orrery::state
