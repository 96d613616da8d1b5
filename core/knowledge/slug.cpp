// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/utf8.h"
#include "core/knowledge/records.h"

#include <QString>

namespace orrery::knowledge {

namespace {

bool isLetterOrNumber(char32_t point)
{
    switch (QChar::category(point)) {
    case QChar::Letter_Uppercase:
    case QChar::Letter_Lowercase:
    case QChar::Letter_Titlecase:
    case QChar::Letter_Modifier:
    case QChar::Letter_Other:
    case QChar::Number_DecimalDigit:
    case QChar::Number_Letter:
    case QChar::Number_Other: return true;
    default: return false;
    }
}

bool isAccent(QChar unit) { return unit.unicode() >= 0x0300 && unit.unicode() <= 0x036F; }

} // namespace

std::string slugify(std::string_view title)
{
    QString text = QString::fromUtf8(title.data(), static_cast<qsizetype>(title.size()))
                       .normalized(QString::NormalizationForm_KD);
    text.removeIf(isAccent);
    const std::string lower = downcase(text.normalized(QString::NormalizationForm_C).toStdString());
    QString slug;
    bool wantsDash = false;
    for (const char32_t point : QString::fromStdString(lower).toUcs4()) {
        const QString one = QString::fromUcs4(&point, 1);
        if (isLetterOrNumber(point)) {
            if (wantsDash && !slug.isEmpty())
                slug += QLatin1Char('-');
            wantsDash = false;
            slug += one;
        } else if (point == U'-' || point == U'_' || isBlank(one.toStdString())) {
            wantsDash = true;
        }
    }
    return slug.toStdString();
}

} // namespace orrery::knowledge
