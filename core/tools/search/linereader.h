// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace orrery::tools {

/// Reads a file line by line in bounded memory, whatever its size. UTF-16 that begins with a byte order mark is turned
/// into UTF-8; a mark of UTF-8 is left out. Blocks while it reads.
class LineReader
{
public:
    static constexpr std::size_t kPieceBytes = 64 * 1024;
    static constexpr std::size_t kMostLineBytes = 1024 * 1024; ///< without the line's end

    /// `fd` stays the caller's.
    explicit LineReader(int fd) : m_fd(fd) {}

    /// The next line without its LF or CRLF, valid until the next call. False at the end, also when it comes early: see
    /// isBinary() and error().
    bool next(std::string_view &line);
    std::size_t number() const { return m_number; } ///< of the line, from 1

    std::size_t skippedLines() const { return m_skipped; } ///< those above kMostLineBytes
    /// A NUL was found: no text. The lines before it were given, unless it was in the first piece.
    bool isBinary() const { return m_isBinary; }
    int error() const { return m_error; } ///< errno of a read that failed, or 0

private:
    enum class Encoding { Unknown, Utf8, Utf16Le, Utf16Be };

    bool fill();
    std::string readPiece();
    void appendText(std::string_view bytes);
    void appendUtf16(std::string_view bytes);
    void appendUnit(unsigned unit);
    void appendCharacter(char32_t character);
    bool takeLine(std::size_t end, std::string_view &line);

    int m_fd;
    Encoding m_encoding = Encoding::Unknown;
    std::string m_buffer;
    std::size_t m_begin = 0;   ///< of the line in m_buffer
    std::size_t m_scanned = 0; ///< up to here m_buffer holds no end of that line
    std::size_t m_number = 0;
    std::size_t m_skipped = 0;
    bool m_isSkipping = false; ///< in a line that is too long
    bool m_isBinary = false;
    bool m_isAtEnd = false;
    int m_error = 0;
    int m_oddByte = -1;       ///< half a unit of UTF-16
    unsigned m_surrogate = 0; ///< the first half of a pair
};

} // namespace orrery::tools
