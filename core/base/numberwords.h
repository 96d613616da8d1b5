// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// How numbers and times are written, the same in every locale. UTF-8.
namespace orrery::words {

inline constexpr std::string_view kUnknown = "—";
/// `999`, `12.4k`, `3.1M`.
std::string count(std::int64_t value);
/// `~12.4k`
std::string estimate(std::int64_t value);
/// `830 ms`, `12.4 s`, `4 m 05 s`, `1 h 02 m`; µs in; kUnknown for none.
std::string duration(std::int64_t us);
/// `2:13`, `0:04`, `1:02:03`; never negative; ms in.
std::string remaining(std::int64_t ms);
/// `$0.0021`, `$1.25`.
std::string money(double usd);
/// `40–88`, `line 7`.
std::string lines(std::int64_t start, std::int64_t end);
/// `1 message`, `3 messages`.
std::string counted(std::int64_t number, std::string_view one, std::string_view many);
/// The first line, shortened with `…` to so many bytes, never within a character. Always UTF-8.
std::string oneLine(std::string_view text, std::size_t mostBytes);

} // namespace orrery::words
