// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/command/privatefolder.h"

#include "core/base/ids.h"
#include "core/tools/command/commandenvironment.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include <sys/socket.h>

namespace orrery::tools {
namespace fs = std::filesystem;

Result<PrivateFolder> PrivateFolder::make()
{
    std::error_code noFolder;
    const fs::path path = fs::temp_directory_path(noFolder) / newId("orrery-tmp");
    std::array<int, 2> sockets{};
    if (noFolder || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0)
        return fail(ErrorCode::Io,
                    "No temporary folder can be made: "
                        + (noFolder ? noFolder.message() : std::generic_category().message(errno)));
    Descriptor ours(sockets[0]);
    Descriptor theirs(sockets[1]);
    auto keeper = CommandProcess::start(
        {{"keep", path.string()}, bareEnvironment(), "/", -1, -1, -1, theirs});
    if (!keeper)
        return fail(keeper.error());
    theirs.close();
    std::int32_t error = EPIPE;
    if (recv(ours, &error, sizeof error, 0) != sizeof error || error != 0)
        return fail(ErrorCode::Io, "The temporary folder " + path.string() + " cannot be made: "
                                       + std::generic_category().message(error));
    return PrivateFolder(path, std::move(*keeper), std::move(ours));
}

PrivateFolder::PrivateFolder(fs::path path, CommandProcess keeper, Descriptor alive)
    : m_path(std::move(path)), m_keeper(std::move(keeper)), m_alive(std::move(alive))
{}

PrivateFolder::~PrivateFolder()
{
    if (!m_alive)
        return; // moved from
    m_alive.close();
    m_keeper.wait();
}

} // namespace orrery::tools
