// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"

namespace orrery {

const char *toString(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidArgument: return "invalid_argument";
    case ErrorCode::NotFound: return "not_found";
    case ErrorCode::Conflict: return "conflict";
    case ErrorCode::Denied: return "denied";
    case ErrorCode::RateLimited: return "rate_limited";
    case ErrorCode::Budget: return "budget";
    case ErrorCode::Auth: return "auth";
    case ErrorCode::Cancelled: return "cancelled";
    case ErrorCode::Timeout: return "timeout";
    case ErrorCode::Network: return "network";
    case ErrorCode::BadResponse: return "bad_response";
    case ErrorCode::Server: return "server";
    case ErrorCode::Io: return "io";
    case ErrorCode::Database: return "database";
    case ErrorCode::MaxIterations: return "max_iterations";
    case ErrorCode::NoOutput: return "no_output";
    case ErrorCode::InvalidOutput: return "invalid_output";
    case ErrorCode::Internal: return "internal";
    }
    return "internal";
}

} // namespace orrery
