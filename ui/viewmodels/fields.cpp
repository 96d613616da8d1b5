// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/fields.h"

#include <algorithm>
#include <cmath>

namespace orrery::ui {
namespace {

constexpr qint64 farthest = 1'000'000'000'000'000;

} // namespace

const Json &Fields::json(const char *key) const
{
    static const Json nothing;
    if (!m_json.is_object())
        return nothing;
    const auto found = m_json.find(key);
    return found == m_json.end() ? nothing : *found;
}

const Json &Fields::list(const char *key) const
{
    static const Json empty = Json::array();
    const Json &value = json(key);
    return value.is_array() ? value : empty;
}

bool Fields::has(const char *key) const { return !json(key).is_null(); }

std::string_view Fields::view(const char *key) const
{
    const auto *value = json(key).get_ptr<const Json::string_t *>();
    return value ? std::string_view(*value) : std::string_view();
}

QString Fields::text(const char *key) const { return toQString(view(key)); }

std::optional<qint64> Fields::integer(const char *key) const
{
    const Json &value = json(key);
    if (value.is_number_unsigned())
        return static_cast<qint64>(std::min<std::uint64_t>(value.get<std::uint64_t>(), farthest));
    if (value.is_number_integer())
        return std::clamp<qint64>(value.get<std::int64_t>(), -farthest, farthest);
    const auto number = real(key);
    if (!number)
        return std::nullopt;
    return static_cast<qint64>(std::clamp(*number, double(-farthest), double(farthest)));
}

qint64 Fields::count(const char *key) const
{
    return std::clamp<qint64>(integer(key, 0), 0, 1'000'000'000'000);
}

int Fields::line(const char *key) const
{
    return static_cast<int>(std::clamp<qint64>(integer(key, 0), 0, 10'000'000));
}

std::optional<double> Fields::real(const char *key) const
{
    const Json &value = json(key);
    if (!value.is_number())
        return std::nullopt;
    const double number = value.get<double>();
    return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

bool Fields::flag(const char *key, bool fallback) const
{
    const Json &value = json(key);
    return value.is_boolean() ? value.get<bool>() : fallback;
}

QString toQString(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QString jsonText(const Json &json, int indent)
{
    return toQString(json.dump(indent, ' ', false, Json::error_handler_t::replace));
}

} // namespace orrery::ui
