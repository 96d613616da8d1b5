// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/isotime.h"

#include <chrono>
#include <cstdio>

namespace orrery {
namespace {

constexpr std::size_t kFractionDigits = 6;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Takes fixed pieces off the front of a text; once one is missing, all later ones are.
class Pieces
{
public:
    explicit Pieces(std::string_view text) : m_rest(text) {}

    int number(std::size_t digits, int min, int max)
    {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (i >= m_rest.size() || !isDigit(m_rest[i]))
                return miss();
            value = value * 10 + (m_rest[i] - '0');
        }
        if (value < min || value > max)
            return miss();
        m_rest.remove_prefix(digits);
        return value;
    }

    void oneOf(std::string_view characters)
    {
        if (!peek(characters))
            miss();
        else
            m_rest.remove_prefix(1);
    }

    bool peek(std::string_view characters) const
    {
        return !m_rest.empty() && characters.find(m_rest.front()) != std::string_view::npos;
    }

    std::string_view digits()
    {
        std::size_t count = 0;
        while (count < m_rest.size() && isDigit(m_rest[count]))
            ++count;
        const std::string_view taken = m_rest.substr(0, count);
        m_rest.remove_prefix(count);
        return taken;
    }

    int miss()
    {
        m_complete = false;
        m_rest = {};
        return 0;
    }
    bool atEnd() const { return m_rest.empty(); }
    bool complete() const { return m_complete && m_rest.empty(); }

private:
    std::string_view m_rest;
    bool m_complete = true;
};

std::chrono::year_month_day dayOf(const IsoDateTime &time)
{
    return std::chrono::year(time.year) / time.month / time.day;
}

void readDate(Pieces &pieces, IsoDateTime &time)
{
    time.year = pieces.number(4, 0, 9999);
    pieces.oneOf("-");
    time.month = pieces.number(2, 1, 12);
    pieces.oneOf("-");
    time.day = pieces.number(2, 1, 31);
}

/// `Z`, `+02`, `+0200` or `+02:00`; `-00:00` means "unknown" and is refused.
void readOffset(Pieces &pieces, IsoDateTime &time)
{
    if (pieces.peek("Z")) {
        pieces.oneOf("Z");
        time.offsetMinutes = 0;
        return;
    }
    const bool west = pieces.peek("-");
    pieces.oneOf("+-");
    const int hours = pieces.number(2, 0, 23);
    const bool hasColon = pieces.peek(":");
    if (hasColon)
        pieces.oneOf(":");
    const int minutes = pieces.atEnd() && !hasColon ? 0 : pieces.number(2, 0, 59);
    time.offsetMinutes = (west ? -1 : 1) * (hours * 60 + minutes);
    if (west && *time.offsetMinutes == 0)
        pieces.miss();
}

} // namespace

std::optional<IsoDateTime> parseIsoDate(std::string_view text)
{
    IsoDateTime time;
    Pieces pieces(text);
    readDate(pieces, time);
    return pieces.complete() && dayOf(time).ok() ? std::optional(time) : std::nullopt;
}

std::optional<IsoDateTime> parseIsoDateTime(std::string_view text)
{
    IsoDateTime time;
    Pieces pieces(text);
    readDate(pieces, time);
    pieces.oneOf("T ");
    time.hour = pieces.number(2, 0, 23);
    pieces.oneOf(":");
    time.minute = pieces.number(2, 0, 59);
    pieces.oneOf(":");
    time.second = pieces.number(2, 0, 59);
    if (pieces.peek(".,")) {
        pieces.oneOf(".,");
        time.fraction = pieces.digits().substr(0, kFractionDigits);
        if (time.fraction.empty())
            return std::nullopt;
    }
    if (!pieces.atEnd())
        readOffset(pieces, time);
    return pieces.complete() && dayOf(time).ok() ? std::optional(time) : std::nullopt;
}

IsoDateTime toUtc(const IsoDateTime &time)
{
    using namespace std::chrono;
    const sys_seconds instant = sys_days(dayOf(time)) + hours(time.hour) + minutes(time.minute)
                                + seconds(time.second) - minutes(time.offsetMinutes.value_or(0));
    const auto day = floor<days>(instant);
    const year_month_day date(day);
    const hh_mm_ss clock(instant - day);
    return {int(date.year()),
            int(unsigned(date.month())),
            int(unsigned(date.day())),
            int(clock.hours().count()),
            int(clock.minutes().count()),
            int(clock.seconds().count()),
            time.fraction,
            0};
}

std::string isoDate(const IsoDateTime &time)
{
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", time.year, time.month, time.day);
    return text;
}

std::string isoLocalTime(const IsoDateTime &time)
{
    char text[40];
    std::snprintf(text, sizeof text, "T%02d:%02d:%02d", time.hour, time.minute, time.second);
    return isoDate(time) + text + (time.fraction.empty() ? "" : "." + time.fraction);
}

} // namespace orrery
