// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/ftsquery.h"
#include "core/memory/memorystore.h"
#include "core/store/sqlite.h"

#include <unordered_map>

namespace orrery::memory {

/// The text leg of a memory file: bm25 over its full-text index, with the filter as terms of the same index, so that
/// rows outside it are not looked at. Used by one thread at a time.
class FtsSearch
{
public:
    struct Match {
        std::int64_t row;
        double score; ///< bm25 as a share of the most that these words can give, 0…1
    };
    struct Matches {
        std::vector<Match> rows; ///< best first, equal ones in the order of the rows
        std::vector<SearchedWord> words;
        /// Set when rows with any of the words were added: how many hold all.
        std::optional<std::size_t> withAllWords;
    };

    /// The database must outlive it.
    explicit FtsSearch(store::Database &database) : m_database(database) {}
    Result<void> prepare();
    /// Forgets what is kept of the rows, of which there are so many.
    void restart(std::int64_t rows);

    /// Rows with all words of the text, followed by rows with any if there are few. `only` asks about one row.
    Result<Matches> search(const std::string &text, const Filter &filter, std::size_t limit,
                           std::optional<std::int64_t> only = {});

    /// A row was added (`by` 1), removed (-1) or written anew. Counts of words are kept until one row in a hundred has
    /// changed.
    void rowChanged(std::int64_t row, std::int64_t by);

private:
    enum class Column { Words, Grams };
    /// A word of the text or, of a script without spaces, two neighbours (scripttexts.h).
    struct Word {
        Column column = Column::Words;
        std::string term;         ///< as the index has it
        std::string text;         ///< as it stands in the query
        bool isBeginning = false; ///< whatever begins with it is meant
        std::int64_t rows = 0;
        bool used = true;
    };
    Result<std::vector<Word>> wordsOf(const std::string &text);
    /// Of words that begin with it at most so many.
    Result<std::int64_t> rowsWith(const Word &word);
    Result<std::int64_t> askForRows(const Word &word);
    /// The filter as an expression of the index and its number of phrases; nothing when no row can match.
    Result<std::optional<std::pair<std::string, int>>> filterExpression(const Filter &filter);
    static std::string contentExpression(const std::vector<Word> &words, bool any);
    static std::vector<SearchedWord> told(const std::vector<Word> &words);
    /// What all queries of one search have in common.
    struct Question {
        std::vector<Word> words;
        double most = 0;                   ///< what a row scores that has all words very often
        std::pair<std::string, int> terms; ///< filterExpression()
        const Filter &filter;
    };
    static std::vector<Word> rarest(std::vector<Word> words, std::size_t needed);
    Result<std::vector<Match>> match(const Question &question, bool any, std::size_t limit,
                                     std::optional<std::int64_t> only);
    /// Rows with all words, then those with any.
    Result<Matches> followedByAny(Question question, std::vector<Match> withAll, std::size_t limit,
                                  std::optional<std::int64_t> only);

    store::Database &m_database;
    std::int64_t m_rows = 0;
    std::int64_t m_changes = 0;
    std::unordered_map<std::string, std::int64_t> m_counts; ///< of rowsWith()
    RowLengths m_lengths;
};

} // namespace orrery::memory
