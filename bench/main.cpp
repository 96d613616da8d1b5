// SPDX-License-Identifier: GPL-3.0-or-later
// The benchmarks run with the heap as the programs set it.
#include "core/base/heappolicy.h"

#include <benchmark/benchmark.h>

int main(int argc, char **argv)
{
    orrery::keepFreedMemory();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
