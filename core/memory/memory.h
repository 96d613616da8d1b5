// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/embedder.h"
#include "core/memory/gapfiller.h"
#include "core/memory/searchoutcome.h"

#include <future>
#include <list>
#include <memory>
#include <mutex>

namespace orrery::memory {

/// What agents remember: a store, and maybe an embedder. Text and vector half of a search (its legs) are fused; without
/// an embedder, or when it fails or is too slow, the text leg is all there is, and the outcome says why. Thread-safe.
/// Calls block while the embedder works.
class Memory
{
public:
    explicit Memory(std::unique_ptr<MemoryStore> store,
                    std::shared_ptr<Embedder> embedder = nullptr);
    ~Memory(); ///< cancels calls of the embedder that searches have given up on, and waits for them

    /// An empty path keeps entries in memory only. Entries of a file that have no vector of this embedder get one in the
    /// background.
    static Result<std::unique_ptr<Memory>> open(const std::string &path,
                                                std::shared_ptr<Embedder> embedder = nullptr);

    /// Stores the entry with the embedding of its content, unless it brings its own. Without one when the embedder fails
    /// or takes longer, or gives a vector that cannot stand beside those that are stored: the text is what must not be
    /// lost. The result says why then, else it is empty; the vector follows when the embedder works again. Errors: those
    /// of MemoryStore::put() that are not about the vector; nothing is stored then.
    Result<std::string> store(MemoryEntry entry, int embedTimeoutMs = 10000);
    /// False when there is no such entry.
    Result<bool> forget(const std::string &id) { return m_store->forget(id); }
    Result<std::optional<MemoryEntry>> find(const std::string &id) { return m_store->find(id); }
    Result<std::vector<MemoryEntry>> list(const Filter &filter, std::size_t limit)
    {
        return m_store->list(filter, limit);
    }
    std::size_t count() { return m_store->count(); }
    /// Gives at most `limit` entries that have none the embedding of their content, in one batch. How many got one; 0
    /// when no more can.
    Result<std::size_t> embedMissing(std::size_t limit);
    /// The same for all, in the background; returns at once.
    void fillGaps();
    /// The contents of at most `most` entries, evenly from the oldest to the newest.
    Result<std::vector<std::string>> sample(std::size_t most) { return m_store->sample(most); }

    /// Errors: a limit below 1, a text leg that fails. Never the embedder's.
    Result<SearchOutcome> search(const SearchQuery &query);
    /// The same with a vector that is known already (empty: `reason` says why there is none).
    Result<SearchOutcome> searchWith(const SearchQuery &query, const NamedVector &vector,
                                     const std::string &reason = {});

    bool hasEmbedder() const { return m_embedder != nullptr; }

private:
    using Embedding = Result<NamedVector>;
    struct Known {
        std::string text;
        NamedVector vector;
    };

    std::shared_ptr<Embedder> m_embedder; // may be null
    std::unique_ptr<MemoryStore> m_store;

    /// Of the embedder as it is now.
    std::optional<NamedVector> recentVector(const std::string &text);
    /// Starts the embedder on another thread; nothing when it still works on what was given up.
    std::optional<std::future<Embedding>> beginEmbedding(const std::string &text);
    Embedding awaitEmbedding(std::future<Embedding> future, int timeoutMs);
    void keepVector(const std::string &text, const NamedVector &vector);
    Result<SearchOutcome> assemble(const SearchQuery &query, Leg text, std::int64_t textUs,
                                   const NamedVector &vector, const std::string &reason);
    Result<WhyNot> explain(const SearchQuery &query, const SearchOutcome &outcome,
                           const std::string &target);

    std::mutex m_mutex;
    std::list<Known> m_recent;                  // guarded by m_mutex; vectors of the last queries
    std::vector<std::future<Embedding>> m_late; // guarded by m_mutex; given up, still running
    std::unique_ptr<GapFiller> m_filler; // null without an embedder; last, as it uses the others
};

} // namespace orrery::memory
