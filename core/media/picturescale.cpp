// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/picturescale.h"

#include "core/media/picturesize.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <jpeglib.h>
#include <png.h>

namespace orrery::media {
namespace {

/// Rows of `channels` bytes a pixel: 3 = RGB, 4 = RGB and how opaque it is.
struct Pixels {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    unsigned channels = 3;
    std::vector<unsigned char> bytes;

    std::size_t stride() const { return std::size_t(width) * channels; }
};

tl::unexpected<Error> broken(const char *kind, const std::string &why)
{
    return fail(ErrorCode::InvalidArgument, std::string("the ") + kind + " is broken: " + why);
}

Result<Pixels> unpackPng(std::string_view bytes)
{
    png_image image = {};
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()))
        return broken("PNG", image.message);
    const bool isOpaque = (image.format & PNG_FORMAT_FLAG_ALPHA) == 0;
    image.format = isOpaque ? PNG_FORMAT_RGB : PNG_FORMAT_RGBA;
    Pixels pixels{image.width, image.height, isOpaque ? 3U : 4U, {}};
    pixels.bytes.resize(PNG_IMAGE_SIZE(image));
    if (!png_image_finish_read(&image, nullptr, pixels.bytes.data(), 0, nullptr))
        return broken("PNG", image.message);
    return pixels;
}

std::string packPng(const Pixels &pixels)
{
    png_image image = {};
    image.version = PNG_IMAGE_VERSION;
    image.width = pixels.width;
    image.height = pixels.height;
    image.format = pixels.channels == 4 ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    std::string out(size, '\0');
    if (!png_image_write_to_memory(&image, out.data(), &size, 0, pixels.bytes.data(), 0, nullptr))
        return {};
    out.resize(size);
    return out;
}

/// libjpeg ends the program on an error unless it is told otherwise.
struct JpegErrors {
    jpeg_error_mgr base; // first: libjpeg knows only this
    std::jmp_buf back;
    char message[JMSG_LENGTH_MAX] = {};

    jpeg_error_mgr *install()
    {
        jpeg_std_error(&base);
        base.error_exit = [](j_common_ptr info) {
            auto *self = reinterpret_cast<JpegErrors *>(info->err);
            info->err->format_message(info, self->message);
            std::longjmp(self->back, 1);
        };
        base.output_message = [](j_common_ptr) {};
        return &base;
    }
};

/// Nothing with a destructor may come to life between setjmp and what may jump.
bool readJpegRows(jpeg_decompress_struct &info, JpegErrors &errors, std::string_view bytes,
                  std::uint32_t side, Pixels &pixels)
{
    if (setjmp(errors.back) != 0)
        return false;
    jpeg_mem_src(&info, reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size());
    jpeg_read_header(&info, TRUE);
    info.out_color_space = JCS_RGB;
    // The decoder itself makes it smaller by a power of two, at a fraction of the work.
    const std::uint32_t longer = std::max(info.image_width, info.image_height);
    info.scale_num = 1;
    info.scale_denom = 1;
    while (side > 0 && info.scale_denom < 8 && longer / (info.scale_denom * 2) >= side)
        info.scale_denom *= 2;
    jpeg_start_decompress(&info);
    pixels.width = info.output_width;
    pixels.height = info.output_height;
    pixels.channels = 3;
    pixels.bytes.resize(pixels.stride() * pixels.height);
    while (info.output_scanline < info.output_height) {
        unsigned char *row = pixels.bytes.data() + info.output_scanline * pixels.stride();
        jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    return true;
}

Result<Pixels> unpackJpeg(std::string_view bytes, std::uint32_t side)
{
    jpeg_decompress_struct info = {};
    JpegErrors errors;
    info.err = errors.install();
    jpeg_create_decompress(&info);
    Pixels pixels;
    const bool isRead = readJpegRows(info, errors, bytes, side, pixels);
    jpeg_destroy_decompress(&info);
    if (!isRead)
        return broken("JPEG", errors.message);
    return pixels;
}

bool writeJpegRows(jpeg_compress_struct &info, JpegErrors &errors, const Pixels &pixels)
{
    if (setjmp(errors.back) != 0)
        return false;
    info.image_width = pixels.width;
    info.image_height = pixels.height;
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    constexpr int kQuality = 85;
    jpeg_set_quality(&info, kQuality, TRUE);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
        auto *row =
            const_cast<unsigned char *>(pixels.bytes.data() + info.next_scanline * pixels.stride());
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    return true;
}

std::string packJpeg(const Pixels &pixels)
{
    jpeg_compress_struct info = {};
    JpegErrors errors;
    info.err = errors.install();
    jpeg_create_compress(&info);
    unsigned char *data = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&info, &data, &size);
    std::string out;
    if (writeJpegRows(info, errors, pixels))
        out.assign(reinterpret_cast<const char *>(data), size);
    jpeg_destroy_compress(&info);
    std::free(data);
    return out;
}

/// Each pixel is the mean of those that it stands for.
Pixels shrunkTo(const Pixels &from, std::uint32_t width, std::uint32_t height)
{
    Pixels to{width, height, from.channels, {}};
    to.bytes.resize(to.stride() * height);
    const auto edge = [](std::uint32_t i, std::uint32_t all, std::uint32_t parts) {
        return static_cast<std::uint32_t>(std::uint64_t(i) * all / parts);
    };
    for (std::uint32_t y = 0; y < height; ++y) {
        const std::uint32_t top = edge(y, from.height, height);
        const std::uint32_t bottom = std::max(top + 1, edge(y + 1, from.height, height));
        for (std::uint32_t x = 0; x < width; ++x) {
            const std::uint32_t left = edge(x, from.width, width);
            const std::uint32_t right = std::max(left + 1, edge(x + 1, from.width, width));
            std::uint64_t sums[4] = {};
            for (std::uint32_t v = top; v < bottom; ++v)
                for (std::uint32_t u = left; u < right; ++u)
                    for (unsigned c = 0; c < from.channels; ++c)
                        sums[c] +=
                            from.bytes[v * from.stride() + std::size_t(u) * from.channels + c];
            const std::uint64_t count = std::uint64_t(bottom - top) * (right - left);
            for (unsigned c = 0; c < from.channels; ++c)
                to.bytes[y * to.stride() + std::size_t(x) * to.channels + c] =
                    static_cast<unsigned char>(sums[c] / count);
        }
    }
    return to;
}

Pixels withSide(const Pixels &from, std::uint32_t side)
{
    const std::uint32_t longer = std::max(from.width, from.height);
    const auto scaled = [&](std::uint32_t length) {
        return std::max<std::uint32_t>(
            1, static_cast<std::uint32_t>(std::uint64_t(length) * side / longer));
    };
    return shrunkTo(from, scaled(from.width), scaled(from.height));
}

} // namespace

Result<ScaledPicture> scaledDown(std::string_view bytes, std::uint32_t side, std::uint64_t most)
{
    const PictureSize size = pictureSize(bytes);
    if (!size.isKnown())
        return fail(ErrorCode::InvalidArgument, "its width and height cannot be read");
    if (std::uint64_t(size.width) * size.height > kMostUnpackedPixels)
        return fail(ErrorCode::InvalidArgument,
                    "it has " + std::to_string(size.width) + " × " + std::to_string(size.height)
                        + " pixels, and only pictures of up to 50 million pixels are made smaller");
    const bool isPng = bytes.starts_with("\x89PNG");
    if (!isPng && !bytes.starts_with("\xFF\xD8\xFF"))
        return fail(ErrorCode::InvalidArgument,
                    "only PNG and JPEG pictures are made smaller, not those of its kind");
    auto pixels = isPng ? unpackPng(bytes) : unpackJpeg(bytes, side);
    if (!pixels)
        return fail(pixels.error());
    std::uint32_t target = std::max(pixels->width, pixels->height);
    if (side > 0)
        target = std::min(target, side);
    for (;;) {
        if (target < std::max(pixels->width, pixels->height))
            *pixels = withSide(*pixels, target);
        const bool isOpaque = pixels->channels == 3;
        ScaledPicture scaled{isOpaque ? "image/jpeg" : "image/png",
                             isOpaque ? packJpeg(*pixels) : packPng(*pixels)};
        if (!scaled.bytes.empty() && scaled.bytes.size() <= most)
            return scaled;
        constexpr std::uint32_t kLeastSide = 64;
        target = target * 3 / 4;
        if (target < kLeastSide)
            return fail(ErrorCode::InvalidArgument, "it cannot be made small enough");
    }
}

} // namespace orrery::media
