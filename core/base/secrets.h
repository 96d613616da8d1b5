// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>

namespace orrery {

/// The keys that this process was given: by which environment variables, so that commands do not inherit them, and their
/// values, so that they stand in nothing that is published, saved or sent. Thread-safe.
///
/// A value is found as it stands, within JSON, percent-encoded, and in base64 with whatever stands before and after it. It
/// is replaced by `[key of VARIABLE]`. This is against accidents, not against somebody who writes a key backwards.
class Secrets
{
public:
    /// Shorter values are not masked: they would be found in ordinary words.
    static constexpr std::size_t kShortest = 8;

    Secrets();
    ~Secrets();

    /// `variable` is known from now on, also when `value` is empty: then the key is not set.
    void add(const std::string &variable, std::string_view value);

    bool isVariable(std::string_view name) const;

    /// The text without keys; nothing, and nothing is allocated, when it holds none. One pass, however many keys there are.
    std::optional<std::string> masked(std::string_view text) const;
    /// The same for the text of a JSON value, which stays one.
    std::optional<std::string> maskedJson(std::string_view json) const;
    void mask(std::string &text) const; ///< masked() in place

private:
    class Finder;

    mutable std::shared_mutex m_mutex;
    // All below is guarded by m_mutex.
    std::set<std::string, std::less<>> m_variables;
    std::set<std::string, std::less<>> m_values;
    std::unique_ptr<Finder> m_inText;
    std::unique_ptr<Finder> m_inJson;
};

} // namespace orrery
