// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

namespace orrery {

/// The only source of time in the core, so that a test or a replay can hold its own. Thread-safe.
class Clock
{
public:
    virtual ~Clock() = default;
    /// Wall clock, microseconds since 1970-01-01 UTC. May jump.
    virtual std::int64_t wallUs() const = 0;
    /// Monotonic microseconds from an arbitrary origin. Never goes back.
    virtual std::int64_t steadyUs() const = 0;

    std::int64_t wallMs() const { return wallUs() / 1000; }
    std::int64_t steadyMs() const { return steadyUs() / 1000; }
};

class SystemClock final : public Clock
{
public:
    std::int64_t wallUs() const override;
    std::int64_t steadyUs() const override;
};

/// A clock that a test moves by hand.
class ManualClock final : public Clock
{
public:
    explicit ManualClock(std::int64_t startUs = 0) : m_us(startUs) {}
    std::int64_t wallUs() const override { return m_us.load(); }
    std::int64_t steadyUs() const override { return m_us.load(); }
    void advanceMs(std::int64_t ms) { m_us += ms * 1000; }
    void setUs(std::int64_t us) { m_us = us; }

private:
    std::atomic<std::int64_t> m_us;
};

} // namespace orrery
