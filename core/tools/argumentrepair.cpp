// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/argumentrepair.h"

#include "core/base/utf8.h"
#include "core/model/boundedjson.h"
#include "core/model/jsonschema.h"
#include "core/model/optionalnulls.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace orrery::tools {
namespace {

/// Of a double: beyond it not every integer can be told from its neighbour.
constexpr double kLargestExact = 9007199254740992.0;
constexpr std::size_t kShownText = 40; ///< bytes of the text around the place where it breaks

/// Where a text stops being JSON.
class BreakFinder : public nlohmann::json_sax<Json>
{
public:
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t &) override { return true; }
    bool string(string_t &) override { return true; }
    bool binary(binary_t &) override { return true; }
    bool start_object(std::size_t) override { return true; }
    bool key(string_t &) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t position, const std::string &,
                     const nlohmann::detail::exception &) override
    {
        place = position;
        return false;
    }

    std::size_t place = 0; ///< bytes read, the one that does not fit included
};

const char *kindOfJson(const Json &value)
{
    return value.is_array()     ? "a list"
           : value.is_string()  ? "a text"
           : value.is_boolean() ? "true or false"
           : value.is_null()    ? "null"
                                : "a number";
}

std::string notJson(std::string_view text, std::size_t place)
{
    const std::size_t at = std::min(place > 0 ? place - 1 : 0, text.size());
    const std::size_t from = at > kShownText ? at - kShownText : 0;
    return "Error: tool arguments were not valid JSON: they break at byte " + std::to_string(at + 1)
           + ", after `" + validUtf8(text.substr(from, at - from))
           + "`. Nothing was run. Please retry with a JSON object, with every quotation mark, "
             "backslash "
             "and line break inside a text escaped.";
}

bool expects(const Json &schema, const char *type)
{
    const auto found = schema.find("type");
    if (found == schema.end())
        return false;
    return *found == type
           || (found->is_array() && std::find(found->begin(), found->end(), type) != found->end());
}

class Mender
{
public:
    explicit Mender(std::vector<std::string> &mended) : m_mended(mended) {}

    void mend(Json &value, const Json &schema, const std::string &path)
    {
        if (!schema.is_object())
            return;
        if (value.is_number_float() && expects(schema, "integer") && !expects(schema, "number"))
            mendNumber(value, path);
        if (value.is_string() && !expects(schema, "string"))
            mendText(value, schema, path);
        if (value.is_object())
            mendMembers(value, schema, path.empty() ? "" : path + ".");
        const auto items = schema.find("items");
        if (value.is_array() && items != schema.end())
            for (std::size_t i = 0; i < value.size(); ++i)
                mend(value[i], *items, path + "[" + std::to_string(i) + "]");
    }

private:
    void note(const std::string &path, const char *what)
    {
        m_mended.push_back((path.empty() ? std::string("the arguments") : path) + ": " + what);
    }

    void mendNumber(Json &value, const std::string &path)
    {
        const double number = value.get<double>();
        if (std::abs(number) > kLargestExact || number != std::floor(number))
            return;
        value = static_cast<std::int64_t>(number);
        note(path, "a whole number written as a fraction");
    }

    void mendText(Json &value, const Json &schema, const std::string &path)
    {
        const bool object = expects(schema, "object");
        const bool list = expects(schema, "array");
        if (!object && !list)
            return;
        Json parsed = parseBounded(value.get_ref<const std::string &>());
        if (!(object && parsed.is_object()) && !(list && parsed.is_array()))
            return;
        value = std::move(parsed);
        note(path, value.is_object() ? "an object written as a text" : "a list written as a text");
    }

    void mendMembers(Json &object, const Json &schema, const std::string &prefix)
    {
        const auto properties = schema.find("properties");
        if (properties == schema.end() || !properties->is_object())
            return;
        for (auto it = object.begin(); it != object.end(); ++it)
            if (const auto property = properties->find(it.key()); property != properties->end())
                mend(*it, *property, prefix + it.key());
    }

    std::vector<std::string> &m_mended;
};

bool isNoArguments(const Json &value)
{
    return value.is_null() || (value.is_array() && value.empty())
           || (value.is_string() && trimmed(value.get_ref<const std::string &>()).empty());
}

bool isRight(const Json &arguments, const Json &schema)
{
    const auto compiled = JsonSchema::compile(schema);
    return compiled && compiled->check(arguments).empty();
}

} // namespace

std::string cutArgumentsAnswer(std::size_t length)
{
    return "Error: the arguments of this call were cut off after " + std::to_string(length)
           + " bytes, where your answer reached its limit of length. Nothing was run. Do not send "
             "the "
             "same call again: it would be cut again. Do it in several smaller calls, for example "
             "write "
             "the first part of a file and add the rest by edits.";
}

std::variant<MendedArguments, std::string> readArgumentText(std::string_view text,
                                                            bool answerWasCut)
{
    if (trimmed(text).empty())
        return MendedArguments{Json::object(), {"the arguments: nothing, taken for none"}};
    Json parsed = parseBounded(text);
    if (parsed.is_discarded()) {
        BreakFinder finder;
        if (Json::sax_parse(text.begin(), text.end(), &finder))
            return "Error: tool arguments are nested too deeply, more than "
                   + std::to_string(kDeepestJson) + " levels. Nothing was run.";
        if (answerWasCut || finder.place > text.size())
            return cutArgumentsAnswer(text.size());
        return notJson(text, finder.place);
    }
    if (isNoArguments(parsed))
        return MendedArguments{Json::object(),
                               {std::string("the arguments: ")
                                + (parsed.is_array() ? "an empty list" : kindOfJson(parsed))
                                + ", taken for none"}};
    if (parsed.is_string()) {
        Json inner = parseBounded(parsed.get_ref<const std::string &>());
        if (inner.is_object())
            return MendedArguments{std::move(inner), {"the arguments: an object encoded twice"}};
    }
    if (parsed.is_object()) // whoever called should have seen it
        return MendedArguments{std::move(parsed), {}};
    return std::string(
               "Error: tool arguments must be one JSON object with a member for each parameter, "
               "but were ")
           + kindOfJson(parsed) + ". Nothing was run. Please retry with a JSON object.";
}

MendedArguments mendArguments(Json arguments, const Json &schema)
{
    MendedArguments result;
    if (!arguments.is_object()) {
        if (isNoArguments(arguments)) {
            if (!arguments.is_null())
                result.mended.push_back("the arguments: empty, taken for none");
            arguments = Json::object();
        } else if (arguments.is_string()) {
            Json inner = parseBounded(arguments.get_ref<const std::string &>());
            if (inner.is_object()) {
                arguments = std::move(inner);
                result.mended.push_back("the arguments: an object encoded twice");
            }
        }
    }
    Mender(result.mended).mend(arguments, schema, "");
    // What is right as it was written may be meant.
    Json withoutNulls = arguments;
    if (const auto dropped = dropOptionalNulls(withoutNulls, schema);
        !dropped.empty() && !isRight(arguments, schema)) {
        arguments = std::move(withoutNulls);
        for (const std::string &place : dropped)
            result.mended.push_back(place + ": null for what is optional, left out");
    }
    result.arguments = std::move(arguments);
    return result;
}

} // namespace orrery::tools
