// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/usage.h"

#include <map>
#include <optional>
#include <string>

namespace orrery {

/// What a model costs, in US dollars for a million tokens.
struct Price {
    double input = 0;
    double output = 0;
    std::optional<double> cacheRead;  ///< nothing = as `input`
    std::optional<double> cacheWrite; ///< nothing = as `input`
    std::string source;               ///< who says so
    std::string asOf;                 ///< date, ISO 8601; empty = the team file's own

    bool operator==(const Price &) const = default;
};

/// By `provider:model`. A model that is not in it is unpriced, which is not free.
using PriceTable = std::map<std::string, Price>;

/// The prices that this program knows of, for the providers' own services only.
const PriceTable &knownPrices();

/// What a call has cost. OpenAI's form and Gemini count cached tokens among the input, Anthropic beside it.
double costOf(const Price &price, const Usage &usage, const std::string &provider);

/// The most that a call may cost: so many tokens in, so many out, nothing from a cache.
double highestCost(const Price &price, std::int64_t inputTokens, std::int64_t outputTokens);

} // namespace orrery
