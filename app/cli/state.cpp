// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/state.h"

#include "core/base/numberwords.h"
#include "core/runtime/teamkeys.h"
#include "core/state/statetimeline.h"
#include "core/store/eventloader.h"
#include "core/store/journalupgrade.h"

#include <charconv>
#include <cstdio>

namespace orrery {

namespace {

void tell(const std::vector<store::Damage> &damage)
{
    for (const store::Damage &each : damage)
        std::fprintf(stderr, "orrery-cli: damaged: %s\n", each.what.c_str());
}

/// All events of a journal as it is now.
Result<void> load(const store::EventLoader &loader)
{
    // Another program may keep a journal locked for a moment.
    constexpr int kStepMs = 100;
    constexpr int kMostFailures = 100;
    for (int failures = 0; !loader.waitUntilWhole(kStepMs);) {
        const auto progress = loader.progress();
        failures = progress.error ? failures + 1 : 0;
        if (failures > kMostFailures)
            return fail(*progress.error);
    }
    return {};
}

Result<std::uint64_t> placeIn(const store::EventSnapshot &events,
                              const std::optional<std::string> &at)
{
    if (!at)
        return events.lastSeq();
    std::uint64_t seq = 0;
    const char *end = at->data() + at->size();
    const auto read = std::from_chars(at->data(), end, seq);
    if (!at->empty() && read.ec == std::errc() && read.ptr == end)
        return seq;
    return fail(ErrorCode::InvalidArgument,
                "--at needs the number of an event, "
                    + (events.empty() ? std::string("and the journal has none")
                                      : std::to_string(events.row(0).seq) + " to "
                                            + std::to_string(events.lastSeq()))
                    + ", not \"" + *at + "\".");
}

Json costOf(const state::Agent &agent)
{
    return agent.priced == 0 && agent.unpriced > 0 ? Json() : Json(double(agent.costNanoUsd) / 1e9);
}

Json jsonOf(const state::States &states)
{
    Json agents = Json::array();
    for (const state::Agent &agent : states.agents.all())
        agents.push_back({{"name", agent.name},
                          {"state", toString(agent.state)},
                          {"iteration", agent.iteration},
                          {"tokens", agent.tokens},
                          {"cost_usd", costOf(agent)}});
    Json claims = Json::array();
    for (const auto &[key, claim] : states.claims.held())
        claims.push_back({{"agent", claim.agent},
                          {"file", claim.file},
                          {"start", claim.start},
                          {"end", claim.end},
                          {"expires_at_ms", claim.expiresMs}});
    Json approvals = Json::array();
    for (const state::OpenApproval &open : states.approvals.open())
        approvals.push_back({{"agent", open.agent}, {"call", open.call}, {"tool", open.tool}});
    Event moment;
    moment.timeUs = states.timeUs;
    return {{"seq", states.seq},
            {"time", toJson(moment)["time"]},
            {"agents", std::move(agents)},
            {"claims", std::move(claims)},
            {"approvals", std::move(approvals)},
            {"limiter",
             {{"window_tokens", states.limiter.windowTokens()},
              {"window_requests", states.limiter.windowRequests()}}}};
}

std::string textOf(const Json &state)
{
    const auto word = [](const Json &value) { return value.get<std::string>(); };
    const auto number = [](const Json &value) { return std::to_string(value.get<std::int64_t>()); };
    std::string text = "after event " + number(state["seq"]) + ", " + word(state["time"]) + "\n";
    for (const Json &agent : state["agents"])
        text += word(agent["name"]) + ": " + word(agent["state"]) + ", iteration "
                + number(agent["iteration"]) + ", "
                + words::count(agent["tokens"].get<std::int64_t>()) + " tokens, "
                + (agent["cost_usd"].is_null() ? std::string("unpriced")
                                               : words::money(agent["cost_usd"].get<double>()))
                + "\n";
    for (const Json &claim : state["claims"])
        text += word(claim["agent"]) + " holds " + word(claim["file"]) + ":"
                + words::lines(claim["start"].get<std::int64_t>(), claim["end"].get<std::int64_t>())
                + "\n";
    for (const Json &open : state["approvals"])
        text += word(open["agent"]) + " waits for approval of " + word(open["tool"]) + "\n";
    return text + "rate limit window: " + number(state["limiter"]["window_tokens"]) + " tokens, "
           + number(state["limiter"]["window_requests"]) + " requests\n";
}

} // namespace

Result<void> printState(const std::string &path, const std::optional<std::string> &at, bool json)
{
    store::EventStore events;
    const auto loader = store::EventLoader::open(path, events);
    if (!loader)
        return fail(loader.error());
    if (const auto loaded = load(**loader); !loaded)
        return loaded;
    tell((*loader)->progress().damage);
    const store::EventSnapshot snapshot = events.snapshot();
    const auto place = placeIn(snapshot, at);
    if (!place)
        return fail(place.error());
    std::vector<store::Damage> unread;
    const state::StateTimeline timeline([&](std::uint64_t seq) {
        auto event = events.payload(seq);
        if (!event)
            unread.push_back({seq, event.error().message});
        return event;
    });
    const auto states = timeline.at(snapshot, *place);
    tell(unread);
    if (!states)
        return fail(states.error().code, path + ": " + states.error().message);
    const Json whole = jsonOf(*states);
    std::string text = whole.dump(-1, ' ', false, Json::error_handler_t::replace);
    // It may be of a time when a key was none, or of somebody else.
    if (auto masked = runtime::providerKeys()->maskedJson(text))
        text = std::move(*masked);
    std::fputs(json ? (text + "\n").c_str() : textOf(Json::parse(text)).c_str(), stdout);
    return {};
}

Result<void> upgradeJournal(const std::string &from, const std::string &to)
{
    const auto copy = store::copyJournal(from, to);
    if (!copy)
        return fail(copy.error());
    tell(copy->damage);
    std::fprintf(stderr, "%s: %llu events\n", to.c_str(),
                 static_cast<unsigned long long>(copy->events));
    return {};
}

} // namespace orrery
