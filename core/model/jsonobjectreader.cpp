// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/jsonobjectreader.h"

#include "core/model/strictjson.h"

#include <algorithm>

namespace orrery {
namespace {

constexpr std::size_t kShownLength = 60;
constexpr std::size_t kLongestWord = 64; ///< that is compared with the known ones

std::string quoted(std::string_view text)
{
    std::string result = "\"";
    return result.append(text).append("\"");
}

/// How many letters must be added, taken away, exchanged or swapped with their neighbour.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                                d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[a.size()][b.size()];
}

bool isOneOf(std::string_view word, std::span<const std::string_view> words)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string rangeText(std::int64_t min, std::int64_t max)
{
    if (max == std::numeric_limits<std::int64_t>::max())
        return "a whole number of at least " + std::to_string(min);
    return "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
}

} // namespace

std::string shown(const Json &value)
{
    if (value.is_object())
        return "an object";
    if (value.is_array())
        return "a list";
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > kShownLength) {
        std::size_t end = kShownLength;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
            --end;
        text = text.substr(0, end) + "…";
    }
    return text;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> known)
{
    if (word.size() > kLongestWord)
        return {};
    std::string_view best;
    std::size_t bestDistance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string_view candidate : known) {
        const std::size_t d = distance(word, candidate);
        if (d < bestDistance) {
            best = candidate;
            bestDistance = d;
        }
    }
    return best.empty() ? std::string() : " (did you mean " + quoted(best) + "?)";
}

std::string alternatives(std::span<const std::string_view> words)
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0)
            text += i + 1 == words.size() ? " or " : ", ";
        text += quoted(words[i]);
    }
    return text;
}

void Mistake::report(const std::string &pointer, const std::string &what)
{
    if (m_error)
        return;
    const std::string place = pointer.empty() ? m_file : m_file + ": " + pointer;
    m_error = makeError(ErrorCode::InvalidArgument, place + ": " + what);
}

JsonObjectReader::JsonObjectReader(const Json &json, std::string pointer,
                                   std::span<const std::string_view> keys, Mistake &mistake)
    : m_json(json), m_pointer(std::move(pointer)), m_mistake(mistake), m_usable(json.is_object())
{
    if (!m_usable) {
        m_mistake.report(m_pointer, shown(json) + ", expected an object");
        return;
    }
    for (const auto &[key, value] : json.items()) {
        if (!isOneOf(key, keys))
            report(key, "unknown key" + suggestion(key, keys) + ", expected one of "
                            + alternatives(keys));
    }
}

bool JsonObjectReader::has(std::string_view key) const { return m_usable && m_json.contains(key); }

const Json &JsonObjectReader::at(std::string_view key) const { return m_json.at(std::string(key)); }

std::string JsonObjectReader::pointer(std::string_view key) const
{
    return m_pointer + "/" + escapePointer(key);
}

void JsonObjectReader::report(std::string_view key, const std::string &what)
{
    m_mistake.report(pointer(key), what);
}

std::string JsonObjectReader::string(std::string_view key)
{
    if (!has(key))
        return {};
    const Json &value = at(key);
    if (!value.is_string()) {
        report(key, shown(value) + ", expected a text");
        return {};
    }
    return value.get<std::string>();
}

std::string JsonObjectReader::requiredString(std::string_view key, std::string_view meaning)
{
    if (!m_usable)
        return {};
    if (!has(key)) {
        report(key, "missing, expected " + std::string(meaning));
        return {};
    }
    std::string text = string(key);
    if (text.empty())
        report(key, "empty, expected " + std::string(meaning));
    return text;
}

bool JsonObjectReader::boolean(std::string_view key, bool fallback)
{
    if (!has(key))
        return fallback;
    if (!at(key).is_boolean()) {
        report(key, shown(at(key)) + ", expected true or false");
        return fallback;
    }
    return at(key).get<bool>();
}

std::optional<std::int64_t> JsonObjectReader::integer(std::string_view key, std::int64_t min,
                                                      std::int64_t max)
{
    if (!has(key))
        return std::nullopt;
    const Json &value = at(key);
    const bool fits = value.is_number_integer()
                      && !(value.is_number_unsigned()
                           && value.get<std::uint64_t>()
                                  > std::uint64_t(std::numeric_limits<std::int64_t>::max()));
    if (!fits || value.get<std::int64_t>() < min || value.get<std::int64_t>() > max) {
        report(key, shown(value) + ", expected " + rangeText(min, max));
        return std::nullopt;
    }
    return value.get<std::int64_t>();
}

std::optional<double> JsonObjectReader::positiveNumber(std::string_view key)
{
    if (!has(key))
        return std::nullopt;
    if (!at(key).is_number() || !(at(key).get<double>() > 0)) {
        report(key, shown(at(key)) + ", expected a number above 0");
        return std::nullopt;
    }
    return at(key).get<double>();
}

std::optional<double> JsonObjectReader::nonNegativeNumber(std::string_view key)
{
    if (!has(key))
        return std::nullopt;
    if (!at(key).is_number() || !(at(key).get<double>() >= 0)) {
        report(key, shown(at(key)) + ", expected a number of at least 0");
        return std::nullopt;
    }
    return at(key).get<double>();
}

std::optional<std::string> JsonObjectReader::choice(std::string_view key,
                                                    std::span<const std::string_view> choices)
{
    if (!has(key))
        return std::nullopt;
    const Json &value = at(key);
    if (!value.is_string() || !isOneOf(value.get_ref<const std::string &>(), choices)) {
        report(key, shown(value) + ", expected " + alternatives(choices));
        return std::nullopt;
    }
    return value.get<std::string>();
}

std::vector<std::string> JsonObjectReader::strings(std::string_view key)
{
    if (!has(key))
        return {};
    if (!at(key).is_array()) {
        report(key, shown(at(key)) + ", expected a list of texts");
        return {};
    }
    std::vector<std::string> list;
    const Json &array = at(key);
    for (std::size_t i = 0; i < array.size(); ++i) {
        if (array[i].is_string() && !array[i].get_ref<const std::string &>().empty())
            list.push_back(array[i].get<std::string>());
        else
            m_mistake.report(pointer(key) + "/" + std::to_string(i),
                             shown(array[i]) + ", expected a text that is not empty");
    }
    return list;
}

std::vector<std::string> JsonObjectReader::names(std::string_view key,
                                                 std::span<const std::string_view> known,
                                                 std::string_view meaning)
{
    if (!has(key))
        return {};
    if (!at(key).is_array()) {
        report(key, shown(at(key)) + ", expected a list of " + std::string(meaning) + " names");
        return {};
    }
    std::vector<std::string> list;
    const Json &array = at(key);
    for (std::size_t i = 0; i < array.size(); ++i) {
        const std::string here = pointer(key) + "/" + std::to_string(i);
        if (!array[i].is_string()) {
            m_mistake.report(here,
                             shown(array[i]) + ", expected the name of a " + std::string(meaning));
            continue;
        }
        const auto name = array[i].get<std::string>();
        if (!isOneOf(name, known)) {
            m_mistake.report(here, shown(array[i]) + " is no " + std::string(meaning)
                                       + suggestion(name, known) + ", expected "
                                       + alternatives(known));
        } else if (isOneOf(name, std::vector<std::string_view>(list.begin(), list.end()))) {
            m_mistake.report(here, shown(array[i]) + " stands twice, expected once");
        }
        list.push_back(name);
    }
    return list;
}

} // namespace orrery
