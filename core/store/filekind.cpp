// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/filekind.h"

#include <QUtf8StringView>

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

namespace orrery::store {

namespace {

using namespace std::string_view_literals;

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t size = 4)
{
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + size; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

bool isText(std::string_view bytes)
{
    // The last character may be cut.
    for (int cut = 0; cut < 4 && !bytes.empty(); ++cut, bytes.remove_suffix(1))
        if (QUtf8StringView(bytes.data(), qsizetype(bytes.size())).isValidUtf8())
            return std::all_of(bytes.begin(), bytes.end(), [](char c) {
                return static_cast<unsigned char>(c) >= 0x20 || (c >= '\t' && c <= '\r');
            });
    return false;
}

const char *kindOfText(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return "a text of blanks";
    if (text[first] == '{' || text[first] == '[')
        return text.find("\"agents\"") != std::string_view::npos ? "a team file" : "a JSON text";
    return "a text";
}

const char *kindOfDatabase(std::int64_t applicationId)
{
    static constexpr std::array<std::pair<std::int64_t, const char *>, 4> ours = {
        {{kJournalId, "an Orrery journal"},
         {0x4f524d45, "an Orrery memory"},
         {0x4f524b42, "a knowledge base of Orrery"},
         {0x4f524443, "a decision graph of Orrery"}}};
    for (const auto &[id, kind] : ours)
        if (id == applicationId)
            return kind;
    return "an SQLite database of another program";
}

} // namespace

FileStart readFileStart(std::string bytes)
{
    FileStart start{std::move(bytes), false, false, {}};
    if (start.bytes.size() < 108 || !start.bytes.starts_with("SQLite format 3\0"sv))
        return start;
    start.isSqlite = true;
    start.isWal = start.bytes[19] == 2;
    start.format.version = static_cast<std::int32_t>(number(start.bytes, 60));
    start.format.applicationId = number(start.bytes, 68);
    // The root of the schema: a leaf without a cell.
    start.format.hasNothing = start.bytes[100] == 0x0d && number(start.bytes, 103, 2) == 0;
    return start;
}

FileStart withWriteAheadLog(FileStart start, const std::string &walPath)
{
    std::ifstream wal(walPath, std::ios::binary);
    std::string header(32, '\0');
    if (!start.isWal || !wal.read(header.data(), 32))
        return start;
    const std::size_t page = number(header, 8);
    if (page < kFileStart || page > 65536)
        return start;
    std::string frame(24 + kFileStart, '\0');
    for (std::size_t at = 32;
         wal.seekg(std::streamoff(at)) && wal.read(frame.data(), std::streamsize(frame.size()));
         at += 24 + page) {
        if (frame.compare(8, 8, header, 16, 8) != 0)
            break; // of an earlier round
        if (number(frame, 0) == 1)
            start = readFileStart(frame.substr(24));
    }
    return start;
}

std::string kindOf(const FileStart &start)
{
    static constexpr std::array<std::pair<std::string_view, const char *>, 9> known = {
        {{"\x89PNG"sv, "a PNG image"},
         {"\xff\xd8\xff"sv, "a JPEG image"},
         {"GIF8"sv, "a GIF image"},
         {"%PDF"sv, "a PDF document"},
         {"PK\x03\x04"sv, "a ZIP archive"},
         {"\x1f\x8b"sv, "a compressed file"},
         {"\x7f"
          "ELF"sv,
          "a program"},
         {"\x37\x7f\x06\x82"sv, "the write-ahead log of a database"},
         {"\x37\x7f\x06\x83"sv, "the write-ahead log of a database"}}};
    if (start.bytes.empty())
        return "an empty file";
    if (start.isSqlite && start.format.isBlank())
        return "an empty SQLite database";
    if (start.isSqlite)
        return kindOfDatabase(start.format.applicationId);
    if (start.bytes.starts_with("SQLite format 3"sv))
        return "the beginning of an SQLite database, the rest of which is missing";
    for (const auto &[magic, kind] : known)
        if (start.bytes.starts_with(magic))
            return kind;
    return isText(start.bytes) ? kindOfText(start.bytes) : "a file of an unknown kind";
}

} // namespace orrery::store
