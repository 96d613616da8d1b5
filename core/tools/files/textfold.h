// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::tools {

/// Differences that are easily overlooked when a text is copied. Bits.
enum Fold : unsigned {
    FoldSpace = 1,     ///< white space of ASCII, left out altogether
    FoldWideSpace = 2, ///< no-break, wide and invisible ones: as white space of ASCII
    FoldQuotes = 4,
    FoldDashes = 8,
    FoldCase = 16,
    FoldAll = 31
};

/// A text without some differences, and where its lines have gone.
struct FoldedText {
    std::string text;
    std::vector<std::size_t> lineStarts;      ///< in `text`, of each line
    std::size_t lineAt(std::size_t at) const; ///< from 0; the last one that begins there
};
FoldedText folded(std::string_view text, unsigned folds);

/// In words what `a` and `b` differ in, of texts that are the same once everything is folded: "quotes and dashes".
std::string differenceInWords(std::string_view a, std::string_view b);

} // namespace orrery::tools
