// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/tokenscale.h"

#include <algorithm>
#include <cmath>

namespace orrery::runtime {
namespace {

constexpr double kUsualBytesPerToken = 4;
constexpr double kLeastBytesPerToken = 1;
constexpr double kMostBytesPerToken = 12;
constexpr double kWeightOfNew = 0.25;
/// Of a shorter request the frame around the text, which some providers do not count, tells too much.
constexpr std::int64_t kTellingTokens = 200;

} // namespace

std::int64_t TokenScale::tokensOf(const std::string &model, RequestSize size) const
{
    double bytesPerToken = kUsualBytesPerToken;
    {
        std::lock_guard lock(m_mutex);
        if (const auto it = m_bytesPerToken.find(model); it != m_bytesPerToken.end())
            bytesPerToken = it->second;
    }
    const auto text =
        static_cast<std::int64_t>(static_cast<double>(size.textBytes) / bytesPerToken);
    return std::max<std::int64_t>(1, text + size.attachedTokens);
}

void TokenScale::learn(const std::string &model, RequestSize size, std::int64_t inputTokens)
{
    const std::int64_t text = inputTokens - size.attachedTokens;
    if (text < kTellingTokens || size.textBytes == 0)
        return;
    const double told = std::clamp(static_cast<double>(size.textBytes) / static_cast<double>(text),
                                   kLeastBytesPerToken, kMostBytesPerToken);
    std::lock_guard lock(m_mutex);
    const auto [it, isNew] = m_bytesPerToken.emplace(model, told);
    if (!isNew)
        it->second += kWeightOfNew * (told - it->second);
}

} // namespace orrery::runtime
