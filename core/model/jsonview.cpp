// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/jsonview.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace orrery {

namespace {

constexpr std::int64_t kFarthest = 1'000'000'000'000'000;

bool isBetween(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == ':';
}

/// Behind the string that begins at `at` with its quote.
std::size_t stringEnd(std::string_view text, std::size_t at)
{
    ++at;
    while (at < text.size()) {
        const std::size_t quote = std::min(text.find('"', at), text.size());
        const auto *slash =
            static_cast<const char *>(std::memchr(text.data() + at, '\\', quote - at));
        if (!slash)
            return std::min(quote + 1, text.size());
        at = static_cast<std::size_t>(slash - text.data()) + 2;
    }
    return text.size();
}

/// Behind the list or object that begins at `at`.
std::size_t containerEnd(std::string_view text, std::size_t at)
{
    std::size_t depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = stringEnd(text, at);
            continue;
        }
        ++at;
        if (c == '{' || c == '[')
            ++depth;
        else if ((c == '}' || c == ']') && --depth == 0)
            break;
    }
    return at;
}

std::size_t valueEnd(std::string_view text, std::size_t at)
{
    if (text[at] == '"')
        return stringEnd(text, at);
    if (text[at] == '{' || text[at] == '[')
        return containerEnd(text, at);
    while (at < text.size() && !isBetween(text[at]) && text[at] != '}' && text[at] != ']')
        ++at;
    return at;
}

void appendCharacter(std::string &text, std::uint32_t c)
{
    const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    const auto rest = [&](int shift) { put(0x80U | (c >> shift & 0x3FU)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0U | c >> 6);
        rest(0);
    } else if (c < 0x10000) {
        put(0xE0U | c >> 12);
        rest(6);
        rest(0);
    } else {
        put(0xF0U | c >> 18);
        rest(12);
        rest(6);
        rest(0);
    }
}

/// The four digits of a `\u` at the front of `digits`, or -1.
std::int32_t unitAt(std::string_view digits)
{
    std::int32_t unit = 0;
    if (digits.size() < 4)
        return -1;
    const auto read = std::from_chars(digits.data(), digits.data() + 4, unit, 16);
    return read.ptr == digits.data() + 4 && unit >= 0 ? unit : -1;
}

/// `at` is behind the backslash; gives the place behind the escape.
std::size_t appendEscaped(std::string &text, std::string_view from, std::size_t at)
{
    static constexpr std::string_view kShort = "\"\"\\\\//b\bf\fn\nr\rt\t";
    for (std::size_t i = 0; i < kShort.size(); i += 2)
        if (kShort[i] == from[at]) {
            text += kShort[i + 1];
            return at + 1;
        }
    constexpr std::uint32_t kNone = 0xFFFD;
    const std::int32_t first = from[at] == 'u' ? unitAt(from.substr(at + 1)) : -1;
    if (first < 0) {
        appendCharacter(text, kNone);
        return at + 1;
    }
    at += 5;
    if (first < 0xD800 || first > 0xDFFF) {
        appendCharacter(text, static_cast<std::uint32_t>(first));
        return at;
    }
    const bool hasPair = first < 0xDC00 && from.substr(at).starts_with("\\u");
    const std::int32_t second = hasPair ? unitAt(from.substr(at + 2)) : -1;
    if (second < 0xDC00 || second > 0xDFFF) {
        appendCharacter(text, kNone);
        return at;
    }
    appendCharacter(text, 0x10000U + (static_cast<std::uint32_t>(first - 0xD800) << 10)
                              + static_cast<std::uint32_t>(second - 0xDC00));
    return at + 6;
}

} // namespace

JsonView::JsonView(std::string_view text)
{
    std::size_t at = 0;
    while (at < text.size() && isBetween(text[at]))
        ++at;
    if (at < text.size())
        m_text = text.substr(at, valueEnd(text, at) - at);
}

bool JsonView::exists() const { return !m_text.empty() && m_text != "null"; }

std::optional<JsonView> JsonView::nextValue(std::size_t &at) const
{
    while (at < m_text.size() && isBetween(m_text[at]))
        ++at;
    if (at >= m_text.size() || m_text[at] == '}' || m_text[at] == ']')
        return std::nullopt;
    JsonView value;
    const std::size_t end = valueEnd(m_text, at);
    value.m_text = m_text.substr(at, end - at);
    at = end;
    return value;
}

std::string JsonView::text(std::size_t leastBytes) const
{
    std::string text;
    if (!isString())
        return text;
    const bool isClosed = m_text.size() > 1 && m_text.back() == '"';
    const std::string_view inner = m_text.substr(1, m_text.size() - (isClosed ? 2 : 1));
    const auto isFull = [&](std::size_t at) {
        return text.size() >= leastBytes && (static_cast<unsigned char>(inner[at]) & 0xC0U) != 0x80;
    };
    for (std::size_t at = 0; at < inner.size() && !isFull(at);) {
        const std::size_t left = leastBytes > text.size() ? leastBytes - text.size() : 1;
        const std::string_view piece = inner.substr(at, left);
        const std::size_t plain = std::min(piece.find('\\'), piece.size());
        text.append(piece.substr(0, plain));
        at += plain;
        if (plain < piece.size())
            at = at + 1 < inner.size() ? appendEscaped(text, inner, at + 1) : inner.size();
    }
    return text;
}

bool JsonView::is(std::string_view text) const
{
    if (!isString())
        return false;
    if (m_text.find('\\') == std::string_view::npos)
        return m_text.size() == text.size() + 2 && m_text.substr(1, text.size()) == text;
    return this->text() == text;
}

std::optional<double> JsonView::real() const
{
    double number = 0;
    const auto *end = m_text.data() + m_text.size();
    const auto read = std::from_chars(m_text.data(), end, number);
    // It reads "inf" and "nan" too, which are no JSON.
    if (m_text.empty() || read.ec != std::errc() || read.ptr != end || !std::isfinite(number))
        return std::nullopt;
    return number;
}

std::optional<std::int64_t> JsonView::integer() const
{
    std::int64_t whole = 0;
    const auto *end = m_text.data() + m_text.size();
    const auto read = std::from_chars(m_text.data(), end, whole);
    if (!m_text.empty() && read.ec == std::errc() && read.ptr == end)
        return std::clamp(whole, -kFarthest, kFarthest);
    const auto number = real();
    if (!number)
        return std::nullopt;
    return static_cast<std::int64_t>(std::clamp(*number, double(-kFarthest), double(kFarthest)));
}

std::optional<bool> JsonView::flag() const
{
    if (m_text != "true" && m_text != "false")
        return std::nullopt;
    return m_text == "true";
}

std::size_t JsonView::size() const
{
    std::size_t count = 0;
    each([&](const JsonView &) { ++count; });
    return count;
}

JsonFields::JsonFields(const JsonView &object)
{
    if (object.isObject())
        m_members.reserve(16);
    object.eachMember(
        [this](const JsonView &key, const JsonView &value) { m_members.emplace_back(key, value); });
}

JsonView JsonFields::at(std::string_view key) const
{
    const auto found = std::find_if(m_members.rbegin(), m_members.rend(),
                                    [&](const auto &member) { return member.first.is(key); });
    return found == m_members.rend() ? JsonView() : found->second;
}

std::int64_t JsonFields::count(std::string_view key) const
{
    return std::clamp<std::int64_t>(integer(key), 0, 1'000'000'000'000);
}

std::int64_t JsonFields::line(std::string_view key) const
{
    return std::clamp<std::int64_t>(integer(key), 0, 10'000'000);
}

} // namespace orrery
