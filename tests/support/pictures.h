// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures and a document to attach, made by the libraries themselves.
#pragma once

#include "core/media/picturescale.h"

#include <QtGlobal>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <png.h>

namespace orrery::testing {

enum class Motif { Halves, Noise, Transparent }; ///< Halves: left black, right white

inline std::string pngPicture(std::uint32_t width, std::uint32_t height,
                              Motif motif = Motif::Halves)
{
    const unsigned channels = motif == Motif::Transparent ? 4 : 3;
    std::vector<unsigned char> bytes(std::size_t(width) * height * channels);
    std::mt19937 random(7);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::size_t x = i / channels % width;
        bytes[i] = motif == Motif::Noise ? static_cast<unsigned char>(random())
                   : x < width / 2       ? 0
                                         : 255;
    }
    png_image image = {};
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = channels == 4 ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    std::string out(size, '\0');
    if (!png_image_write_to_memory(&image, out.data(), &size, 0, bytes.data(), 0, nullptr))
        qFatal("%s", image.message);
    out.resize(size);
    return out;
}

inline std::string jpegPicture(std::uint32_t width, std::uint32_t height,
                               Motif motif = Motif::Halves)
{
    auto jpeg = media::scaledDown(pngPicture(width, height, motif), 0, UINT64_MAX);
    if (!jpeg)
        qFatal("%s", jpeg.error().message.c_str());
    return std::move(jpeg->bytes);
}

inline std::string gifPicture(std::uint16_t width, std::uint16_t height)
{
    std::string out = "GIF89a";
    for (const std::uint16_t number : {width, height})
        out += {static_cast<char>(number & 0xFF), static_cast<char>(number >> 8)};
    return out + std::string("\0\0\0;", 4);
}

inline std::string pdfDocument(int pages = 2)
{
    std::string out = "%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"
                      "2 0 obj <</Type /Pages /Count 2>> endobj\n";
    for (int i = 0; i < pages; ++i)
        out += std::to_string(3 + i) + " 0 obj <</Type/Page /Parent 2 0 R>> endobj\n";
    return out + "%%EOF\n";
}

} // namespace orrery::testing
