// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/messagelog.h"

#include <cstddef>
#include <cstdint>

namespace orrery::guidance {

/// How much of a request something is: its bytes, about as they are sent, and its pictures, whose size says nothing.
struct Weight {
    std::size_t bytes = 0;
    std::size_t images = 0;

    Weight &operator+=(const Weight &other)
    {
        bytes += other.bytes;
        images += other.images;
        return *this;
    }
    Weight &operator-=(const Weight &other)
    {
        bytes -= other.bytes;
        images -= other.images;
        return *this;
    }
    bool operator==(const Weight &) const = default;
};

/// Text, thinking, calls with their arguments, and what a provider wants back. O(bytes).
Weight weightOf(const Message &message);

/// Tokens of a weight. Begins with a guess; each answer that tells the tokens of its request makes it better. A value.
class TokenScale
{
public:
    /// What most providers count at most for a picture: 1,568 patches or 1,105 to 1,600 tokens (Anthropic's and OpenAI's
    /// documentation of image input, 2026-11).
    static constexpr std::int64_t kImageTokens = 1600;
    /// Outside of these something else was counted than was sent: part of a request, or more than one.
    static constexpr double kLeastBytes = 1.5;
    static constexpr double kMostBytes = 8;

    /// `tokens`: all that the provider has read, from its cache too.
    void learn(const Weight &sent, std::int64_t tokens);
    std::int64_t tokens(const Weight &weight) const;
    std::size_t bytes(std::int64_t tokens) const; ///< of text
    double bytesPerToken() const { return m_bytesPerToken; }

private:
    double m_bytesPerToken = 4;
};

/// The weight of a conversation that grows. Looking again costs what is new, and a look at each block of the log.
class ContextMeter
{
public:
    const Weight &follow(const MessageLog &messages);
    std::uint64_t weighed() const { return m_weighed; } ///< messages so far, for tests

private:
    MessageLog m_seen;
    Weight m_weight;
    std::uint64_t m_weighed = 0;
};

} // namespace orrery::guidance
