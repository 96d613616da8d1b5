// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/prompttemplate.h"

#include "core/base/utf8.h"
#include "core/model/canonicaljson.h"

#include <algorithm>
#include <optional>

namespace orrery {
namespace {

constexpr std::string_view kOpen = "<%";

bool isNameCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool isSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct Place {
    std::string name;
    std::size_t length; ///< of the whole `<%= @name %>`
};

/// The place that `text` begins with.
std::optional<Place> leadingPlace(std::string_view text)
{
    std::size_t at = 0;
    const auto take = [&](std::string_view word) {
        if (!text.substr(at).starts_with(word))
            return false;
        at += word.size();
        return true;
    };
    const auto skip = [&](auto belongs) {
        const std::size_t from = at;
        while (at < text.size() && belongs(text[at]))
            ++at;
        return text.substr(from, at - from);
    };
    if (!take("<%="))
        return std::nullopt;
    skip(isSpace);
    if (!take("@"))
        return std::nullopt;
    const std::string_view name = skip(isNameCharacter);
    skip(isSpace);
    if (name.empty() || !take("%>"))
        return std::nullopt;
    return Place{std::string(name), at};
}

/// Calls `onText` and `onPlace` for the parts of `text`, in order.
template <typename OnText, typename OnPlace>
void forEachPart(std::string_view text, OnText onText, OnPlace onPlace)
{
    while (!text.empty()) {
        const std::size_t open = text.find(kOpen);
        onText(text.substr(0, open));
        if (open == text.npos)
            return;
        text.remove_prefix(open);
        const auto place = leadingPlace(text);
        const std::size_t length = place ? place->length : 1;
        if (place)
            onPlace(*place, text.substr(0, length));
        else
            onText(text.substr(0, length));
        text.remove_prefix(length);
    }
}

/// False for what has no text: an object, or something in a list that is neither text, byte nor list.
bool appendText(const Json &value, std::string &out, bool inList)
{
    if (value.is_string()) {
        out += value.get_ref<const std::string &>();
        return true;
    }
    if (value.is_array())
        return std::all_of(value.begin(), value.end(),
                           [&](const Json &item) { return appendText(item, out, true); });
    if (value.is_object())
        return false;
    if (inList) {
        if (!value.is_number_integer() || value < 0 || value > 255)
            return false;
        out += static_cast<char>(value.get<int>());
        return true;
    }
    if (!value.is_null())
        out += toCanonicalJson(value);
    return true;
}

} // namespace

Result<PromptTemplate> PromptTemplate::fromText(std::string text, Json defaults)
{
    // Taking a place out may bring a `<` and a `%` together; that is refused as well.
    std::string rest;
    forEachPart(
        text, [&](std::string_view part) { rest += part; }, [](const Place &, std::string_view) {});
    if (rest.find(kOpen) != rest.npos)
        return fail(ErrorCode::InvalidArgument,
                    "The template contains a <% … %> other than <%= @name %>, the only form there "
                    "is.");
    return PromptTemplate(std::move(text), std::move(defaults));
}

Result<std::string> PromptTemplate::render(const Json &values) const
{
    std::string out;
    std::string refused;
    const auto find = [&](const std::string &name) -> const Json * {
        for (const Json *from : {&values, &m_defaults})
            if (const auto it = from->find(name); it != from->end())
                return &*it;
        return nullptr;
    };
    forEachPart(
        m_text, [&](std::string_view part) { out += part; },
        [&](const Place &place, std::string_view asWritten) {
            const Json *value = find(place.name);
            std::string text;
            if (!value)
                out += asWritten;
            else if (appendText(*value, text, false) && text == validUtf8(text))
                out += text;
            else
                refused = place.name;
        });
    if (!refused.empty())
        return fail(ErrorCode::InvalidArgument,
                    "The value of @" + refused + " has no text form that could be filled in.");
    return out;
}

std::vector<std::string> PromptTemplate::variables() const
{
    std::vector<std::string> names;
    for (std::size_t at = m_text.find('@'); at != m_text.npos; at = m_text.find('@', at + 1)) {
        const auto from = m_text.begin() + static_cast<std::ptrdiff_t>(at) + 1;
        std::string name(from, std::find_if_not(from, m_text.end(), isNameCharacter));
        if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(std::move(name));
    }
    return names;
}

} // namespace orrery
