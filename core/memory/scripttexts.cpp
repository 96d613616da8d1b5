// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/scripttexts.h"

#include <QChar>
#include <QString>

#include <algorithm>
#include <cstdio>

namespace orrery::memory {

namespace {

/// Marks of length and voice of both kana, which Unicode therefore counts to neither; the latter half width as well.
constexpr std::u32string_view kKanaMarks = U"\u30FC\uFF70\u3099\u309A\uFF9E\uFF9F";

bool isWithoutWordBreaks(char32_t character)
{
    switch (QChar::script(character)) {
    case QChar::Script_Han:
    case QChar::Script_Hiragana:
    case QChar::Script_Katakana:
    case QChar::Script_Hangul:
    case QChar::Script_Bopomofo:
    case QChar::Script_Thai:
    case QChar::Script_Lao:
    case QChar::Script_Khmer:
    case QChar::Script_Myanmar:
    case QChar::Script_Tibetan:
    case QChar::Script_Yi: return QChar::isLetterOrNumber(character) || QChar::isMark(character);
    default: return kKanaMarks.find(character) != kKanaMarks.npos;
    }
}

/// All of these scripts lie above U+0E00, whose first byte is 0xE0.
bool mayHoldRuns(std::string_view utf8)
{
    return std::any_of(utf8.begin(), utf8.end(),
                       [](char byte) { return static_cast<unsigned char>(byte) >= 0xE0; });
}

QString textOf(std::u32string_view text)
{
    return QString::fromUcs4(text.data(), static_cast<qsizetype>(text.size()));
}

std::string termOf(char32_t character)
{
    char digits[16];
    std::snprintf(digits, sizeof digits, "%06u", static_cast<unsigned>(character));
    return digits;
}

/// Calls `run` with the normal form of each longest piece of such characters, `other` with each piece between.
template <typename Run, typename Other>
void eachPiece(std::string_view utf8, Run run, Other other)
{
    const std::u32string text =
        QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size())).toStdU32String();
    for (std::size_t from = 0, to = 0; from < text.size(); from = to) {
        const bool isRun = isWithoutWordBreaks(text[from]);
        while (to < text.size() && isWithoutWordBreaks(text[to]) == isRun)
            ++to;
        const auto piece = std::u32string_view(text).substr(from, to - from);
        if (isRun)
            run(textOf(piece).normalized(QString::NormalizationForm_KC).toStdU32String());
        else
            other(piece);
    }
}

} // namespace

ScriptParts cutByScript(std::string_view utf8, std::size_t most)
{
    ScriptParts parts;
    if (!mayHoldRuns(utf8)) {
        parts.words = utf8;
        return parts;
    }
    const auto add = [&parts, most](Gram gram) {
        if (parts.grams.size() < most
            && std::find(parts.grams.begin(), parts.grams.end(), gram) == parts.grams.end())
            parts.grams.push_back(std::move(gram));
    };
    const auto run = [&](const std::u32string &piece) {
        parts.words += ' ';
        if (piece.size() == 1)
            add({termOf(piece[0]), textOf(piece).toStdString(), true});
        for (std::size_t i = 0; i + 1 < piece.size(); ++i)
            add({termOf(piece[i]) + termOf(piece[i + 1]), textOf(piece.substr(i, 2)).toStdString(),
                 false});
    };
    eachPiece(utf8, run,
              [&parts](std::u32string_view piece) { parts.words += textOf(piece).toStdString(); });
    return parts;
}

std::string gramTerms(std::string_view utf8)
{
    std::string terms;
    if (!mayHoldRuns(utf8))
        return terms;
    const auto run = [&terms](const std::u32string &piece) {
        for (std::size_t i = 0; i < piece.size(); ++i) {
            terms.append(terms.empty() ? "" : " ").append(termOf(piece[i]));
            if (i + 1 < piece.size())
                terms += termOf(piece[i + 1]);
        }
    };
    eachPiece(utf8, run, [](std::u32string_view) {});
    return terms;
}

} // namespace orrery::memory
