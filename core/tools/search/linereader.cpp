// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/search/linereader.h"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

namespace orrery::tools {

namespace {

constexpr char32_t kReplacement = 0xFFFD;

} // namespace

bool LineReader::next(std::string_view &line)
{
    for (;;) {
        const std::size_t end = m_buffer.find('\n', m_scanned);
        if (end != std::string::npos) {
            if (takeLine(end, line))
                return true;
            continue;
        }
        m_scanned = m_buffer.size();
        // One more than a line may have: it may be the CR of its end.
        if (m_buffer.size() - m_begin > kMostLineBytes + 1) {
            m_isSkipping = true;
            m_begin = m_buffer.size();
        }
        if (!m_isAtEnd && fill())
            continue;
        const bool hasLast = m_isSkipping || m_begin < m_buffer.size();
        if (m_isBinary || m_error != 0 || !hasLast)
            return false;
        m_buffer += '\n';
    }
}

/// False when the line is too long.
bool LineReader::takeLine(std::size_t end, std::string_view &line)
{
    line = std::string_view(m_buffer).substr(m_begin, end - m_begin);
    m_begin = m_scanned = end + 1;
    ++m_number;
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    if (!m_isSkipping && line.size() <= kMostLineBytes)
        return true;
    m_isSkipping = false;
    ++m_skipped;
    return false;
}

/// False when there is nothing more.
bool LineReader::fill()
{
    m_buffer.erase(0, m_begin);
    m_scanned -= m_begin;
    m_begin = 0;
    std::string piece = readPiece();
    const bool isFirst = m_encoding == Encoding::Unknown;
    std::string_view bytes = piece;
    if (isFirst) {
        m_encoding = bytes.starts_with("\xFF\xFE")   ? Encoding::Utf16Le
                     : bytes.starts_with("\xFE\xFF") ? Encoding::Utf16Be
                                                     : Encoding::Utf8;
        if (m_encoding != Encoding::Utf8)
            bytes.remove_prefix(2);
        else if (bytes.starts_with("\xEF\xBB\xBF"))
            bytes.remove_prefix(3);
    }
    const std::size_t before = m_buffer.size();
    appendText(bytes);
    if (const std::size_t nul = m_buffer.find('\0', before); nul != std::string::npos) {
        m_isBinary = m_isAtEnd = true;
        m_buffer.resize(isFirst ? 0 : nul);
    }
    return m_buffer.size() > before;
}

/// A whole piece, or what is left; less after an error.
std::string LineReader::readPiece()
{
    std::string piece(kPieceBytes, '\0');
    std::size_t filled = 0;
    while (filled < piece.size()) {
        const ssize_t size = ::read(m_fd, piece.data() + filled, piece.size() - filled);
        if (size > 0) {
            filled += static_cast<std::size_t>(size);
        } else if (size == 0 || errno != EINTR) {
            m_error = size < 0 ? errno : 0;
            m_isAtEnd = true;
            break;
        }
    }
    piece.resize(filled);
    return piece;
}

void LineReader::appendText(std::string_view bytes)
{
    if (m_encoding == Encoding::Utf8) {
        m_buffer += bytes;
        return;
    }
    appendUtf16(bytes);
    if (m_isAtEnd && (m_surrogate != 0 || m_oddByte >= 0))
        appendCharacter(kReplacement);
}

void LineReader::appendUtf16(std::string_view bytes)
{
    for (const char c : bytes) {
        const int byte = static_cast<unsigned char>(c);
        if (m_oddByte < 0) {
            m_oddByte = byte;
            continue;
        }
        const int unit =
            m_encoding == Encoding::Utf16Le ? (byte << 8) | m_oddByte : (m_oddByte << 8) | byte;
        m_oddByte = -1;
        appendUnit(static_cast<unsigned>(unit));
    }
}

void LineReader::appendUnit(unsigned unit)
{
    const bool isSecond = unit >= 0xDC00 && unit <= 0xDFFF;
    if (m_surrogate != 0 && isSecond) {
        appendCharacter(0x10000 + ((m_surrogate - 0xD800) << 10) + (unit - 0xDC00));
        m_surrogate = 0;
        return;
    }
    if (m_surrogate != 0)
        appendCharacter(kReplacement);
    m_surrogate = unit >= 0xD800 && unit <= 0xDBFF ? unit : 0;
    if (m_surrogate == 0)
        appendCharacter(isSecond ? kReplacement : unit);
}

void LineReader::appendCharacter(char32_t character)
{
    const auto following = [&](int shift) {
        m_buffer += static_cast<char>(0x80 | ((character >> shift) & 0x3F));
    };
    if (character < 0x80) {
        m_buffer += static_cast<char>(character);
    } else if (character < 0x800) {
        m_buffer += static_cast<char>(0xC0 | (character >> 6));
        following(0);
    } else if (character < 0x10000) {
        m_buffer += static_cast<char>(0xE0 | (character >> 12));
        following(6);
        following(0);
    } else {
        m_buffer += static_cast<char>(0xF0 | (character >> 18));
        following(12);
        following(6);
        following(0);
    }
}

} // namespace orrery::tools
