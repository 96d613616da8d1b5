// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/command/commandsandbox.h"

#include "core/tools/command/shellcommand.h"
#include "core/tools/trustedgit.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include <pwd.h>
#include <unistd.h>

namespace orrery::tools {
namespace fs = std::filesystem;
namespace {

/// Below the home folder: what holds keys, and sockets to what does.
constexpr std::array<std::string_view, 24> kCredentialFolders = {".1password",
                                                                 ".cache/huggingface",
                                                                 ".claude",
                                                                 ".codex",
                                                                 ".gemini",
                                                                 ".gradle",
                                                                 ".m2",
                                                                 ".terraform.d",
                                                                 ".thunderbird",
                                                                 ".vault-token",
                                                                 ".var/app",
                                                                 "snap",
                                                                 ".ssh",
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
constexpr std::array<std::string_view, 11> kCredentialFiles = {".Xauthority",
                                                               ".ICEauthority",
                                                               ".cargo/credentials",
                                                               ".my.cnf",
                                                               ".vault-token",
                                                               ".netrc",
                                                               ".npmrc",
                                                               ".pypirc",
                                                               ".git-credentials",
                                                               ".pgpass",
                                                               ".cargo/credentials.toml"};

/// Not where PATH says, as a command may be able to write there.
fs::path bubblewrap()
{
    for (const char *place : {"/usr/bin/bwrap", "/bin/bwrap", "/usr/local/bin/bwrap"})
        if (access(place, X_OK) == 0)
            return place;
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
                                    "/"};
    // Root keeps its rights unless they are taken; to write files of others in the workspace it needs these.
    all.insert(all.end(), {"--cap-drop", "ALL"});
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
    command.line = line + "--dev /dev --proc /proc --tmpfs /tmp true";
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

    /// What a sandbox has instead of the system's own.
    void system(const fs::path &temporary)
    {
        add({"--dev", "/dev", "--proc", "/proc"});
        empty("/run");
        for (const char *resolver :
             {"/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager"})
            readOnlyIfThere(resolver);
        writable(temporary, "/tmp");
        std::error_code error;
        if (fs::is_directory(fs::symlink_status("/var/tmp", error)))
            writable(temporary, "/var/tmp");
    }
    void empty(const fs::path &folder) { add({"--tmpfs", folder.string()}); }
    void writable(const fs::path &from, const fs::path &to)
    {
        add({"--bind", from.string(), to.string()});
    }
    void readOnlyIfThere(const fs::path &path)
    {
        add({"--ro-bind-try", path.string(), path.string()});
    }
    void nothing(const fs::path &file) { add({"--dev-bind", "/dev/null", file.string()}); }

private:
    void add(std::initializer_list<std::string> words)
    {
        m_arguments.insert(m_arguments.end(), words);
    }
    std::vector<std::string> &m_arguments;
};

fs::path homeFolder()
{
    if (const char *home = std::getenv("HOME"); home && *home == '/')
        return home;
    const passwd *entry = getpwuid(geteuid());
    return entry ? entry->pw_dir : "/";
}

std::set<fs::path> credentialFolders()
{
    std::set<fs::path> folders;
    for (const std::string_view name : kCredentialFolders) {
        std::error_code error;
        const fs::path folder = fs::canonical(homeFolder() / name, error);
        if (!error && fs::is_directory(folder, error))
            folders.insert(folder);
    }
    return folders;
}

/// Those that the workspace is in are emptied before it is mounted, the others after: it may be what they are in.
void hideFolders(Mounts &mounts, const fs::path &workspace, bool aroundIt)
{
    for (const fs::path &folder : credentialFolders())
        if (isOrIsIn(workspace, folder) == aroundIt && workspace != folder)
            mounts.empty(folder);
}

void hideFiles(Mounts &mounts)
{
    for (const std::string_view name : kCredentialFiles) {
        std::error_code error;
        const fs::path file = fs::canonical(homeFolder() / name, error);
        if (!error && fs::is_regular_file(file, error))
            mounts.nothing(file);
    }
}

/// What a sandbox has of its own.
constexpr std::array<const char *, 5> kOwnFolders = {"/dev", "/proc", "/run", "/tmp", "/var/tmp"};

/// True for a workspace that holds one of these.
bool isAroundSystem(const fs::path &workspace)
{
    return std::any_of(kOwnFolders.begin(), kOwnFolders.end(),
                       [&](const char *folder) { return isOrIsIn(folder, workspace); });
}

/// True for what is in one of these that is in the workspace: the sandbox shows its own in its place.
bool isOfItsOwn(const fs::path &path, const fs::path &workspace)
{
    return std::any_of(kOwnFolders.begin(), kOwnFolders.end(), [&](const char *folder) {
        return isOrIsIn(folder, workspace) && isOrIsIn(path, folder);
    });
}

/// A file that is mounted can be neither written nor replaced nor moved; nor can the folders above it, which are mounted
/// for that, be moved away from around it.
void guardTrusted(Mounts &mounts, const fs::path &workspace, const TrustedFiles &trusted)
{
    std::vector<fs::path> paths = trusted.paths();
    for (const fs::path &path : trustedOfGit(workspace))
        paths.push_back(path);
    std::erase_if(paths, [&](const fs::path &path) { return isOfItsOwn(path, workspace); });
    std::error_code error;
    std::set<fs::path> mounted;
    for (const fs::path &path : paths) {
        if (!isOrIsIn(path, workspace) || path == workspace || !fs::exists(path, error))
            continue;
        for (const fs::path &folder : foldersBetween(workspace, path))
            if (mounted.insert(folder).second)
                mounts.writable(folder, folder);
    }
    for (const fs::path &path : paths)
        if (isOrIsIn(path, workspace) && path != workspace)
            mounts.readOnlyIfThere(path);
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
        if (m_policy.isNeeded())
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
    const bool isFirst = isAroundSystem(m_workspace);
    if (isFirst)
        mounts.writable(m_workspace, m_workspace);
    mounts.system(temporary);
    hideFolders(mounts, m_workspace, true);
    if (!isFirst)
        mounts.writable(m_workspace, m_workspace);
    guardTrusted(mounts, m_workspace, *m_trusted);
    hideFolders(mounts, m_workspace, false);
    hideFiles(mounts);
    if (!m_policy.network)
        all.push_back("--unshare-net");
    all.insert(all.end(), {"--chdir", m_workspace.string(), "--"});
    return all;
}

} // namespace orrery::tools
