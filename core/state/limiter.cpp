// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/limiter.h"

#include <algorithm>

namespace orrery::state {

void Limiter::apply(const StateEvent &event)
{
    switch (event.kind()) {
    case EventKind::RunStarted: return startRun(event);
    case EventKind::LimiterAcquired: reserve(event); break;
    case EventKind::LimiterSettled: settle(event); break;
    case EventKind::LimiterReleased:
    case EventKind::LimiterExpired: giveBack(event); break;
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied: m_waitSeq = event.seq(); break;
    default: return;
    }
    const auto read = [&](const char *key, std::int64_t &value) {
        value = std::max<std::int64_t>(0, event.data().integer(key, value));
    };
    read("window_tokens", m_windowTokens);
    read("window_requests", m_windowRequests);
    forget(event.timeMs());
}

/// A run brings a limiter of its own; its reservations are numbered anew.
void Limiter::startRun(const StateEvent &event)
{
    const JsonFields limits = event.data().object("limits");
    *this = {};
    m_rpm = limits.at("rpm").integer();
    m_tpm = limits.at("tpm").integer();
    m_budgetUsd = limits.at("budget_usd").real();
}

void Limiter::reserve(const StateEvent &event)
{
    Reservation made;
    made.agent = event.agent();
    made.id = event.data().integer("reservation");
    // The wall clock may jump back; the order may not.
    made.timeMs =
        std::max(event.timeMs(), m_reservations->empty() ? 0 : m_reservations->back().timeMs);
    made.tokens = event.row().tokens;
    m_reservations.change().push_back(std::move(made));
}

/// The latest of this number that is not settled; null when there is none.
Reservation *Limiter::find(std::int64_t id)
{
    auto &all = m_reservations.change();
    const auto found = std::find_if(all.rbegin(), all.rend(), [id](const Reservation &each) {
        return each.id == id && each.settledMs == 0;
    });
    return found == all.rend() ? nullptr : &*found;
}

void Limiter::settle(const StateEvent &event)
{
    Reservation *reservation = find(event.data().integer("reservation"));
    if (!reservation) {
        // Used without a reservation: it counts from now on.
        reserve(event);
        reservation = &m_reservations.change().back();
    }
    reservation->tokens = event.row().tokens;
    reservation->settledMs = std::max(reservation->timeMs, event.timeMs());
}

void Limiter::giveBack(const StateEvent &event)
{
    Reservation *reservation = find(event.data().integer("reservation"));
    if (!reservation)
        return;
    reservation->tokens = 0;
    reservation->counts = false;
    reservation->settledMs = std::max(reservation->timeMs, event.timeMs());
}

void Limiter::forget(std::int64_t nowMs)
{
    const auto isOver = [nowMs](const Reservation &each) {
        return each.settledMs != 0 && each.timeMs + kWindowMs <= nowMs;
    };
    // By time, so most often the first tells.
    const auto &all = *m_reservations;
    for (const Reservation &each : all) {
        if (each.timeMs + kWindowMs > nowMs)
            return;
        if (isOver(each)) {
            std::erase_if(m_reservations.change(), isOver);
            return;
        }
    }
}

} // namespace orrery::state
