// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace orrery::guidance {

/// How much of a request something is: the bytes of its text, about as they are sent, and the tokens of its pictures and
/// documents, whose bytes are no text.
struct Weight {
    std::size_t bytes = 0;
    std::int64_t attachedTokens = 0;

    Weight &operator+=(const Weight &other)
    {
        bytes += other.bytes;
        attachedTokens += other.attachedTokens;
        return *this;
    }
    Weight &operator-=(const Weight &other)
    {
        bytes -= other.bytes;
        attachedTokens -= other.attachedTokens;
        return *this;
    }
    bool operator==(const Weight &) const = default;
};

/// How many bytes of text are a token: four, until a model's answers tell. A value.
class TokenRatio
{
public:
    static constexpr double kUsualBytes = 4;
    /// Outside of these something else was counted than was sent: part of a request, or more than one.
    static constexpr double kLeastBytes = 1;
    static constexpr double kMostBytes = 12;

    TokenRatio() = default;
    explicit TokenRatio(double bytesPerToken);

    std::int64_t tokens(const Weight &weight) const; ///< rounded up
    std::size_t bytes(std::int64_t tokens) const;    ///< of text
    double bytesPerToken() const { return m_bytesPerToken; }

private:
    double m_bytesPerToken = kUsualBytes;
};

/// What the answers of a run have told of its models: each tells the tokens of its request. A conversation goes by its own
/// last answer, since its next request is nearly the same text; what has none yet goes by the exponential mean of the
/// model's other conversations. Thread-safe.
class TokenScale
{
public:
    /// `model`: `provider:model`. `conversation`: whose it is; empty = a request by itself.
    TokenRatio ratioFor(const std::string &model, const std::string &conversation) const;
    /// The provider counted so many tokens for a request of that weight, those from a cache among them.
    void learn(const std::string &model, const std::string &conversation, const Weight &sent,
               std::int64_t inputTokens);

private:
    struct Told {
        double mean = 0;                    ///< bytes a token
        std::map<std::string, double> last; ///< by conversation
    };
    mutable std::mutex m_mutex;
    std::map<std::string, Told> m_told; ///< by model; guarded by m_mutex
};

} // namespace orrery::guidance
