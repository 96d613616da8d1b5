// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::llm {

class FlatValue;

/// JSON read in one pass into a flat list of nodes that point into the text: nothing is copied, and a reader that
/// is used again allocates nothing. For small texts that come in great numbers and of which little is looked at.
///
/// It reads no more than it is sure of. What it reads means the same to `Json::parse`; what it refuses may still be
/// JSON (surrogates, nesting beyond 64 levels, numbers with many digits), so ask the library then.
class FlatJson
{
public:
    /// Reads an object. The text must stay where it is for as long as root() is used.
    bool read(std::string_view text);
    /// Of the last text that could be read.
    FlatValue root() const;

private:
    friend class FlatValue;
    friend class FlatReader;
    enum class Type : std::uint8_t {
        Null,
        True,
        False,
        Number,
        String,
        EscapedString,
        Array,
        Object
    };
    struct Node {
        const char *text = nullptr; ///< of a string without its quotes
        std::uint32_t size = 0;     ///< of the text; of a container the number of its values
        std::uint32_t next = 0;     ///< the node after this value and all that is in it
        Type type = Type::Null;
    };
    std::vector<Node> m_nodes; ///< a key stands before its value
};

/// A value in a FlatJson, or nothing. As long-lived as what root() was called on.
class FlatValue
{
public:
    FlatValue() = default;

    bool exists() const { return m_nodes != nullptr; }
    bool isNull() const { return !exists() || node().type == Type::Null; } ///< also of nothing
    bool isTrue() const { return exists() && node().type == Type::True; }
    bool isArray() const { return exists() && node().type == Type::Array; }
    bool isObject() const { return exists() && node().type == Type::Object; }
    bool isNumber() const { return exists() && node().type == Type::Number; }
    bool isString() const
    {
        return exists() && (node().type == Type::String || node().type == Type::EscapedString);
    }
    bool isEmpty() const { return node().size == 0; } ///< of a string or container
    /// Is it this string?
    bool is(std::string_view text) const { return isString() && same(node(), text); }
    /// Of a string.
    std::string text() const { return textOf(node()); }

    /// A number of things; 0 for what is no number.
    std::int64_t count() const;

    /// The member of an object, of several with the same key the last; nothing when there is none.
    FlatValue at(std::string_view key) const
    {
        std::uint32_t found = 0;
        if (isObject())
            for (std::uint32_t i = m_index + 1; i < node().next; i = m_nodes[i + 1].next)
                if (same(m_nodes[i], key))
                    found = i + 1;
        return found == 0 ? FlatValue() : FlatValue(m_nodes, found);
    }
    /// The first element of an array; nothing when there is none.
    FlatValue first() const
    {
        return isArray() && !isEmpty() ? FlatValue(m_nodes, m_index + 1) : FlatValue();
    }
    /// The elements of an array.
    template <typename Function>
    void each(Function function) const
    {
        for (std::uint32_t i = m_index + 1; i < node().next; i = m_nodes[i].next)
            function(FlatValue(m_nodes, i));
    }
    /// As the library's parser would have made it. Null for nothing.
    Json toJson() const;

private:
    friend class FlatJson;
    using Node = FlatJson::Node;
    using Type = FlatJson::Type;
    FlatValue(const Node *nodes, std::uint32_t index) : m_nodes(nodes), m_index(index) {}
    const Node &node() const { return m_nodes[m_index]; }
    static bool same(const Node &string, std::string_view text)
    {
        if (string.type == Type::String)
            return string.size == text.size()
                   && std::memcmp(string.text, text.data(), text.size()) == 0;
        return string.size > text.size() && textOf(string) == text;
    }
    static std::string textOf(const Node &string);

    const Node *m_nodes = nullptr;
    std::uint32_t m_index = 0;
};

} // namespace orrery::llm
