// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/eventquery.h"

#include "core/state/queryfields.h"
#include "core/state/querypattern.h"

#include <algorithm>

namespace orrery::state {
namespace {

using Parsed = tl::expected<EventQuery, QueryError>;

bool isBlank(char letter) { return letter == ' ' || letter == '\t' || letter == '\n'; }
bool isLetter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
}

std::string joinNames()
{
    std::string all;
    for (const QueryFieldName &field : queryFields().first(10))
        all += (all.empty() ? "" : ", ") + std::string(field.name);
    return all;
}

bool isKnownKind(std::string_view value)
{
    for (int kind = 0; kind < int(EventKind::Count); ++kind)
        if (isKind(toString(static_cast<EventKind>(kind)), value))
            return true;
    return false;
}

/// Reads a query from left to right; what cannot be read ends it with a QueryError.
class Reader
{
public:
    explicit Reader(std::string_view text) : m_text(text) {}
    Parsed read();

private:
    void term();
    void text();
    void regex();
    void field(const QueryFieldName &name, std::size_t start);
    void number(const QueryFieldName &name);
    std::string value();
    std::string quoted();
    QueryRelation relation();
    [[noreturn]] void fail(std::size_t from, std::size_t to, const std::string &sentence) const;

    bool atEnd() const { return m_at >= m_text.size(); }
    char now() const { return atEnd() ? '\0' : m_text[m_at]; }
    bool take(char letter)
    {
        if (now() != letter || atEnd())
            return false;
        ++m_at;
        return true;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    QueryTerm m_term;
};

void Reader::fail(std::size_t from, std::size_t to, const std::string &sentence) const
{
    const std::size_t length = std::max<std::size_t>(1, to > from ? to - from : 1);
    throw QueryError{from, length, "Column " + std::to_string(from + 1) + ": " + sentence};
}

Parsed Reader::read()
try {
    EventQuery query;
    while (true) {
        while (!atEnd() && isBlank(now()))
            ++m_at;
        if (atEnd())
            return query;
        m_term = {};
        m_term.column = m_at;
        term();
        m_term.length = m_at - m_term.column;
        m_term.text = m_text.substr(m_term.column, m_term.length);
        query.terms.push_back(std::move(m_term));
    }
} catch (QueryError &error) {
    return tl::unexpected(std::move(error));
}

void Reader::term()
{
    const std::size_t start = m_at;
    m_term.isNot = take('-');
    if (atEnd() || isBlank(now()))
        fail(start, m_at, "expected a term after -, such as -tool:bash.");
    if (now() == '/')
        return regex();
    const std::size_t word = m_at;
    std::size_t end = word;
    while (end < m_text.size() && isLetter(m_text[end]))
        ++end;
    const bool isField = end > word && end < m_text.size()
                         && std::string_view(":=<>").find(m_text[end]) != std::string_view::npos;
    // An address is no field.
    if (!isField || m_text.substr(end, 3) == "://")
        return text();
    const std::string_view name = m_text.substr(word, end - word);
    const QueryFieldName *found = findQueryField(name);
    if (!found)
        fail(word, end,
             "there is no field `" + std::string(name) + "`; expected one of " + joinNames()
                 + ", or a text in quotes.");
    m_at = end;
    field(*found, word);
}

void Reader::text()
{
    m_term.field = QueryField::Text;
    std::string words = lowered(value());
    if (words.empty())
        fail(m_term.column, m_at, "expected a text between the quotes.");
    m_term.values.push_back(std::move(words));
}

void Reader::regex()
{
    m_term.field = QueryField::Regex;
    const std::size_t start = m_at++;
    std::string expression;
    while (!atEnd() && now() != '/') {
        // A slash is only the end's sign; every other escape is the expression's own.
        if (now() == '\\' && m_at + 1 < m_text.size()) {
            if (m_text[m_at + 1] != '/')
                expression += '\\';
            ++m_at;
        }
        expression += m_text[m_at++];
    }
    const std::string hint = " A text that starts with / is written in quotes.";
    if (!take('/'))
        fail(start, m_text.size(), "expected / at the end of the regular expression." + hint);
    m_term.ignoresCase = take('i');
    if (!atEnd() && !isBlank(now()))
        fail(m_at, m_at + 1, "expected a blank, or i, after the regular expression." + hint);
    if (const auto pattern = QueryPattern::compile(expression, m_term.ignoresCase); !pattern)
        fail(std::min(start + 1 + pattern.error().at, m_at - 1), m_at,
             "expected a regular expression: " + pattern.error().what + ".");
    m_term.values.push_back(std::move(expression));
}

QueryRelation Reader::relation()
{
    if (take(':') || take('='))
        return QueryRelation::Is;
    if (take('<'))
        return take('=') ? QueryRelation::LessOrEqual : QueryRelation::Less;
    ++m_at;
    return take('=') ? QueryRelation::MoreOrEqual : QueryRelation::More;
}

void Reader::field(const QueryFieldName &name, std::size_t start)
{
    m_term.field = name.field;
    const std::size_t sign = m_at;
    m_term.relation = relation();
    const bool isExact = name.field == QueryField::Duration || name.field == QueryField::Cost;
    if (m_term.relation != QueryRelation::Is && !name.isCounted)
        fail(sign, m_at, "expected : after `" + std::string(name.name) + "`.");
    if (m_term.relation == QueryRelation::Is && isExact)
        fail(sign, m_at, "expected <, <=, > or >= after `" + std::string(name.name) + "`.");
    if (atEnd() || isBlank(now()))
        fail(start, m_at,
             "expected " + std::string(name.expects) + " after `"
                 + std::string(m_text.substr(start, m_at - start)) + "`.");
    if (name.isCounted)
        return number(name);
    do {
        const std::size_t from = m_at;
        std::string one = lowered(value());
        if (one.empty())
            fail(from, m_at + 1, "expected " + std::string(name.expects) + ".");
        // Other programs' kinds are found with a star.
        if (name.field == QueryField::Kind && one.find('*') == std::string::npos
            && !isKnownKind(one))
            fail(from, m_at,
                 "there is no kind `" + one + "`; expected " + std::string(name.expects) + ".");
        m_term.values.push_back(std::move(one));
    } while (take(','));
}

void Reader::number(const QueryFieldName &name)
{
    const std::size_t from = m_at;
    const std::string written = value();
    std::optional<std::int64_t> read;
    switch (name.field) {
    case QueryField::Level:
        if (const auto level = parseLevel(written))
            read = static_cast<std::int64_t>(*level);
        break;
    case QueryField::Duration: read = parseDuration(written); break;
    case QueryField::Cost: read = parseDollars(written); break;
    default: read = parseAmount(written); break;
    }
    if (!read)
        fail(from, m_at, "expected " + std::string(name.expects) + ".");
    if (!atEnd() && !isBlank(now()))
        fail(m_at, m_at + 1, "expected a blank after the number, which is one and has no comma.");
    m_term.number = *read;
}

/// A word up to a blank, or to a comma in a field, or what is in quotes.
std::string Reader::value()
{
    if (now() == '"')
        return quoted();
    std::string word;
    while (!atEnd() && !isBlank(now()) && (now() != ',' || m_term.field == QueryField::Text))
        word += m_text[m_at++];
    return word;
}

std::string Reader::quoted()
{
    const std::size_t start = m_at++;
    std::string words;
    while (!atEnd() && now() != '"') {
        if (now() == '\\' && m_at + 1 < m_text.size()
            && (m_text[m_at + 1] == '"' || m_text[m_at + 1] == '\\'))
            ++m_at;
        words += m_text[m_at++];
    }
    if (!take('"'))
        fail(start, m_text.size(), "expected a second \" at the end of the text.");
    if (!atEnd() && !isBlank(now()) && (now() != ',' || m_term.field == QueryField::Text))
        fail(m_at, m_at + 1, "expected a blank after the text in quotes.");
    return words;
}

} // namespace

bool QueryTerm::operator==(const QueryTerm &other) const
{
    return field == other.field && relation == other.relation && isNot == other.isNot
           && ignoresCase == other.ignoresCase && values == other.values && number == other.number;
}

tl::expected<EventQuery, QueryError> parseQuery(std::string_view text)
{
    return Reader(text).read();
}

std::string toText(const EventQuery &query)
{
    std::string text;
    for (const QueryTerm &term : query.terms)
        text += (text.empty() ? "" : " ") + term.text;
    return text;
}

std::string termText(QueryField field, std::string_view value, bool isNot)
{
    std::string text = isNot ? "-" : "";
    if (field != QueryField::Text)
        for (const QueryFieldName &each : queryFields())
            if (each.field == field) {
                text += std::string(each.name) + ":";
                break;
            }
    const bool isPlain = !value.empty() && std::all_of(value.begin(), value.end(), [](char letter) {
        return isLetter(letter) || (letter >= '0' && letter <= '9') || letter == '.'
               || letter == '-' || static_cast<unsigned char>(letter) >= 0x80;
    }) && value[0] != '-';
    if (isPlain)
        return text + std::string(value);
    text += '"';
    for (const char letter : value) {
        if (letter == '"' || letter == '\\')
            text += '\\';
        text += letter;
    }
    return text + '"';
}

} // namespace orrery::state
