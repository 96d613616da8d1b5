// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/privatefolder.h"

#include "core/tools/commandenvironment.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>

namespace orrery::tools {
namespace fs = std::filesystem;

Result<PrivateFolder> PrivateFolder::make()
{
    std::error_code error;
    std::string name = (fs::temp_directory_path(error) / "orrery-XXXXXX").string();
    if (error || !mkdtemp(name.data()))
        return fail(ErrorCode::Io,
                    "No temporary folder can be made: " + std::generic_category().message(errno));
    std::array<int, 2> sockets{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
        fs::remove(name, error);
        return fail(ErrorCode::Io, std::generic_category().message(errno));
    }
    Descriptor ours(sockets[0]);
    const Descriptor theirs(sockets[1]);
    auto keeper =
        CommandProcess::start({{"keep", name}, commandEnvironment(false), "/", -1, -1, -1, theirs});
    if (!keeper) {
        fs::remove(name, error);
        return fail(keeper.error());
    }
    return PrivateFolder(name, std::move(*keeper), std::move(ours));
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
