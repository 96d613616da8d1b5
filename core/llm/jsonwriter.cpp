// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/jsonwriter.h"

#include "core/model/canonicaljson.h"

#include <array>
#include <charconv>

namespace orrery::llm {
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

} // namespace orrery::llm
