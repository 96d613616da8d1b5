// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdlib>

namespace orrery::test {

/// How long a stress test goes on: ORRERY_STRESS_SECONDS, 1 without it.
class Duration
{
public:
    bool isOver() const { return std::chrono::steady_clock::now() >= m_end; }

private:
    static std::chrono::duration<double> seconds()
    {
        const char *given = std::getenv("ORRERY_STRESS_SECONDS");
        const double value = given ? std::atof(given) : 0;
        return std::chrono::duration<double>(value > 0 ? value : 1);
    }
    const std::chrono::steady_clock::time_point m_end =
        std::chrono::steady_clock::now()
        + std::chrono::duration_cast<std::chrono::steady_clock::duration>(seconds());
};

} // namespace orrery::test
