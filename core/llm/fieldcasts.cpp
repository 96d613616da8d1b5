// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/fieldcasts.h"

#include "core/base/isotime.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace orrery::llm {
namespace {

using Cast = std::optional<Json>;

const std::string *textOf(const Json &value)
{
    return value.is_string() ? &value.get_ref<const std::string &>() : nullptr;
}

bool isBlankText(const Json &value)
{
    const std::string *text = textOf(value);
    return text && isBlank(*text);
}

/// The whole text as a number of type T; a sign may stand before it.
template <typename T>
std::optional<T> numberFrom(std::string_view text)
{
    if (text.starts_with('+') && !text.starts_with("+-"))
        text.remove_prefix(1);
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number)
                                                                    : std::nullopt;
}

Cast castString(const Json &value) { return value.is_string() ? Cast(value) : std::nullopt; }

Cast castMap(const Json &value) { return value.is_object() ? Cast(value) : std::nullopt; }

Cast castInteger(const Json &value)
{
    if (value.is_number_integer())
        return value;
    const std::string *text = textOf(value);
    if (!text)
        return std::nullopt;
    if (const auto number = numberFrom<std::int64_t>(*text))
        return Json(*number);
    const auto large = numberFrom<std::uint64_t>(*text);
    return large ? Cast(Json(*large)) : std::nullopt;
}

/// A decimal number in pieces: ±digits × 10^exponent.
struct Decimal {
    bool isNegative = false;
    std::string digits;
    long exponent = 0;
    bool hasBareDot = false; ///< a point without a digit on each side
};

std::optional<Decimal> readDecimal(std::string_view text)
{
    Decimal decimal;
    const auto takeDigits = [&] {
        const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
        decimal.digits += text.substr(0, end);
        text.remove_prefix(end);
        return end;
    };
    decimal.isNegative = text.starts_with('-');
    if (text.starts_with('-') || text.starts_with('+'))
        text.remove_prefix(1);
    const std::size_t whole = takeDigits();
    std::size_t fraction = 0;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        fraction = takeDigits();
        decimal.hasBareDot = whole == 0 || fraction == 0;
    }
    if (whole + fraction == 0)
        return std::nullopt;
    if (text.starts_with('e') || text.starts_with('E')) {
        const auto exponent = numberFrom<int>(text.substr(1));
        if (!exponent)
            return std::nullopt;
        decimal.exponent = *exponent;
        text = {};
    }
    decimal.exponent -= long(fraction);
    decimal.digits.erase(
        0, std::min(decimal.digits.find_first_not_of('0'), decimal.digits.size() - 1));
    return text.empty() ? std::optional(decimal) : std::nullopt;
}

/// All digits that were given; an exponent only where a plain number would need zeros that were not.
std::string toText(const Decimal &decimal)
{
    const long count = long(decimal.digits.size());
    const long magnitude = decimal.exponent + count - 1;
    std::string text = decimal.digits;
    if (decimal.exponent <= 0 && magnitude >= -6) {
        if (magnitude < 0)
            text.insert(0, std::size_t(-magnitude), '0');
        if (decimal.exponent < 0)
            text.insert(text.size() - std::size_t(-decimal.exponent), ".");
    } else {
        if (count > 1)
            text.insert(1, ".");
        text += (magnitude < 0 ? "E-" : "E+") + std::to_string(std::abs(magnitude));
    }
    return (decimal.isNegative ? "-" : "") + text;
}

Cast castDecimal(const Json &value)
{
    const std::string *text = textOf(value);
    if (!text && !value.is_number())
        return std::nullopt;
    const auto decimal = readDecimal(text ? *text : value.dump());
    return decimal ? Cast(toText(*decimal)) : std::nullopt;
}

Cast castFloat(const Json &value)
{
    if (value.is_number())
        return Json(value.get<double>());
    const std::string *text = textOf(value);
    const auto decimal = text ? readDecimal(*text) : std::nullopt;
    if (!decimal || decimal->hasBareDot)
        return std::nullopt;
    const auto number = numberFrom<double>(*text);
    return number && std::isfinite(*number) ? Cast(Json(*number)) : std::nullopt;
}

Cast castBoolean(const Json &value)
{
    if (value.is_boolean())
        return value;
    if (value == "true" || value == "1")
        return true;
    if (value == "false" || value == "0")
        return false;
    return std::nullopt;
}

Cast castDate(const Json &value)
{
    const std::string *text = textOf(value);
    if (!text)
        return std::nullopt;
    auto day = parseIsoDate(*text);
    if (!day)
        day = parseIsoDateTime(*text);
    return day ? Cast(isoDate(*day)) : std::nullopt;
}

/// Without seconds too: `2026-01-02T03:04`.
std::optional<IsoDateTime> readTime(const Json &value)
{
    constexpr std::size_t toTheMinute = 16;
    const std::string *text = textOf(value);
    if (!text)
        return std::nullopt;
    return parseIsoDateTime(text->size() == toTheMinute ? *text + ":00" : *text);
}

Cast castUtcTime(const Json &value)
{
    auto time = readTime(value);
    if (!time)
        return std::nullopt;
    time->fraction.clear();
    return isoLocalTime(toUtc(*time)) + "Z";
}

Cast castNaiveTime(const Json &value)
{
    auto time = readTime(value);
    if (!time)
        return std::nullopt;
    time->fraction.clear();
    return isoLocalTime(*time);
}

struct FieldKind {
    const char *name;
    const char *schemaType;
    const char *format; ///< null = none
    Cast (*cast)(const Json &);
};

constexpr std::array<FieldKind, 9> kKinds = {
    {{"string", "string", nullptr, castString},
     {"integer", "integer", nullptr, castInteger},
     {"float", "number", "float", castFloat},
     {"boolean", "boolean", nullptr, castBoolean},
     {"map", "object", nullptr, castMap},
     {"date", "string", "date", castDate},
     {"utc_datetime", "string", "date-time", castUtcTime},
     {"naive_datetime", "string", "date-time", castNaiveTime},
     {"decimal", "number", nullptr, castDecimal}}};

const FieldKind &kindOf(const FieldType &type)
{
    const auto it = std::find_if(kKinds.begin(), kKinds.end(),
                                 [&](const FieldKind &kind) { return type.name == kind.name; });
    return it == kKinds.end() ? kKinds.front() : *it;
}

FieldType itemOf(const FieldType &type) { return {type.name, type.listDepth - 1}; }

Cast castList(const Json &value, const FieldType &type)
{
    if (!value.is_array())
        return std::nullopt;
    Json list = Json::array();
    for (const Json &item : value) {
        if (isBlankText(item))
            continue; // an empty line of a form
        Cast cast = castField(item, itemOf(type));
        if (!cast)
            return std::nullopt;
        list.push_back(std::move(*cast));
    }
    return list;
}

} // namespace

FieldType FieldType::fromName(std::string_view name)
{
    constexpr std::string_view list = "array:";
    FieldType type;
    for (; name.starts_with(list); name.remove_prefix(list.size()))
        ++type.listDepth;
    type.name = name;
    return type;
}

Json fieldSchema(const FieldType &type)
{
    if (type.listDepth > 0)
        return {{"type", "array"}, {"items", fieldSchema(itemOf(type))}};
    const FieldKind &kind = kindOf(type);
    Json schema = {{"type", kind.schemaType}};
    if (kind.format)
        schema["format"] = kind.format;
    return schema;
}

std::optional<Json> castField(const Json &value, const FieldType &type)
{
    if (value.is_null() || isBlankText(value))
        return Json();
    return type.listDepth > 0 ? castList(value, type) : kindOf(type).cast(value);
}

} // namespace orrery::llm
