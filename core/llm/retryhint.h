// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orrery::llm {

/// Names compare without regard to case; a name may stand more than once.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// How long a server says to wait, in ms: Google's RetryInfo in the body, else `Retry-After` in whole seconds.
/// Nothing for what is not positive or has another form.
std::optional<long long> retryInfoMs(const Json &body, const HttpHeaders &headers);

/// What can be understood of the hints that are seen in practice: retryInfoMs(), `retry-after-ms`, `Retry-After` with
/// fractions or an HTTP date, and the time at which a used-up limit is full again (`x-ratelimit-reset*`,
/// `anthropic-ratelimit-*-reset`). `nowMs` is wall-clock ms since 1970. -1 when there is none.
long long retryHintMs(const Json &body, const HttpHeaders &headers, std::int64_t nowMs);

} // namespace orrery::llm
