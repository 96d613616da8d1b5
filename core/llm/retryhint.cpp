// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/retryhint.h"

#include "core/base/utf8.h"

#include <QDateTime>
#include <QLocale>
#include <QString>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

namespace orrery::llm {
namespace {

using MaybeMs = std::optional<long long>;

constexpr double kLongestMs = 1e15;
constexpr std::string_view kRetryInfo = "type.googleapis.com/google.rpc.RetryInfo";

bool isDigits(std::string_view text)
{
    return !text.empty()
           && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool isNamed(const std::string &header, std::string_view name)
{
    return std::equal(header.begin(), header.end(), name.begin(), name.end(), [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? char(a - 'A' + 'a') : a) == b;
    });
}

/// The first value of that name that `read` can make sense of.
template <typename Read>
MaybeMs firstOf(const HttpHeaders &headers, std::string_view name, Read read)
{
    for (const auto &[key, value] : headers) {
        if (!isNamed(key, name))
            continue;
        if (const MaybeMs ms = read(value))
            return ms;
    }
    return std::nullopt;
}

std::optional<double> number(std::string_view text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()
        || !std::isfinite(value))
        return std::nullopt;
    return value;
}

long long toMs(double ms) { return static_cast<long long>(std::min(ms, kLongestMs)); }

/// A protobuf Duration such as `3.5s`.
MaybeMs durationMs(std::string_view text)
{
    if (!text.ends_with('s'))
        return std::nullopt;
    text.remove_suffix(1);
    if (text.starts_with('+'))
        text.remove_prefix(1);
    const auto point = text.find('.');
    const bool isWhole = point == std::string_view::npos;
    const bool hasDigits =
        isWhole ? isDigits(text.substr(0, 1))
                : isDigits(text.substr(0, point)) && isDigits(text.substr(point + 1, 1));
    const auto seconds = hasDigits ? number(text) : std::nullopt;
    if (!seconds || *seconds <= 0)
        return std::nullopt;
    return toMs(*seconds * 1000);
}

MaybeMs retryInfoOf(const Json &body)
{
    if (!body.is_object() || !body.contains("error") || !body["error"].is_object())
        return std::nullopt;
    const Json &error = body["error"];
    if (!error.contains("details") || !error["details"].is_array())
        return std::nullopt;
    for (const Json &detail : error["details"]) {
        if (!detail.is_object() || detail.value("@type", Json()) != kRetryInfo)
            continue;
        const Json delay = detail.value("retryDelay", Json());
        if (!delay.is_string())
            continue;
        if (const MaybeMs ms = durationMs(delay.get_ref<const std::string &>()))
            return ms;
    }
    return std::nullopt;
}

MaybeMs wholeSecondsMs(std::string_view text)
{
    if (text.starts_with('+'))
        text.remove_prefix(1);
    const auto seconds = isDigits(text) ? number(text) : std::nullopt;
    if (!seconds || *seconds <= 0)
        return std::nullopt;
    return toMs(*seconds * 1000);
}

/// The first of the forms of RFC 9110, which is the one that is sent: `Sun, 06 Nov 1994 08:49:37 GMT`.
MaybeMs httpDateMs(std::string_view text, std::int64_t nowMs)
{
    const QString string = QString::fromLatin1(text.data(), qsizetype(text.size()));
    QDateTime time =
        QLocale::c().toDateTime(string, QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"));
    if (!time.isValid())
        return std::nullopt;
    time.setTimeSpec(Qt::UTC);
    return std::max<long long>(0, time.toMSecsSinceEpoch() - nowMs);
}

MaybeMs isoDateMs(std::string_view text, std::int64_t nowMs)
{
    const QDateTime time = QDateTime::fromString(
        QString::fromLatin1(text.data(), qsizetype(text.size())), Qt::ISODateWithMs);
    if (!time.isValid() || text.find('T') == std::string_view::npos)
        return std::nullopt;
    return std::max<long long>(0, time.toMSecsSinceEpoch() - nowMs);
}

/// `1h2m3.5s`, `12ms`.
MaybeMs spanMs(std::string_view text)
{
    double total = 0;
    while (!text.empty()) {
        const auto unitAt = text.find_first_not_of("0123456789.");
        const auto value = number(text.substr(0, unitAt));
        if (!value || unitAt == std::string_view::npos)
            return std::nullopt;
        text.remove_prefix(unitAt);
        const std::string_view unit = text.substr(0, text.find_first_of("0123456789."));
        const double factor = unit == "ms"  ? 1
                              : unit == "s" ? 1000
                              : unit == "m" ? 60e3
                              : unit == "h" ? 3600e3
                              : unit == "d" ? 86400e3
                                            : -1;
        if (factor < 0)
            return std::nullopt;
        total += *value * factor;
        text.remove_prefix(unit.size());
    }
    return toMs(std::ceil(total));
}

/// When a limit is full again: a span, seconds from now, or a moment (seconds or ms since 1970, or ISO 8601).
MaybeMs resetMs(std::string_view text, std::int64_t nowMs)
{
    text = trimmed(text);
    if (text.empty())
        return std::nullopt;
    if (const auto value = number(text); value && *value >= 0) {
        constexpr double kMomentS = 1e9; // before that a number of seconds is a span
        constexpr double kMomentMs = 1e12;
        if (*value < kMomentS)
            return toMs(std::ceil(*value * 1000));
        const double moment = *value < kMomentMs ? *value * 1000 : *value;
        return std::max<long long>(0, toMs(moment) - nowMs);
    }
    const MaybeMs span = spanMs(text);
    return span ? span : isoDateMs(text, nowMs);
}

MaybeMs limitResetMs(const HttpHeaders &headers, std::int64_t nowMs)
{
    constexpr std::string_view kLimits[][2] = {
        {"x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"},
        {"x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
        {"x-ratelimit-remaining", "x-ratelimit-reset"},
        {"anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"},
        {"anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"},
        {"anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"},
        {"anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"}};
    MaybeMs longest;
    for (const auto &[remaining, reset] : kLimits) {
        const MaybeMs left = firstOf(headers, remaining, [](const std::string &text) -> MaybeMs {
            const auto value = number(trimmed(text));
            return value ? MaybeMs(toMs(*value)) : std::nullopt;
        });
        if (left && *left > 0)
            continue;
        const MaybeMs ms =
            firstOf(headers, reset, [&](const std::string &text) { return resetMs(text, nowMs); });
        if (ms && (!longest || *ms > *longest))
            longest = ms;
    }
    return longest;
}

} // namespace

MaybeMs retryInfoMs(const Json &body, const HttpHeaders &headers)
{
    const MaybeMs ms = retryInfoOf(body);
    return ms ? ms : firstOf(headers, "retry-after", wholeSecondsMs);
}

long long retryHintMs(const Json &body, const HttpHeaders &headers, std::int64_t nowMs)
{
    const auto scaled = [](double factor) {
        return [factor](const std::string &text) -> MaybeMs {
            const auto value = number(trimmed(text));
            return value && *value >= 0 ? MaybeMs(toMs(std::ceil(*value * factor))) : std::nullopt;
        };
    };
    // Google wraps the error of a stream in a list.
    MaybeMs ms = retryInfoOf(body.is_array() && body.size() == 1 ? body[0] : body);
    if (!ms)
        ms = firstOf(headers, "retry-after-ms", scaled(1));
    if (!ms)
        ms = firstOf(headers, "retry-after", scaled(1000));
    if (!ms)
        ms = firstOf(headers, "retry-after",
                     [&](const std::string &text) { return httpDateMs(trimmed(text), nowMs); });
    if (!ms)
        ms = limitResetMs(headers, nowMs);
    return ms.value_or(-1);
}

} // namespace orrery::llm
