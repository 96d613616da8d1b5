// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/filekind.h"

#include "core/media/picturesize.h"

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
        const media::PictureSize size = media::pictureSize(bytes);
        if (!size.isKnown())
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
