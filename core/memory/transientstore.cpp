// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/utf8.h"
#include "core/memory/bestof.h"
#include "core/memory/embeddingtable.h"
#include "core/memory/foldedtexts.h"
#include "core/memory/memorystore.h"
#include "core/memory/parts.h"
#include "core/memory/rowindex.h"

#include <map>
#include <mutex>

namespace orrery::memory {

namespace {

/// A search by text takes one thread more for each so many rows: 1,000 take some 0.1 ms.
constexpr std::size_t kRowsPerThread = 4000;

/// Rows are never moved while they live; a row that is replaced gets a new place at the end.
class TransientStore final : public MemoryStore
{
public:
    std::string_view textMethod() const override { return "jaro"; }

    Result<void> put(const MemoryEntry &entry) override
    {
        if (auto good = checkEntry(entry); !good)
            return good;
        std::lock_guard lock(m_mutex);
        // Of one entry alone the number of values may change.
        const auto known = m_byId.find(entry.id);
        const auto table = m_vectors.find(entry.embedder);
        if (!entry.embedding.empty() && table != m_vectors.end()) {
            const bool isAlone = table->second.size() == 1 && known != m_byId.end()
                                 && !table->second.at(known->second).empty();
            if (auto good = table->second.check(entry.embedding); !good && !isAlone)
                return good;
        }
        if (known != m_byId.end())
            drop(known->second);
        add(entry);
        compactIfSparse();
        return {};
    }

    Result<bool> forget(const std::string &id) override
    {
        std::lock_guard lock(m_mutex);
        const auto known = m_byId.find(id);
        if (known == m_byId.end())
            return false;
        drop(known->second);
        compactIfSparse();
        return true;
    }

    Result<std::optional<MemoryEntry>> find(const std::string &id) override
    {
        std::lock_guard lock(m_mutex);
        const auto known = m_byId.find(id);
        if (known == m_byId.end())
            return std::nullopt;
        MemoryEntry entry = m_entries[known->second];
        if (const auto table = m_vectors.find(entry.embedder); table != m_vectors.end()) {
            const auto vector = table->second.at(known->second);
            entry.embedding.assign(vector.begin(), vector.end());
        }
        return entry;
    }

    Result<std::size_t> attachAll(std::span<const Attachment> attachments,
                                  const std::string &embedder) override
    {
        std::lock_guard lock(m_mutex);
        if (auto good = checkAll(attachments, embedder); !good)
            return fail(good.error());
        std::size_t attached = 0;
        for (const Attachment &one : attachments) {
            const auto known = m_byId.find(one.id);
            if (known == m_byId.end() || m_entries[known->second].content != one.content)
                continue;
            removeVector(known->second);
            m_entries[known->second].embedder = embedder;
            (void)m_vectors[embedder].set(known->second, one.values); // was checked before
            ++attached;
        }
        return attached;
    }

    Result<void> touch(const std::vector<std::string> &ids, std::int64_t nowMs) override
    {
        std::lock_guard lock(m_mutex);
        for (const std::string &id : ids)
            if (const auto known = m_byId.find(id); known != m_byId.end()) {
                auto &accessedMs = m_entries[known->second].accessedMs;
                accessedMs = std::max(accessedMs, nowMs);
                ++m_entries[known->second].accessCount;
            }
        return {};
    }

    Result<std::vector<MemoryEntry>> list(const Filter &filter, std::size_t limit) override
    {
        std::lock_guard lock(m_mutex);
        std::vector<MemoryEntry> entries;
        forEachRow(filter, [&](Row row) {
            if (entries.size() < limit)
                entries.push_back(m_entries[row]);
        });
        return entries;
    }

    std::size_t count() override
    {
        std::lock_guard lock(m_mutex);
        return m_byId.size();
    }

    Result<std::vector<Unembedded>> withoutEmbedding(const std::string &embedder,
                                                     std::size_t limit) override
    {
        std::lock_guard lock(m_mutex);
        std::vector<Unembedded> entries;
        for (const bool isBare : {true, false})
            for (Row row = 0; row < m_entries.size() && entries.size() < limit; ++row)
                if (isLive(row) && !hasVector(row, embedder)
                    && isBare == !hasVector(row, m_entries[row].embedder))
                    entries.push_back({m_entries[row].id, m_entries[row].content});
        return entries;
    }

    Result<std::vector<std::string>> sample(std::size_t most) override
    {
        std::lock_guard lock(m_mutex);
        const std::size_t all = m_byId.size();
        std::vector<std::string> contents;
        std::size_t number = 0;
        for (Row row = 0; row < m_entries.size() && contents.size() < most; ++row)
            if (isLive(row) && (all <= most || number++ == contents.size() * all / most))
                contents.push_back(m_entries[row].content);
        return contents;
    }

    Result<Leg> searchText(const std::string &query, const Filter &filter,
                           std::size_t limit) override
    {
        std::lock_guard lock(m_mutex);
        const JaroPattern pattern = m_texts.pattern(downcase(query));
        const auto candidates = m_rows.candidates(filter);
        const std::size_t rows = candidates ? candidates->size() : m_entries.size();
        auto parts = inParts(rows, kRowsPerThread, [&](std::size_t from, std::size_t to) {
            JaroPattern own = pattern; // for its scratch space
            return bestByText(own, filter, candidates, from, to, limit);
        });
        BestOf &best = parts.front();
        for (std::size_t other = 1; other < parts.size(); ++other)
            for (const auto &[score, row] : parts[other].take())
                best.offer(score, row);
        Leg leg;
        for (const auto &[score, row] : best.take())
            leg.found.push_back({m_entries[row], score});
        return leg;
    }

    Result<Leg> searchVector(const NamedVector &query, const Filter &filter,
                             std::size_t limit) override
    {
        std::lock_guard lock(m_mutex);
        Leg leg;
        for (const auto &[name, table] : m_vectors)
            leg.otherEmbeddings += name == query.embedder ? 0 : table.size();
        const auto table = m_vectors.find(query.embedder);
        if (table == m_vectors.end())
            return leg;
        if (auto good = table->second.check(query.values); !good)
            return fail(good.error());
        std::vector<Row> rows;
        const bool isAll = filter.selectsAll();
        if (!isAll)
            forEachRow(filter, [&](Row row) { rows.push_back(row); });
        for (const auto &near : table->second.nearest(query.values, limit, isAll ? nullptr : &rows))
            leg.found.push_back({m_entries[near.row], near.cosine});
        return leg;
    }

    Result<double> textScore(const std::string &query, const Filter &,
                             const std::string &id) override
    {
        std::lock_guard lock(m_mutex);
        const auto known = m_byId.find(id);
        if (known == m_byId.end())
            return 0.0;
        JaroPattern pattern = m_texts.pattern(downcase(query));
        return std::max(0.0, m_texts.score(pattern, known->second, 0));
    }

private:
    using Row = RowIndex::Row;

    bool isLive(Row row) const { return !m_entries[row].id.empty(); }

    bool hasVector(Row row, const std::string &embedder) const
    {
        const auto table = m_vectors.find(embedder);
        return table != m_vectors.end() && !table->second.at(row).empty();
    }

    Result<void> checkAll(std::span<const Attachment> attachments, const std::string &embedder)
    {
        const auto table = m_vectors.find(embedder);
        for (const Attachment &one : attachments) {
            if (auto good = checkVector(one.values); !good)
                return good;
            if (one.values.size() != attachments.front().values.size())
                return fail(ErrorCode::InvalidArgument,
                            "The embeddings have "
                                + std::to_string(attachments.front().values.size()) + " and "
                                + std::to_string(one.values.size()) + " values.");
            if (table != m_vectors.end())
                if (auto good = table->second.check(one.values); !good)
                    return good;
        }
        return {};
    }

    void add(const MemoryEntry &entry)
    {
        const Row row = static_cast<Row>(m_entries.size());
        m_entries.push_back(entry);
        m_entries.back().embedding.clear();
        m_texts.add(downcase(entry.content));
        m_rows.add(row, entry);
        m_byId[entry.id] = row;
        if (!entry.embedding.empty())
            (void)m_vectors[entry.embedder].set(row, entry.embedding); // was checked by put()
    }

    void removeVector(Row row)
    {
        const auto table = m_vectors.find(m_entries[row].embedder);
        if (table == m_vectors.end())
            return;
        table->second.remove(row);
        if (table->second.size() == 0)
            m_vectors.erase(table);
    }

    void drop(Row row)
    {
        MemoryEntry &entry = m_entries[row];
        m_rows.remove(row, entry);
        m_byId.erase(entry.id);
        removeVector(row);
        m_texts.remove(row);
        entry = {};
    }

    /// Once more rows are dead than alive, the living move together; each moves O(1) times for each that died.
    void compactIfSparse()
    {
        if (m_entries.size() < 64 || m_byId.size() * 2 > m_entries.size())
            return;
        std::vector<MemoryEntry> living;
        for (Row row = 0; row < m_entries.size(); ++row) {
            if (!isLive(row))
                continue;
            living.push_back(std::move(m_entries[row]));
            if (const auto table = m_vectors.find(living.back().embedder);
                table != m_vectors.end()) {
                const auto vector = table->second.at(row);
                living.back().embedding.assign(vector.begin(), vector.end());
            }
        }
        m_entries.clear();
        m_texts.clear();
        m_rows.clear();
        m_byId.clear();
        m_vectors.clear();
        for (const MemoryEntry &entry : living)
            add(entry);
    }

    using Candidates = std::optional<std::vector<Row>>;

    template <typename Visitor>
    void forEachRow(const Filter &filter, Visitor visit) const
    {
        const Candidates candidates = m_rows.candidates(filter);
        forEachRow(filter, candidates, 0, candidates ? candidates->size() : m_entries.size(),
                   visit);
    }

    /// Those from number `from` to before number `to` of the candidates, or of all if there is no condition.
    template <typename Visitor>
    void forEachRow(const Filter &filter, const Candidates &candidates, std::size_t from,
                    std::size_t to, Visitor visit) const
    {
        if (!candidates) {
            for (std::size_t row = from; row < to; ++row)
                if (m_texts.isLive(static_cast<Row>(row)))
                    visit(static_cast<Row>(row));
            return;
        }
        const bool isOneCondition = conditionCount(filter) == 1;
        for (std::size_t i = from; i < to; ++i)
            if (const Row row = (*candidates)[i]; isOneCondition || matches(filter, m_entries[row]))
                visit(row);
    }

    BestOf bestByText(JaroPattern &pattern, const Filter &filter, const Candidates &candidates,
                      std::size_t from, std::size_t to, std::size_t limit) const
    {
        BestOf best(limit);
        std::array<Row, JaroPattern::kMostAsked> rows;
        std::array<double, JaroPattern::kMostAsked> scores;
        std::size_t count = 0;
        const auto score = [&] {
            // Rows come in rising order, so what scores the same as the worst does not get in.
            m_texts.scoreEach(pattern, {rows.data(), count}, std::max(0.0, best.floor()),
                              scores.data());
            for (std::size_t i = 0; i < count; ++i)
                if (scores[i] > 0)
                    best.offer(scores[i], rows[i]);
            count = 0;
        };
        forEachRow(filter, candidates, from, to, [&](Row row) {
            rows[count++] = row;
            if (count == rows.size())
                score();
        });
        score();
        return best;
    }

    static std::size_t conditionCount(const Filter &filter)
    {
        return filter.fields.size() + (filter.scope ? 1 : 0) + (filter.type ? 1 : 0)
               + (filter.evergreen ? 1 : 0) + (filter.createdFromMs || filter.createdToMs ? 1 : 0);
    }

    std::mutex m_mutex;
    std::vector<MemoryEntry> m_entries;              // guarded by m_mutex; dead rows have no id
    FoldedTexts m_texts;                             // guarded by m_mutex; by row
    RowIndex m_rows;                                 // guarded by m_mutex
    std::unordered_map<std::string, Row> m_byId;     // guarded by m_mutex
    std::map<std::string, EmbeddingTable> m_vectors; // guarded by m_mutex; by embedder
};

} // namespace

std::unique_ptr<MemoryStore> makeTransientStore() { return std::make_unique<TransientStore>(); }

} // namespace orrery::memory
