// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/numberwords.h"

#include "core/base/utf8.h"

#include <charconv>
#include <cmath>

namespace orrery::words {

namespace {

constexpr std::string_view kCut = "…";

std::string fixed(double value, int digits)
{
    char text[400]; // the longest double has 309 digits before its point
    const auto end =
        std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits);
    return std::string(text, end.ptr);
}

std::string twoDigits(std::int64_t value)
{
    return (value < 10 ? "0" : "") + std::to_string(value);
}

} // namespace

std::string count(std::int64_t value)
{
    const double size = std::abs(double(value));
    if (size < 1000)
        return std::to_string(value);
    const bool isMillions = size >= 999950;
    std::string text = fixed(double(value) / (isMillions ? 1e6 : 1e3), 1);
    if (text.ends_with(".0"))
        text.resize(text.size() - 2);
    return text + (isMillions ? 'M' : 'k');
}

std::string estimate(std::int64_t value) { return '~' + count(value); }

std::string duration(std::int64_t us)
{
    if (us <= 0)
        return std::string(kUnknown);
    if (us < 1'000'000)
        return std::to_string(std::max<std::int64_t>(1, us / 1000)) + " ms";
    if (us < 59'950'000)
        return fixed(double(us) / 1e6, 1) + " s";
    const std::int64_t seconds = (us + 500'000) / 1'000'000;
    if (seconds < 3600)
        return std::to_string(seconds / 60) + " m " + twoDigits(seconds % 60) + " s";
    return std::to_string(seconds / 3600) + " h " + twoDigits(seconds / 60 % 60) + " m";
}

std::string remaining(std::int64_t ms)
{
    // Rounded up, so that 0:00 means that it is over.
    const std::int64_t seconds = ms <= 0 ? 0 : (ms - 1) / 1000 + 1;
    if (seconds < 3600)
        return std::to_string(seconds / 60) + ':' + twoDigits(seconds % 60);
    return std::to_string(seconds / 3600) + ':' + twoDigits(seconds / 60 % 60) + ':'
           + twoDigits(seconds % 60);
}

std::string money(double usd) { return '$' + fixed(usd, usd != 0 && std::abs(usd) < 1 ? 4 : 2); }

std::string lines(std::int64_t start, std::int64_t end)
{
    return start == end ? "line " + std::to_string(start)
                        : std::to_string(start) + "–" + std::to_string(end);
}

std::string counted(std::int64_t number, std::string_view one, std::string_view many)
{
    return std::to_string(number).append(" ").append(number == 1 ? one : many);
}

std::string oneLine(std::string_view text, std::size_t mostBytes)
{
    const std::size_t end = text.find('\n');
    const std::string_view first = text.substr(0, end);
    const bool hasMore = end != std::string_view::npos && !isBlank(text.substr(end));
    const std::string_view tail = hasMore ? std::string_view(" …") : std::string_view();
    std::string line;
    if (first.size() + tail.size() <= mostBytes) {
        line.append(first).append(tail);
    } else {
        std::size_t cut = mostBytes > kCut.size() ? mostBytes - kCut.size() : 0;
        while (cut > 0 && cut < first.size() && !beginsCharacter(first[cut]))
            --cut;
        line.append(first.substr(0, cut)).append(kCut);
    }
    if (isUtf8(line))
        return line;
    line = validUtf8(line); // which may be longer
    return line.size() <= mostBytes ? line : oneLine(line, mostBytes);
}

} // namespace orrery::words
