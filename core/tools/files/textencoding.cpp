// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/textencoding.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace orrery::tools {

namespace {

constexpr std::string_view kMark8 = "\xEF\xBB\xBF";

/// What Windows-1252 has for the bytes 0x80 to 0x9F. The five that it leaves open stand for themselves.
constexpr std::array<char16_t, 32> kHigh1252 = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

unsigned char byteAt(std::string_view bytes, std::size_t at)
{
    return static_cast<unsigned char>(bytes[at]);
}

bool isMostlyUtf8(std::string_view bytes)
{
    std::size_t good = 0;
    std::size_t bad = 0;
    for (std::size_t at = 0; at < bytes.size();) {
        const Character character = characterAt(bytes, at);
        good += character.isText && character.size > 1;
        bad += !character.isText;
        at += character.size;
    }
    return good >= bad && good > 0;
}

/// Without a character at the end of which more is to come.
std::string_view withoutHalf(std::string_view bytes)
{
    for (std::size_t back = 1; back <= std::min<std::size_t>(3, bytes.size()); ++back) {
        const unsigned char byte = byteAt(bytes, bytes.size() - back);
        if (byte < 0x80)
            break;
        if (byte >= 0xC0)
            return bytes.substr(0, bytes.size() - back);
    }
    return bytes;
}

std::size_t markSize(TextForm form) { return !form.hasMark ? 0 : form.isUtf16() ? 2 : 3; }

char32_t unitAt(std::string_view bytes, std::size_t at, bool isLittle)
{
    const unsigned first = byteAt(bytes, at);
    const unsigned second = byteAt(bytes, at + 1);
    return isLittle ? first | second << 8 : first << 8 | second;
}

bool isHigh(char32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool isLow(char32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

std::string from16(std::string_view bytes, bool isLittle)
{
    std::string text;
    text.reserve(bytes.size());
    std::size_t at = 0;
    for (; at + 1 < bytes.size(); at += 2) {
        char32_t code = unitAt(bytes, at, isLittle);
        if (isHigh(code) && at + 3 < bytes.size() && isLow(unitAt(bytes, at + 2, isLittle))) {
            code = 0x10000 + ((code - 0xD800) << 10) + (unitAt(bytes, at + 2, isLittle) - 0xDC00);
            at += 2;
        }
        appendCharacter(text, code);
    }
    if (at < bytes.size()) { // half a unit, in a way that no character is written
        text += static_cast<char>(0xF8 | byteAt(bytes, at) >> 6);
        text += static_cast<char>(0x80 | (byteAt(bytes, at) & 0x3F));
    }
    return text;
}

void append16(std::string &bytes, char32_t unit, bool isLittle)
{
    const char high = static_cast<char>(unit >> 8);
    const char low = static_cast<char>(unit & 0xFF);
    bytes += isLittle ? low : high;
    bytes += isLittle ? high : low;
}

std::string to16(std::string_view text, bool isLittle)
{
    std::string bytes;
    bytes.reserve(text.size() * 2 + 2);
    append16(bytes, 0xFEFF, isLittle);
    for (std::size_t at = 0; at < text.size();) {
        if (byteAt(text, at) >= 0xF8 && at + 1 < text.size()) { // as from16() has left it
            bytes += static_cast<char>((byteAt(text, at) & 3) << 6 | (byteAt(text, at + 1) & 0x3F));
            at += 2;
            continue;
        }
        const Character character = characterAt(text, at);
        if (character.code >= 0x10000) {
            append16(bytes, 0xD800 + ((character.code - 0x10000) >> 10), isLittle);
            append16(bytes, 0xDC00 + ((character.code - 0x10000) & 0x3FF), isLittle);
        } else {
            append16(bytes, character.code, isLittle);
        }
        at += character.size;
    }
    return bytes;
}

std::string from1252(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size() + bytes.size() / 8);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const unsigned char byte = byteAt(bytes, at);
        appendCharacter(text, byte >= 0x80 && byte < 0xA0 ? kHigh1252[byte - 0x80] : byte);
    }
    return text;
}

Result<std::string> to1252(std::string_view text)
{
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const Character character = characterAt(text, at);
        const auto high = std::find(kHigh1252.begin(), kHigh1252.end(), character.code);
        if (high != kHigh1252.end()) {
            bytes += static_cast<char>(0x80 + (high - kHigh1252.begin()));
        } else if (character.code < 0x80 || (character.code >= 0xA0 && character.code < 0x100)) {
            bytes += static_cast<char>(character.code);
        } else {
            char code[16];
            std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(character.code));
            return fail(ErrorCode::InvalidArgument, "The file is Windows-1252, which has no "
                                                        + validUtf8(text.substr(at, character.size))
                                                        + " (" + code
                                                        + "). Write it in another way.");
        }
        at += character.size;
    }
    return bytes;
}

} // namespace

std::string TextForm::name() const
{
    switch (encoding) {
    case Encoding::Utf8: return hasMark ? "UTF-8 with a byte order mark" : "";
    case Encoding::BrokenUtf8: return "UTF-8, with bytes that are not, shown as U+FFFD";
    case Encoding::Windows1252: return "Windows-1252";
    case Encoding::Utf16Le: return "UTF-16 LE";
    case Encoding::Utf16Be: return "UTF-16 BE";
    }
    return "";
}

Character characterAt(std::string_view text, std::size_t at)
{
    const unsigned char first = byteAt(text, at);
    if (first < 0x80)
        return {first, 1, true};
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + size > text.size())
        return {first, 1, false};
    char32_t code = first & (0xFF >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byteAt(text, at + i) & 0xC0) != 0x80)
            return {first, 1, false};
        code = code << 6 | (byteAt(text, at + i) & 0x3F);
    }
    if ((size == 3 && code < 0x800) || (size == 4 && (code < 0x10000 || code > 0x10FFFF)))
        return {first, 1, false};
    const bool isHalf = isHigh(code) || isLow(code);
    return {code, size, !isHalf};
}

void appendCharacter(std::string &text, char32_t code)
{
    if (code < 0x80) {
        text += static_cast<char>(code);
        return;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    text += static_cast<char>((0xF80 >> more & 0xFF) | code >> (6 * more));
    for (int i = more - 1; i >= 0; --i)
        text += static_cast<char>(0x80 | (code >> (6 * i) & 0x3F));
}

TextForm formOf(std::string_view bytes, bool isWhole)
{
    if (bytes.starts_with("\xFF\xFE"))
        return {Encoding::Utf16Le, true};
    if (bytes.starts_with("\xFE\xFF"))
        return {Encoding::Utf16Be, true};
    const bool hasMark = bytes.starts_with(kMark8);
    const Encoding encoding = encodingOf(bytes, isWhole);
    return {hasMark && encoding == Encoding::Windows1252 ? Encoding::BrokenUtf8 : encoding,
            hasMark};
}

Encoding encodingOf(std::string_view bytes, bool isWhole)
{
    if (!isWhole)
        bytes = withoutHalf(bytes);
    return isUtf8(bytes)         ? Encoding::Utf8
           : isMostlyUtf8(bytes) ? Encoding::BrokenUtf8
                                 : Encoding::Windows1252;
}

std::string decoded(std::string_view bytes, TextForm form)
{
    bytes.remove_prefix(std::min(markSize(form), bytes.size()));
    if (form.isUtf16())
        return from16(bytes, form.encoding == Encoding::Utf16Le);
    return form.encoding == Encoding::Windows1252 ? from1252(bytes) : std::string(bytes);
}

Result<std::string> encoded(std::string_view text, TextForm form)
{
    if (form.isUtf16())
        return to16(text, form.encoding == Encoding::Utf16Le);
    if (form.encoding == Encoding::Windows1252)
        return to1252(text);
    return std::string(form.hasMark ? kMark8 : "").append(text);
}

std::string readable(std::string_view bytes) { return validUtf8(decoded(bytes, formOf(bytes))); }

std::string PiecewiseDecoder::next(std::string_view piece, bool isLast)
{
    m_rest.append(piece);
    TextForm form = m_form;
    if (m_isAtStart && !isLast && m_rest.size() < markSize(form))
        return {};
    form.hasMark = m_form.hasMark && m_isAtStart;
    m_isAtStart = false;
    std::size_t size = m_rest.size();
    if (form.isUtf16() && !isLast) {
        size -= size % 2;
        if (size >= 2 && isHigh(unitAt(m_rest, size - 2, form.encoding == Encoding::Utf16Le)))
            size -= 2;
    }
    std::string text = decoded(std::string_view(m_rest).substr(0, size), form);
    m_rest.erase(0, size);
    return text;
}

} // namespace orrery::tools
