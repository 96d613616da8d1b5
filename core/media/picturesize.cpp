// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/picturesize.h"

#include <algorithm>

namespace orrery::media {
namespace {

using namespace std::string_view_literals;

/// A number of `size` bytes; 0 where there are not as many.
std::uint32_t numberAt(std::string_view bytes, std::size_t at, std::size_t size, bool isLittle)
{
    if (at > bytes.size() || size > bytes.size() - at)
        return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t from = isLittle ? at + size - 1 - i : at + i;
        value = value << 8 | static_cast<unsigned char>(bytes[from]);
    }
    return value;
}

/// From the frame header, behind segments that each tell their length.
PictureSize jpegSize(std::string_view bytes)
{
    for (std::size_t at = 2; at + 9 <= bytes.size() && bytes[at] == '\xFF';) {
        const auto marker = static_cast<unsigned char>(bytes[at + 1]);
        const bool isFrame =
            marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (isFrame)
            return {numberAt(bytes, at + 7, 2, false), numberAt(bytes, at + 5, 2, false)};
        at += 2 + std::max<std::uint32_t>(numberAt(bytes, at + 2, 2, false), 2);
    }
    return {};
}

PictureSize webpSize(std::string_view bytes)
{
    const std::string_view chunk = bytes.substr(std::min<std::size_t>(12, bytes.size()), 4);
    if (chunk == "VP8X" && bytes.size() >= 30)
        return {numberAt(bytes, 24, 3, true) + 1, numberAt(bytes, 27, 3, true) + 1};
    if (chunk == "VP8 ")
        return {numberAt(bytes, 26, 2, true) & 0x3FFF, numberAt(bytes, 28, 2, true) & 0x3FFF};
    if (chunk != "VP8L" || bytes.size() < 25)
        return {};
    const std::uint32_t bits = numberAt(bytes, 21, 4, true);
    return {(bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1};
}

/// Of the first folder of tags, where its width and height are short or long numbers.
PictureSize tiffSize(std::string_view bytes)
{
    const bool isLittle = bytes.front() == 'I';
    const std::size_t folder = numberAt(bytes, 4, 4, isLittle);
    const std::uint32_t count = numberAt(bytes, folder, 2, isLittle);
    PictureSize size;
    for (std::size_t at = folder + 2, i = 0; i < count && at + 12 <= bytes.size(); ++i, at += 12) {
        const std::uint32_t tag = numberAt(bytes, at, 2, isLittle);
        const std::size_t width = numberAt(bytes, at + 2, 2, isLittle) == 3 ? 2 : 4;
        if (tag == 256)
            size.width = numberAt(bytes, at + 8, width, isLittle);
        else if (tag == 257)
            size.height = numberAt(bytes, at + 8, width, isLittle);
    }
    return size;
}

PictureSize bmpSize(std::string_view bytes)
{
    const std::uint32_t height = numberAt(bytes, 22, 4, true); // negative when upside down
    return {numberAt(bytes, 18, 4, true), height >> 31 ? ~height + 1 : height};
}

} // namespace

PictureSize pictureSize(std::string_view bytes)
{
    if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv))
        return {numberAt(bytes, 16, 4, false), numberAt(bytes, 20, 4, false)};
    if (bytes.starts_with("GIF8"sv))
        return {numberAt(bytes, 6, 2, true), numberAt(bytes, 8, 2, true)};
    if (bytes.starts_with("\xFF\xD8\xFF"sv))
        return jpegSize(bytes);
    if (bytes.substr(std::min<std::size_t>(8, bytes.size()), 4) == "WEBP")
        return webpSize(bytes);
    if (bytes.starts_with("BM"sv))
        return bmpSize(bytes);
    if (bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv))
        return tiffSize(bytes);
    return {};
}

} // namespace orrery::media
