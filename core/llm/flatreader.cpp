// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/flatjson.h"

#include "core/llm/textscan.h"

#include <algorithm>
#include <limits>

namespace orrery::llm {
namespace {

constexpr int kDeepest = 64;
/// A number of so many digits, with an exponent of at most two, is never out of a double's range.
constexpr int kMostDigits = 40;
constexpr int kMostExponentDigits = 2;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Length of the well-formed character of several bytes at `at`; 0 when it is none.
int utf8Length(const char *at, const char *end)
{
    const auto byte = [&](int i) { return static_cast<unsigned char>(at[i]); };
    const auto isNext = [&](int i) { return (byte(i) & 0xC0) == 0x80; };
    const auto left = end - at;
    const unsigned first = byte(0);
    if (first >= 0xC2 && first <= 0xDF)
        return left >= 2 && isNext(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (left < 3 || !isNext(1) || !isNext(2))
            return 0;
        const bool isOverlong = first == 0xE0 && byte(1) < 0xA0;
        const bool isSurrogate = first == 0xED && byte(1) >= 0xA0;
        return isOverlong || isSurrogate ? 0 : 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (left < 4 || !isNext(1) || !isNext(2) || !isNext(3))
            return 0;
        const bool isOverlong = first == 0xF0 && byte(1) < 0x90;
        const bool isTooLarge = first == 0xF4 && byte(1) >= 0x90;
        return isOverlong || isTooLarge ? 0 : 4;
    }
    return 0;
}

} // namespace

/// Walks over the text once. A false return means: not sure, or no JSON.
class FlatReader
{
public:
    FlatReader(std::string_view text, std::vector<FlatJson::Node> &nodes)
        : m_at(text.data()), m_end(text.data() + text.size()), m_nodes(nodes)
    {}

    bool document()
    {
        skipSpace();
        if (m_at == m_end || *m_at != '{' || !value(1))
            return false;
        skipSpace();
        return m_at == m_end;
    }

private:
    using Type = FlatJson::Type;

    void skipSpace()
    {
        while (m_at != m_end && (*m_at == ' ' || *m_at == '\n' || *m_at == '\r' || *m_at == '\t'))
            ++m_at;
    }

    bool take(char c)
    {
        if (m_at == m_end || *m_at != c)
            return false;
        ++m_at;
        return true;
    }

    void push(Type type, const char *from, const char *to)
    {
        m_nodes.push_back(
            {from, std::uint32_t(to - from), std::uint32_t(m_nodes.size() + 1), type});
    }

    bool value(int depth)
    {
        if (m_at == m_end)
            return false;
        switch (*m_at) {
        case '{': return depth <= kDeepest && object(depth);
        case '[': return depth <= kDeepest && array(depth);
        case '"': return string();
        case 'n': return word("null", Type::Null);
        case 't': return word("true", Type::True);
        case 'f': return word("false", Type::False);
        default: return number();
        }
    }

    bool object(int depth)
    {
        const std::size_t index = open(Type::Object);
        std::uint32_t count = 0;
        if (take('}'))
            return close(index, count);
        do {
            skipSpace();
            if (m_at == m_end || *m_at != '"' || !string())
                return false;
            skipSpace();
            if (!take(':'))
                return false;
            skipSpace();
            if (!value(depth + 1))
                return false;
            ++count;
            skipSpace();
        } while (take(','));
        return take('}') && close(index, count);
    }

    bool array(int depth)
    {
        const std::size_t index = open(Type::Array);
        std::uint32_t count = 0;
        if (take(']'))
            return close(index, count);
        do {
            skipSpace();
            if (!value(depth + 1))
                return false;
            ++count;
            skipSpace();
        } while (take(','));
        return take(']') && close(index, count);
    }

    std::size_t open(Type type)
    {
        push(type, m_at, m_at);
        ++m_at;
        skipSpace();
        return m_nodes.size() - 1;
    }

    bool close(std::size_t index, std::uint32_t count)
    {
        m_nodes[index].size = count;
        m_nodes[index].next = std::uint32_t(m_nodes.size());
        return true;
    }

    bool word(std::string_view text, Type type)
    {
        if (std::size_t(m_end - m_at) < text.size() || std::string_view(m_at, text.size()) != text)
            return false;
        push(type, m_at, m_at);
        m_at += text.size();
        return true;
    }

    bool string()
    {
        const char *from = ++m_at;
        Type type = Type::String;
        while (true) {
            m_at = findSpecial(m_at, m_end);
            if (m_at == m_end)
                return false;
            if (*m_at == '"') {
                push(type, from, m_at);
                ++m_at;
                return true;
            }
            if (*m_at == '\\') {
                type = Type::EscapedString;
                if (!escape())
                    return false;
            } else if (const int length = utf8Length(m_at, m_end); length > 0) {
                m_at += length;
            } else {
                return false;
            }
        }
    }

    bool escape()
    {
        ++m_at;
        if (m_at == m_end)
            return false;
        if (*m_at != 'u') {
            const bool isKnown =
                std::string_view("\"\\/bfnrt").find(*m_at) != std::string_view::npos;
            ++m_at;
            return isKnown;
        }
        if (m_end - m_at < 5)
            return false;
        const int code = hexValue(m_at + 1);
        m_at += 5;
        return code >= 0 && (code < 0xD800 || code > 0xDFFF);
    }

    int digits()
    {
        const char *from = m_at;
        while (m_at != m_end && isDigit(*m_at))
            ++m_at;
        return int(std::min<std::ptrdiff_t>(m_at - from, kMostDigits + 1));
    }

    bool number()
    {
        const char *from = m_at;
        take('-');
        const bool isZero = m_at != m_end && *m_at == '0';
        const int whole = digits();
        if (whole == 0 || whole > kMostDigits || (isZero && whole > 1))
            return false;
        if (take('.')) {
            const int fraction = digits();
            if (fraction == 0 || fraction > kMostDigits)
                return false;
        }
        if (m_at != m_end && (*m_at == 'e' || *m_at == 'E')) {
            ++m_at;
            if (m_at != m_end && (*m_at == '+' || *m_at == '-'))
                ++m_at;
            const int exponent = digits();
            if (exponent == 0 || exponent > kMostExponentDigits)
                return false;
        }
        push(Type::Number, from, m_at);
        return true;
    }

    const char *m_at;
    const char *m_end;
    std::vector<FlatJson::Node> &m_nodes;
};

bool FlatJson::read(std::string_view text)
{
    m_nodes.clear();
    if (text.size() > std::numeric_limits<std::uint32_t>::max())
        return false;
    return FlatReader(text, m_nodes).document();
}

} // namespace orrery::llm
