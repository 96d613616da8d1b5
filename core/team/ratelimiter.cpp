// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/ratelimiter.h"

#include "core/base/adaptivemutex.h"
#include "core/team/limiterstate.h"

#include <algorithm>
#include <cmath>
#include <mutex>

namespace orrery::team {

namespace {

/// Beyond any real figure, and far enough from overflow that sums need no care.
constexpr std::int64_t kMost = 1'000'000'000'000'000;

std::int64_t sane(std::int64_t count)
{
    const bool isSane = static_cast<std::uint64_t>(count) + kMost <= std::uint64_t(2 * kMost);
    return isSane ? count : std::clamp(count, -kMost, kMost);
}

} // namespace

struct RateLimiter::Private {
    explicit Private(LimiterConfig config) : state(std::move(config)) {}

    /// `ask` must outlive the call.
    static LimiterState::Call callOf(const LimiterAsk &ask)
    {
        LimiterState::Call call{ask.agent, sane(ask.tokens), std::nullopt, ask.provider,
                                ask.payers};
        if (ask.costUsd)
            call.cost = nanoUsd(*ask.costUsd);
        return call;
    }
    /// Inline, so that the call is not put together in memory.
    [[gnu::always_inline]] Verdict acquire(const LimiterState::Call &call, std::int64_t nowMs,
                                           Explain explain)
    {
        std::lock_guard lock(mutex);
        const std::int64_t now = bringUpTo(nowMs);
        Verdict verdict;
        if (const auto reason = state.refuses(call, now))
            verdict.denial = denialOf(call, *reason, now, explain);
        else
            verdict.reservation =
                state.admit(call, now, std::min(now, state.time().fromWall(nowMs)));
        verdict.windowTokens = state.sums().tokens;
        verdict.windowRequests = state.sums().requests;
        verdict.sequence = ++sequence;
        return verdict;
    }
    [[gnu::noinline]] DenialPtr denialOf(const LimiterState::Call &call,
                                         LimiterDenial::Reason reason, std::int64_t now,
                                         Explain explain)
    {
        return std::make_shared<const LimiterDenial>(
            state.explain(call, reason, now, explain == Explain::Fully));
    }
    std::int64_t bringUpTo(std::int64_t nowMs)
    {
        const std::int64_t now = state.time().advance(nowMs);
        state.prune(now);
        state.expire(now);
        return now;
    }

    mutable AdaptiveMutex mutex;
    LimiterState state;         // guarded by mutex
    std::uint64_t sequence = 0; // guarded by mutex
};

RateLimiter::RateLimiter(LimiterConfig config) : d(std::make_unique<Private>(std::move(config))) {}

RateLimiter::~RateLimiter() = default;

const LimiterConfig &RateLimiter::config() const { return d->state.config(); }

RateLimiter::Verdict RateLimiter::acquire(const LimiterAsk &ask, std::int64_t nowMs,
                                          Explain explain)
{
    return d->acquire(Private::callOf(ask), nowMs, explain);
}

DenialPtr RateLimiter::check(const LimiterAsk &ask, std::int64_t nowMs)
{
    const LimiterState::Call call = Private::callOf(ask);
    std::lock_guard lock(d->mutex);
    const std::int64_t now = d->bringUpTo(nowMs);
    if (const auto reason = d->state.refuses(call, now))
        return d->denialOf(call, *reason, now, Explain::Fully);
    return nullptr;
}

RateLimiter::Verdict RateLimiter::acquire(const std::string &agent, std::int64_t tokens,
                                          std::int64_t nowMs)
{
    return d->acquire({.agent = agent, .tokens = sane(tokens)}, nowMs, Explain::Fully);
}

std::uint64_t RateLimiter::record(const std::string &agent, std::int64_t tokens, double costUsd,
                                  std::int64_t requests, ReservationId reservation,
                                  std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    const std::int64_t now = d->bringUpTo(nowMs);
    d->state.record(agent, sane(tokens), std::isfinite(costUsd) ? costUsd : 0, sane(requests),
                    reservation, now);
    return ++d->sequence;
}

std::uint64_t RateLimiter::release(ReservationId reservation, std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    d->state.prune(d->state.time().advance(nowMs));
    return d->state.release(reservation) ? ++d->sequence : 0;
}

void RateLimiter::penalise(const std::string &provider, std::int64_t untilMs, std::string sentence,
                           std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    const std::int64_t now = d->bringUpTo(nowMs);
    d->state.hold(provider, now + std::max<std::int64_t>(0, untilMs - nowMs), std::move(sentence));
}

bool RateLimiter::lift(const std::string &provider, std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    return d->state.lift(provider, d->bringUpTo(nowMs));
}

void RateLimiter::setAgentBudget(const std::string &agent, double usd)
{
    std::lock_guard lock(d->mutex);
    d->state.setBudget(agent, usd);
}

void RateLimiter::addSpent(const std::string &agent, double costUsd, std::int64_t tokens,
                           std::int64_t requests, const std::vector<std::string> &payers)
{
    std::lock_guard lock(d->mutex);
    d->state.addSpent(agent, std::isfinite(costUsd) ? costUsd : 0, sane(tokens), sane(requests),
                      payers);
}

RateLimiter::Window RateLimiter::window(std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    d->bringUpTo(nowMs);
    return {d->state.sums().tokens, d->state.sums().requests};
}

LimiterStatus RateLimiter::status(std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    d->bringUpTo(nowMs);
    return d->state.status();
}

LimiterStatus RateLimiter::peek() const
{
    std::lock_guard lock(d->mutex);
    return d->state.status();
}

std::vector<OpenReservation> RateLimiter::openReservations() const
{
    std::lock_guard lock(d->mutex);
    return d->state.openReservations();
}

std::optional<OpenReservation> RateLimiter::find(ReservationId reservation) const
{
    std::lock_guard lock(d->mutex);
    return d->state.open(reservation);
}

std::int64_t RateLimiter::steadyMs() const { return d->state.time().latest(); }

std::optional<double> RateLimiter::budgetLeft() const
{
    std::lock_guard lock(d->mutex);
    if (!d->state.config().budgetUsd)
        return std::nullopt;
    return *d->state.config().budgetUsd - d->state.spentUsd();
}

std::vector<ExpiredReservation> RateLimiter::takeExpired(std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    d->bringUpTo(nowMs);
    return d->state.takeExpired();
}

} // namespace orrery::team
