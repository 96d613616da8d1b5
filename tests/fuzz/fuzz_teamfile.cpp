// SPDX-License-Identifier: GPL-3.0-or-later
// Team files.
#include "core/model/teamfile.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    using namespace orrery;
    const std::string path = "/nowhere/team.json";
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    const auto team = parseTeamFile(text, path);
    const auto again = parseTeamFile(text, path);
    fuzz::require(team.has_value() == again.has_value(), "a file means the same twice");
    if (team) {
        fuzz::require(!team->agents.empty(), "a team has an agent");
        for (const AgentSpec &agent : team->agents)
            fuzz::require(!agent.name.empty(), "an agent has a name");
    } else {
        fuzz::require(team.error().message.starts_with(path + ": "), "an error names the file",
                      team.error().message);
        fuzz::require(team.error().message == again.error().message, "an error is the same twice");
    }
    return 0;
}
