// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/prices.h"

#include <algorithm>

namespace orrery {
namespace {

constexpr double kMillion = 1e6;

Price listed(double input, double output)
{
    return {input, output, std::nullopt, std::nullopt, "the provider's price list", "2026-07-11"};
}

} // namespace

const PriceTable &knownPrices()
{
    static const PriceTable prices = {
        {"anthropic:claude-haiku-4-5", listed(1, 5)},
        {"anthropic:claude-sonnet-4-5", listed(3, 15)},
        {"gemini:gemini-2.5-flash", listed(0.3, 2.5)},
        {"openai:gpt-4.1", listed(2, 8)},
        {"openai:gpt-4.1-mini", listed(0.4, 1.6)},
        {"openai:gpt-4.1-nano", listed(0.1, 0.4)},
        {"openai:gpt-4o-mini", listed(0.15, 0.6)},
    };
    return prices;
}

double costOf(const Price &price, const Usage &usage, const std::string &provider)
{
    const bool besides = provider == "anthropic";
    const auto read = static_cast<double>(usage.cacheReadInputTokens);
    const auto written = static_cast<double>(usage.cacheCreationInputTokens);
    const double fresh =
        std::max(0.0, static_cast<double>(usage.inputTokens) - (besides ? 0.0 : read + written));
    return (fresh * price.input + read * price.cacheRead.value_or(price.input)
            + written * price.cacheWrite.value_or(price.input)
            + static_cast<double>(usage.outputTokens) * price.output)
           / kMillion;
}

double highestCost(const Price &price, std::int64_t inputTokens, std::int64_t outputTokens)
{
    const double input = std::max(price.input, price.cacheWrite.value_or(0));
    return (static_cast<double>(inputTokens) * input
            + static_cast<double>(outputTokens) * price.output)
           / kMillion;
}

} // namespace orrery
