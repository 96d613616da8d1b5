// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace orrery::llm {

/// An address as a person wrote it, as the wire forms want it: without slashes at the end, without the path of a request
/// that was copied with it (`/chat/completions`, `/messages`, `/responses`, `/models/…`), and with the path of `usual` (a
/// path, or an address that has one) when it has none of its own.
std::string completeBaseUrl(std::string url, std::string_view usual);

} // namespace orrery::llm
