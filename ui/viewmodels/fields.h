// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <QString>

#include <optional>
#include <string_view>

namespace orrery::ui {

/// Reads the data of an event: what is absent or of another type is empty. Never throws. Does not
/// own the JSON.
class Fields
{
public:
    explicit Fields(const Json &json) : m_json(json) {}

    bool has(const char *key) const;         ///< present and not null
    const Json &json(const char *key) const; ///< null when absent
    const Json &list(const char *key) const; ///< an empty list when it is none
    Fields object(const char *key) const { return Fields(json(key)); }
    std::string_view view(const char *key) const; ///< empty when it is no text
    QString text(const char *key) const;
    /// Held within ±10^15, so that sums and times do not overflow.
    std::optional<qint64> integer(const char *key) const;
    qint64 integer(const char *key, qint64 fallback) const
    {
        return integer(key).value_or(fallback);
    }
    /// A number of things: 0 when absent or negative, at most 10^12.
    qint64 count(const char *key) const;
    /// A line number: 0…10^7.
    int line(const char *key) const;
    std::optional<double> real(const char *key) const;
    double real(const char *key, double fallback) const { return real(key).value_or(fallback); }
    bool flag(const char *key, bool fallback = false) const;

private:
    const Json &m_json;
};

QString toQString(std::string_view utf8);
/// Text that is safe for every value, also with broken UTF-8. `indent` < 0 = one line.
QString jsonText(const Json &json, int indent = -1);

} // namespace orrery::ui
