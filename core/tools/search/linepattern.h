// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace orrery::tools {

/// A regular expression (PCRE2, Unicode) that is looked for in single lines. Lines that are not UTF-8 are searched too:
/// what is invalid matches nothing. No expression keeps the thread busy for long, see Limits. Used by one thread.
class LinePattern
{
public:
    struct Limits {
        std::uint32_t steps = 1'000'000; ///< of backtracking in one line; also how deep it may go
        std::uint32_t heapKiB = 32 * 1024;
        std::chrono::milliseconds lineTime{2000}; ///< for a line longer than kWatchedBytes
    };
    enum class Found {
        No,
        Yes,
        OverLimit,  ///< it could not be found out within the limits
        Interrupted ///< isOver() said so
    };

    /// Above this length a line is searched with a look at the clock, and at isOver(), between the steps; below it, the
    /// limit of steps alone keeps the time short.
    static constexpr std::size_t kWatchedBytes = 4096;

    /// An error (InvalidArgument) says what is wrong with the expression, and at which byte of it.
    static Result<LinePattern> compile(const std::string &expression, bool ignoreCase,
                                       const Limits &limits, std::function<bool()> isOver);
    LinePattern(LinePattern &&other) noexcept;
    LinePattern &operator=(LinePattern &&other) noexcept;
    ~LinePattern();

    /// `start` is set to the byte at which the first match begins.
    Found find(std::string_view line, std::size_t &start);

private:
    struct Private;
    explicit LinePattern(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

} // namespace orrery::tools
