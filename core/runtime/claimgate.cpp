// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/claimedfiles.h"
#include "core/runtime/teamservices.h"

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>

namespace orrery::runtime {

namespace {

std::string linesInWords(std::int64_t start, std::int64_t end)
{
    return "lines " + std::to_string(start) + "-" + std::to_string(end);
}

team::LineEdits editsOf(const tools::FileChange &change)
{
    team::LineEdits edits;
    // Lines that nobody has written yet were claimed for what comes now; those of an emptied file for what comes next.
    if (change.oldLines > 0 && change.nowLines > 0)
        for (const tools::ChangedLines &each : change.regions)
            edits.push_back({each.first, each.removed, each.added});
    return edits;
}

class ClaimGate final : public tools::WriteGate
{
public:
    explicit ClaimGate(TeamServices &services) : m_services(services), m_files(services.workspace)
    {}

    Result<void> beforeWrite(const std::string &agent, const std::string &path, int firstLine,
                             int lastLine) override
    {
        const std::int64_t now = m_services.clock.wallMs();
        const auto other = m_services.claims.refuseWrite(agent, path, firstLine, lastLine, now);
        if (!other)
            return {};
        return fail(
            ErrorCode::Conflict,
            path + " " + linesInWords(other->start, other->end) + " are claimed by " + other->agent
                + " for another " + std::to_string((other->deadlineMs - now + 999) / 1000)
                + " s. Nothing was changed. Message " + other->agent + ", or try again later.");
    }

    void afterWrite(const std::string &agent, const std::string &path,
                    const tools::FileChange &change, const std::string &callId) override
    {
        for (const tools::ChangedLines &each : change.regions)
            tellEdit(agent, path, each, callId);
        std::lock_guard lock(m_mutex);
        m_services.claims.move(agent, path, editsOf(change), m_services.clock.wallMs());
        lookAgain(path);
    }

    std::unique_ptr<CommandWatch> beforeCommand(const std::string &agent) override
    {
        std::vector<std::string> files;
        for (team::Claim &claim : m_services.claims.snapshot(m_services.clock.wallMs()))
            if (claim.agent != agent)
                files.push_back(std::move(claim.file));
        if (files.empty())
            return nullptr;
        std::sort(files.begin(), files.end());
        files.erase(std::unique(files.begin(), files.end()), files.end());
        auto watch = std::make_unique<Watch>();
        std::lock_guard lock(m_mutex);
        std::erase_if(m_watched, [](const auto &each) { return each.expired(); });
        if (m_watched.empty())
            m_files.keepOnly(files);
        for (const std::string &file : files)
            watch->looks->emplace(file, m_files.look(file));
        m_watched.push_back(watch->looks);
        return watch;
    }

    void afterCommand(const std::string &agent, std::unique_ptr<CommandWatch> watch,
                      const std::string &callId) override
    {
        const Looks &looks = *static_cast<Watch &>(*watch).looks;
        std::lock_guard lock(m_mutex);
        for (const auto &[file, before] : Looks(looks)) {
            const auto change = m_files.changeSince(file, before);
            if (!change)
                continue;
            warnHolders(agent, file, change->lines, callId);
            if (change->lines)
                m_services.claims.move(agent, file, editsOf(*change->lines),
                                       m_services.clock.wallMs());
            lookAgain(file);
        }
    }

private:
    using Looks = std::map<std::string, FileLook>;
    struct Watch final : CommandWatch {
        std::shared_ptr<Looks> looks = std::make_shared<Looks>();
    };

    void tellEdit(const std::string &agent, const std::string &path,
                  const tools::ChangedLines &region, const std::string &callId)
    {
        const std::int64_t now = m_services.clock.wallMs();
        const bool inside =
            m_services.claims.holds(agent, path, region.first, region.oldLast, now)
            || (region.removed == 0 // behind the last line of its own
                && m_services.claims.holds(agent, path, region.first - 1, region.first - 1, now));
        m_services.publish(EventKind::FileEdited, agent,
                           {{"file", path},
                            {"start", region.nowFirst},
                            {"end", region.nowLast},
                            {"inside_claim", inside},
                            {"added", region.added},
                            {"removed", region.removed},
                            {"call", callId}});
        if (!inside)
            m_services.publish(EventKind::Warning, agent,
                               {{"code", "edit_outside_claim"},
                                {"message", agent + " edited " + path + " "
                                                + linesInWords(region.nowFirst, region.nowLast)
                                                + " outside any claim of its own."}});
    }

    /// What commands under way find changed from now on is not what was just told.
    void lookAgain(const std::string &file)
    {
        for (const auto &each : m_watched)
            if (const auto looks = each.lock())
                if (const auto it = looks->find(file); it != looks->end())
                    it->second = m_files.look(file);
    }

    /// Says whose lines a command has changed: in the numbers of before.
    void warnHolders(const std::string &agent, const std::string &file,
                     const std::optional<tools::FileChange> &change, const std::string &callId)
    {
        struct Hit {
            team::Claim claim;
            std::int64_t first, last;
        };
        const std::int64_t now = m_services.clock.wallMs();
        std::vector<tools::ChangedLines> regions;
        if (change)
            regions = change->regions;
        else // that it has changed is all that is known
            regions.push_back({0, std::numeric_limits<int>::max(), 0, 0, 0, 0});
        std::map<std::string, Hit> hits; // by holder
        for (const tools::ChangedLines &each : regions)
            for (team::Claim &claim :
                 m_services.claims.conflicts(agent, file, each.first, each.oldLast, now)) {
                const std::int64_t first = std::max<std::int64_t>(each.first, claim.start);
                const std::int64_t last = std::min<std::int64_t>(each.oldLast, claim.end);
                const auto [it, isNew] = hits.try_emplace(claim.agent, Hit{claim, first, last});
                if (!isNew)
                    it->second.last = last;
            }
        for (const auto &[holder, hit] : hits)
            m_services.publish(
                EventKind::Warning, agent,
                {{"code", "command_changed_claimed"},
                 {"message", "A command of " + agent + " changed " + file + " "
                                 + linesInWords(hit.first, hit.last) + ", which " + holder
                                 + " has claimed (" + linesInWords(hit.claim.start, hit.claim.end)
                                 + ")."},
                 {"file", file},
                 {"start", hit.first},
                 {"end", hit.last},
                 {"holder", holder},
                 {"holder_start", hit.claim.start},
                 {"holder_end", hit.claim.end},
                 {"call", callId}});
    }

    TeamServices &m_services;
    /// Held while claims are moved, so that what one command or edit changed is not found again by another. Left of all
    /// locks of the claims and of those that publish.
    std::mutex m_mutex;
    ClaimedFiles m_files;                        // guarded by m_mutex
    std::vector<std::weak_ptr<Looks>> m_watched; // guarded by m_mutex, what is in them too
};

} // namespace

std::unique_ptr<tools::WriteGate> makeClaimGate(TeamServices &services)
{
    return std::make_unique<ClaimGate>(services);
}

} // namespace orrery::runtime
