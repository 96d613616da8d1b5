// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/ftsquery.h"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace orrery::memory {

namespace {

/// Null when this SQLite has no FTS5.
fts5_api *ftsApi(sqlite3 *database)
{
    fts5_api *api = nullptr;
    sqlite3_stmt *statement = nullptr;
    if (sqlite3_prepare_v2(database, "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, static_cast<void *>(&api), "fts5_api_ptr", nullptr);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return api;
}

struct Splitting {
    const std::string &text;
    std::size_t most;
    std::vector<Token> tokens;
};

int addToken(void *context, int, const char *stem, int stemSize, int from, int to)
{
    auto &splitting = *static_cast<Splitting *>(context);
    Token token{
        std::string(stem, static_cast<std::size_t>(stemSize)),
        splitting.text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from))};
    const auto isSame = [&](const Token &known) { return known.stem == token.stem; };
    if (splitting.tokens.size() < splitting.most
        && std::none_of(splitting.tokens.begin(), splitting.tokens.end(), isSame))
        splitting.tokens.push_back(std::move(token));
    return SQLITE_OK;
}

constexpr int kTextColumns[] = {0, 2};

/// Mean length of a text, worked out once a query.
double meanLength(const Fts5ExtensionApi *api, Fts5Context *context)
{
    if (const auto *known = static_cast<const double *>(api->xGetAuxdata(context, 0)))
        return *known;
    sqlite3_int64 rows = 0;
    sqlite3_int64 tokens = 0;
    api->xRowCount(context, &rows);
    for (const int column : kTextColumns) {
        sqlite3_int64 size = 0;
        api->xColumnTotalSize(context, column, &size);
        tokens += size;
    }
    const double mean =
        rows > 0 && tokens > 0 ? static_cast<double>(tokens) / static_cast<double>(rows) : 1;
    api->xSetAuxdata(context, new double(mean),
                     [](void *value) { delete static_cast<double *>(value); });
    return mean;
}

/// 0 when the index does not say.
int lengthOf(const Fts5ExtensionApi *api, Fts5Context *context)
{
    int length = 0;
    for (const int column : kTextColumns) {
        int size = 0;
        if (api->xColumnSize(context, column, &size) != SQLITE_OK)
            return 0;
        length += size;
    }
    return length;
}

void bm25(const Fts5ExtensionApi *api, Fts5Context *context, sqlite3_context *result, int count,
          sqlite3_value **values)
{
    constexpr double k1 = 1.2;
    constexpr double b = 0.75;
    auto &lengths = *static_cast<RowLengths *>(api->xUserData(context));
    const std::int64_t row = api->xRowid(context);
    int length = lengths.of(row);
    if (count < 1 || (length == 0 && (length = lengthOf(api, context)) == 0)) {
        sqlite3_result_error(result, "orrery_bm25: no row", -1);
        return;
    }
    lengths.set(row, length);
    const double norm = k1 * (1 - b + b * length / meanLength(api, context));
    const int skip = sqlite3_value_int(values[0]);
    double score = 0;
    for (int i = 1; i < count; ++i) {
        int times = 0;
        int column = 0;
        int offset = 0;
        Fts5PhraseIter place;
        if (api->xPhraseFirst(context, skip + i - 1, &place, &column, &offset) != SQLITE_OK)
            continue;
        for (; column >= 0; api->xPhraseNext(context, &place, &column, &offset))
            ++times;
        score += sqlite3_value_double(values[i]) * (times * (k1 + 1)) / (times + norm);
    }
    sqlite3_result_double(result, score);
}

} // namespace

void RowLengths::set(std::int64_t row, int length)
{
    constexpr std::size_t mostRows = 1 << 26; // 128 MB
    if (row < 0 || row >= static_cast<std::int64_t>(mostRows)
        || length > std::numeric_limits<std::uint16_t>::max())
        return;
    const auto at = static_cast<std::size_t>(row);
    if (at >= m_lengths.size()) {
        if (length == 0)
            return;
        m_lengths.resize(std::min(mostRows, at + at / 2 + 64));
    }
    m_lengths[at] = static_cast<std::uint16_t>(length);
}

Result<std::vector<Token>> tokenize(sqlite3 *database, const std::string &text, std::size_t most)
{
    fts5_api *api = ftsApi(database);
    fts5_tokenizer tokenizer{};
    void *context = nullptr;
    if (!api || api->xFindTokenizer(api, "porter", &context, &tokenizer) != SQLITE_OK)
        return fail(ErrorCode::Database, "This SQLite has no full-text search (FTS5).");
    const char *arguments[] = {"unicode61"};
    Fts5Tokenizer *made = nullptr;
    if (tokenizer.xCreate(context, arguments, 1, &made) != SQLITE_OK)
        return fail(ErrorCode::Database, "The text could not be split into words.");
    Splitting splitting{text, most, {}};
    const int done = tokenizer.xTokenize(made, &splitting, FTS5_TOKENIZE_QUERY, text.data(),
                                         static_cast<int>(text.size()), addToken);
    tokenizer.xDelete(made);
    if (done != SQLITE_OK)
        return fail(ErrorCode::Database, "The text could not be split into words.");
    return std::move(splitting.tokens);
}

Result<void> registerBm25(sqlite3 *database, RowLengths &lengths)
{
    fts5_api *api = ftsApi(database);
    if (!api || api->xCreateFunction(api, "orrery_bm25", &lengths, bm25, nullptr) != SQLITE_OK)
        return fail(ErrorCode::Database, "This SQLite has no full-text search (FTS5).");
    return {};
}

double wordWeight(std::int64_t rows, std::int64_t all)
{
    const auto held = static_cast<double>(rows);
    const auto total = static_cast<double>(std::max(rows, all));
    return std::log(1 + (total - held + 0.5) / (held + 0.5));
}

} // namespace orrery::memory
