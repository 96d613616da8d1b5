// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/filekind.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace orrery::tools {

namespace {

using namespace std::string_view_literals;

struct Magic {
    std::size_t at;
    std::string_view bytes;
    const char *kind;
};

constexpr std::array kMagics = {
    Magic{0, "\x89PNG\r\n\x1A\n"sv, "a PNG image"},
    Magic{0, "\xFF\xD8\xFF"sv, "a JPEG image"},
    Magic{0, "GIF87a"sv, "a GIF image"},
    Magic{0, "GIF89a"sv, "a GIF image"},
    Magic{8, "WEBP"sv, "a WebP image"},
    Magic{0, "BM"sv, "a BMP image"},
    Magic{0, "II*\0"sv, "a TIFF image"},
    Magic{0, "MM\0*"sv, "a TIFF image"},
    Magic{0, "\0\0\1\0"sv, "an icon"},
    Magic{0, "%PDF-"sv, "a PDF document"},
    Magic{0, "PK\3\4"sv, "a ZIP archive"},
    Magic{0, "PK\5\6"sv, "a ZIP archive"},
    Magic{0, "\x1F\x8B"sv, "gzip data"},
    Magic{0, "BZh"sv, "bzip2 data"},
    Magic{0, "\xFD\x37zXZ\0"sv, "xz data"},
    Magic{0, "\x28\xB5\x2F\xFD"sv, "zstd data"},
    Magic{0, "7z\xBC\xAF\x27\x1C"sv, "a 7z archive"},
    Magic{257, "ustar"sv, "a tar archive"},
    Magic{0,
          "\x7F"
          "ELF"sv,
          "an ELF program or library"},
    Magic{0, "MZ"sv, "a Windows program"},
    Magic{0, "\xCF\xFA\xED\xFE"sv, "a Mach-O program"},
    Magic{0, "\xCA\xFE\xBA\xBE"sv, "a Java class"},
    Magic{0, "\0asm"sv, "a WebAssembly module"},
    Magic{0, "!<arch>\n"sv, "an archive of objects"},
    Magic{0, "SQLite format 3\0"sv, "an SQLite database"},
    Magic{0, "OggS"sv, "an Ogg file"},
    Magic{0, "ID3"sv, "an MP3 file"},
    Magic{8, "WAVE"sv, "a WAV file"},
    Magic{4, "ftyp"sv, "an MP4 file"},
    Magic{0, "wOF2"sv, "a font"},
    Magic{0, "\xFF\xFE\0\0"sv, "UTF-32 text"},
    Magic{0, "\0\0\xFE\xFF"sv, "UTF-32 text"},
};

/// A number of `size` bytes; 0 where there are not as many.
std::uint32_t numberAt(std::string_view bytes, std::size_t at, std::size_t size, bool isLittle)
{
    if (at + size > bytes.size())
        return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t from = isLittle ? at + size - 1 - i : at + i;
        value = value << 8 | static_cast<unsigned char>(bytes[from]);
    }
    return value;
}

struct ImageSize {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};

/// From the frame header, behind segments that each tell their length.
ImageSize jpegSize(std::string_view bytes)
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

ImageSize webpSize(std::string_view bytes)
{
    const std::string_view chunk = bytes.substr(std::min<std::size_t>(12, bytes.size()), 4);
    if (chunk == "VP8X")
        return {numberAt(bytes, 24, 3, true) + 1, numberAt(bytes, 27, 3, true) + 1};
    if (chunk == "VP8 ")
        return {numberAt(bytes, 26, 2, true) & 0x3FFF, numberAt(bytes, 28, 2, true) & 0x3FFF};
    if (chunk != "VP8L")
        return {};
    const std::uint32_t bits = numberAt(bytes, 21, 4, true);
    return {(bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1};
}

/// Of the first folder of tags, where its width and height are short or long numbers.
ImageSize tiffSize(std::string_view bytes)
{
    const bool isLittle = bytes.front() == 'I';
    const std::size_t folder = numberAt(bytes, 4, 4, isLittle);
    const std::uint32_t count = numberAt(bytes, folder, 2, isLittle);
    ImageSize size;
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

ImageSize imageSize(std::string_view kind, std::string_view bytes)
{
    if (kind == "a PNG image")
        return {numberAt(bytes, 16, 4, false), numberAt(bytes, 20, 4, false)};
    if (kind == "a GIF image")
        return {numberAt(bytes, 6, 2, true), numberAt(bytes, 8, 2, true)};
    if (kind == "a BMP image") {
        const std::uint32_t height = numberAt(bytes, 22, 4, true); // negative when upside down
        return {numberAt(bytes, 18, 4, true), height >> 31 ? ~height + 1 : height};
    }
    if (kind == "a JPEG image")
        return jpegSize(bytes);
    if (kind == "a WebP image")
        return webpSize(bytes);
    return kind == "a TIFF image" ? tiffSize(bytes) : ImageSize();
}

} // namespace

std::optional<std::string> binaryKind(std::string_view bytes)
{
    const bool isUtf32 = bytes.starts_with("\xFF\xFE\0\0"sv);
    const bool isUtf16 =
        !isUtf32 && (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"));
    const bool hasNul = !isUtf16 && bytes.find('\0') != std::string_view::npos;
    for (const Magic &magic : kMagics) {
        if (bytes.substr(std::min(magic.at, bytes.size()), magic.bytes.size()) != magic.bytes)
            continue;
        // Some of them may well begin a text; it is in bytes no text has that such files differ.
        const bool isPlain = std::all_of(magic.bytes.begin(), magic.bytes.end(),
                                         [](char c) { return c >= ' ' && c <= '~'; });
        if (isPlain && !hasNul && magic.bytes != "%PDF-")
            continue;
        const ImageSize size = imageSize(magic.kind, bytes);
        if (size.width == 0 || size.height == 0)
            return magic.kind;
        return std::string(magic.kind) + " of " + std::to_string(size.width) + " × "
               + std::to_string(size.height) + " pixels";
    }
    return hasNul ? std::optional<std::string>("a binary file") : std::nullopt;
}

std::string shownSize(std::uint64_t bytes)
{
    std::string out = std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
    if (bytes < 1024 * 1024)
        return out;
    char mebibytes[32];
    std::snprintf(mebibytes, sizeof mebibytes, " (%.1f MiB)",
                  static_cast<double>(bytes) / (1024 * 1024));
    return out + mebibytes;
}

} // namespace orrery::tools
