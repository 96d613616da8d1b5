// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery {

/// One value in JSON text, where it stands: nothing is copied and no tree is built, so looking at a few members of many texts
/// costs little. For JSON that is known to be whole (isBoundedJson(), or written by this program), however deep. In any
/// other text it finds something or nothing, and reads no byte beyond it. Each call is O(bytes of the value).
///
/// What is absent or of another type is nothing or empty; as the text, it must outlive the view.
class JsonView
{
public:
    JsonView() = default;
    explicit JsonView(std::string_view text);

    std::string_view raw() const { return m_text; } ///< as it is written
    bool exists() const;                            ///< there, and not null
    bool isObject() const { return m_text.starts_with('{'); }
    bool isArray() const { return m_text.starts_with('['); }
    bool isString() const { return m_text.starts_with('"'); }
    /// Of a string; of one that is longer at least that many bytes, whole characters, and not much more.
    std::string text(std::size_t leastBytes = std::string::npos) const;
    /// Held within ±10^15, so that sums and times do not overflow.
    std::optional<std::int64_t> integer() const;
    std::optional<double> real() const; ///< finite
    std::optional<bool> flag() const;
    std::size_t size() const; ///< number of elements of a list

    /// Calls `take(JsonView)` with each element of a list.
    template <typename Take>
    void each(Take take) const
    {
        for (std::size_t at = isArray() ? 1 : m_text.size(); const auto value = nextValue(at);)
            take(*value);
    }
    /// Calls `take(key, value)` with each member of an object; the key as it is written, a string.
    template <typename Take>
    void eachMember(Take take) const
    {
        for (std::size_t at = isObject() ? 1 : m_text.size();;) {
            const auto key = nextValue(at);
            if (!key)
                return;
            const auto value = nextValue(at);
            take(*key, value.value_or(JsonView()));
        }
    }
    /// A string of exactly this text.
    bool is(std::string_view text) const;

private:
    /// The next value from `at` on, past white space, commas and colons; nothing at the end of the container.
    std::optional<JsonView> nextValue(std::size_t &at) const;

    std::string_view m_text;
};

/// The members of an object, found once. Absent, null or of another type is empty or nothing.
class JsonFields
{
public:
    explicit JsonFields(const JsonView &object);
    explicit JsonFields(std::string_view text) : JsonFields(JsonView(text)) {}

    JsonView at(std::string_view key) const; ///< of several with one key the last
    bool isEmpty() const { return m_members.empty(); }
    bool has(std::string_view key) const { return at(key).exists(); }
    JsonFields object(std::string_view key) const { return JsonFields(at(key)); }
    std::string text(std::string_view key, std::size_t leastBytes = std::string::npos) const
    {
        return at(key).text(leastBytes);
    }
    bool is(std::string_view key, std::string_view text) const { return at(key).is(text); }
    std::int64_t integer(std::string_view key, std::int64_t fallback = 0) const
    {
        return at(key).integer().value_or(fallback);
    }
    std::int64_t count(std::string_view key) const; ///< of things: 0…10^12, 0 when absent
    std::int64_t line(std::string_view key) const;  ///< 0…10^7
    bool flag(std::string_view key, bool fallback = false) const
    {
        return at(key).flag().value_or(fallback);
    }

private:
    std::vector<std::pair<JsonView, JsonView>> m_members;
};

} // namespace orrery
