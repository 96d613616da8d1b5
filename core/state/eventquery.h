// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::state {

/// How much an event is worth noticing: pieces of answers and saves, what happens, what is odd, what failed.
enum class Level : std::uint8_t { Debug, Info, Warn, Error };
/// `detail` as EventColumns::detail.
Level levelOf(EventKind kind, std::uint8_t detail);
std::string_view toString(Level level); ///< debug, info, warn, error

/// What a term looks at.
enum class QueryField : std::uint8_t {
    Text,  ///< in the summary, or in the name of kind, agent or tool
    Regex, ///< in the summary
    Agent,
    Tool,
    Kind,
    Run,
    Call,
    Level,
    Duration, ///< µs
    Tokens,
    Cost, ///< in 10^-9 dollars
    Seq
};
enum class QueryRelation : std::uint8_t { Is, Less, LessOrEqual, More, MoreOrEqual };

/// One condition. All of a query's have to hold.
struct QueryTerm {
    QueryField field = QueryField::Text;
    QueryRelation relation = QueryRelation::Is;
    bool isNot = false;
    bool ignoresCase = true;         ///< Regex
    std::vector<std::string> values; ///< any of them; names may have `*` for any letters
    std::int64_t number = 0;         ///< of fields that are counted, and of Level
    std::size_t column = 0;          ///< where it stands in the query: the first byte, from 0
    std::size_t length = 0;
    std::string text; ///< as it was written, for a chip
    bool operator==(const QueryTerm &other) const;
};

/// Terms with blanks between them:
///
///     agent:bob tool:bash,grep kind:tool_* level>=warn dur>2s tok>1000 cost>0.01 seq>=100 "429" /time ?out/i -tool:bash
///
/// Names are compared without regard to case, and so is text; a minus turns a term around.
struct EventQuery {
    std::vector<QueryTerm> terms;
    bool empty() const { return terms.empty(); }
    bool operator==(const EventQuery &other) const { return terms == other.terms; }
};

/// What is wrong with a query, where, and what was expected there.
struct QueryError {
    std::size_t column = 0; ///< the first byte of what is wrong, from 0
    std::size_t length = 0;
    std::string message; ///< a sentence that names the column, counted from 1
};

/// O(bytes). Every pattern has been compiled once.
tl::expected<EventQuery, QueryError> parseQuery(std::string_view text);
/// A query's text, from the texts of its terms.
std::string toText(const EventQuery &query);
/// A term's text: `agent:bob`, with quotes where the value needs them; parseQuery() reads it back.
std::string termText(QueryField field, std::string_view value, bool isNot = false);

/// What the rest of a word may be.
struct QueryNames {
    std::vector<std::string> agents, tools, runs;
};
struct Completion {
    std::size_t from = 0, to = 0; ///< the bytes of the query that an item takes the place of
    std::vector<std::string> items;
};
/// Names of fields, and their values, that fit to what stands before the byte `cursor`; at most `most`.
Completion complete(std::string_view query, std::size_t cursor, const QueryNames &names,
                    std::size_t most = 20);

} // namespace orrery::state
