// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/command/commandsandbox.h"

#include "core/tools/command/shellcommand.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

namespace orrery::tools {
namespace fs = std::filesystem;
namespace {

/// Below the home folder: what holds keys, and sockets to what does.
constexpr std::array<std::string_view, 12> kCredentialFolders = {".ssh",
                                                                 ".gnupg",
                                                                 ".aws",
                                                                 ".azure",
                                                                 ".kube",
                                                                 ".docker",
                                                                 ".password-store",
                                                                 ".config",
                                                                 ".local/share/keyrings",
                                                                 ".mozilla",
                                                                 ".config/gcloud",
                                                                 ".local/share/orrery"};
constexpr std::array<std::string_view, 6> kCredentialFiles = {
    ".netrc", ".npmrc", ".pypirc", ".git-credentials", ".pgpass", ".cargo/credentials.toml"};

fs::path bubblewrap()
{
    const char *given = std::getenv("PATH");
    std::string_view places = given ? given : "/usr/bin:/bin";
    while (!places.empty()) {
        const std::string_view place = places.substr(0, places.find(':'));
        places.remove_prefix(std::min(place.size() + 1, places.size()));
        const fs::path program = fs::path(place) / "bwrap";
        if (program.is_absolute() && access(program.c_str(), X_OK) == 0)
            return program;
    }
    return {};
}

/// What every sandbox has.
std::vector<std::string> commonArguments(const fs::path &program)
{
    std::vector<std::string> all = {program.string(),
                                    "--die-with-parent",
                                    "--unshare-pid",
                                    "--unshare-ipc",
                                    "--ro-bind",
                                    "/",
                                    "/",
                                    "--dev",
                                    "/dev",
                                    "--proc",
                                    "/proc"};
    // Root loses its rights in there. To write files of others in the workspace it needs these.
    if (geteuid() == 0)
        for (const char *right : {"CAP_DAC_OVERRIDE", "CAP_CHOWN", "CAP_FOWNER"})
            all.insert(all.end(), {"--cap-add", right});
    return all;
}

std::string probe()
{
    const fs::path program = bubblewrap();
    if (program.empty())
        return "bubblewrap (bwrap) is not installed";
    std::string line;
    for (const std::string &argument : commonArguments(program))
        line += "'" + argument + "' ";
    ShellCommand command;
    command.line = line + "--tmpfs /tmp true";
    command.folder = "/";
    command.timeoutMs = 10000;
    const ShellOutcome outcome = runShell(command, {});
    if (outcome.succeeded())
        return {};
    std::string said = outcome.output.empty() ? outcome.startError : outcome.output;
    said.erase(std::find(said.begin(), said.end(), '\n'), said.end());
    return "bubblewrap does not work here: " + said;
}

/// The folders between the workspace and a path in it, from above; the path itself is not among them.
std::vector<fs::path> foldersBetween(const fs::path &workspace, const fs::path &path)
{
    std::vector<fs::path> folders;
    for (fs::path folder = path.parent_path(); folder != workspace && isOrIsIn(folder, workspace);
         folder = folder.parent_path())
        folders.insert(folders.begin(), folder);
    return folders;
}

class Mounts
{
public:
    explicit Mounts(std::vector<std::string> &arguments) : m_arguments(arguments) {}

    void empty(const fs::path &folder) { add({"--tmpfs", folder.string()}); }
    void writable(const fs::path &from, const fs::path &to)
    {
        add({"--bind", from.string(), to.string()});
    }
    void readOnly(const fs::path &path) { add({"--ro-bind", path.string(), path.string()}); }
    void readOnlyIfThere(const fs::path &path)
    {
        add({"--ro-bind-try", path.string(), path.string()});
    }
    void nothing(const fs::path &file) { add({"--ro-bind", "/dev/null", file.string()}); }

private:
    void add(std::initializer_list<std::string> words)
    {
        m_arguments.insert(m_arguments.end(), words);
    }
    std::vector<std::string> &m_arguments;
};

void hideCredentials(Mounts &mounts, const fs::path &workspace)
{
    const char *home = std::getenv("HOME");
    if (!home || *home != '/')
        return;
    std::error_code error;
    std::set<fs::path> hidden;
    for (const std::string_view name : kCredentialFolders) {
        const fs::path folder = fs::canonical(fs::path(home) / name, error);
        if (!error && fs::is_directory(folder, error) && !isOrIsIn(workspace, folder)
            && hidden.insert(folder).second && !hidden.contains(folder.parent_path()))
            mounts.empty(folder);
    }
    for (const std::string_view name : kCredentialFiles) {
        const fs::path file = fs::canonical(fs::path(home) / name, error);
        if (!error && fs::is_regular_file(file, error))
            mounts.nothing(file);
    }
}

/// A file that is mounted can be neither written nor replaced nor moved; nor can the folders above it, which are mounted
/// for that, be moved away from around it.
void guardTrusted(Mounts &mounts, const fs::path &workspace, const TrustedFiles &trusted)
{
    std::vector<fs::path> paths = trusted.paths();
    const fs::path git = workspace / ".git";
    std::error_code error;
    if (fs::is_directory(fs::symlink_status(git, error))) {
        paths.push_back(git / "hooks");
        paths.push_back(git / "config");
    } else {
        paths.push_back(git); // a worktree's, which names its repository
    }
    std::set<fs::path> mounted;
    for (const fs::path &path : paths) {
        if (!isOrIsIn(path, workspace) || path == workspace || !fs::exists(path, error))
            continue;
        for (const fs::path &folder : foldersBetween(workspace, path))
            if (mounted.insert(folder).second)
                mounts.writable(folder, folder);
    }
    for (const fs::path &path : paths)
        if (isOrIsIn(path, workspace) && path != workspace && fs::exists(path, error))
            mounts.readOnly(path);
}

} // namespace

const std::string &whyNoSandbox()
{
    static const std::string reason = probe();
    return reason;
}

CommandSandbox::CommandSandbox(SandboxPolicy policy, fs::path workspace,
                               std::shared_ptr<const TrustedFiles> trusted)
    : m_policy(policy), m_workspace(std::move(workspace)), m_trusted(std::move(trusted))
{}

bool CommandSandbox::isOn() const
{
    return m_policy.mode != SandboxPolicy::Mode::Off && whyNoSandbox().empty();
}

std::string CommandSandbox::description() const
{
    if (m_policy.mode == SandboxPolicy::Mode::Off)
        return "none (the team's permissions turn it off)";
    if (!whyNoSandbox().empty())
        return "none (" + whyNoSandbox() + ")";
    return m_policy.network ? "bubblewrap" : "bubblewrap, no network";
}

Result<std::vector<std::string>> CommandSandbox::wrapper()
{
    if (!isOn()) {
        if (m_policy.mode == SandboxPolicy::Mode::Required)
            return fail(ErrorCode::Denied,
                        "The team's permissions require a sandbox, and there is none: "
                            + whyNoSandbox() + ".");
        return std::vector<std::string>();
    }
    fs::path temporary;
    {
        std::lock_guard lock(m_mutex);
        if (!m_temporary) {
            auto made = PrivateFolder::make();
            if (!made)
                return fail(made.error());
            m_temporary.emplace(std::move(*made));
        }
        temporary = m_temporary->path();
    }
    return arguments(temporary);
}

std::vector<std::string> CommandSandbox::arguments(const fs::path &temporary) const
{
    std::vector<std::string> all = commonArguments(bubblewrap());
    Mounts mounts(all);
    mounts.empty("/run");
    for (const char *resolver : {"/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager"})
        mounts.readOnlyIfThere(resolver);
    mounts.writable(temporary, "/tmp");
    mounts.writable(temporary, "/var/tmp");
    mounts.writable(m_workspace, m_workspace);
    hideCredentials(mounts, m_workspace);
    guardTrusted(mounts, m_workspace, *m_trusted);
    if (!m_policy.network)
        all.push_back("--unshare-net");
    all.insert(all.end(), {"--chdir", m_workspace.string(), "--"});
    return all;
}

} // namespace orrery::tools
