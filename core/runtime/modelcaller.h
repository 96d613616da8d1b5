// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/guidance/tokenscale.h"
#include "core/llm/modelclient.h"
#include "core/llm/modelprofile.h"
#include "core/model/spec.h"
#include "core/runtime/limitergate.h"
#include "core/runtime/wayback.h"

#include <QObject>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

class QTimer;

namespace orrery::runtime {

struct TeamServices;

/// An agent's model client, made when it is first asked for, on the agent's thread.
class ClientSlot
{
public:
    explicit ClientSlot(TeamServices &services) : m_services(services) {}
    llm::ModelClient &get();
    bool isMade() const { return m_client != nullptr; }
    void reset() { m_client.reset(); }

private:
    TeamServices &m_services;
    std::unique_ptr<llm::ModelClient> m_client;
};

/// Calls models for one agent, one call after the other: reserves tokens and money for it and for those that it works for, sends,
/// settles, and publishes all of it, whatever the call is for. Lives on the agent's thread.
class ModelCaller : public QObject
{
public:
    /// `ancestors`: whose sub-agent it is, nearest first; their budgets pay too.
    ModelCaller(TeamServices &services, std::string agent, std::vector<std::string> ancestors,
                ClientSlot &client, QObject *parent);
    ~ModelCaller() override;

    struct Terms {
        std::string purpose;            ///< empty = the turn itself
        std::int64_t reserveTokens = 0; ///< 0 = estimated from the request
        LimiterGate::Patience patience = LimiterGate::Patience::Waits;
        /// Of a turn's request; all others are weighed here.
        guidance::Weight weight = {};
    };
    /// Asks the limiter for `request`, which goes to `target`. `done` is called once, at once or later, unless the call
    /// is given up: nothing = send() may follow; else RateLimited or Budget.
    void reserve(llm::ModelRequest request, ModelRef target, Terms terms,
                 std::function<void(Result<void>)> done);
    struct Reply {
        Result<llm::ModelReply> reply;
        bool hasStreamed = false; ///< something of it has been published already
        long long tookMs = 0;
    };
    /// Sends what was reserved for. `done` is called once, later, unless the call is given up. The reservation stays
    /// open until settle() or release().
    void send(std::function<void(Reply)> done);
    /// Books what the last answer used.
    void settle(const Usage &usage);
    /// It used nothing.
    void release();
    /// It failed and is not tried again: release(), and RequestFailed.
    void giveBack(const Error &error);
    /// Leaves the queue, ends the request, gives back the reservation.
    void giveUp();

    bool isSending() const { return m_call != nullptr; }
    const std::string &callId() const { return m_callId; } ///< of the last one that was sent

private:
    void granted(const team::RateLimiter::Verdict &verdict);
    void refused(const team::LimiterDenial &denial);
    void answered(Result<llm::ModelReply> reply);
    void leaveQueue();
    void armTimer(std::int64_t fitsAtMs);
    void holdProvider(const Error &error);
    void liftProvider();
    std::string address() const;
    guidance::Weight weightOfRequest() const;
    void learn(const Usage &usage);
    void published(const llm::ModelDelta &delta);
    std::int64_t estimatedTokens();
    std::optional<double> estimatedCost() const;
    std::optional<double> costOf(const Usage &usage) const; ///< nothing = unpriced
    std::optional<double> toldCost(const Json &rawUsage) const;

    TeamServices &m_services;
    const std::string m_agent;
    const std::vector<std::string> m_ancestors;
    ClientSlot &m_client;
    const WayBackPtr m_wayBack;
    QTimer *m_timer;
    std::optional<llm::ModelRequest> m_request; ///< reserved for, or about to be
    ModelRef m_target;
    llm::ModelProfile m_profile; ///< of m_target
    Terms m_terms;
    std::function<void(Result<void>)> m_reserved;
    std::function<void(Reply)> m_done;
    std::unique_ptr<llm::ModelCall> m_call;
    std::unique_ptr<llm::ModelCall> m_endedCall; ///< the one before
    std::string m_callId;
    std::uint64_t m_requestSeq = 0;
    std::int64_t m_startUs = 0;
    std::int64_t m_firstTokenUs = 0;
    std::int64_t m_estimate = 0;
    guidance::Weight m_weight;    ///< of the last request
    std::optional<double> m_cost; ///< of the last answer
    team::ReservationId m_reservation = 0;
    LimiterGate::Ticket m_ticket = 0;
    std::uint64_t m_generation = 0; ///< what comes back of an older call is dropped
};

} // namespace orrery::runtime
