// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace orrery::memory {

/// Texts in scripts that put no space between words (Han, kana, Thai, Lao, Khmer, Burmese, Tibetan, Yi, Bopomofo), or
/// whose words carry their particles with them (Hangul). The word index takes a whole run of such characters for one
/// word, so they are found by pairs of neighbouring characters instead. Texts are compared in the form NFKC.

/// A pair of neighbours, or a single character, which then stands for every pair that begins with it.
struct Gram {
    std::string term; ///< as the index has it: six digits for each character
    std::string text; ///< as it stands in the text
    bool isSingle = false;
    bool operator==(const Gram &) const = default;
};

/// The text cut in two by script.
struct ScriptParts {
    std::string
        words; ///< what the word index understands, a space in place of each run of the others
    std::vector<Gram> grams; ///< of the runs, each once, in the order of the text, at most `most`
};
ScriptParts cutByScript(std::string_view utf8, std::size_t most);

/// What the index holds of a text: the pairs of each run and its last character, which no pair begins with, separated by
/// spaces; empty for a text without such a script. Digits alone, so that the stemmer leaves them as they are.
std::string gramTerms(std::string_view utf8);

} // namespace orrery::memory
