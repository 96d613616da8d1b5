// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/argumentvalidation.h"

#include "core/model/canonicaljson.h"
#include "core/tools/shownpath.h"

#include <algorithm>

namespace orrery::tools {

namespace {

bool isInteger(const Json &value) { return value.is_number_integer() || isLargeInteger(value); }

const char *typeName(const Json &value)
{
    if (isInteger(value))
        return "integer";
    switch (value.type()) {
    case Json::value_t::string: return "string";
    case Json::value_t::boolean: return "boolean";
    case Json::value_t::array: return "array";
    case Json::value_t::object: return "object";
    case Json::value_t::number_float: return "number";
    default: return "null";
    }
}

bool isOfType(const Json &value, const std::string &type)
{
    if (type == "string")
        return value.is_string();
    if (type == "integer")
        return isInteger(value);
    if (type == "number")
        return isInteger(value) || value.is_number();
    if (type == "boolean")
        return value.is_boolean();
    if (type == "array")
        return value.is_array();
    if (type == "object")
        return value.is_object();
    return true; // unknown types accept everything
}

/// Equal also in kind of number, at every depth: 1 is not 1.0.
bool strictlyEqual(const Json &a, const Json &b)
{
    if (a.is_array() && b.is_array())
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), strictlyEqual);
    if (a.is_object() && b.is_object())
        return a.size() == b.size()
               && std::all_of(a.items().begin(), a.items().end(), [&](const auto &item) {
                      const auto other = b.find(item.key());
                      return other != b.end() && strictlyEqual(item.value(), *other);
                  });
    return a == b && a.is_number_float() == b.is_number_float();
}

void check(const Json &value, const Json &schema, const std::string &path,
           std::vector<ArgumentMismatch> &mismatches);

void checkMembers(const Json &object, const Json &schema, const std::string &prefix,
                  std::vector<ArgumentMismatch> &mismatches)
{
    const auto properties = schema.find("properties");
    if (properties == schema.end() || !properties->is_object())
        return;
    for (const auto &[key, value] : object.items())
        if (const auto it = properties->find(key); it != properties->end())
            check(value, *it, prefix + key, mismatches);
}

void check(const Json &value, const Json &schema, const std::string &path,
           std::vector<ArgumentMismatch> &mismatches)
{
    if (!schema.is_object())
        return;
    if (const auto type = schema.find("type"); type != schema.end() && type->is_string()) {
        const auto expected = type->get<std::string>();
        if (!isOfType(value, expected))
            mismatches.push_back({path, expected, typeName(value), false});
    }
    if (const auto allowed = schema.find("enum"); allowed != schema.end() && allowed->is_array()) {
        const bool found = std::any_of(allowed->begin(), allowed->end(), [&](const Json &item) {
            return strictlyEqual(item, value);
        });
        if (!found)
            mismatches.push_back({path, toCanonicalJson(*allowed), toCanonicalJson(value), true});
    }
    if (value.is_object())
        checkMembers(value, schema, path + ".", mismatches);
    if (const auto items = schema.find("items"); value.is_array() && items != schema.end())
        for (std::size_t i = 0; i < value.size(); ++i)
            check(value[i], *items, path + "[" + std::to_string(i) + "]", mismatches);
}

std::string join(const std::vector<std::string> &parts, const char *between)
{
    std::string text;
    for (const std::string &part : parts)
        text += (&part == &parts.front() ? "" : between) + part;
    return text;
}

/// Where the schema says which properties there are, and that there are no others.
const Json *closedProperties(const Json &schema)
{
    const auto properties = schema.find("properties");
    const auto others = schema.find("additionalProperties");
    const bool isOpen = others != schema.end() && *others != false;
    return properties == schema.end() || !properties->is_object() || isOpen ? nullptr
                                                                            : &*properties;
}

std::string namesOf(const Json &properties)
{
    std::vector<std::string> names;
    for (const auto &[name, property] : properties.items())
        names.push_back("`" + name + "`");
    return names.empty() ? "no parameters" : join(names, ", ");
}

void tellUnknown(const Json &value, const Json &schema, const std::string &path,
                 std::vector<std::string> &lines)
{
    if (!schema.is_object())
        return;
    if (const auto items = schema.find("items"); value.is_array() && items != schema.end())
        for (std::size_t i = 0; i < value.size(); ++i)
            tellUnknown(value[i], *items, path + "[" + std::to_string(i) + "]", lines);
    const Json *properties = value.is_object() ? closedProperties(schema) : nullptr;
    if (!properties)
        return;
    const std::string prefix = path.empty() ? "" : path + ".";
    for (const auto &[key, part] : value.items()) {
        const auto known = properties->find(key);
        if (known != properties->end())
            tellUnknown(part, *known, prefix + key, lines);
        else
            lines.push_back("[Unknown parameter `" + shownPath(prefix + key)
                            + "` was ignored; expected: " + namesOf(*properties) + ".]");
    }
}

} // namespace

std::string unknownParameters(const Json &arguments, const Json &schema)
{
    constexpr std::size_t most = 10;
    std::vector<std::string> lines;
    tellUnknown(arguments, schema, "", lines);
    if (lines.size() > most) {
        const std::size_t more = lines.size() - most;
        lines.resize(most);
        lines.push_back("[" + std::to_string(more) + " more unknown parameters were ignored.]");
    }
    return join(lines, "\n");
}

std::string ArgumentProblems::text() const
{
    if (!missing.empty())
        return "Missing required parameters: " + join(missing, ", ");
    std::vector<std::string> sentences;
    for (const ArgumentMismatch &mismatch : mismatches)
        sentences.push_back("Parameter " + toCanonicalJson(mismatch.path)
                            + (mismatch.ofChoice ? ": must be one of " : ": expected ")
                            + mismatch.expected + ", got " + mismatch.actual);
    return join(sentences, "; ");
}

ArgumentProblems checkArguments(const Json &arguments, const Json &schema)
{
    ArgumentProblems problems;
    if (!schema.is_object())
        return problems;
    if (const auto required = schema.find("required");
        required != schema.end() && required->is_array())
        for (const Json &name : *required)
            if (name.is_string() && !arguments.contains(name.get_ref<const std::string &>()))
                problems.missing.push_back(name.get<std::string>());
    if (problems.missing.empty() && arguments.is_object())
        checkMembers(arguments, schema, "", problems.mismatches);
    return problems;
}

Result<void> validateArguments(const Json &arguments, const Json &schema)
{
    const ArgumentProblems problems = checkArguments(arguments, schema);
    if (problems.any())
        return fail(ErrorCode::InvalidArgument, problems.text());
    return {};
}

} // namespace orrery::tools
