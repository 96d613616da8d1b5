// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/flatjson.h"

#include "core/llm/textscan.h"
#include "core/llm/treevalue.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace orrery::llm {
namespace {

void appendUtf8(std::string &text, unsigned code)
{
    if (code < 0x80) {
        text += char(code);
    } else if (code < 0x800) {
        text += char(0xC0 | (code >> 6));
        text += char(0x80 | (code & 0x3F));
    } else {
        text += char(0xE0 | (code >> 12));
        text += char(0x80 | ((code >> 6) & 0x3F));
        text += char(0x80 | (code & 0x3F));
    }
}

/// A string as it was written, its escapes known to be good.
std::string unescaped(std::string_view raw)
{
    std::string text;
    text.reserve(raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const std::size_t backslash = std::min(raw.find('\\', i), raw.size());
        text.append(raw, i, backslash - i);
        i = backslash + 1;
        if (i >= raw.size())
            break;
        switch (raw[i]) {
        case 'b': text += '\b'; break;
        case 'f': text += '\f'; break;
        case 'n': text += '\n'; break;
        case 'r': text += '\r'; break;
        case 't': text += '\t'; break;
        case 'u':
            appendUtf8(text, unsigned(hexValue(raw.data() + i + 1)));
            i += 4;
            break;
        default: text += raw[i]; // quote, backslash, slash
        }
    }
    return text;
}

} // namespace

FlatValue FlatJson::root() const { return FlatValue(m_nodes.data(), 0); }

std::string FlatValue::textOf(const Node &string)
{
    const std::string_view raw(string.text, string.size);
    return string.type == Type::String ? std::string(raw) : unescaped(raw);
}

std::int64_t FlatValue::count() const
{
    if (!isNumber())
        return 0;
    const char *end = node().text + node().size;
    std::int64_t count = 0;
    const auto [stop, error] = std::from_chars(node().text, end, count);
    const bool isExact = error == std::errc() && stop == end && std::abs(count) <= kMostCount;
    return isExact ? count : countOf(toJson());
}

Json FlatValue::toJson() const
{
    if (!exists())
        return {};
    switch (node().type) {
    case Type::Null: break;
    case Type::True: return true;
    case Type::False: return false;
    case Type::String:
    case Type::EscapedString: return text();
    case Type::Number: {
        const char *end = node().text + node().size;
        std::uint64_t count = 0;
        if (const auto [stop, error] = std::from_chars(node().text, end, count);
            error == std::errc() && stop == end)
            return count;
        return Json::parse(node().text, end, nullptr, false);
    }
    case Type::Array: {
        Json array = Json::array();
        each([&](FlatValue element) { array.push_back(element.toJson()); });
        return array;
    }
    case Type::Object: {
        Json object = Json::object();
        for (std::uint32_t i = m_index + 1; i < node().next; i = m_nodes[i + 1].next)
            object[textOf(m_nodes[i])] = FlatValue(m_nodes, i + 1).toJson();
        return object;
    }
    }
    return {};
}

} // namespace orrery::llm
