// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/textfold.h"

#include "core/base/utf8.h"
#include "core/tools/files/textedit.h"
#include "core/tools/files/textencoding.h"
#include "core/tools/files/textfile.h"

#include <algorithm>

namespace orrery::tools {

namespace {

bool isPlainSpace(char32_t code) { return code == ' ' || (code >= '\t' && code <= '\r'); }

bool isWideSpace(char32_t code)
{
    return code == 0x85 || code == 0xA0 || code == 0xAD || code == 0x1680
           || (code >= 0x2000 && code <= 0x200D) || code == 0x2028 || code == 0x2029
           || code == 0x202F || code == 0x205F || code == 0x2060 || code == 0x3000
           || code == 0xFEFF;
}

/// The plain form of a quotation mark or dash, or 0.
char plainQuote(char32_t code)
{
    if (code == '`' || code == 0xB4 || (code >= 0x2018 && code <= 0x201B) || code == 0x2032)
        return '\'';
    const bool isDouble =
        code == 0xAB || code == 0xBB || (code >= 0x201C && code <= 0x201F) || code == 0x2033;
    return isDouble ? '"' : '\0';
}

bool isDash(char32_t code) { return (code >= 0x2010 && code <= 0x2015) || code == 0x2212; }

/// Letters of other scripts too, as far as one letter is one.
void appendLower(std::string &out, std::string_view character, char32_t code)
{
    if (code < 0x80)
        out += static_cast<char>(code >= 'A' && code <= 'Z' ? code + 32 : code);
    else
        out += downcase(character);
}

std::size_t leadingBlanks(std::string_view line)
{
    return std::min(line.find_first_not_of(" \t"), line.size());
}

std::string_view blanksAtEnd(std::string_view line)
{
    if (line.ends_with('\n'))
        line.remove_suffix(1);
    const std::size_t last = line.find_last_not_of(" \t");
    return line.substr(last == std::string_view::npos ? 0 : last + 1);
}

/// Of texts that differ in white space, where in the lines. The first and last line of `b` need not be whole.
std::string spaceInWords(std::string_view a, std::string_view b)
{
    if (a.find('\r') != std::string_view::npos || b.find('\r') != std::string_view::npos)
        return "white space or line ends (a CR without LF)";
    const auto ours = splitLines(a);
    const auto theirs = splitLines(b);
    if (ours.size() != theirs.size())
        return "white space (line breaks)";
    bool start = false;
    bool tabs = false;
    bool end = false;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        const std::string_view left = ours[i].substr(0, leadingBlanks(ours[i]));
        const std::string_view right = theirs[i].substr(0, leadingBlanks(theirs[i]));
        const bool isWholeHead = i > 0 || !right.empty();
        const bool isWholeTail = i + 1 < theirs.size() || theirs[i].ends_with('\n');
        start = start || (isWholeHead && left != right);
        tabs = tabs
               || (isWholeHead
                   && (left.find('\t') == std::string_view::npos)
                          != (right.find('\t') == std::string_view::npos));
        end = end || (isWholeTail && blanksAtEnd(ours[i]) != blanksAtEnd(theirs[i]));
    }
    if (start)
        return tabs ? "white space (tabs or spaces at the beginning of lines)"
                    : "white space (indentation)";
    return end ? "white space (at the end of lines)" : "white space (within lines)";
}

} // namespace

std::size_t FoldedText::lineAt(std::size_t at) const
{
    const auto next = std::upper_bound(lineStarts.begin(), lineStarts.end(), at);
    return static_cast<std::size_t>(next - lineStarts.begin()) - 1;
}

FoldedText folded(std::string_view text, unsigned folds)
{
    FoldedText out;
    out.text.reserve(text.size());
    out.lineStarts.push_back(0);
    for (std::size_t at = 0; at < text.size();) {
        const Character character = characterAt(text, at);
        const std::string_view bytes = text.substr(at, character.size);
        at += character.size;
        const char32_t code = character.isText ? character.code : U'\xFFFF';
        const bool isWide = (folds & FoldWideSpace) && isWideSpace(code);
        const char quote = folds & FoldQuotes ? plainQuote(code) : '\0';
        if (isWide || isPlainSpace(code)) {
            if (!(folds & FoldSpace))
                out.text += isWide ? ' ' : static_cast<char>(code);
        } else if (quote) {
            out.text += quote;
        } else if ((folds & FoldDashes) && isDash(code)) {
            out.text += '-';
        } else if ((folds & FoldCase) && character.isText) {
            appendLower(out.text, bytes, code);
        } else {
            out.text += bytes;
        }
        if (code == '\n')
            out.lineStarts.push_back(out.text.size());
    }
    return out;
}

std::string differenceInWords(std::string_view a, std::string_view b)
{
    struct Kind {
        unsigned fold;
        const char *name;
    };
    static constexpr std::array kinds = {
        Kind{FoldWideSpace, "no-break or other special spaces"},
        Kind{FoldQuotes, "quotation marks (straight or curly)"},
        Kind{FoldDashes, "dashes (hyphen or longer)"},
        Kind{FoldCase, "upper and lower case"},
    };
    // What has to be folded for b to be found in a.
    const auto needs = [&](unsigned fold) {
        const unsigned others = FoldAll & ~fold;
        return findText(folded(a, others).text, folded(b, others).text) == std::string_view::npos;
    };
    std::vector<std::string> words;
    if (needs(FoldSpace))
        words.push_back(spaceInWords(folded(a, FoldWideSpace).text, folded(b, FoldWideSpace).text));
    for (const Kind &kind : kinds)
        if (needs(kind.fold))
            words.emplace_back(kind.name);
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i)
        out += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
    return out.empty() ? "what is easily overlooked" : out;
}

} // namespace orrery::tools
