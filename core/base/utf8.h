// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace orrery {

/// True when there is nothing but Unicode white space (the property White_Space), or nothing at all.
bool isBlank(std::string_view utf8);
/// Without the white space at both ends.
std::string_view trimmed(std::string_view utf8);
/// Full Unicode default lower-casing, the same in every locale.
std::string downcase(std::string_view utf8);
/// False for a byte that goes on with a character.
inline bool beginsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }
bool isUtf8(std::string_view bytes);
/// The text itself, or with U+FFFD in place of what is not UTF-8.
std::string validUtf8(std::string_view bytes);

} // namespace orrery
