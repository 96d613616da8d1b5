// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/protection.h"

namespace orrery::runtime {
namespace {

/// With the files that SQLite keeps beside it.
void addDatabase(tools::TrustedFiles &files, const std::filesystem::path &path)
{
    for (const char *suffix : {"", "-wal", "-shm", "-journal"})
        files.add(path.string() + suffix);
}

} // namespace

std::shared_ptr<const tools::TrustedFiles> trustedFilesOf(const RunOptions &options,
                                                          const std::filesystem::path &workspace)
{
    auto files = std::make_shared<tools::TrustedFiles>();
    const TeamSpec &team = options.team;
    if (!team.file.empty())
        files->add(team.file);
    for (const AgentSpec &agent : team.agents)
        if (!agent.script.empty())
            files->add(agent.script);
    if (!team.subAgents.script.empty())
        files->add(team.subAgents.script);
    for (const HookSpec &hook : team.hooks)
        files->addNamedIn(hook.command, workspace);
    if (!options.journalPath.empty())
        addDatabase(*files, options.journalPath);
    for (const std::string *path : {&team.memoryPath, &team.knowledge.path, &team.decisions.path})
        if (!path->empty())
            addDatabase(*files, workspace / *path);
    return files;
}

tools::SandboxPolicy sandboxPolicyOf(const Permissions &permissions)
{
    using Mode = tools::SandboxPolicy::Mode;
    const Mode mode = permissions.sandbox == "required" ? Mode::Required
                      : permissions.sandbox == "off"    ? Mode::Off
                                                        : Mode::Auto;
    return {mode, permissions.network};
}

} // namespace orrery::runtime
