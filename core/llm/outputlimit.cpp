// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/outputlimit.h"

#include <algorithm>

namespace orrery::llm {
namespace {

constexpr const char *kOutputLimitNames[] = {"max_completion_tokens", "max_output_tokens",
                                             "max_tokens"};

std::optional<std::int64_t> limitIn(const Json &settings)
{
    for (const char *key : kOutputLimitNames)
        if (const auto most = settings.find(key);
            most != settings.end() && most->is_number_integer())
            return std::max<std::int64_t>(0, most->get<std::int64_t>());
    return std::nullopt;
}

} // namespace

std::int64_t outputLimitOf(const ModelProfile &profile, const Json &settings)
{
    if (const auto set = limitIn(settings))
        return *set;
    return profile.outputTokens > 0 ? profile.outputTokens : kAssumedOutputTokens;
}

std::optional<std::int64_t> largerOutputLimit(const ModelProfile &profile, const Json &settings)
{
    constexpr std::int64_t kTimesAsMuch = 4;
    const auto set = limitIn(settings);
    if (!set)
        return std::nullopt; // it is asked for without a limit, or for all that there is
    const std::int64_t most = profile.outputTokens > 0 ? profile.outputTokens : *set * kTimesAsMuch;
    return most > *set ? std::optional(most) : std::nullopt;
}

void setOutputLimit(Json &settings, std::int64_t tokens)
{
    for (const char *key : kOutputLimitNames)
        if (settings.contains(key)) {
            settings[key] = tokens;
            return;
        }
    settings["max_tokens"] = tokens;
}

} // namespace orrery::llm
