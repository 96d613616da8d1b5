// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::tools {

/// What a file is that is no text, from its beginning: "a PNG image of 16 × 16 pixels", or "a binary file". Nothing when
/// it is text as far as can be seen. `bytes` is the whole or at least its first 4096 bytes.
std::optional<std::string> binaryKind(std::string_view bytes);

/// "1234 bytes", and with MiB from 1 MiB on.
std::string shownSize(std::uint64_t bytes);

} // namespace orrery::tools
