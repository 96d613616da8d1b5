// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/jsonschema.h"

#include "core/model/jsonobjectreader.h"
#include "core/model/jsonschemacheck.h"
#include "core/model/jsonschemaparts.h"
#include "core/model/strictjson.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace orrery {
namespace {

/// No schema that a person wrote comes near, and whoever walks it recurses.
constexpr int kDeepestSchema = 200;

constexpr std::array<std::string_view, 7> kTypes = {"string", "integer", "number", "boolean",
                                                    "array",  "object",  "null"};
constexpr std::array kSchemas = {
    "additionalProperties", "additionalItems", "items", "contains", "not", "if", "then", "else",
    "propertyNames"};
constexpr std::array kSchemaLists = {"allOf", "anyOf", "oneOf", "prefixItems", "items"};
constexpr std::array kSchemaMaps = {"properties", "patternProperties", "$defs", "definitions",
                                    "dependentSchemas"};

std::optional<int> hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = char(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? std::optional(lower - 'a' + 10) : std::nullopt;
}

std::string percentDecoded(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto high = i + 2 < text.size() ? hexDigit(text[i + 1]) : std::nullopt;
        const auto low = high ? hexDigit(text[i + 2]) : std::nullopt;
        if (text[i] == '%' && low) {
            result += char(*high * 16 + *low);
            i += 2;
        } else {
            result += text[i];
        }
    }
    return result;
}

/// A pattern of JSON Schema is ECMAScript's: `$` is the very end, and `\u00e9` is a character.
QRegularExpression compilePattern(const std::string &text)
{
    std::string pattern;
    bool inClass = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\\' && i + 5 < text.size() && text[i + 1] == 'u'
            && std::all_of(text.begin() + std::ptrdiff_t(i) + 2,
                           text.begin() + std::ptrdiff_t(i) + 6,
                           [](char digit) { return hexDigit(digit).has_value(); })) {
            pattern += "\\x{" + text.substr(i + 2, 4) + "}";
            i += 5;
        } else if (c == '\\' && i + 1 < text.size()) {
            pattern.append({c, text[++i]});
        } else if (c == '$' && !inClass) {
            pattern += "\\z";
        } else {
            inClass = c == '[' || (inClass && c != ']');
            pattern += c;
        }
    }
    return QRegularExpression(QString::fromStdString(pattern));
}

} // namespace

/// Walks a schema once: finds where its references lead, compiles its patterns, and reports the first mistake.
class SchemaReader
{
public:
    explicit SchemaReader(JsonSchema::Parts &parts) : m_parts(parts) {}

    Result<void> read()
    {
        walk(m_parts.root, "", 0);
        // A reference may lead to a place that is no subschema by itself, such as a made-up keyword.
        while (!m_error.any() && !m_targets.empty()) {
            const auto [reference, pointer] = m_targets.back();
            m_targets.pop_back();
            follow(reference, pointer);
        }
        return m_error.any() ? Result<void>(fail(m_error.error())) : Result<void>();
    }

private:
    void walk(const Json &schema, const std::string &pointer, int depth)
    {
        if (m_error.any() || !m_seen.insert(&schema).second || schema.is_boolean())
            return;
        if (!schema.is_object())
            return m_error.report(pointer,
                                  shown(schema) + ", expected a schema: an object, true or false");
        if (depth > kDeepestSchema)
            return m_error.report(pointer, "nested too deeply");
        readType(schema, pointer);
        readNames(schema, pointer);
        readPatterns(schema, pointer);
        if (const Json *anchor = keyword(schema, "$anchor"); anchor && anchor->is_string())
            m_anchors.emplace(anchor->get<std::string>(), &schema);
        if (const Json *ref = keyword(schema, "$ref"); ref && ref->is_string())
            m_targets.emplace_back(ref->get<std::string>(), pointer + "/$ref");
        walkParts(schema, pointer, depth + 1);
    }

    void walkParts(const Json &schema, const std::string &pointer, int depth)
    {
        for (const char *name : kSchemas)
            if (const Json *part = keyword(schema, name); part && !part->is_array())
                walk(*part, pointer + "/" + name, depth);
        for (const char *name : kSchemaLists)
            if (const Json *list = keyword(schema, name); list && list->is_array())
                for (std::size_t i = 0; i < list->size(); ++i)
                    walk((*list)[i], pointer + "/" + name + "/" + std::to_string(i), depth);
        for (const char *name : kSchemaMaps)
            if (const Json *map = keyword(schema, name); map && map->is_object())
                for (const auto &[key, part] : map->items())
                    walk(part, pointer + "/" + name + "/" + escapePointer(key), depth);
    }

    void readType(const Json &schema, const std::string &pointer)
    {
        const Json *type = keyword(schema, "type");
        if (!type)
            return;
        const auto isKnown = [](const Json &name) {
            return name.is_string()
                   && std::find(kTypes.begin(), kTypes.end(), name.get<std::string>())
                          != kTypes.end();
        };
        if (type->is_array() ? !std::all_of(type->begin(), type->end(), isKnown) : !isKnown(*type))
            m_error.report(pointer + "/type", type->dump() + ", expected " + alternatives(kTypes)
                                                  + ", or a list of them");
    }

    void readNames(const Json &schema, const std::string &pointer)
    {
        if (const Json *values = keyword(schema, "enum"); values && !values->is_array())
            m_error.report(pointer + "/enum", shown(*values) + ", expected a list");
        const Json *names = keyword(schema, "required");
        if (names
            && !(names->is_array()
                 && std::all_of(names->begin(), names->end(),
                                [](const Json &name) { return name.is_string(); })))
            m_error.report(pointer + "/required", shown(*names) + ", expected a list of names");
    }

    void readPatterns(const Json &schema, const std::string &pointer)
    {
        if (const Json *pattern = keyword(schema, "pattern"); pattern && pattern->is_string())
            readPattern(pattern->get<std::string>(), pointer + "/pattern");
        if (const Json *map = keyword(schema, "patternProperties"); map && map->is_object())
            for (const auto &[pattern, part] : map->items())
                readPattern(pattern, pointer + "/patternProperties/" + escapePointer(pattern));
    }

    void readPattern(const std::string &pattern, const std::string &pointer)
    {
        const QRegularExpression &compiled =
            m_parts.patterns.try_emplace(pattern, compilePattern(pattern)).first->second;
        if (!compiled.isValid())
            m_error.report(pointer, "no pattern: " + compiled.errorString().toStdString());
    }

    void follow(const std::string &reference, const std::string &pointer)
    {
        if (m_parts.refs.contains(reference))
            return;
        const Json *target = resolve(reference);
        if (!target)
            return m_error.report(
                pointer, "\"" + reference + "\" leads nowhere, expected a place in this schema");
        m_parts.refs.emplace(reference, target);
        walk(*target, reference, 0);
    }

    const Json *resolve(std::string_view reference) const
    {
        const Json *id = m_parts.root.is_object() ? keyword(m_parts.root, "$id") : nullptr;
        if (id && id->is_string() && reference.starts_with(id->get_ref<const std::string &>()))
            reference.remove_prefix(id->get_ref<const std::string &>().size());
        if (!reference.empty() && !reference.starts_with('#'))
            return nullptr;
        const std::string fragment =
            percentDecoded(reference.empty() ? reference : reference.substr(1));
        if (!fragment.empty() && !fragment.starts_with('/')) {
            const auto anchor = m_anchors.find(fragment);
            return anchor == m_anchors.end() ? nullptr : anchor->second;
        }
        try {
            const Json::json_pointer place(fragment);
            return m_parts.root.contains(place) ? &m_parts.root.at(place) : nullptr;
        } catch (const Json::exception &) { // not a JSON pointer
            return nullptr;
        }
    }

    JsonSchema::Parts &m_parts;
    Mistake m_error{"The schema"};
    std::unordered_set<const Json *> m_seen;
    std::unordered_map<std::string, const Json *> m_anchors;
    std::vector<std::pair<std::string, std::string>> m_targets; ///< references and where they stand
};

Result<JsonSchema> JsonSchema::compile(Json schema)
{
    const auto parts = std::make_shared<Parts>();
    parts->root = std::move(schema);
    if (auto read = SchemaReader(*parts).read(); !read)
        return fail(read.error());
    return JsonSchema(parts);
}

std::vector<SchemaViolation> JsonSchema::check(const Json &value) const
{
    SchemaCheck check(*m_parts);
    check.run(value);
    return check.take();
}

const Json &JsonSchema::json() const { return m_parts->root; }

} // namespace orrery
