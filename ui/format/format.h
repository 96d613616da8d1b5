// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

/// How numbers and times are written in every panel.
namespace orrery::ui::format {

QString unknown(); ///< —
/// `999`, `12.4k`, `3.1M`.
QString count(qint64 value);
QString count(std::optional<qint64> value);
/// `~12.4k`
QString estimate(qint64 value);
/// `830 ms`, `12.4 s`, `4 m 05 s`, `1 h 02 m`; µs in.
QString duration(qint64 us);
/// `2:13`, `0:04`, `1:02:03`; never negative; ms in.
QString remaining(qint64 ms);
/// `$0.0021`, `$1.25`; unknown is `—`, never 0.
QString money(std::optional<double> usd);
/// Local time of day, `12:03:41.220`; 0 is `—`.
QString clockTime(qint64 us);
/// `40–88`, `line 7`.
QString lines(qint64 start, qint64 end);
/// `1 message`, `3 messages`.
QString counted(qint64 number, const QString &one, const QString &many);
/// A sentence whose lines do not break between a number and its unit.
QString keepNumbersWhole(QString sentence);
/// The first line, shortened with `…`.
QString oneLine(const QString &text, int most = 160);

} // namespace orrery::ui::format
