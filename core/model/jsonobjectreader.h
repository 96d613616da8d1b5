// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery {

/// The first mistake found in a file; later ones are mostly its consequences.
class Mistake
{
public:
    explicit Mistake(std::string file) : m_file(std::move(file)) {}

    /// `what` says what was found and what is expected.
    void report(const std::string &pointer, const std::string &what);
    bool any() const { return m_error.has_value(); }
    Error error() const { return *m_error; }

private:
    std::string m_file;
    std::optional<Error> m_error;
};

/// Reads one object of a file that a person wrote, and reports what is wrong with it. A missing key
/// gives the default; so does a wrong one, after it was reported.
class JsonObjectReader
{
public:
    /// Reports a value that is no object, and every key that is not in `keys`.
    JsonObjectReader(const Json &json, std::string pointer, std::span<const std::string_view> keys,
                     Mistake &mistake);

    bool has(std::string_view key) const;
    const Json &at(std::string_view key) const;
    std::string pointer(std::string_view key) const;
    void report(std::string_view key, const std::string &what);

    std::string string(std::string_view key);
    /// Reports a missing or empty one too. `meaning` says what it is for.
    std::string requiredString(std::string_view key, std::string_view meaning);
    bool boolean(std::string_view key, bool fallback);
    std::optional<std::int64_t>
    integer(std::string_view key, std::int64_t min,
            std::int64_t max = std::numeric_limits<std::int64_t>::max());
    std::optional<double> positiveNumber(std::string_view key);
    std::optional<double> nonNegativeNumber(std::string_view key);
    std::optional<std::string> choice(std::string_view key,
                                      std::span<const std::string_view> choices);
    /// A list of texts that are not empty.
    std::vector<std::string> strings(std::string_view key);
    /// A list of strings, each one of `known`.
    std::vector<std::string> names(std::string_view key, std::span<const std::string_view> known,
                                   std::string_view meaning);

private:
    const Json &m_json;
    std::string m_pointer;
    Mistake &m_mistake;
    bool m_usable = false;
};

/// A value as an error message shows it: short, quoted, or `a list`, `an object`.
std::string shown(const Json &value);
/// ` (did you mean "x"?)` for the one of `known` nearest to `word`, empty when none is near.
std::string suggestion(std::string_view word, std::span<const std::string_view> known);
/// `"a", "b" or "c"`
std::string alternatives(std::span<const std::string_view> words);

} // namespace orrery
