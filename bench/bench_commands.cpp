// SPDX-License-Identifier: GPL-3.0-or-later
// What it costs to start a command, with more and more memory of ours: it must not grow. The reference forks, which copies
// the tables of that memory.
#include "core/tools/command/commandsandbox.h"
#include "core/tools/command/shellcommand.h"

#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace orrery::tools;

namespace {

constexpr std::int64_t kMiB = 1024 * 1024;

/// Memory that is really there, page by page.
std::vector<char> touched(std::int64_t mebibytes)
{
    return std::vector<char>(static_cast<std::size_t>(mebibytes * kMiB), 1);
}

ShellCommand nothing(CommandSandbox *sandbox)
{
    ShellCommand command;
    command.line = "exit 0";
    command.folder = std::filesystem::temp_directory_path();
    command.sandbox = sandbox;
    return command;
}

void startCommand(benchmark::State &state)
{
    const std::vector<char> memory = touched(state.range(0));
    benchmark::DoNotOptimize(memory.data());
    for (auto _ : state)
        if (!runShell(nothing(nullptr), {}).succeeded())
            state.SkipWithError("the command failed");
}
BENCHMARK(startCommand)->Arg(1)->Arg(256)->Arg(2048)->UseRealTime()->Unit(benchmark::kMicrosecond);

void startCommandInSandbox(benchmark::State &state)
{
    if (!whyNoSandbox().empty()) {
        state.SkipWithError(whyNoSandbox().c_str());
        return;
    }
    const auto folder = std::filesystem::temp_directory_path() / "orrery-bench-commands";
    std::filesystem::create_directories(folder);
    {
        CommandSandbox sandbox({}, folder, std::make_shared<TrustedFiles>());
        ShellCommand command = nothing(&sandbox);
        command.folder = folder;
        for (auto _ : state)
            if (!runShell(command, {}).succeeded())
                state.SkipWithError("the command failed");
    }
    std::filesystem::remove_all(folder);
}
BENCHMARK(startCommandInSandbox)->UseRealTime()->Unit(benchmark::kMicrosecond);

/// The least that a fork does: no output is read and nothing is guarded.
void startCommandByFork(benchmark::State &state)
{
    const std::vector<char> memory = touched(state.range(0));
    benchmark::DoNotOptimize(memory.data());
    for (auto _ : state) {
        const pid_t pid = fork();
        if (pid == 0) {
            execl("/bin/sh", "sh", "-c", "exit 0", static_cast<char *>(nullptr));
            _exit(127);
        }
        waitpid(pid, nullptr, 0);
    }
}
BENCHMARK(startCommandByFork)
    ->Arg(1)
    ->Arg(256)
    ->Arg(2048)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

} // namespace
