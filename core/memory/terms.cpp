// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/terms.h"

#include <sqlite3.h>

#include <climits>

namespace orrery::memory {

namespace {

/// Articles, pronouns, prepositions, conjunctions, auxiliary verbs and the adverbs that go with them.
constexpr std::string_view kStopWords =
    "a about above after again against all also am an and any are as at be because been before "
    "being below between both but by can could did do does doing down during each either else ever "
    "few for from further had has have having he her here hers herself him himself his how however "
    "i if in into is it its itself just may me might more most must my myself neither no nor not "
    "of off on once only or other ought our ours ourselves out over own per quite rather s same "
    "she "
    "should so some such t than that the their theirs them themselves then there these they this "
    "those through thus to too under until up upon us very was we were what when where whether "
    "which while who whom whose why will with within without would yet you your yours yourself "
    "yourselves";

int collect(void *context, int, const char *token, int bytes, int, int)
{
    static_cast<std::vector<std::string> *>(context)->emplace_back(token, std::size_t(bytes));
    return SQLITE_OK;
}

} // namespace

struct TermReader::Tokenizer {
    ~Tokenizer()
    {
        if (handle)
            methods.xDelete(handle);
        sqlite3_close(database);
    }

    sqlite3 *database = nullptr; ///< empty; holds the full-text extension
    fts5_tokenizer methods{};
    Fts5Tokenizer *handle = nullptr;
};

TermReader::TermReader(std::unique_ptr<Tokenizer> tokenizer) : m_tokenizer(std::move(tokenizer))
{
    const std::vector<std::string> stopTerms = read(kStopWords);
    m_stopTerms.insert(stopTerms.begin(), stopTerms.end());
}

TermReader::~TermReader() = default;

Result<std::unique_ptr<TermReader>> TermReader::open()
{
    const auto failed = [](std::string detail) {
        return fail(ErrorCode::Database, "SQLite has no full-text tokenizer.", std::move(detail));
    };
    auto tokenizer = std::make_unique<Tokenizer>();
    sqlite3_stmt *statement = nullptr;
    fts5_api *api = nullptr;
    if (sqlite3_open(":memory:", &tokenizer->database) != SQLITE_OK
        || sqlite3_prepare_v2(tokenizer->database, "SELECT fts5(?1)", -1, &statement, nullptr)
               != SQLITE_OK)
        return failed(sqlite3_errmsg(tokenizer->database));
    sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
    sqlite3_finalize(statement);
    void *context = nullptr;
    const char *arguments[] = {"unicode61"};
    if (!api || api->xFindTokenizer(api, "porter", &context, &tokenizer->methods) != SQLITE_OK
        || tokenizer->methods.xCreate(context, arguments, 1, &tokenizer->handle) != SQLITE_OK)
        return failed("porter unicode61");
    return std::unique_ptr<TermReader>(new TermReader(std::move(tokenizer)));
}

std::vector<std::string> TermReader::read(std::string_view text)
{
    std::vector<std::string> terms;
    // Its lengths are ints.
    text = text.substr(0, INT_MAX / 2);
    m_tokenizer->methods.xTokenize(m_tokenizer->handle, &terms, FTS5_TOKENIZE_DOCUMENT, text.data(),
                                   static_cast<int>(text.size()), collect);
    std::erase_if(terms, [this](const std::string &term) { return m_stopTerms.contains(term); });
    return terms;
}

} // namespace orrery::memory
