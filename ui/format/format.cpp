// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/format/format.h"

#include <QDateTime>
#include <QRegularExpression>

namespace orrery::ui::format {

QString unknown() { return QStringLiteral("—"); }

QString count(qint64 value)
{
    const double size = qAbs(double(value));
    if (size < 1000)
        return QString::number(value);
    const bool millions = size >= 999950;
    QString text = QString::number(double(value) / (millions ? 1e6 : 1e3), 'f', 1);
    if (text.endsWith(QLatin1String(".0")))
        text.chop(2);
    return text + (millions ? QLatin1Char('M') : QLatin1Char('k'));
}

QString count(std::optional<qint64> value) { return value ? count(*value) : unknown(); }

QString estimate(qint64 value) { return QLatin1Char('~') + count(value); }

QString duration(qint64 us)
{
    if (us <= 0)
        return unknown();
    if (us < 1'000'000)
        return QStringLiteral("%1 ms").arg(qMax<qint64>(1, us / 1000));
    if (us < 59'950'000)
        return QStringLiteral("%1 s").arg(QString::number(double(us) / 1e6, 'f', 1));
    const qint64 seconds = (us + 500'000) / 1'000'000;
    if (seconds < 3600)
        return QStringLiteral("%1 m %2 s")
            .arg(seconds / 60)
            .arg(seconds % 60, 2, 10, QLatin1Char('0'));
    return QStringLiteral("%1 h %2 m")
        .arg(seconds / 3600)
        .arg(seconds / 60 % 60, 2, 10, QLatin1Char('0'));
}

QString remaining(qint64 ms)
{
    // Rounded up, so that 0:00 means that it is over.
    const qint64 seconds = ms <= 0 ? 0 : (ms - 1) / 1000 + 1;
    const QLatin1Char zero('0');
    if (seconds < 3600)
        return QStringLiteral("%1:%2").arg(seconds / 60).arg(seconds % 60, 2, 10, zero);
    return QStringLiteral("%1:%2:%3")
        .arg(seconds / 3600)
        .arg(seconds / 60 % 60, 2, 10, zero)
        .arg(seconds % 60, 2, 10, zero);
}

QString money(std::optional<double> usd)
{
    if (!usd)
        return unknown();
    return QLatin1Char('$') + QString::number(*usd, 'f', *usd != 0 && qAbs(*usd) < 1 ? 4 : 2);
}

QString clockTime(qint64 us)
{
    if (us == 0)
        return unknown();
    return QDateTime::fromMSecsSinceEpoch(us / 1000).toString(QStringLiteral("HH:mm:ss.zzz"));
}

QString lines(qint64 start, qint64 end)
{
    return start == end ? QStringLiteral("line %1").arg(start)
                        : QStringLiteral("%1–%2").arg(start).arg(end);
}

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
