// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace orrery {

/// A day and a time of day in ISO 8601's extended form, as it was written: `2026-03-01T12:30:45.5+02:00`.
struct IsoDateTime {
    int year = 1970;
    int month = 1;
    int day = 1;
    int hour = 0;
    int minute = 0;
    int second = 0;
    std::string fraction;             ///< digits of the second's fraction, at most six
    std::optional<int> offsetMinutes; ///< east of UTC; nothing when none was written

    bool operator==(const IsoDateTime &) const = default;
};

/// `2026-03-01`, a day that exists. The time of the result is midnight.
std::optional<IsoDateTime> parseIsoDate(std::string_view text);
/// With `T` or a space between day and time; seconds are needed, fraction and offset are not. Further digits of the
/// fraction are dropped.
std::optional<IsoDateTime> parseIsoDateTime(std::string_view text);

/// The same instant with offset 0. A time without an offset is taken for UTC.
IsoDateTime toUtc(const IsoDateTime &time);

/// `2026-03-01`
std::string isoDate(const IsoDateTime &time);
/// `2026-03-01T12:30:45`, with the fraction if there is one, never with the offset.
std::string isoLocalTime(const IsoDateTime &time);

} // namespace orrery
