// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/fallback.h"

namespace orrery::llm {

Result<FallbackChain> FallbackChain::create(std::vector<ModelRef> models)
{
    if (models.empty())
        return fail(ErrorCode::InvalidArgument, "Empty fallback model chain");
    ModelRef active = std::move(models.front());
    models.erase(models.begin());
    return FallbackChain(std::move(active), std::move(models));
}

bool FallbackChain::next(const Error &error)
{
    if (!isEligible(error) || !hasNext())
        return false;
    ++m_position;
    return true;
}

bool FallbackChain::answered()
{
    const bool isPromoted = m_position > 0;
    if (isPromoted)
        m_active = m_fallback[m_position - 1];
    m_position = 0;
    return isPromoted;
}

} // namespace orrery::llm
