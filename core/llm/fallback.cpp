// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/fallback.h"

#include <algorithm>

namespace orrery::llm {
namespace {

constexpr std::int64_t kFirstModelPauseMs = 300000;
constexpr std::int64_t kLongestFirstModelPauseMs = 3600000;

} // namespace

Result<FallbackChain> FallbackChain::create(std::vector<ModelRef> models)
{
    if (models.empty())
        return fail(ErrorCode::InvalidArgument, "Empty fallback model chain");
    ModelRef active = std::move(models.front());
    models.erase(models.begin());
    return FallbackChain(std::move(active), std::move(models));
}

void FallbackChain::leaveFirst(const Error &error, std::int64_t nowMs)
{
    m_pauseMs =
        m_pauseMs == 0 ? kFirstModelPauseMs : std::min(2 * m_pauseMs, kLongestFirstModelPauseMs);
    m_firstAgainMs = nowMs + (error.retryAfterMs > 0 ? error.retryAfterMs : m_pauseMs);
}

bool FallbackChain::next(const Error &error, std::int64_t nowMs)
{
    if (!isEligible(error) || !hasNext())
        return false;
    if (m_triesFirst || (!m_isAway && m_position == 0))
        leaveFirst(error, nowMs);
    if (m_triesFirst)
        m_triesFirst = false; // the active one is next
    else
        ++m_position;
    return true;
}

bool FallbackChain::answered()
{
    const bool isOther = m_triesFirst || m_position > 0;
    if (m_triesFirst)
        m_active = m_first;
    else if (m_position > 0)
        m_active = m_fallback[m_position - 1];
    if (isOther)
        m_isAway = !m_triesFirst;
    if (!m_isAway)
        m_pauseMs = 0;
    m_position = 0;
    m_triesFirst = false;
    return isOther;
}

} // namespace orrery::llm
