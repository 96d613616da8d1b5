// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/search/linereader.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include <unistd.h>

namespace orrery::tools {

namespace {

constexpr std::string_view kMarkOfUtf8 = "\xEF\xBB\xBF";

bool isAscii(std::string_view bytes)
{
    std::uint64_t all = 0;
    for (; bytes.size() >= sizeof all; bytes.remove_prefix(sizeof all)) {
        std::uint64_t eight;
        std::memcpy(&eight, bytes.data(), sizeof eight);
        all |= eight;
    }
    for (const char c : bytes)
        all |= static_cast<unsigned char>(c);
    return (all & 0x8080808080808080) == 0;
}

/// With U+FFFD for each half of a pair or of a unit, as PiecewiseDecoder leaves them.
std::string withoutHalves(std::string text)
{
    if (isUtf8(text))
        return text;
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const Character character = characterAt(text, at);
        const bool isHalfUnit = static_cast<unsigned char>(text[at]) >= 0xF8;
        if (character.isText)
            out.append(text, at, character.size);
        else
            appendCharacter(out, 0xFFFD);
        at += isHalfUnit ? 2 : character.size;
    }
    return out;
}

} // namespace

bool LineReader::next(std::string_view &line)
{
    for (;;) {
        const std::size_t end = m_buffer.find(m_lineEnd, m_scanned);
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
        m_buffer += m_lineEnd;
    }
}

/// False when the line is too long.
bool LineReader::takeLine(std::size_t end, std::string_view &line)
{
    line = std::string_view(m_buffer).substr(m_begin, end - m_begin);
    m_begin = m_scanned = end + 1;
    ++m_number;
    if (m_lineEnd == '\n' && line.ends_with('\r'))
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
    const std::string piece = readPiece();
    const bool isFirst = m_isFirstPiece;
    if (!m_knowsEncoding)
        learnEncoding(piece);
    m_isFirstPiece = false;
    const std::size_t before = m_buffer.size();
    if (m_decoder)
        m_buffer += withoutHalves(m_decoder->next(piece, m_isAtEnd));
    else
        m_buffer.append(piece, isFirst && piece.starts_with(kMarkOfUtf8) ? kMarkOfUtf8.size() : 0);
    if (!m_knowsLineEnd)
        learnLineEnd(std::string_view(m_buffer).substr(before > 0 ? before - 1 : 0));
    if (const std::size_t nul = m_buffer.find('\0', before); nul != std::string::npos) {
        m_isBinary = m_isAtEnd = true;
        m_buffer.resize(isFirst ? 0 : nul);
    }
    return m_buffer.size() > before;
}

void LineReader::learnEncoding(std::string_view piece)
{
    m_knowsEncoding = !isAscii(piece);
    if (!m_knowsEncoding)
        return;
    const TextForm form =
        m_isFirstPiece ? formOf(piece, m_isAtEnd) : TextForm{encodingOf(piece, m_isAtEnd), false};
    if (form.isUtf16() || form.encoding == Encoding::Windows1252)
        m_decoder.emplace(form);
}

void LineReader::learnLineEnd(std::string_view text)
{
    // A CR at the very end may be the half of a pair.
    if (!m_isAtEnd && text.ends_with('\r'))
        text.remove_suffix(1);
    const bool hasLf = text.find('\n') != std::string_view::npos;
    m_knowsLineEnd = hasLf || text.find('\r') != std::string_view::npos;
    if (!m_knowsLineEnd || hasLf)
        return;
    m_lineEnd = '\r';
    m_scanned = m_begin; // one may stand in what was looked through for LF
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

} // namespace orrery::tools
