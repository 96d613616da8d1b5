// SPDX-License-Identifier: GPL-3.0-or-later
// The benchmarks run as the programs do: with the heap as they set it, and not as the only thread, since glibc's mutexes
// do without atomic operations in a process that has no other.
#include "core/base/heappolicy.h"

#include <benchmark/benchmark.h>

#include <future>
#include <thread>

int main(int argc, char **argv)
{
    orrery::keepFreedMemory();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 1;
    std::promise<void> end;
    std::thread idle([&end] { end.get_future().wait(); });
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    end.set_value();
    idle.join();
    return 0;
}
