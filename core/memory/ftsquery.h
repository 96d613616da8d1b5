// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

struct sqlite3;

namespace orrery::memory {

/// A word of a text as the full-text index sees it.
struct Token {
    std::string stem; ///< lower-cased, without diacritics, stemmed (porter over unicode61)
    std::string word; ///< as it stands in the text
};

/// Splits as the index does; each stem once, in the order of the text, at most `most`.
Result<std::vector<Token>> tokenize(sqlite3 *database, const std::string &text, std::size_t most);

/// How many tokens a row's text holds, for the rows that were scored before: the index keeps it in a table of its own,
/// where one look costs a microsecond, most of what scoring a row costs. Two bytes a row.
class RowLengths
{
public:
    /// 0 = not known.
    int of(std::int64_t row) const
    {
        const auto at = static_cast<std::uint64_t>(row);
        return at < m_lengths.size() ? m_lengths[at] : 0;
    }
    void set(std::int64_t row, int length);
    void forget(std::int64_t row) { set(row, 0); }
    void clear() { m_lengths.clear(); }

private:
    std::vector<std::uint16_t> m_lengths;
};

/// Registers `orrery_bm25(table, skip, weight…)` for MATCH queries: Okapi bm25 (k1 = 1.2, b = 0.75), where phrase
/// `skip + i` of the query counts with the i-th weight. A text is what columns 0 and 2 hold of it, words and grams. SQLite's own bm25() walks through all rows of each phrase
/// of the query before it scores the first, those that select the scope among them; this one is given the weights.
/// `lengths` must outlive the connection's last query.
Result<void> registerBm25(sqlite3 *database, RowLengths &lengths);

/// The most that one word of weight 1 can add to orrery_bm25: k1 + 1.
inline constexpr double kBm25Most = 2.2;

/// Weight of a word that `rows` of `all` rows hold: ln(1 + (all − rows + 0.5)/(rows + 0.5)), as in Lucene; above 0 always.
double wordWeight(std::int64_t rows, std::int64_t all);

} // namespace orrery::memory
