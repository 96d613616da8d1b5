// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace orrery::media {

/// A picture above this many pixels is not unpacked: a small file may stand for more memory than there is.
inline constexpr std::uint64_t kMostUnpackedPixels = 50'000'000;

struct ScaledPicture {
    std::string mediaType; ///< image/jpeg, or image/png for what is transparent
    std::string bytes;
};

/// Makes a PNG or JPEG picture (by libpng and libjpeg) so much smaller that its longer side has at most `side` pixels (0 =
/// any) and its file at most `most` bytes. A JPEG's note about how it was held is lost. Blocks for as long as it takes
/// to unpack and pack it. Errors: InvalidArgument for another kind, a broken file, too many pixels, or when nothing is small enough.
Result<ScaledPicture> scaledDown(std::string_view bytes, std::uint32_t side, std::uint64_t most);

} // namespace orrery::media
