// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/surrogates.h"

#include <cstdint>

namespace orrery::llm {
namespace {

// A half U+D800+n stands in as U+10F800+n, from the private area at the end of Unicode: F4 8F A0..BF 80..BF.
constexpr std::size_t kStandInBytes = 4;
constexpr std::string_view kStandInStart = "\xF4\x8F";

int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/// The unit of an escape `\uXXXX` at this place; -1 when there is none.
int unitAt(std::string_view json, std::size_t at)
{
    if (at + 6 > json.size() || json[at] != '\\' || json[at + 1] != 'u')
        return -1;
    int unit = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
        const int digit = hexValue(json[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

bool isHigh(int unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool isLow(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

void appendUtf8(std::string &out, std::uint32_t point)
{
    out += static_cast<char>(0xF0 | (point >> 18));
    out += static_cast<char>(0x80 | ((point >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
}

/// The half that a stand-in at this place is for; -1 when there is none.
int halfAt(std::string_view text, std::size_t at)
{
    if (text.substr(at, 2) != kStandInStart || at + kStandInBytes > text.size())
        return -1;
    const auto third = static_cast<unsigned char>(text[at + 2]);
    const auto fourth = static_cast<unsigned char>(text[at + 3]);
    if (third < 0xA0 || third > 0xBF || (fourth & 0xC0) != 0x80)
        return -1;
    return 0xD800 + (((third & 0x1F) << 6) | (fourth & 0x3F));
}

} // namespace

bool standInForHalves(std::string_view json, std::string &out)
{
    std::string mended;
    bool any = false;
    for (std::size_t at = 0; at < json.size();) {
        if (json[at] != '\\') {
            mended += json[at++];
            continue;
        }
        const int unit = unitAt(json, at);
        if (isHigh(unit) && isLow(unitAt(json, at + 6))) {
            mended += json.substr(at, 12);
            at += 12;
        } else if (isHigh(unit) || isLow(unit)) {
            appendUtf8(mended, 0x10F800u + std::uint32_t(unit - 0xD800));
            any = true;
            at += 6;
        } else {
            mended +=
                json.substr(at, 2); // also of `\\`, so that no escape begins with its second half
            at += 2;
        }
    }
    if (any)
        out = std::move(mended);
    return any;
}

std::string joinHalves(std::string text)
{
    if (text.find(kStandInStart) == std::string::npos)
        return text;
    std::string joined;
    for (std::size_t at = 0; at < text.size();) {
        const int half = halfAt(text, at);
        if (half < 0) {
            joined += text[at++];
            continue;
        }
        const int next = halfAt(text, at + kStandInBytes);
        if (isHigh(half) && isLow(next)) {
            appendUtf8(joined,
                       0x10000u
                           + ((std::uint32_t(half - 0xD800) << 10) | std::uint32_t(next - 0xDC00)));
            at += 2 * kStandInBytes;
        } else {
            joined += "\xEF\xBF\xBD";
            at += kStandInBytes;
        }
    }
    return joined;
}

std::string HalfJoiner::feed(std::string piece)
{
    if (!m_waiting.empty())
        piece.insert(0, m_waiting);
    m_waiting.clear();
    if (piece.size() >= kStandInBytes && isHigh(halfAt(piece, piece.size() - kStandInBytes))) {
        m_waiting = piece.substr(piece.size() - kStandInBytes);
        piece.resize(piece.size() - kStandInBytes);
    }
    return joinHalves(std::move(piece));
}

} // namespace orrery::llm
