// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace orrery::llm {

/// The largest number of things that is believed; every JSON library reads it exactly, and sums stay in range.
inline constexpr std::int64_t kMostCount = std::int64_t(1) << 53;

/// A number as a number of things: cut to a whole one, and to what is believed.
inline std::int64_t countOf(const Json &number)
{
    constexpr double most = double(kMostCount);
    return std::int64_t(std::clamp(number.get<double>(), -most, most));
}

/// A value in a tree of the JSON library, or nothing, with the questions that FlatValue answers. So one piece of code
/// can read both.
class TreeValue
{
public:
    TreeValue() = default;
    explicit TreeValue(const Json &json) : m_json(&json) {}

    bool exists() const { return m_json != nullptr; }
    bool isNull() const { return !exists() || m_json->is_null(); } ///< also of nothing
    bool isTrue() const { return exists() && *m_json == true; }
    bool isArray() const { return exists() && m_json->is_array(); }
    bool isObject() const { return exists() && m_json->is_object(); }
    bool isString() const { return exists() && m_json->is_string(); }
    bool isEmpty() const ///< of a string or container
    {
        return isString() ? string().empty() : m_json->empty();
    }
    bool isNumber() const { return exists() && m_json->is_number(); }
    /// A number of things; 0 for what is no number.
    std::int64_t count() const { return isNumber() ? countOf(*m_json) : 0; }
    bool is(std::string_view text) const { return isString() && string() == text; }
    std::string text() const { return string(); }

    TreeValue at(std::string_view key) const
    {
        if (!isObject())
            return {};
        const auto it = m_json->find(key);
        return it == m_json->end() ? TreeValue() : TreeValue(*it);
    }
    TreeValue first() const
    {
        return isArray() && !isEmpty() ? TreeValue(m_json->front()) : TreeValue();
    }
    template <typename Function>
    void each(Function function) const
    {
        for (const Json &element : *m_json)
            function(TreeValue(element));
    }
    Json toJson() const { return exists() ? *m_json : Json(); }

private:
    const std::string &string() const { return m_json->get_ref<const std::string &>(); }

    const Json *m_json = nullptr;
};

} // namespace orrery::llm
