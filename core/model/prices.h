// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/usage.h"

#include <map>
#include <optional>
#include <string>

namespace orrery {

class ModelTable;

/// US dollars for a million tokens.
struct Rates {
    double input = 0;
    double output = 0;
    std::optional<double> cacheRead;  ///< nothing = as `input`
    std::optional<double> cacheWrite; ///< nothing = as `input`

    bool operator==(const Rates &) const = default;
};

/// What a model costs.
struct Price : Rates {
    std::int64_t longOver =
        0; ///< calls with more input tokens cost what `longRates` says, as a whole; 0 = none do
    Rates longRates;
    std::string source; ///< who says so
    std::string asOf;   ///< date, ISO 8601; empty = the team file's own

    bool operator==(const Price &) const = default;
};

/// By `provider:model`. A model that is not in it is unpriced, which is not free.
using PriceTable = std::map<std::string, Price>;

/// What a table of models says of `provider:model`, for a call today; null = unpriced. Of the providers' own services
/// only. The price lives as long as the table.
const Price *knownPrice(const std::string &model, const ModelTable &models);

/// What a call has cost. Reasoning is charged as output. Whether the provider counts cached tokens among the input is a
/// column of the table of models.
double costOf(const Price &price, const Usage &usage, const std::string &provider,
              const ModelTable &models);

/// The most that a call may cost: so many tokens in, so many out, nothing from a cache.
double highestCost(const Price &price, std::int64_t inputTokens, std::int64_t outputTokens);

} // namespace orrery
