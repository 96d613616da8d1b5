// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery {

/// Appends a JSON string, quotation marks included. What is not UTF-8 becomes U+FFFD: a tool may have read such a
/// file, and that must not end the run. O(bytes), no allocation but the growth of `out`.
void appendJsonString(std::string &out, std::string_view text);

/// Appends a value as Json::dump() would write it, with appendJsonString() for its texts.
void appendJson(std::string &out, const Json &value);

template <typename Value>
requires(!std::convertible_to<const std::vector<Value> &, Json>) void appendJson(
    std::string &out, const std::vector<Value> &list)
{
    out += '[';
    for (const Value &value : list) {
        if (&value != list.data())
            out += ',';
        appendJson(out, value);
    }
    out += ']';
}

/// A value to be written: a text, a number, a truth value, null, or anything that has an appendJson(). It only looks at
/// what somebody else holds.
class JsonItem
{
public:
    JsonItem(std::nullptr_t) {}
    JsonItem(std::string_view text) : m_text(text), m_append(&appendText) {}
    JsonItem(const std::string &text) : JsonItem(std::string_view(text)) {}
    JsonItem(const char *text) : JsonItem(std::string_view(text)) {}
    JsonItem(const std::optional<std::string> &text)
    {
        if (text)
            *this = JsonItem(*text);
    }
    template <std::same_as<bool> Bool>
    JsonItem(Bool value) : JsonItem(value ? Raw{"true"} : Raw{"false"})
    {}
    template <std::signed_integral Integer>
    JsonItem(Integer value) : m_number(value), m_append(&appendSigned)
    {}
    template <std::unsigned_integral Integer>
    requires(!std::same_as<Integer, bool>) JsonItem(Integer value)
        : m_number(static_cast<std::int64_t>(value)), m_append(&appendUnsigned)
    {}
    template <typename Value>
    requires(!std::integral<Value> && !std::same_as<Value, JsonItem>)
        && requires(std::string &out, const Value &value)
    {
        appendJson(out, value);
    }
    JsonItem(const Value &value)
        : m_value(&value), m_append([](std::string &out, const JsonItem &item) {
              appendJson(out, *static_cast<const Value *>(item.m_value));
          })
    {}

    /// A member with this is no member.
    static JsonItem absent()
    {
        JsonItem item(nullptr);
        item.m_append = nullptr;
        return item;
    }

    bool isAbsent() const { return !m_append; }
    void appendTo(std::string &out) const { m_append(out, *this); }

private:
    struct Raw {
        std::string_view text;
    };
    JsonItem(Raw raw) : m_text(raw.text) {}
    static void appendRaw(std::string &out, const JsonItem &item) { out += item.m_text; }
    static void appendText(std::string &out, const JsonItem &item);
    static void appendSigned(std::string &out, const JsonItem &item);
    static void appendUnsigned(std::string &out, const JsonItem &item);

    std::string_view m_text{"null"};
    const void *m_value = nullptr;
    std::int64_t m_number = 0;
    void (*m_append)(std::string &out, const JsonItem &item) = &appendRaw;
};

struct JsonField {
    std::string_view name; ///< written as it is: nothing in it needs an escape
    JsonItem value;
};

/// Appends an object of these members, in the order of their names as in any Json. No name is there twice.
void appendJsonObject(std::string &out, std::initializer_list<JsonField> members);

} // namespace orrery
