// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/guidance/tokenscale.h"

#include <algorithm>
#include <cmath>

namespace orrery::guidance {
namespace {

constexpr double kWeightOfNew = 0.25;
/// Of a shorter request the frame around the text, which some providers do not count, tells too much.
constexpr std::int64_t kTellingTokens = 200;

} // namespace

TokenRatio::TokenRatio(double bytesPerToken)
    : m_bytesPerToken(std::clamp(bytesPerToken, kLeastBytes, kMostBytes))
{}

std::int64_t TokenRatio::tokens(const Weight &weight) const
{
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(weight.bytes) / m_bytesPerToken))
           + weight.attachedTokens;
}

std::size_t TokenRatio::bytes(std::int64_t tokens) const
{
    return static_cast<std::size_t>(
        std::max(0.0, std::floor(static_cast<double>(tokens) * m_bytesPerToken)));
}

TokenRatio TokenScale::ratioFor(const std::string &model, const std::string &conversation) const
{
    std::lock_guard lock(m_mutex);
    const auto told = m_told.find(model);
    if (told == m_told.end())
        return {};
    const auto own = told->second.last.find(conversation);
    return TokenRatio(own == told->second.last.end() ? told->second.mean : own->second);
}

void TokenScale::learn(const std::string &model, const std::string &conversation,
                       const Weight &sent, std::int64_t inputTokens)
{
    const std::int64_t ofText = inputTokens - sent.attachedTokens;
    if (ofText < kTellingTokens || sent.bytes == 0)
        return;
    const double bytes =
        TokenRatio(static_cast<double>(sent.bytes) / static_cast<double>(ofText)).bytesPerToken();
    std::lock_guard lock(m_mutex);
    const auto [it, isNew] = m_told.emplace(model, Told{bytes, {}});
    Told &told = it->second;
    if (!isNew)
        told.mean += kWeightOfNew * (bytes - told.mean);
    if (!conversation.empty())
        told.last[conversation] = bytes;
}

} // namespace orrery::guidance
