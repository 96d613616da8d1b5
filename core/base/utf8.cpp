// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/utf8.h"

#include <QString>
#include <QUtf8StringView>

#include <algorithm>
#include <array>

namespace orrery {
namespace {

/// Length of the white-space character that `text` begins with, in bytes; 0 when it begins with none.
std::size_t leadingSpace(std::string_view text)
{
    const unsigned char first = static_cast<unsigned char>(text.front());
    if (first == ' ' || (first >= 0x09 && first <= 0x0D))
        return 1;
    // U+0085, U+00A0, U+1680, U+2000…200A, U+2028, U+2029, U+202F, U+205F, U+3000
    static constexpr std::array<std::string_view, 18> wide = {
        "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
        "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
        "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
        "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F"};
    for (const std::string_view space : wide)
        if (text.starts_with(space))
            return space.size();
    return text.starts_with("\xE3\x80\x80") ? 3 : 0;
}

} // namespace

std::string_view trimmed(std::string_view text)
{
    while (!text.empty()) {
        const std::size_t length = leadingSpace(text);
        if (length == 0)
            break;
        text.remove_prefix(length);
    }
    while (!text.empty()) {
        std::size_t start = text.size() - 1;
        while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80)
            --start;
        if (leadingSpace(text.substr(start)) != text.size() - start)
            break;
        text.remove_suffix(text.size() - start);
    }
    return text;
}

bool isBlank(std::string_view text) { return trimmed(text).empty(); }

std::string downcase(std::string_view text)
{
    const bool ascii = std::all_of(text.begin(), text.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (!ascii)
        return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()))
            .toLower()
            .toStdString();
    std::string lower(text);
    for (char &c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + ('a' - 'A'));
    return lower;
}

bool isUtf8(std::string_view bytes)
{
    return QUtf8StringView(bytes.data(), static_cast<qsizetype>(bytes.size())).isValidUtf8();
}

std::string validUtf8(std::string_view bytes)
{
    if (isUtf8(bytes))
        return std::string(bytes);
    return QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size())).toStdString();
}

} // namespace orrery
