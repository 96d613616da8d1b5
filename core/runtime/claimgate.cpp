// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/teamservices.h"

namespace orrery::runtime {

namespace {

class ClaimGate final : public tools::WriteGate
{
public:
    explicit ClaimGate(TeamServices &services) : m_services(services) {}

    Result<void> beforeWrite(const std::string &agent, const std::string &path, int firstLine,
                             int lastLine) override
    {
        const std::int64_t now = m_services.clock.wallMs();
        const auto conflicts = m_services.claims.conflicts(agent, path, firstLine, lastLine, now);
        if (conflicts.empty())
            return {};
        const team::Claim &other = conflicts.front();
        const std::int64_t leftMs = other.deadlineMs - now;
        m_services.publish(EventKind::ClaimDenied, agent,
                           {{"file", path},
                            {"start", firstLine},
                            {"end", lastLine},
                            {"holder", other.agent},
                            {"holder_start", other.start},
                            {"holder_end", other.end},
                            {"expires_in_ms", leftMs},
                            {"via", "write"}});
        return fail(ErrorCode::Conflict, path + " lines " + std::to_string(other.start) + "-"
                                             + std::to_string(other.end) + " are claimed by "
                                             + other.agent + " for another "
                                             + std::to_string((leftMs + 999) / 1000)
                                             + " s. Nothing was changed. Message " + other.agent
                                             + ", or try again later.");
    }

    void afterWrite(const std::string &agent, const std::string &path, int firstLine, int lastLine,
                    int newLastLine, const std::string &callId) override
    {
        const bool inside =
            m_services.claims.holds(agent, path, firstLine, lastLine, m_services.clock.wallMs());
        m_services.publish(EventKind::FileEdited, agent,
                           {{"file", path},
                            {"start", firstLine},
                            {"end", newLastLine},
                            {"inside_claim", inside},
                            {"added", newLastLine - firstLine + 1},
                            {"removed", lastLine - firstLine + 1},
                            {"call", callId}});
        if (!inside)
            m_services.publish(
                EventKind::Warning, agent,
                {{"code", "edit_outside_claim"},
                 {"message", agent + " edited " + path + " lines " + std::to_string(firstLine) + "-"
                                 + std::to_string(newLastLine)
                                 + " outside any claim of its own."}});
    }

private:
    TeamServices &m_services;
};

} // namespace

std::unique_ptr<tools::WriteGate> makeClaimGate(TeamServices &services)
{
    return std::make_unique<ClaimGate>(services);
}

} // namespace orrery::runtime
