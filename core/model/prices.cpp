// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/prices.h"

#include "core/model/modeltable.h"

#include <algorithm>
#include <ctime>

namespace orrery {
namespace {

constexpr double kMillion = 1e6;

std::string today()
{
    const std::time_t now = std::time(nullptr);
    std::tm day{};
    gmtime_r(&now, &day);
    char text[16];
    std::strftime(text, sizeof text, "%Y-%m-%d", &day);
    return text;
}

const Rates &ratesFor(const Price &price, std::int64_t inputTokens)
{
    return price.longOver > 0 && inputTokens > price.longOver ? price.longRates : price;
}

} // namespace

const Price *knownPrice(const std::string &model, const ModelTable &models)
{
    const auto colon = model.find(':');
    if (colon == std::string::npos)
        return nullptr;
    const std::string_view name = model;
    return models.price(name.substr(0, colon), name.substr(colon + 1), today());
}

double costOf(const Price &price, const Usage &usage, const std::string &provider,
              const ModelTable &models)
{
    const Json &among = models.column(provider, "input_has_cache");
    const TokenBuckets tokens = bucketsOf(usage, among != false);
    const std::int64_t input = tokens.freshInput + tokens.cacheRead + tokens.cacheWrite;
    const Rates &rates = ratesFor(price, input);
    return (static_cast<double>(tokens.freshInput) * rates.input
            + static_cast<double>(tokens.cacheRead) * rates.cacheRead.value_or(rates.input)
            + static_cast<double>(tokens.cacheWrite) * rates.cacheWrite.value_or(rates.input)
            + static_cast<double>(tokens.output + tokens.reasoning) * rates.output)
           / kMillion;
}

double highestCost(const Price &price, std::int64_t inputTokens, std::int64_t outputTokens)
{
    const Rates &rates = ratesFor(price, inputTokens);
    const double input = std::max(rates.input, rates.cacheWrite.value_or(0));
    return (static_cast<double>(inputTokens) * input
            + static_cast<double>(outputTokens) * rates.output)
           / kMillion;
}

} // namespace orrery
