// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/format/format.h"

#include "core/base/numberwords.h"

#include <QDateTime>
#include <QRegularExpression>

namespace orrery::ui::format {

QString unknown() { return QString::fromUtf8(words::kUnknown.data()); }

QString count(qint64 value) { return QString::fromStdString(words::count(value)); }

QString count(std::optional<qint64> value) { return value ? count(*value) : unknown(); }

QString estimate(qint64 value) { return QString::fromStdString(words::estimate(value)); }

QString duration(qint64 us) { return QString::fromStdString(words::duration(us)); }

QString remaining(qint64 ms) { return QString::fromStdString(words::remaining(ms)); }

QString money(std::optional<double> usd)
{
    return usd ? QString::fromStdString(words::money(*usd)) : unknown();
}

QString clockTime(qint64 us)
{
    if (us == 0)
        return unknown();
    return QDateTime::fromMSecsSinceEpoch(us / 1000).toString(QStringLiteral("HH:mm:ss.zzz"));
}

QString lines(qint64 start, qint64 end) { return QString::fromStdString(words::lines(start, end)); }

QString counted(qint64 number, const QString &one, const QString &many)
{
    return QStringLiteral("%1 %2").arg(number).arg(number == 1 ? one : many);
}

QString keepNumbersWhole(QString sentence)
{
    static const QRegularExpression gap(
        QStringLiteral("(?<=\\d) (?=(ms|s|m|h|tokens|requests)\\b)"));
    return sentence.replace(gap, QString(QChar::Nbsp));
}

QString oneLine(const QString &text, int most)
{
    const qsizetype end = text.indexOf(QLatin1Char('\n'));
    QString line = end < 0 ? text : text.left(end);
    const bool cut = end >= 0 && !text.mid(end).trimmed().isEmpty();
    if (line.size() > most)
        return line.left(most - 1) + QStringLiteral("…");
    return cut ? line + QStringLiteral(" …") : line;
}

} // namespace orrery::ui::format
