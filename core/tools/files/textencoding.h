// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace orrery::tools {

enum class Encoding {
    Utf8,
    BrokenUtf8, ///< mostly UTF-8, with some bytes that are not
    Windows1252,
    Utf16Le, ///< only with a byte order mark, as Utf16Be
    Utf16Be
};

/// How the text of a file is written as bytes.
struct TextForm {
    Encoding encoding = Encoding::Utf8;
    bool hasMark = false; ///< a byte order mark

    /// For people, such as `UTF-16 LE`; empty for plain UTF-8.
    std::string name() const;
    bool isUtf16() const { return encoding == Encoding::Utf16Le || encoding == Encoding::Utf16Be; }
};

/// One character of UTF-8. What is no character is one byte long.
struct Character {
    char32_t code = 0;
    std::size_t size = 1; ///< in bytes
    bool isText = false;  ///< false for a byte that is not UTF-8, and for half of a UTF-16 pair
};
Character characterAt(std::string_view text, std::size_t at); ///< `at` is below the size
void appendCharacter(std::string &text, char32_t code);

/// Guesses the form from the bytes, or from the beginning of them when `isWhole` is false: a mark decides; then UTF-8 if
/// it is; else Windows-1252 unless at least as many characters as bad bytes are UTF-8.
TextForm formOf(std::string_view bytes, bool isWhole = true);
/// The same from bytes in the midst of a file, where there is no mark.
Encoding encodingOf(std::string_view bytes, bool isWhole);
/// Without the mark, and in UTF-8 but for what is no character: that comes through encoded() as the bytes it was.
std::string decoded(std::string_view bytes, TextForm form);
/// The whole with its mark. An error (InvalidArgument) names the first character that the encoding does not have.
Result<std::string> encoded(std::string_view text, TextForm form);
/// The bytes of a file as valid UTF-8.
std::string readable(std::string_view bytes);

/// Decodes a file that comes in pieces.
class PiecewiseDecoder
{
public:
    explicit PiecewiseDecoder(TextForm form) : m_form(form) {}
    std::string next(std::string_view piece, bool isLast);

private:
    TextForm m_form;
    std::string m_rest; ///< the beginning of a character, or of the mark
    bool m_isAtStart = true;
};

} // namespace orrery::tools
