// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace orrery {

/// The first `count` extended grapheme clusters of a text, or all of it when it has no more.
std::string firstGraphemes(std::string_view utf8, std::size_t count);

} // namespace orrery
