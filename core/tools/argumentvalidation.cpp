// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/tool.h"

namespace orrery::tools {

namespace {

const char *typeName(const Json &value)
{
    switch (value.type()) {
    case Json::value_t::string: return "string";
    case Json::value_t::boolean: return "boolean";
    case Json::value_t::array: return "array";
    case Json::value_t::object: return "object";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned: return "integer";
    case Json::value_t::number_float: return "number";
    default: return "null";
    }
}

bool isOfType(const Json &value, const std::string &type)
{
    if (type == "string")
        return value.is_string();
    if (type == "integer")
        return value.is_number_integer();
    if (type == "number")
        return value.is_number();
    if (type == "boolean")
        return value.is_boolean();
    if (type == "array")
        return value.is_array();
    if (type == "object")
        return value.is_object();
    if (type == "null")
        return value.is_null();
    return true; // unknown types accept everything
}

/// Equal also in kind of number: 1 is not 1.0.
bool strictlyEqual(const Json &a, const Json &b)
{
    return a == b && a.is_number_float() == b.is_number_float();
}

void check(const Json &value, const Json &schema, const std::string &path,
           std::vector<std::string> &errors)
{
    if (!schema.is_object())
        return;
    if (const auto type = schema.find("type"); type != schema.end() && type->is_string()) {
        const auto expected = type->get<std::string>();
        if (!isOfType(value, expected))
            errors.push_back("Parameter \"" + path + "\": expected " + expected + ", got "
                             + typeName(value));
    }
    if (const auto allowed = schema.find("enum"); allowed != schema.end() && allowed->is_array()) {
        bool found = false;
        for (const Json &item : *allowed)
            found = found || strictlyEqual(item, value);
        if (!found)
            errors.push_back("Parameter \"" + path + "\": must be one of " + allowed->dump()
                             + ", got "
                             + value.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    if (value.is_object()) {
        const auto properties = schema.find("properties");
        if (properties == schema.end() || !properties->is_object())
            return;
        for (const auto &[key, child] : value.items())
            if (const auto it = properties->find(key); it != properties->end())
                check(child, *it, path.empty() ? key : path + "." + key, errors);
    } else if (value.is_array()) {
        const auto items = schema.find("items");
        if (items == schema.end())
            return;
        for (std::size_t i = 0; i < value.size(); ++i)
            check(value[i], *items, path + "[" + std::to_string(i) + "]", errors);
    }
}

std::string join(const std::vector<std::string> &parts, const char *between)
{
    std::string text;
    for (const std::string &part : parts)
        text += (text.empty() ? "" : between) + part;
    return text;
}

} // namespace

Result<void> validateArguments(const Json &arguments, const Json &schema)
{
    if (!schema.is_object())
        return {};
    std::vector<std::string> missing;
    if (const auto required = schema.find("required");
        required != schema.end() && required->is_array()) {
        for (const Json &name : *required)
            if (name.is_string()
                && (!arguments.is_object() || !arguments.contains(name.get<std::string>())))
                missing.push_back(name.get<std::string>());
    }
    if (!missing.empty())
        return fail(ErrorCode::InvalidArgument,
                    "Missing required parameters: " + join(missing, ", "));
    std::vector<std::string> errors;
    if (arguments.is_object())
        if (const auto properties = schema.find("properties");
            properties != schema.end() && properties->is_object())
            for (const auto &[key, value] : arguments.items())
                if (const auto it = properties->find(key); it != properties->end())
                    check(value, *it, key, errors);
    if (!errors.empty())
        return fail(ErrorCode::InvalidArgument, join(errors, "; "));
    return {};
}

} // namespace orrery::tools
