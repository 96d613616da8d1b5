// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace orrery::ui {

/// `999`, `12.4k`, `3.1M`.
QString shortNumber(qint64 value);
/// `830 ms`, `12.4 s`, `1 h 02 m`.
QString duration(qint64 us);
/// `$0.0123`; unknown is `—`, never 0.
QString money(std::optional<double> usd);
/// Local time of day with milliseconds.
QString clockTime(qint64 us);

} // namespace orrery::ui
