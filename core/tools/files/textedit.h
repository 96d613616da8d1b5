// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace orrery::tools {

/// A text to be replaced by another. Which line ends they have does not matter.
struct TextEdit {
    std::string oldText;
    std::string newText;
    bool all = false; ///< every occurrence; else there must be just one
};

/// The text after an edit. Only what was matched changes; new lines end as those that they replace, or, when there were
/// none or of both kinds, as most of the text. An `oldText` that ends a line also matches the end of a text whose last
/// line has no end, which then stays so. Linear, but for texts made to be hard to search.
/// `name` is that of the file in messages. Errors: InvalidArgument with what is wrong, and where `oldText` nearly occurs;
/// when the outcome would have more than `mostBytes`.
Result<std::string> applyEdit(std::string_view text, const TextEdit &edit, const std::string &name,
                              std::size_t mostBytes);

/// As std::string_view::find(), in linear time.
std::size_t findText(std::string_view text, std::string_view part, std::size_t from = 0);

} // namespace orrery::tools
