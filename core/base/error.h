// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>

namespace orrery {

/// What went wrong, in a form that code can branch on.
enum class ErrorCode {
    InvalidArgument, ///< a caller, a file or a model gave something that cannot be used
    NotFound,
    Conflict,    ///< another agent holds it, or it changed under us
    Denied,      ///< a policy, a guard or a person said no
    RateLimited, ///< a local window or a provider's 429
    Budget,      ///< the money or token budget is used up
    Auth,        ///< a key is missing or was refused
    Cancelled,   ///< somebody asked for it to stop
    Timeout,
    Network,     ///< connection refused, cut or reset
    BadResponse, ///< the peer answered with something that cannot be understood
    Server,      ///< the peer answered with 5xx
    Io,          ///< disk, file or process
    Database,
    MaxIterations, ///< an agent has used up the iterations of its turn
    NoOutput,      ///< an agent ended without an answer
    InvalidOutput, ///< an agent's answer is not of the form that it has to give
    Internal
};

/// The stable lower-case name, as it stands in journals (for example `rate_limited`).
const char *toString(ErrorCode code);

/// An error as a value. `message` is one sentence for a person; `detail` is what the other side said, verbatim.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;
    std::string detail;
    bool retryable = false;
    int httpStatus = 0;          ///< 0 when no HTTP answer was involved
    long long retryAfterMs = -1; ///< the peer's own hint; -1 when it gave none
    /// A model's provider failed or refused before it said anything, so another model may do better.
    bool fromProvider = false;
};

inline Error makeError(ErrorCode code, std::string message, std::string detail = {})
{
    return Error{code, std::move(message), std::move(detail), false, 0, -1};
}

} // namespace orrery
