// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/loopcase.h"
#include "app/conformance/suites.h"

#include <algorithm>

namespace orrery::conformance {
namespace {

Json run(const Json &input)
{
    LoopCase loop(input);
    return input.value("run_stream", false) ? loop.runStream() : loop.run();
}

} // namespace

void addLoopSuite(Runners &runners) { runners[{"agent_loop", "run"}] = run; }

} // namespace orrery::conformance
