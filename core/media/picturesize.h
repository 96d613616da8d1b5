// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace orrery::media {

struct PictureSize {
    std::uint32_t width = 0; ///< pixels
    std::uint32_t height = 0;

    bool isKnown() const { return width > 0 && height > 0; }
    bool operator==(const PictureSize &) const = default;
};

/// From the header of a PNG, JPEG, GIF, WebP, BMP or TIFF picture; zeros for all else and for what is cut. `bytes` may be
/// anything; its first 64 KiB are enough for most files.
PictureSize pictureSize(std::string_view bytes);

} // namespace orrery::media
