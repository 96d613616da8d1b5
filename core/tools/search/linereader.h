// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/files/textencoding.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::tools {

/// Reads a file line by line in bounded memory, whatever its size. Lines are those of read_file, in UTF-8: UTF-16 that begins
/// with a byte order mark and Windows-1252 are turned into it, a mark is left out, and in a text that has no LF a CR ends a
/// line. Both are found out from the first piece that tells anything of it. Blocks while it reads.
class LineReader
{
public:
    static constexpr std::size_t kPieceBytes = 64 * 1024;
    static constexpr std::size_t kMostLineBytes = 1024 * 1024; ///< without the line's end

    /// `fd` stays the caller's.
    explicit LineReader(int fd) : m_fd(fd) {}

    /// The next line without its end, valid until the next call. False at the end, also when it comes early: see isBinary()
    /// and error().
    bool next(std::string_view &line);
    std::size_t number() const { return m_number; } ///< of the line, from 1

    std::size_t skippedLines() const { return m_skipped; } ///< those above kMostLineBytes
    /// A NUL was found: no text. The lines before it were given, unless it was in the first piece.
    bool isBinary() const { return m_isBinary; }
    int error() const { return m_error; } ///< errno of a read that failed, or 0

private:
    bool fill();
    std::string readPiece();
    void learnEncoding(std::string_view piece);
    void learnLineEnd(std::string_view text);
    bool takeLine(std::size_t end, std::string_view &line);

    int m_fd;
    bool m_isFirstPiece = true;
    bool m_knowsEncoding = false;
    bool m_knowsLineEnd = false;
    char m_lineEnd = '\n';
    std::optional<PiecewiseDecoder> m_decoder; ///< of what is not taken as it stands
    std::string m_buffer;
    std::size_t m_begin = 0;   ///< of the line in m_buffer
    std::size_t m_scanned = 0; ///< up to here m_buffer holds no end of that line
    std::size_t m_number = 0;
    std::size_t m_skipped = 0;
    bool m_isSkipping = false; ///< in a line that is too long
    bool m_isBinary = false;
    bool m_isAtEnd = false;
    int m_error = 0;
};

} // namespace orrery::tools
