// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/numbers.h"

#include <QDateTime>

namespace orrery::ui {

QString shortNumber(qint64 value)
{
    const qint64 size = qAbs(value);
    if (size < 1000)
        return QString::number(value);
    const bool millions = size >= 999950;
    const double scaled = double(value) / (millions ? 1e6 : 1e3);
    QString text = QString::number(scaled, 'f', 1);
    if (text.endsWith(QLatin1String(".0")))
        text.chop(2);
    return text + (millions ? QLatin1Char('M') : QLatin1Char('k'));
}

QString duration(qint64 us)
{
    if (us <= 0)
        return QStringLiteral("—");
    if (us < 1000000)
        return QStringLiteral("%1 ms").arg(qMax<qint64>(1, us / 1000));
    const qint64 seconds = us / 1000000;
    if (seconds < 60)
        return QStringLiteral("%1 s").arg(QString::number(double(us) / 1e6, 'f', 1));
    if (seconds < 3600)
        return QStringLiteral("%1 m %2 s")
            .arg(seconds / 60)
            .arg(seconds % 60, 2, 10, QLatin1Char('0'));
    return QStringLiteral("%1 h %2 m")
        .arg(seconds / 3600)
        .arg(seconds / 60 % 60, 2, 10, QLatin1Char('0'));
}

QString money(std::optional<double> usd)
{
    return usd ? QStringLiteral("$") + QString::number(*usd, 'f', *usd < 1 ? 4 : 2)
               : QStringLiteral("—");
}

QString clockTime(qint64 us)
{
    return QDateTime::fromMSecsSinceEpoch(us / 1000).toString(QStringLiteral("HH:mm:ss.zzz"));
}

} // namespace orrery::ui
