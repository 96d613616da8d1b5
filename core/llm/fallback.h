// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/spec.h"

#include <cstdint>
#include <vector>

namespace orrery::llm {

/// Which model is asked next when one fails. A request begins with the active model; when that fails it goes on with
/// the fallback models in their order. The one that answers is the active model from then on (the fallback models
/// stay what they are, so it may be asked twice in a row), until the first model's pause is over: then a request begins
/// with the first one again, and with its answer that is the active one. Five minutes, or what its provider asked for;
/// doubled up to an hour each time that it fails again. A value; no I/O. Times are ms of any clock that never goes back.
class FallbackChain
{
public:
    FallbackChain(ModelRef active, std::vector<ModelRef> fallback)
        : m_first(active), m_active(std::move(active)), m_fallback(std::move(fallback))
    {}
    /// The first one active. InvalidArgument when there is none.
    static Result<FallbackChain> create(std::vector<ModelRef> models);

    /// True when another model may do better: its provider failed, before the first delta. Not for a cancelled run,
    /// a local limit or a stream that broke off.
    static bool isEligible(const Error &error) { return error.fromProvider; }

    /// Begins a request with the active model, or with the first one when its time has come.
    void begin(std::int64_t nowMs = 0)
    {
        m_position = 0;
        m_triesFirst = m_isAway && nowMs >= m_firstAgainMs;
    }
    /// The model to be asked in this request.
    const ModelRef &current() const
    {
        return m_triesFirst ? m_first : m_position == 0 ? m_active : m_fallback[m_position - 1];
    }
    bool hasNext() const { return m_triesFirst || m_position < m_fallback.size(); }
    /// current() has failed: moves on to the next model. False, and nothing changes, when the error is not eligible or
    /// no model is left: then the error is the result of the request.
    bool next(const Error &error, std::int64_t nowMs = 0);
    /// current() has answered, and is the active model from now on. True when it was not so before.
    bool answered();

    const ModelRef &active() const { return m_active; }
    bool isFirstActive() const { return !m_isAway; }

private:
    void leaveFirst(const Error &error, std::int64_t nowMs);

    ModelRef m_first;
    ModelRef m_active;
    std::vector<ModelRef> m_fallback;
    std::size_t m_position = 0; ///< 0 = the active model, n = the n-th fallback model
    bool m_isAway = false;      ///< the active one is not the first
    bool m_triesFirst = false;  ///< in this request
    std::int64_t m_firstAgainMs = 0;
    std::int64_t m_pauseMs = 0; ///< the one before
};

} // namespace orrery::llm
