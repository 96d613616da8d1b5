// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/jsonschemacheck.h"

#include "core/model/jsonobjectreader.h"
#include "core/model/strictjson.h"

#include <algorithm>
#include <cmath>

namespace orrery {
namespace {

constexpr std::size_t kMostViolations = 20;
constexpr std::size_t kShownReasons = 300;
/// Alternatives within alternatives can need exponential time; a model must not be able to ask for it.
constexpr int kMostSteps = 2'000'000;
constexpr int kDeepestCheck = 1000;

bool isWhole(const Json &value)
{
    return value.is_number_integer()
           || (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>());
}

const char *typeName(const Json &value)
{
    if (value.is_number())
        return isWhole(value) ? "integer" : "number";
    return value.type_name();
}

bool isOfType(const Json &value, const std::string &type)
{
    if (type == "integer")
        return isWhole(value);
    return type == value.type_name(); // of every number it is "number"
}

bool isMultiple(const Json &value, const Json &factor)
{
    if (value.is_number_unsigned() && factor.is_number_unsigned())
        return factor != 0 && value.get<std::uint64_t>() % factor.get<std::uint64_t>() == 0;
    const double number = value.get<double>();
    const double unit = std::abs(factor.get<double>());
    const double parts = std::round(1 / unit);
    if (isWhole(value) && parts >= 1 && std::abs(parts * unit - 1) < 1e-12)
        return true; // 1e-8 divides every whole number, and so does 0.5
    // 0.0075 is a multiple of 0.0001, though not in binary.
    const double tolerance = std::min(1e-9 * unit + 4e-16 * std::abs(number), 0.01 * unit);
    return std::abs(std::remainder(number, unit)) <= tolerance;
}

std::size_t characters(const std::string &text)
{
    return std::size_t(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

} // namespace

std::string SchemaCheck::shortened(const Json &value)
{
    constexpr std::size_t kLongest = 300;
    const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    return text.size() <= kLongest ? text : shown(value);
}

void SchemaCheck::run(const Json &value)
{
    check(m_parts.root, value);
    if (m_isTooMuch)
        m_violations = {{"", "too complex to be checked"}};
}

void SchemaCheck::report(std::string pointer, std::string message)
{
    if (m_violations.size() < kMostViolations)
        m_violations.push_back({std::move(pointer), std::move(message)});
}

void SchemaCheck::check(const Json &schema, const Json &value)
{
    m_isTooMuch = m_isTooMuch || ++m_steps > kMostSteps || m_depth >= kDeepestCheck;
    if (m_isTooMuch)
        return;
    if (schema == false)
        return report("no value is allowed here");
    if (!schema.is_object())
        return;
    ++m_depth;
    checkKeywords(schema, value);
    --m_depth;
}

void SchemaCheck::checkKeywords(const Json &schema, const Json &value)
{
    if (const Json *nullable = keyword(schema, "nullable");
        value.is_null() && nullable && *nullable == true)
        return;
    if (const Json *ref = keyword(schema, "$ref"); ref && ref->is_string())
        follow(ref->get_ref<const std::string &>(), value);
    checkType(schema, value);
    checkValue(schema, value);
    if (value.is_number())
        checkNumber(schema, value);
    else if (value.is_string())
        checkText(schema, value.get_ref<const std::string &>());
    else if (value.is_array())
        checkList(schema, value);
    else if (value.is_object())
        checkObject(schema, value);
    checkCombined(schema, value);
}

SchemaCheck::Violations SchemaCheck::without(const Json &schema, const Json &value)
{
    Violations outer;
    std::swap(outer, m_violations);
    check(schema, value);
    std::swap(outer, m_violations);
    return outer;
}

void SchemaCheck::checkPart(const Json &schema, const Json &value, std::string_view key)
{
    const std::size_t length = m_pointer.size();
    m_pointer += "/" + escapePointer(key);
    check(schema, value);
    m_pointer.resize(length);
}

void SchemaCheck::follow(const std::string &reference, const Json &value)
{
    const auto target = m_parts.refs.find(reference);
    if (target == m_parts.refs.end())
        return;
    // A reference that comes round to the same value again asks for nothing new.
    for (auto it = m_following.rbegin(); it != m_following.rend() && it->second == &value; ++it)
        if (it->first == target->second)
            return;
    m_following.emplace_back(target->second, &value);
    check(*target->second, value);
    m_following.pop_back();
}

void SchemaCheck::checkType(const Json &schema, const Json &value)
{
    const Json *type = keyword(schema, "type");
    if (!type)
        return;
    const Json names = type->is_array() ? *type : Json::array({*type});
    std::string expected;
    for (const Json &name : names) {
        if (isOfType(value, name.get_ref<const std::string &>()))
            return;
        expected += (expected.empty() ? "" : " or ") + name.get<std::string>();
    }
    report("expected " + expected + ", got " + typeName(value));
}

void SchemaCheck::checkValue(const Json &schema, const Json &value)
{
    if (const Json *values = keyword(schema, "enum");
        values && std::find(values->begin(), values->end(), value) == values->end())
        report("expected one of " + shortened(*values) + ", got " + shown(value));
    if (const Json *only = keyword(schema, "const"); only && *only != value)
        report("expected " + shortened(*only) + ", got " + shown(value));
}

void SchemaCheck::checkNumber(const Json &schema, const Json &value)
{
    const auto limit = [&](const char *name, const char *words, auto isWithin) {
        const Json *bound = keyword(schema, name);
        if (bound && bound->is_number() && !isWithin(*bound))
            report("expected " + std::string(words) + " " + bound->dump() + ", got "
                   + value.dump());
    };
    limit("minimum", "at least", [&](const Json &bound) { return value >= bound; });
    limit("maximum", "at most", [&](const Json &bound) { return value <= bound; });
    limit("exclusiveMinimum", "more than", [&](const Json &bound) { return value > bound; });
    limit("exclusiveMaximum", "less than", [&](const Json &bound) { return value < bound; });
    limit("multipleOf", "a multiple of", [&](const Json &unit) { return isMultiple(value, unit); });
}

void SchemaCheck::checkCount(const Json &schema, const char *min, const char *max,
                             std::size_t count, Noun noun)
{
    const auto limit = [&](const char *words, const Json &bound) {
        report("expected " + std::string(words) + " " + bound.dump() + " "
               + (bound == 1 ? noun.one : noun.many) + ", got " + std::to_string(count));
    };
    if (const Json *bound = keyword(schema, min); bound && bound->is_number() && *bound > count)
        limit("at least", *bound);
    if (const Json *bound = keyword(schema, max); bound && bound->is_number() && *bound < count)
        limit("at most", *bound);
}

bool SchemaCheck::matches(const std::string &pattern, const std::string &text) const
{
    const auto compiled = m_parts.patterns.find(pattern);
    return compiled == m_parts.patterns.end()
           || compiled->second.match(QString::fromStdString(text)).hasMatch();
}

void SchemaCheck::checkText(const Json &schema, const std::string &text)
{
    checkCount(schema, "minLength", "maxLength", characters(text), {"character", "characters"});
    if (const Json *pattern = keyword(schema, "pattern");
        pattern && pattern->is_string() && !matches(pattern->get_ref<const std::string &>(), text))
        report("expected text that matches " + pattern->get<std::string>() + ", got "
               + shown(Json(text)));
}

void SchemaCheck::checkCombined(const Json &schema, const Json &value)
{
    if (const Json *list = keyword(schema, "allOf"); list && list->is_array())
        for (const Json &part : *list)
            check(part, value);
    if (const Json *list = keyword(schema, "anyOf"); list && list->is_array())
        checkAnyOf(*list, value);
    if (const Json *list = keyword(schema, "oneOf"); list && list->is_array())
        checkOneOf(*list, value);
    if (const Json *forbidden = keyword(schema, "not"); forbidden && satisfies(*forbidden, value))
        report("expected a value that does not satisfy " + shortened(*forbidden));
    if (const Json *condition = keyword(schema, "if"))
        if (const Json *part = keyword(schema, satisfies(*condition, value) ? "then" : "else"))
            check(*part, value);
}

void SchemaCheck::checkAnyOf(const Json &list, const Json &value)
{
    std::string reasons;
    for (const Json &part : list) {
        const Violations why = without(part, value);
        if (why.empty())
            return;
        const std::string place =
            why[0].pointer == m_pointer ? std::string() : why[0].pointer + ": ";
        if (reasons.size() < kShownReasons) // alternatives within alternatives add up
            reasons += (reasons.empty() ? "" : "; or ") + place + why[0].message;
    }
    report(list.size() == 1 ? reasons : "no alternative fits: " + reasons);
}

void SchemaCheck::checkOneOf(const Json &list, const Json &value)
{
    const auto count = std::count_if(list.begin(), list.end(),
                                     [&](const Json &part) { return satisfies(part, value); });
    if (count == 0)
        checkAnyOf(list, value);
    else if (count > 1)
        report("expected exactly one alternative to fit, got " + std::to_string(count));
}

} // namespace orrery
