// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/ftssearch.h"

#include "core/memory/scripttexts.h"

#include <algorithm>

namespace orrery::memory {

namespace {

/// More words make a query slower, not better.
constexpr std::size_t kMostWords = 32;
/// From so many rows on, words that most rows hold are left out.
constexpr std::int64_t kLargeStore = 1000;

/// Shorter words begin too many others.
constexpr std::size_t kShortestBeginning = 3;

/// With fewer rows that hold all words, those that hold any are found as well.
constexpr std::size_t kEnough = 10;
/// Rows that any of the words may bring to be scored; beyond that the commonest words are left out. Half a millisecond.
constexpr std::int64_t kMostScored = 3000;

std::string joined(const std::vector<std::string> &parts, const char *between)
{
    std::string text;
    for (const std::string &part : parts)
        text += (text.empty() ? "" : between) + part;
    return text;
}

} // namespace

Result<void> FtsSearch::prepare()
{
    if (auto registered = registerBm25(m_database.handle(), m_lengths); !registered)
        return registered;
    return m_database.execute("CREATE VIRTUAL TABLE temp.memory_words"
                              " USING fts5vocab('main', 'memory_fts', 'col');");
}

void FtsSearch::rowChanged(std::int64_t row, std::int64_t by)
{
    m_lengths.forget(row);
    m_rows += by;
    if (++m_changes > m_rows / 100) {
        m_changes = 0;
        m_counts.clear();
    }
}

void FtsSearch::restart(std::int64_t rows)
{
    m_rows = rows;
    m_changes = 0;
    m_lengths.clear();
    m_counts.clear();
}

Result<std::int64_t> FtsSearch::askForRows(const Word &word)
{
    auto count = m_database.prepare("SELECT coalesce(sum(doc), 0) FROM temp.memory_words"
                                    " WHERE col = ?1 AND term >= ?2 AND term <= ?3");
    if (!count)
        return fail(count.error());
    count->bind(1, word.column == Column::Words ? "content" : "grams");
    count->bind(2, word.term);
    // No character of UTF-8 has this byte.
    count->bind(3, word.isBeginning ? word.term + '\xff' : word.term);
    if (const auto row = count->step(); !row)
        return fail(row.error());
    return std::min(count->integer(0), m_rows);
}

Result<std::int64_t> FtsSearch::rowsWith(const Word &word)
{
    std::string key = word.column == Column::Words ? "w" : "g";
    key.append(word.isBeginning ? "*" : "=").append(word.term);
    if (const auto known = m_counts.find(key); known != m_counts.end())
        return known->second;
    const auto rows = askForRows(word);
    return rows ? m_counts[key] = *rows : rows;
}

Result<std::vector<FtsSearch::Word>> FtsSearch::wordsOf(const std::string &text)
{
    ScriptParts parts = cutByScript(text, kMostWords);
    auto tokens = tokenize(m_database.handle(), parts.words, kMostWords - parts.grams.size());
    if (!tokens)
        return fail(tokens.error());
    std::vector<Word> words;
    for (Token &token : *tokens)
        words.push_back({Column::Words, std::move(token.stem), std::move(token.word)});
    for (Gram &gram : parts.grams)
        words.push_back({Column::Grams, std::move(gram.term), std::move(gram.text), gram.isSingle});
    for (Word &word : words) {
        auto rows = rowsWith(word);
        // What no row holds may be the beginning of a word.
        if (rows && *rows == 0 && word.column == Column::Words
            && word.text.size() >= kShortestBeginning) {
            word.isBeginning = true;
            rows = rowsWith(word);
        }
        if (!rows)
            return fail(rows.error());
        word.rows = *rows;
        word.used = m_rows < kLargeStore || word.rows <= m_rows / 2;
    }
    if (std::none_of(words.begin(), words.end(), [](const Word &word) { return word.used; }))
        for (Word &word : words)
            word.used = true;
    return words;
}

Result<std::optional<std::pair<std::string, int>>> FtsSearch::filterExpression(const Filter &filter)
{
    using Expression = std::optional<std::pair<std::string, int>>;
    if (filter.unknownField)
        return Expression();
    auto read = m_database.prepare("SELECT number FROM terms WHERE term = ?");
    if (!read)
        return fail(read.error());
    const auto numberOf = [&](const std::string &term) -> Result<std::string> {
        read->reset();
        read->bind(1, term);
        const auto row = read->step();
        if (!row)
            return fail(row.error());
        return *row ? std::to_string(read->integer(0)) : std::string();
    };
    int phrases = 0;
    std::vector<std::string> parts;
    std::vector<std::string> terms;
    for (const Filter::FieldIs &condition : filter.fields)
        terms.push_back(indexTerm(condition.field, condition.value));
    if (filter.evergreen)
        terms.push_back(evergreenTerm(*filter.evergreen));
    if (filter.type)
        terms.push_back(typeTerm(*filter.type));
    for (const std::string &term : terms) {
        const auto number = numberOf(term);
        if (!number)
            return fail(number.error());
        if (number->empty())
            return Expression(); // a value that no entry has
        parts.push_back(*number);
        ++phrases;
    }
    if (filter.scope) {
        std::vector<std::string> either;
        for (const std::string &term : {scopeTerm(*filter.scope), scopeTerm("")}) {
            const auto number = numberOf(term);
            if (!number)
                return fail(number.error());
            if (!number->empty())
                either.push_back(*number);
        }
        if (either.empty())
            return Expression();
        phrases += static_cast<int>(either.size());
        parts.push_back(std::string("(") + joined(either, " OR ") + ")");
    }
    return Expression(std::pair(joined(parts, " AND "), phrases));
}

std::vector<SearchedWord> FtsSearch::told(const std::vector<Word> &words)
{
    std::vector<SearchedWord> told;
    for (const Word &word : words)
        told.push_back({word.text, word.rows, word.used, word.isBeginning});
    return told;
}

/// The words without the commonest, as far as they bring too many rows; at least those that bring `needed`.
std::vector<FtsSearch::Word> FtsSearch::rarest(std::vector<Word> words, std::size_t needed)
{
    std::vector<Word *> byRows;
    for (Word &word : words)
        if (word.used)
            byRows.push_back(&word);
    std::stable_sort(byRows.begin(), byRows.end(),
                     [](const Word *a, const Word *b) { return a->rows < b->rows; });
    std::int64_t rows = 0;
    for (Word *word : byRows) {
        word->used = rows < static_cast<std::int64_t>(needed) || rows + word->rows <= kMostScored;
        rows += word->used ? word->rows : 0;
    }
    return words;
}

/// The words that are used, in their order: those of the text come before the grams.
std::string FtsSearch::contentExpression(const std::vector<Word> &words, bool any)
{
    const char *between = any ? " OR " : " AND ";
    std::vector<std::string> phrases[2];
    for (const Word &word : words) {
        if (!word.used)
            continue;
        const bool isGram = word.column == Column::Grams;
        // A token holds no quotation mark; between two it is never an operator.
        phrases[isGram ? 1 : 0].push_back("\"" + (isGram ? word.term : word.text) + "\""
                                          + (word.isBeginning ? " *" : ""));
    }
    std::vector<std::string> columns;
    if (!phrases[0].empty())
        columns.push_back("content : (" + joined(phrases[0], between) + ")");
    if (!phrases[1].empty())
        columns.push_back("grams : (" + joined(phrases[1], between) + ")");
    return "(" + joined(columns, between) + ")";
}

Result<std::vector<FtsSearch::Match>> FtsSearch::match(const Question &question, bool any,
                                                       std::size_t limit,
                                                       std::optional<std::int64_t> only)
{
    const auto &[words, most, terms, filter] = question;
    std::string weights;
    for (const Word &word : words)
        if (word.used)
            weights.append(",").append(Json(wordWeight(word.rows, m_rows)).dump());
    const std::string content = contentExpression(words, any);
    const std::string expression =
        terms.second > 0 ? "terms : (" + terms.first + ") AND " + content : content;

    std::string sql = "SELECT f.rowid, orrery_bm25(memory_fts," + std::to_string(terms.second)
                      + weights + ") AS score FROM memory_fts AS f";
    const bool isTimed = filter.createdFromMs || filter.createdToMs;
    if (isTimed)
        sql += " CROSS JOIN memory AS m ON m.row = f.rowid";
    sql += " WHERE f.memory_fts MATCH ?1";
    if (only)
        sql += " AND f.rowid = ?2";
    if (filter.createdFromMs)
        sql += " AND m.created_ms >= ?3";
    if (filter.createdToMs)
        sql += " AND m.created_ms <= ?4";
    sql += " ORDER BY score DESC, f.rowid LIMIT ?5";
    auto select = m_database.prepare(sql);
    if (!select)
        return fail(select.error());
    select->bind(1, expression);
    if (only)
        select->bind(2, *only);
    if (filter.createdFromMs)
        select->bind(3, *filter.createdFromMs);
    if (filter.createdToMs)
        select->bind(4, *filter.createdToMs);
    select->bind(5, static_cast<std::int64_t>(limit));
    std::vector<Match> matches;
    while (true) {
        const auto row = select->step();
        if (!row)
            return fail(row.error());
        if (!*row)
            return matches;
        matches.push_back({select->integer(0), select->real(1) / most});
    }
}

Result<FtsSearch::Matches> FtsSearch::search(const std::string &text, const Filter &filter,
                                             std::size_t limit, std::optional<std::int64_t> only)
{
    auto words = wordsOf(text);
    if (!words)
        return fail(words.error());
    auto terms = filterExpression(filter);
    if (!terms)
        return fail(terms.error());
    if (words->empty() || !*terms)
        return Matches{{}, told(*words), {}};
    Question question{std::move(*words), 0, std::move(**terms), filter};
    int used = 0;
    for (const Word &word : question.words) {
        question.most += word.used ? wordWeight(word.rows, m_rows) * kBm25Most : 0;
        used += word.used ? 1 : 0;
    }
    auto withAll = match(question, false, std::max(limit, kEnough), {});
    if (withAll && withAll->size() < kEnough && used > 1)
        return followedByAny(std::move(question), std::move(*withAll), limit, only);
    if (withAll && only)
        withAll = match(question, false, 1, only);
    if (!withAll)
        return fail(withAll.error());
    withAll->resize(std::min(withAll->size(), limit));
    return Matches{std::move(*withAll), told(question.words), {}};
}

Result<FtsSearch::Matches> FtsSearch::followedByAny(Question question, std::vector<Match> withAll,
                                                    std::size_t limit,
                                                    std::optional<std::int64_t> only)
{
    const auto isAmong = [&](std::int64_t row) {
        return std::any_of(withAll.begin(), withAll.end(),
                           [row](const Match &match) { return match.row == row; });
    };
    Matches result{{}, told(question.words), {}};
    for (const Match &match : withAll)
        if (!only || match.row == *only)
            result.rows.push_back(match);
    question.words = rarest(std::move(question.words), withAll.empty() ? kEnough : 0);
    if (std::any_of(question.words.begin(), question.words.end(),
                    [](const Word &word) { return word.used; })) {
        const auto withAny = match(question, true, limit + withAll.size(), only);
        if (!withAny)
            return fail(withAny.error());
        result.words = told(question.words);
        // A short row with one of the words may not outdo a long one with all of them.
        const double highest = withAll.empty() ? 1 : withAll.back().score;
        for (const Match &match : *withAny) {
            if (isAmong(match.row))
                continue;
            result.rows.push_back({match.row, std::min(match.score, highest)});
            result.withAllWords = withAll.size();
        }
    }
    result.rows.resize(std::min(result.rows.size(), limit));
    return result;
}

} // namespace orrery::memory
