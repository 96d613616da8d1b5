// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/structuredoutput.h"

#include "core/base/utf8.h"
#include "core/model/optionalnulls.h"

#include <QRegularExpression>

#include <algorithm>

namespace orrery::llm {
namespace {

using Parsed = tl::expected<Json, OutputFailure>;

/// Whoever walks the value may recurse.
constexpr int kDeepestAnswer = 500;

tl::unexpected<OutputFailure> failure(std::string part, std::string what, std::string message)
{
    std::string formatted = part + ": " + what;
    return tl::unexpected(OutputFailure{
        {{std::move(part), std::move(what)}}, std::move(message), std::move(formatted)});
}

/// All mistakes: one a line for the model, in one sentence for a person.
tl::unexpected<OutputFailure> failures(std::vector<std::pair<std::string, std::string>> errors)
{
    OutputFailure result{{}, "Output validation failed: ", {}};
    for (const auto &[part, what] : errors) {
        const std::string line = part.empty() ? what : part + ": " + what;
        result.message += (result.formatted.empty() ? "" : "; ") + line;
        result.formatted += (result.formatted.empty() ? "" : "\n") + line;
    }
    result.errors = std::move(errors);
    return tl::unexpected(std::move(result));
}

std::string jsonText(const Json &value)
{
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// What stands in the first fenced block, which need not be closed; all of the text when there is none.
std::string_view unfenced(std::string_view text)
{
    constexpr std::string_view fence = "```";
    const std::size_t opening = text.find(fence);
    if (opening == std::string_view::npos)
        return text;
    text.remove_prefix(opening + fence.size());
    if (text.starts_with("json"))
        text.remove_prefix(4);
    // White space goes before the end of the block is looked for, line ends of an empty block with it.
    text.remove_prefix(std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size()));
    return trimmed(text.substr(0, text.find(fence)));
}

Parsed parseJson(std::string_view text)
{
    bool isTooDeep = false;
    const auto watch = [&](int depth, Json::parse_event_t, const Json &) {
        isTooDeep = isTooDeep || depth > kDeepestAnswer;
        return !isTooDeep;
    };
    Json json = Json::parse(text.begin(), text.end(), watch, false);
    if (json.is_discarded() || isTooDeep)
        return failure("json", "parse error", "Failed to parse JSON");
    return json;
}

Parsed checked(Json value, const JsonSchema &schema)
{
    std::vector<std::pair<std::string, std::string>> errors;
    for (SchemaViolation &violation : schema.check(value))
        errors.emplace_back(std::move(violation.pointer), std::move(violation.message));
    if (!errors.empty())
        return failures(std::move(errors));
    return value;
}

Parsed filledIn(const Json &value, const FieldsOutput &output)
{
    if (!value.is_object()) {
        const std::string what = std::string("expected object, got ") + value.type_name();
        return tl::unexpected(OutputFailure{{}, "Output validation failed: " + what, what});
    }
    Json result = Json::object();
    std::vector<std::pair<std::string, std::string>> errors;
    for (const auto &[name, type] : output.fields) {
        const auto field = value.find(name);
        auto cast = castField(field == value.end() ? Json() : *field, type);
        if (!cast)
            errors.emplace_back(name, "is invalid");
        else if (cast->is_null())
            errors.emplace_back(name, "can't be blank");
        else
            result[name] = std::move(*cast);
    }
    if (!errors.empty())
        return failures(std::move(errors));
    return result;
}

Parsed parse(const TextOutput &, std::string_view text) { return Json(std::string(text)); }

Parsed parse(const ChoiceOutput &output, std::string_view text)
{
    const std::string answer(trimmed(text));
    if (std::find(output.choices.begin(), output.choices.end(), answer) != output.choices.end())
        return Json(answer);
    return failure("choice", "not in allowed choices",
                   "Response " + jsonText(answer) + " is not one of: " + jsonText(output.choices));
}

Parsed parse(const RegexOutput &output, std::string_view text)
{
    const QRegularExpression pattern(QString::fromStdString(output.pattern));
    if (!pattern.isValid())
        return failure("regex", "invalid pattern", "Invalid regex pattern");
    const std::string answer(trimmed(text));
    if (pattern.match(QString::fromStdString(answer)).hasMatch())
        return Json(answer);
    return failure("regex", "does not match pattern",
                   "Response does not match pattern: " + output.pattern);
}

Parsed parse(const JsonSchema &schema, std::string_view text)
{
    auto json = parseJson(unfenced(trimmed(text)));
    if (!json)
        return json;
    Parsed asWritten = checked(*json, schema);
    if (asWritten || dropOptionalNulls(*json, schema.json()).empty())
        return asWritten;
    Parsed withoutNulls = checked(std::move(*json), schema);
    return withoutNulls ? withoutNulls : asWritten;
}

Parsed parse(const FieldsOutput &output, std::string_view text)
{
    const auto json = parseJson(unfenced(trimmed(text)));
    return json ? filledIn(*json, output) : json;
}

} // namespace

tl::expected<Json, OutputFailure> parseOutput(const OutputType &type, std::string_view text)
{
    return std::visit([&](const auto &output) { return parse(output, text); }, type);
}

} // namespace orrery::llm
