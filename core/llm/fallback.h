// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/spec.h"

#include <vector>

namespace orrery::llm {

/// Which model is asked next when one fails. A request begins with the active model; when that fails it goes on with
/// the fallback models in their order. The one that answers is the active model from then on (the fallback models
/// stay what they are, so it may be asked twice in a row). A value; no I/O.
class FallbackChain
{
public:
    FallbackChain(ModelRef active, std::vector<ModelRef> fallback)
        : m_active(std::move(active)), m_fallback(std::move(fallback))
    {}
    /// The first one active. InvalidArgument when there is none.
    static Result<FallbackChain> create(std::vector<ModelRef> models);

    /// True when another model may do better: its provider failed, before the first delta. Not for a cancelled run,
    /// a local limit or a stream that broke off.
    static bool isEligible(const Error &error) { return error.fromProvider; }

    /// Begins a request with the active model.
    void begin() { m_position = 0; }
    /// The model to be asked in this request.
    const ModelRef &current() const
    {
        return m_position == 0 ? m_active : m_fallback[m_position - 1];
    }
    bool hasNext() const { return m_position < m_fallback.size(); }
    /// current() has failed: moves on to the next model. False, and nothing changes, when the error is not eligible or
    /// no model is left: then the error is the result of the request.
    bool next(const Error &error);
    /// current() has answered, and is the active model from now on. True when it was a fallback model.
    bool answered();

    const ModelRef &active() const { return m_active; }

private:
    ModelRef m_active;
    std::vector<ModelRef> m_fallback;
    std::size_t m_position = 0; ///< 0 = the active model, n = the n-th fallback model
};

} // namespace orrery::llm
