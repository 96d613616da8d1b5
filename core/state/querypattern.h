// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <tl/expected.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace orrery::state {

/// A regular expression (PCRE2) over lines of text. What would take too long does not match. May be used on one thread at
/// a time.
class QueryPattern
{
public:
    /// What is wrong with an expression, and at which of its bytes.
    struct Fault {
        std::size_t at = 0;
        std::string what;
    };
    static tl::expected<QueryPattern, Fault> compile(std::string_view expression, bool ignoresCase);
    bool matches(std::string_view text) const;

private:
    struct Compiled;
    std::shared_ptr<const Compiled> m_compiled;
};

/// A text that is looked for in others, without regard to the case of ASCII letters.
class TextNeedle
{
public:
    explicit TextNeedle(std::string_view text = {});
    bool isIn(std::string_view text) const;

private:
    std::string m_text;       ///< in lower case
    std::size_t m_rarest = 0; ///< the place in it that is looked for first
};
/// ASCII letters in lower case.
std::string lowered(std::string_view text);
/// The whole of `text` against a name in lower case in which `*` stands for any letters.
bool matchesName(std::string_view text, std::string_view name);

} // namespace orrery::state
