// SPDX-License-Identifier: GPL-3.0-or-later
// Text search of the memory: Jaro beside its definition, full text beside a filter that is joined to it.
#include "core/base/utf8.h"
#include "core/memory/memory.h"
#include "core/memory/sqliteschema.h"
#include "tests/support/naivejaro.h"

#include <benchmark/benchmark.h>

#include <QTemporaryDir>

#include <chrono>
#include <map>
#include <random>

using namespace orrery;
using namespace orrery::memory;

namespace {

constexpr int kAgents = 10;

/// Words as they come in a language: the n-th most frequent one has a share of 1/(n + 2).
class Words
{
public:
    explicit Words(unsigned seed) : m_random(seed)
    {
        static const char *const syllables[] = {"ba", "co", "di", "fe", "gu", "la", "mo", "ni",
                                                "po", "ra", "se", "ti", "vu", "we", "zo", "en"};
        std::vector<double> shares;
        for (std::size_t i = 0; i < kCount; ++i) {
            std::string word;
            for (std::size_t n = i + 16; n; n /= 16)
                word += syllables[n % 16];
            m_words.push_back(std::move(word));
            shares.push_back(1.0 / static_cast<double>(i + 2));
        }
        m_pick = std::discrete_distribution<std::size_t>(shares.begin(), shares.end());
    }
    const std::string &word(std::size_t rank) const { return m_words[rank]; }
    std::string text(int words)
    {
        std::string text;
        for (int i = 0; i < words; ++i)
            text += (i ? " " : "") + m_words[m_pick(m_random)];
        return text;
    }

private:
    static constexpr std::size_t kCount = 20000;
    std::mt19937 m_random;
    std::vector<std::string> m_words;
    std::discrete_distribution<std::size_t> m_pick;
};

/// Some 130 characters.
MemoryEntry entryOf(Words &words, std::int64_t i)
{
    MemoryEntry entry;
    entry.id = "m" + std::to_string(i);
    entry.content = words.text(22);
    entry.owner[0] = "agent" + std::to_string(i % kAgents);
    return entry;
}

Filter ofOneAgent()
{
    Filter filter;
    filter.fields = {{ScopeField::AgentId, "agent3"}};
    return filter;
}

MemoryStore &transientStore(std::int64_t count)
{
    static std::map<std::int64_t, std::unique_ptr<MemoryStore>> stores;
    auto &store = stores[count];
    if (!store) {
        store = makeTransientStore();
        Words words(1);
        for (std::int64_t i = 0; i < count; ++i)
            (void)store->put(entryOf(words, i));
    }
    return *store;
}

constexpr const char *kQuestion = "what did we agree about rounding money";

void jaroSearch(benchmark::State &state, const Filter &filter)
{
    MemoryStore &store = transientStore(state.range(0));
    for (auto _ : state)
        benchmark::DoNotOptimize(store.searchText(kQuestion, filter, 30));
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}

void jaroUnscoped(benchmark::State &state) { jaroSearch(state, {}); }
BENCHMARK(jaroUnscoped)
    ->RangeMultiplier(10)
    ->Range(1000, 1'000'000)
    ->Complexity()
    ->Unit(benchmark::kMicrosecond);

void jaroScoped(benchmark::State &state) { jaroSearch(state, ofOneAgent()); }
BENCHMARK(jaroScoped)
    ->RangeMultiplier(10)
    ->Range(1000, 1'000'000)
    ->Complexity()
    ->Unit(benchmark::kMicrosecond);

/// The definition, entry after entry, on texts that are split beforehand.
void jaroByDefinition(benchmark::State &state)
{
    Words words(1);
    std::vector<std::vector<QString>> texts;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        texts.push_back(graphemesOf(downcase(entryOf(words, i).content)));
    const auto question = graphemesOf(kQuestion);
    std::vector<std::pair<double, std::size_t>> scored;
    for (auto _ : state) {
        scored.clear();
        for (std::size_t i = 0; i < texts.size(); ++i)
            scored.emplace_back(naiveJaro(question, texts[i]), i);
        std::stable_sort(scored.begin(), scored.end(),
                         [](const auto &a, const auto &b) { return a.first > b.first; });
        benchmark::DoNotOptimize(scored.data());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(jaroByDefinition)
    ->RangeMultiplier(10)
    ->Range(1000, 10'000)
    ->Complexity()
    ->Unit(benchmark::kMicrosecond);

/// A file with so many entries; made once.
const std::string &memoryFile(std::int64_t count)
{
    static QTemporaryDir folder;
    static std::map<std::int64_t, std::string> files;
    std::string &path = files[count];
    if (!path.empty())
        return path;
    path = folder.filePath(QString::number(count)).toStdString();
    auto database = openMemoryFile(path).value();
    (void)database.execute("PRAGMA synchronous=OFF; BEGIN;");
    auto insert = database
                      .prepare("INSERT INTO memory(id, content, type, importance, evergreen, "
                               "scope, agent_id, metadata,"
                               " created_ms, updated_ms, accessed_ms, access_count, terms)"
                               " VALUES(?,?,'semantic',0.5,0,'',?,'{}',0,0,0,0,?)")
                      .value();
    Words words(1);
    for (std::int64_t i = 0; i < count; ++i) {
        const MemoryEntry entry = entryOf(words, i);
        static std::map<std::string, std::string> terms;
        std::string &numbers = terms[path + *entry.owner[0]];
        if (numbers.empty())
            numbers = termNumbers(database, entry).value();
        insert.reset();
        insert.bind(1, entry.id);
        insert.bind(2, entry.content);
        insert.bind(3, *entry.owner[0]);
        insert.bind(4, numbers);
        (void)insert.step();
    }
    (void)database.execute("COMMIT; INSERT INTO memory_fts(memory_fts) VALUES('optimize');");
    return path;
}

/// Two words of middling frequency: what people ask for.
std::string ftsQuestion()
{
    const Words words(1);
    return words.word(50) + " " + words.word(300);
}

void ftsSearch(benchmark::State &state, const std::string &question)
{
    const auto store = openSqliteStore(memoryFile(state.range(0))).value();
    const Filter filter = ofOneAgent();
    std::size_t found = 0;
    // The first one counts the words and reads the lengths of the rows.
    const auto begin = std::chrono::steady_clock::now();
    (void)store->searchText(question, filter, 30);
    const std::chrono::duration<double, std::micro> first =
        std::chrono::steady_clock::now() - begin;
    for (auto _ : state)
        found = store->searchText(question, filter, 30)->found.size();
    state.counters["found"] = static_cast<double>(found);
    state.counters["first_us"] = first.count();
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}

void ftsScoped(benchmark::State &state) { ftsSearch(state, ftsQuestion()); }
BENCHMARK(ftsScoped)
    ->RangeMultiplier(10)
    ->Range(10'000, 1'000'000)
    ->Complexity()
    ->Unit(benchmark::kMicrosecond);

/// With words that one row in three or ten holds.
void ftsScopedCommonWords(benchmark::State &state)
{
    const Words words(1);
    ftsSearch(state, words.word(4) + " " + words.word(15));
}
BENCHMARK(ftsScopedCommonWords)
    ->RangeMultiplier(10)
    ->Range(10'000, 1'000'000)
    ->Complexity()
    ->Unit(benchmark::kMicrosecond);

/// Rows with all the words or, if `any`, with any of them.
std::size_t joinedRows(store::Database &database, const std::string &question, bool any)
{
    std::string expression;
    for (std::size_t from = 0, to; from < question.size(); from = to + 1) {
        to = std::min(question.find(' ', from), question.size());
        expression += (from == 0 ? ""
                       : any     ? " OR "
                                 : " AND ")
                      + ("\"" + question.substr(from, to - from) + "\"");
    }
    auto select = database
                      .prepare("SELECT m.row, bm25(memory_fts, 1, 0, 0) AS score FROM memory_fts "
                               "AS f JOIN memory AS m"
                               " ON m.row = f.rowid WHERE f.memory_fts MATCH ? AND m.agent_id"
                               " = 'agent3' ORDER BY score LIMIT 30")
                      .value();
    select.bind(1, "content : (" + expression + ")");
    std::size_t found = 0;
    while (select.step().value())
        ++found;
    return found;
}

void ftsJoined(benchmark::State &state, const std::string &question)
{
    auto database = openMemoryFile(memoryFile(state.range(0))).value();
    std::size_t found = 0;
    for (auto _ : state) {
        // As the store does: few rows with all words are followed by those with any.
        found = joinedRows(database, question, false);
        if (found < 10)
            found = joinedRows(database, question, true);
    }
    state.counters["found"] = static_cast<double>(found);
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}

/// SQLite's own bm25 with the scope as a condition on the table that is joined.
void ftsWithJoinFilter(benchmark::State &state) { ftsJoined(state, ftsQuestion()); }
BENCHMARK(ftsWithJoinFilter)
    ->RangeMultiplier(10)
    ->Range(10'000, 1'000'000)
    ->Complexity()
    ->Unit(benchmark::kMicrosecond);

void ftsWithJoinFilterCommonWords(benchmark::State &state)
{
    const Words words(1);
    ftsJoined(state, words.word(4) + " " + words.word(15));
}
BENCHMARK(ftsWithJoinFilterCommonWords)
    ->RangeMultiplier(10)
    ->Range(10'000, 1'000'000)
    ->Complexity()
    ->Unit(benchmark::kMicrosecond);

constexpr int kDimensions = 768;

std::vector<float> randomVector(std::mt19937 &random)
{
    std::normal_distribution<float> normal;
    std::vector<float> values;
    for (int n = 0; n < kDimensions; ++n)
        values.push_back(normal(random));
    return values;
}

/// So many entries with vectors, in memory (Jaro) or in a file (FTS5); made once.
Memory &memoryWithVectors(bool inFile, std::int64_t count)
{
    static QTemporaryDir folder;
    static std::map<std::pair<bool, std::int64_t>, std::unique_ptr<Memory>> memories;
    auto &memory = memories[{inFile, count}];
    if (memory)
        return *memory;
    const std::string path = folder.filePath(QString::number(count)).toStdString();
    auto store = inFile ? openSqliteStore(path).value() : makeTransientStore();
    Words words(1);
    std::mt19937 random(2);
    for (std::int64_t i = 0; i < count; ++i) {
        MemoryEntry entry = entryOf(words, i);
        entry.embedding = randomVector(random);
        entry.embedder = "bench";
        if (!store->put(entry))
            std::abort();
    }
    memory = std::make_unique<Memory>(std::move(store));
    return *memory;
}

/// Both legs, fusion and explanation of 10 hits, as the Memory panel and the recall tool ask for them.
void hybridSearch(benchmark::State &state, bool inFile, const std::string &text,
                  const Filter &filter)
{
    Memory &memory = memoryWithVectors(inFile, state.range(0));
    std::mt19937 random(3);
    const NamedVector question{randomVector(random), "bench"};
    SearchQuery query;
    query.text = text;
    query.filter = filter;
    query.rank.nowMs = 1000;
    query.countsAccess = false; // a write, which takes what the disk takes
    std::size_t candidates = 0;
    std::int64_t textUs = 0;
    std::int64_t vectorUs = 0;
    (void)memory.searchWith(query, question); // reads the vectors of the file
    for (auto _ : state) {
        const auto outcome = memory.searchWith(query, question);
        candidates = outcome->hits.size() + outcome->dropped.size();
        textUs += outcome->text.elapsedUs;
        vectorUs += outcome->vector.elapsedUs;
    }
    using benchmark::Counter;
    state.counters["candidates"] = static_cast<double>(candidates);
    state.counters["text_us"] = Counter(static_cast<double>(textUs), Counter::kAvgIterations);
    state.counters["vector_us"] = Counter(static_cast<double>(vectorUs), Counter::kAvgIterations);
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}

void hybridInFile(benchmark::State &state) { hybridSearch(state, true, ftsQuestion(), {}); }
void hybridInFileScoped(benchmark::State &state)
{
    hybridSearch(state, true, ftsQuestion(), ofOneAgent());
}
void hybridInMemory(benchmark::State &state) { hybridSearch(state, false, kQuestion, {}); }
void hybridInMemoryScoped(benchmark::State &state)
{
    hybridSearch(state, false, kQuestion, ofOneAgent());
}
BENCHMARK(hybridInFile)
    ->RangeMultiplier(10)
    ->Range(1000, 10'000)
    ->Complexity()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(hybridInFileScoped)->Arg(10'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(hybridInMemory)
    ->RangeMultiplier(10)
    ->Range(1000, 10'000)
    ->Complexity()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(hybridInMemoryScoped)->Arg(10'000)->Unit(benchmark::kMicrosecond);

} // namespace
