// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/jsonwriter.h"

#include "core/model/canonicaljson.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cstring>

namespace orrery {
namespace {

enum class Kind : unsigned char { Plain, Escaped, Multibyte };

constexpr std::array<Kind, 256> kinds()
{
    std::array<Kind, 256> table{};
    for (int c = 0; c < 256; ++c)
        table[c] = c < 0x20 || c == '"' || c == '\\' ? Kind::Escaped
                   : c >= 0x80                       ? Kind::Multibyte
                                                     : Kind::Plain;
    return table;
}

constexpr auto kKinds = kinds();

/// Whether the eight bytes from `at` on are there and go into a JSON string as they are.
bool isPlainRun(std::string_view text, std::size_t at)
{
    if (text.size() - at < 8)
        return false;
    std::uint64_t bytes;
    std::memcpy(&bytes, text.data() + at, 8);
    constexpr std::uint64_t ones = 0x0101010101010101;
    const auto hasZero = [](std::uint64_t x) { return (x - ones) & ~x; };
    // The top bit of a byte is set if the byte is above 0x7f, below 0x20, or one of the two characters.
    const std::uint64_t found =
        bytes | (bytes - ones * 0x20) | hasZero(bytes ^ ones * '"') | hasZero(bytes ^ ones * '\\');
    return (found & ones * 0x80) == 0;
}

/// Length of the UTF-8 character at the begin of `text`; 0 when there is none.
std::size_t characterLength(std::string_view text)
{
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const unsigned lead = byte(0);
    const unsigned second = byte(1);
    if (lead >= 0xC2 && lead <= 0xDF)
        return follows(1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        // Neither overlong forms nor surrogates.
        const bool isValid = (lead != 0xE0 || second >= 0xA0) && (lead != 0xED || second <= 0x9F);
        return isValid && follows(1) && follows(2) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const bool isValid = (lead != 0xF0 || second >= 0x90) && (lead != 0xF4 || second <= 0x8F);
        return isValid && follows(1) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

void appendEscaped(std::string &out, char c)
{
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

template <typename Integer>
void appendInteger(std::string &out, Integer value)
{
    char buffer[24];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    out.append(buffer, end);
}

} // namespace

void appendJsonString(std::string &out, std::string_view text)
{
    out += '"';
    std::size_t from = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        if (isPlainRun(text, at)) {
            at += 8;
            continue;
        }
        const Kind kind = kKinds[static_cast<unsigned char>(text[at])];
        if (kind == Kind::Plain) {
            ++at;
            continue;
        }
        if (kind == Kind::Multibyte) {
            if (const std::size_t length = characterLength(text.substr(at, 4))) {
                at += length;
                continue;
            }
        }
        out.append(text.substr(from, at - from));
        if (kind == Kind::Escaped)
            appendEscaped(out, text[at]);
        else
            out += "\xEF\xBF\xBD";
        from = ++at;
    }
    out.append(text.substr(from));
    out += '"';
}

void appendJson(std::string &out, const Json &value)
{
    switch (value.type()) {
    case Json::value_t::object: {
        char separator = '{';
        for (const auto &[key, item] : value.get_ref<const Json::object_t &>()) {
            out += separator;
            appendJsonString(out, key);
            out += ':';
            appendJson(out, item);
            separator = ',';
        }
        out += value.empty() ? "{}" : "}";
        return;
    }
    case Json::value_t::array: {
        char separator = '[';
        for (const Json &item : value) {
            out += separator;
            appendJson(out, item);
            separator = ',';
        }
        out += value.empty() ? "[]" : "]";
        return;
    }
    case Json::value_t::string: appendJsonString(out, value.get_ref<const std::string &>()); return;
    case Json::value_t::boolean: out += value.get<bool>() ? "true" : "false"; return;
    case Json::value_t::number_integer: appendInteger(out, value.get<std::int64_t>()); return;
    case Json::value_t::number_unsigned: appendInteger(out, value.get<std::uint64_t>()); return;
    case Json::value_t::number_float: out += value.dump(); return;
    case Json::value_t::binary: out += toCanonicalJson(value); return; // see isLargeInteger()
    default: out += "null"; return;
    }
}

void JsonItem::appendText(std::string &out, const JsonItem &item)
{
    appendJsonString(out, item.m_text);
}

void JsonItem::appendSigned(std::string &out, const JsonItem &item)
{
    appendInteger(out, item.m_number);
}

void JsonItem::appendUnsigned(std::string &out, const JsonItem &item)
{
    appendInteger(out, static_cast<std::uint64_t>(item.m_number));
}

void appendJsonObject(std::string &out, std::initializer_list<JsonField> members)
{
    std::array<const JsonField *, 24> sorted;
    assert(members.size() <= sorted.size());
    std::size_t count = 0;
    for (const JsonField &member : members) {
        if (member.value.isAbsent())
            continue;
        std::size_t at = count++;
        for (; at > 0 && member.name < sorted[at - 1]->name; --at)
            sorted[at] = sorted[at - 1];
        sorted[at] = &member;
    }
    out += '{';
    for (std::size_t i = 0; i < count; ++i) {
        out += i == 0 ? "\"" : ",\"";
        out += sorted[i]->name;
        out += "\":";
        sorted[i]->value.appendTo(out);
    }
    out += '}';
}

} // namespace orrery
