// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/format/foreign.h"

#include <QChar>

namespace orrery::ui::format {
namespace {

constexpr int mostOfATip = 2000;

bool changesOrder(char32_t c)
{
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E)
           || (c >= 0x2066 && c <= 0x2069);
}

/// Letters and marks that draw nothing, whatever their category says.
bool isBlankLetter(char32_t c)
{
    return c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5
           || (c >= 0x180B && c <= 0x180F) || c == 0x2800 || c == 0x3164 || c == 0xFFA0
           || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
}

bool isWrittenOut(char32_t c, Unseen which)
{
    if (c == U'\n' || c == U'\t' || c == U' ')
        return false;
    const QChar::Category category = QChar::category(c);
    if (changesOrder(c) || category == QChar::Other_Control || category == QChar::Other_Surrogate
        || category == QChar::Separator_Line || category == QChar::Separator_Paragraph)
        return true;
    if (which == Unseen::Order)
        return false;
    return category == QChar::Other_Format || category == QChar::Other_PrivateUse
           || category == QChar::Other_NotAssigned || category == QChar::Separator_Space
           || isBlankLetter(c);
}

/// Calls `put` with each character and whether it is to be written out.
template <typename Put>
void eachCharacter(const QString &text, Unseen which, const Put &put)
{
    for (qsizetype i = 0; i < text.size(); ++i) {
        char32_t c = text[i].unicode();
        if (text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            c = QChar::surrogateToUcs4(text[i], text[i + 1]);
            ++i;
        }
        put(c, isWrittenOut(c, which));
    }
}

void append(QString &text, char32_t c)
{
    for (const char16_t unit : QChar::fromUcs4(c))
        text += QChar(unit);
}

} // namespace

VisibleText withMarks(const QString &text, Unseen which)
{
    VisibleText shown;
    shown.text.reserve(text.size());
    eachCharacter(text, which, [&](char32_t c, bool isOut) {
        if (!isOut) {
            append(shown.text, c);
            return;
        }
        const QString name = QStringLiteral("⟨U+%1⟩").arg(
            QString::number(uint(c), 16).toUpper().rightJustified(4, QLatin1Char('0')));
        shown.marks.append({shown.text.size(), name.size()});
        shown.text += name;
    });
    return shown;
}

QString visible(const QString &text, Unseen which) { return withMarks(text, which).text; }

QString visibleJson(const QString &json)
{
    QString shown;
    eachCharacter(json, Unseen::All, [&](char32_t c, bool isOut) {
        if (!isOut) {
            append(shown, c);
            return;
        }
        for (const char16_t unit : QChar::fromUcs4(c))
            shown += QStringLiteral("\\u%1").arg(uint(unit), 4, 16, QLatin1Char('0'));
    });
    return shown;
}

QString name(const QString &text, int most)
{
    QString line = text.left(2 * most);
    line.replace(QLatin1Char('\n'), QStringLiteral("⏎"))
        .replace(QLatin1Char('\t'), QLatin1Char(' '));
    line = visible(line);
    const bool isCut = line.size() > most || text.size() > 2 * most;
    return isCut ? line.left(most - 1) + QStringLiteral("…") : line;
}

QString tip(const QString &text)
{
    if (text.isEmpty())
        return {};
    QString shown = text.left(mostOfATip);
    if (text.size() > mostOfATip)
        shown += QStringLiteral("…");
    return QStringLiteral("<p style='white-space:pre-wrap'>%1</p>")
        .arg(visible(shown, Unseen::Order).toHtmlEscaped());
}

QString buttonText(QString text) { return text.replace(QLatin1Char('&'), QStringLiteral("&&")); }

QString windowTitle(const QString &text)
{
    return name(text).replace(QStringLiteral("[*]"), QStringLiteral("[*][*]"));
}

} // namespace orrery::ui::format
