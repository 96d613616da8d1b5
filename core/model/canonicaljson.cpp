// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/canonicaljson.h"

#include "core/base/utf8.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace orrery {
namespace {

constexpr std::uint64_t kLargeInteger =
    0x696e74; // marks a binary value as the digits of an integer

void writeString(const std::string &given, std::string &out)
{
    static constexpr char hex[] = "0123456789ABCDEF";
    out += '"';
    for (const char c : validUtf8(given)) {
        switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\b': out += "\\b"; break;
        case '\f': out += "\\f"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
            if (const auto byte = static_cast<unsigned char>(c); byte < 0x20)
                (out += "\\u00") += {hex[byte >> 4], hex[byte & 15]};
            else
                out += c;
        }
    }
    out += '"';
}

/// `digits` with the point after the first `exponent` + 1 of them.
std::string plainText(std::string digits, int exponent)
{
    if (exponent < 0)
        return "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= whole)
        return digits + std::string(whole - digits.size(), '0') + ".0";
    return digits.insert(whole, 1, '.');
}

std::string floatText(double value)
{
    constexpr double allIntegersExact = 9007199254740992.0; // 2^53: from here on always scientific
    if (!std::isfinite(value))
        return "null";
    const std::string sign = std::signbit(value) ? "-" : "";
    if (value == 0)
        return sign + "0.0";
    std::array<char, 32> buffer;
    const auto end =
        std::to_chars(buffer.begin(), buffer.end(), std::abs(value), std::chars_format::scientific)
            .ptr;
    const std::string_view shortest(buffer.data(), static_cast<std::size_t>(end - buffer.begin()));
    const std::size_t mark = shortest.find('e');
    std::string digits(1, shortest.front());
    if (mark > 2)
        digits += shortest.substr(2, mark - 2);
    const int exponent = std::stoi(std::string(shortest.substr(mark + 1)));

    const std::string fraction = digits.size() > 1 ? digits.substr(1) : "0";
    const std::string scientific =
        digits.substr(0, 1) + "." + fraction + "e" + std::to_string(exponent);
    if (std::abs(value) >= allIntegersExact)
        return sign + scientific;
    const std::string plain = plainText(digits, exponent);
    return sign + (plain.size() <= scientific.size() ? plain : scientific);
}

void writeScalar(const Json &value, std::string &out)
{
    switch (value.type()) {
    case Json::value_t::string: writeString(value.get_ref<const std::string &>(), out); break;
    case Json::value_t::boolean: out += value.get<bool>() ? "true" : "false"; break;
    case Json::value_t::number_integer: out += std::to_string(value.get<std::int64_t>()); break;
    case Json::value_t::number_unsigned: out += std::to_string(value.get<std::uint64_t>()); break;
    case Json::value_t::number_float: out += floatText(value.get<double>()); break;
    default:
        if (isLargeInteger(value))
            out.append(value.get_binary().begin(), value.get_binary().end());
        else
            out += "null";
    }
}

/// Builds the value as the parser goes.
class ExactBuilder
{
public:
    Json result;

    bool null() { return add(Json()); }
    bool boolean(bool value) { return add(value); }
    bool number_integer(std::int64_t value) { return add(value); }
    bool number_unsigned(std::uint64_t value) { return add(value); }
    bool number_float(double value, const std::string &text)
    {
        if (text.find_first_of(".eE") != std::string::npos)
            return add(value);
        return add(Json::binary({text.begin(), text.end()}, kLargeInteger));
    }
    bool string(std::string &value) { return add(std::move(value)); }
    bool binary(Json::binary_t &) { return false; }
    bool start_object(std::size_t) { return open(Json::object()); }
    bool start_array(std::size_t) { return open(Json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string &key)
    {
        m_keys.back() = std::move(key);
        return true;
    }
    bool parse_error(std::size_t, const std::string &, const Json::exception &) { return false; }

private:
    bool add(Json value)
    {
        place(std::move(value));
        return true;
    }
    bool open(Json container)
    {
        m_open.push_back(&place(std::move(container)));
        m_keys.emplace_back();
        return true;
    }
    bool close()
    {
        m_open.pop_back();
        m_keys.pop_back();
        return true;
    }
    Json &place(Json value)
    {
        if (m_open.empty())
            return result = std::move(value);
        Json &parent = *m_open.back();
        if (parent.is_object())
            return parent[m_keys.back()] = std::move(value);
        parent.push_back(std::move(value));
        return parent.back();
    }

    std::vector<Json *>
        m_open; ///< stays valid: nothing is added to a container that holds an open one
    std::vector<std::string> m_keys; ///< of m_open: where the next value goes
};

} // namespace

bool isLargeInteger(const Json &value)
{
    return value.is_binary() && value.get_binary().has_subtype()
           && value.get_binary().subtype() == kLargeInteger;
}

// Not recursive: a model may send brackets without end.
std::string toCanonicalJson(const Json &value)
{
    struct Level {
        const Json *container;
        Json::const_iterator next;
    };
    std::string out;
    std::vector<Level> levels;
    const auto write = [&](const Json &item) {
        if (!item.is_structured()) {
            writeScalar(item, out);
            return;
        }
        out += item.is_object() ? '{' : '[';
        levels.push_back({&item, item.begin()});
    };
    write(value);
    while (!levels.empty()) {
        Level &level = levels.back();
        const bool object = level.container->is_object();
        if (level.next == level.container->end()) {
            out += object ? '}' : ']';
            levels.pop_back();
            continue;
        }
        if (level.next != level.container->begin())
            out += ',';
        if (object) {
            writeString(level.next.key(), out);
            out += ':';
        }
        const Json &item = *level.next;
        ++level.next;
        write(item);
    }
    return out;
}

std::string shownText(const Json &value)
{
    return value.is_string() ? value.get<std::string>() : toCanonicalJson(value);
}

Result<Json> parseExactJson(std::string_view text)
{
    ExactBuilder builder;
    if (!Json::sax_parse(text.begin(), text.end(), &builder))
        return fail(ErrorCode::BadResponse, "not valid JSON");
    return std::move(builder.result);
}

} // namespace orrery
