// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/secrets.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace orrery {
namespace {

enum class Digits { Small, Large };

void appendHex(std::string &out, char c, Digits digits)
{
    const std::string_view all = digits == Digits::Small ? "0123456789abcdef" : "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out += {all[byte >> 4], all[byte & 15]};
}

/// As it stands within a JSON string.
std::string jsonEscaped(std::string_view text)
{
    constexpr std::string_view escaped = "\"\\\b\f\n\r\t";
    constexpr std::string_view letters = "\"\\bfnrt";
    std::string out;
    for (const char c : text) {
        if (const auto at = escaped.find(c); at != std::string_view::npos) {
            out += {'\\', letters[at]};
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            appendHex(out, c, Digits::Small);
        } else {
            out += c;
        }
    }
    return out;
}

std::string percentEncoded(std::string_view text, Digits digits)
{
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool isPlain =
            byte < 0x80
            && (std::isalnum(byte) || std::string_view("-._~").find(c) != std::string_view::npos);
        out += isPlain ? std::string_view(&c, 1) : "%";
        if (!isPlain)
            appendHex(out, c, digits);
    }
    return out;
}

/// What base64 makes of the text when `before` bytes (0 to 2, of a group of three) stand before it and anything after it:
/// the characters that depend on nothing else.
std::string base64Inside(std::string_view text, std::size_t before, std::string_view last)
{
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const std::size_t firstBit = 8 * before;
    const std::size_t endBit = firstBit + 8 * text.size();
    std::string out;
    for (std::size_t bit = (firstBit + 5) / 6 * 6; bit + 6 <= endBit; bit += 6) {
        unsigned value = 0;
        for (std::size_t at = bit; at < bit + 6; ++at) {
            const auto byte = static_cast<unsigned char>(text[(at - firstBit) / 8]);
            value = value << 1 | (byte >> (7 - at % 8) & 1);
        }
        out += value < letters.size() ? letters[value] : last[value - letters.size()];
    }
    return out;
}

/// The forms of a value that are looked for in a text.
std::vector<std::string> formsOf(const std::string &value)
{
    std::vector<std::string> forms = {value, jsonEscaped(value), jsonEscaped(jsonEscaped(value)),
                                      percentEncoded(value, Digits::Large),
                                      percentEncoded(value, Digits::Small)};
    for (const std::size_t before : {0U, 1U, 2U})
        for (const char *last : {"+/", "-_"})
            forms.push_back(base64Inside(value, before, last));
    return forms;
}

/// True for a place within an escape of JSON text, from which nothing can be taken away.
bool isInEscape(std::string_view json, std::size_t at)
{
    constexpr std::size_t longest = 6; // \u0000
    const std::size_t first = at > longest ? at - longest : 0;
    const std::size_t slash = json.substr(first, at - first).rfind('\\');
    if (slash == std::string_view::npos)
        return false;
    const std::size_t begin = first + slash;
    std::size_t run = 1;
    while (run <= begin && json[begin - run] == '\\')
        ++run;
    const std::size_t size = begin + 1 < json.size() && json[begin + 1] == 'u' ? longest : 2;
    return run % 2 == 1 && at < begin + size;
}

} // namespace

/// Looks for all forms of all keys in one pass: it looks at two bytes, and from these knows how far it may jump before
/// anything that it looks for can end (Wu and Manber).
class Secrets::Finder
{
public:
    explicit Finder(bool isJson) : m_isJson(isJson) {}

    void add(std::string form, const std::string &replacement)
    {
        const auto same = [&form](const Needle &needle) { return needle.form == form; };
        if (form.size() < kShortest || std::any_of(m_needles.begin(), m_needles.end(), same))
            return;
        m_needles.push_back({std::move(form), replacement});
        m_window = m_needles.front().form.size();
        for (const Needle &needle : m_needles)
            m_window = std::min(m_window, needle.form.size());
        m_window = std::min<std::size_t>(m_window, UINT8_MAX);
        m_jumps.fill(static_cast<std::uint8_t>(m_window - 1));
        for (const Needle &needle : m_needles)
            for (std::size_t end = 1; end < m_window; ++end) {
                std::uint8_t &jump = m_jumps[slotOf(needle.form, end)];
                jump = std::min(jump, static_cast<std::uint8_t>(m_window - 1 - end));
            }
    }

    std::optional<std::string> replaced(std::string_view text) const
    {
        std::optional<std::string> out;
        std::size_t kept = 0; // all before it is in `out`
        for (Place place = next(text, 0); place.needle; place = next(text, kept)) {
            if (!out)
                out.emplace();
            out->append(text.substr(kept, place.at - kept)).append(place.needle->replacement);
            kept = place.at + place.needle->form.size();
        }
        if (out)
            out->append(text.substr(kept));
        return out;
    }

private:
    struct Needle {
        std::string form;
        std::string replacement;
    };
    struct Place {
        std::size_t at = 0;
        const Needle *needle = nullptr;
    };

    /// Of the two bytes of which the later is at `end`.
    static std::size_t slotOf(std::string_view text, std::size_t end)
    {
        const auto first = static_cast<unsigned char>(text[end - 1]);
        const auto second = static_cast<unsigned char>(text[end]);
        return (first * 31U + second) % kSlots;
    }

    Place next(std::string_view text, std::size_t from) const
    {
        if (m_needles.empty())
            return {};
        for (std::size_t end = from + m_window - 1; end < text.size();) {
            if (const std::size_t jump = m_jumps[slotOf(text, end)]) {
                end += jump;
                continue;
            }
            const std::size_t at = end - (m_window - 1);
            if (const Needle *needle = longestAt(text, at))
                return {at, needle};
            ++end;
        }
        return {};
    }

    const Needle *longestAt(std::string_view text, std::size_t at) const
    {
        const Needle *longest = nullptr;
        for (const Needle &needle : m_needles)
            if (text.substr(at).starts_with(needle.form)
                && (!longest || needle.form.size() > longest->form.size()))
                longest = &needle;
        return longest && m_isJson && isInEscape(text, at) ? nullptr : longest;
    }

    static constexpr std::size_t kSlots = 4096;
    const bool m_isJson;
    std::vector<Needle> m_needles;
    std::size_t m_window = 0; ///< bytes of each form that are looked at first
    std::array<std::uint8_t, kSlots> m_jumps{};
};

Secrets::Secrets()
    : m_inText(std::make_unique<Finder>(false)), m_inJson(std::make_unique<Finder>(true))
{}

Secrets::~Secrets() = default;

void Secrets::add(const std::string &variable, std::string_view value)
{
    std::unique_lock lock(m_mutex);
    m_variables.insert(variable);
    if (value.size() < kShortest || !m_values.emplace(value).second)
        return;
    const std::string replacement = "[key of " + variable + "]";
    for (const std::string &form : formsOf(std::string(value))) {
        m_inText->add(form, replacement);
        m_inJson->add(jsonEscaped(form), jsonEscaped(replacement));
    }
}

bool Secrets::isVariable(std::string_view name) const
{
    std::shared_lock lock(m_mutex);
    return m_variables.find(name) != m_variables.end();
}

std::optional<std::string> Secrets::masked(std::string_view text) const
{
    std::shared_lock lock(m_mutex);
    return m_inText->replaced(text);
}

std::optional<std::string> Secrets::maskedJson(std::string_view json) const
{
    std::shared_lock lock(m_mutex);
    return m_inJson->replaced(json);
}

void Secrets::mask(std::string &text) const
{
    if (auto without = masked(text))
        text = std::move(*without);
}

} // namespace orrery
