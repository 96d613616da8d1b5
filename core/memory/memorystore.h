// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/memoryfilter.h"

#include <memory>

namespace orrery::memory {

/// One entry that a leg of a search found; the entry comes without its embedding.
struct Found {
    MemoryEntry entry;
    double score = 0; ///< Jaro, share of the highest bm25, or cosine
};

/// A word that a full-text search looked for.
struct SearchedWord {
    std::string word;      ///< as it stands in the query
    std::int64_t rows = 0; ///< that hold it, in any scope
    bool used = true; ///< false: in too many to tell anything, or too many to look at all of them
};

/// What one half of a search found, best first.
struct Leg {
    std::vector<Found> found;
    std::vector<SearchedWord> words; ///< of a full-text search
    /// Set when entries with any of the words are among them: how many hold all.
    std::optional<std::size_t> withAllWords;
    std::size_t otherEmbeddings = 0; ///< entries whose vector is of another embedder: not compared
};

/// An embedding and whose it is: only vectors of the same embedder are compared.
struct NamedVector {
    std::vector<float> values;
    std::string embedder;
};

/// Where entries are kept and looked up. Thread-safe. Only scores; what is made of the scores is the search's
/// (core/memory/memory.h).
class MemoryStore
{
public:
    virtual ~MemoryStore() = default;
    /// `jaro` or `fts5`: what the text score is.
    virtual std::string_view textMethod() const = 0;
    /// Stores a new entry or puts it in place of the one with its id. Errors: those of checkEntry(), an embedding with
    /// another number of values than its embedder's others; nothing is changed then.
    virtual Result<void> put(const MemoryEntry &entry) = 0;
    /// False when there is no such entry.
    virtual Result<bool> forget(const std::string &id) = 0;
    /// With its embedding; nothing when there is no such entry.
    virtual Result<std::optional<MemoryEntry>> find(const std::string &id) = 0;
    /// Gives an entry its embedding if it still has this content; false when it has not, or is gone. Errors as of put().
    virtual Result<bool> attach(const std::string &id, const std::string &content,
                                const NamedVector &embedding) = 0;
    /// Counts an access; ids that are not there are passed over.
    virtual Result<void> touch(const std::vector<std::string> &ids, std::int64_t nowMs) = 0;
    /// Oldest first, at most `limit`, without embeddings.
    virtual Result<std::vector<MemoryEntry>> list(const Filter &filter, std::size_t limit) = 0;
    virtual std::size_t count() = 0;
    /// Ids of entries without an embedding of this embedder, at most `limit`.
    virtual Result<std::vector<std::string>> withoutEmbedding(const std::string &embedder,
                                                              std::size_t limit) = 0;

    /// Scores above 0, best first, equal ones oldest first. `query` is valid UTF-8.
    virtual Result<Leg> searchText(const std::string &query, const Filter &filter,
                                   std::size_t limit) = 0;
    /// Best cosine first. Error when the vector has another number of values than those that are stored.
    virtual Result<Leg> searchVector(const NamedVector &query, const Filter &filter,
                                     std::size_t limit) = 0;
    /// What one entry scores in such a search; 0 when it does not match.
    virtual Result<double> textScore(const std::string &query, const Filter &filter,
                                     const std::string &id) = 0;
};

/// Keeps entries in memory only and ranks texts by Jaro similarity of the lower-cased texts, as Nous does.
std::unique_ptr<MemoryStore> makeTransientStore();
/// Keeps entries in an SQLite file (docs/MEMORY.md) and ranks texts by bm25. Makes the file, or brings an older one up
/// to date. Errors: a file that is something else or newer (unchanged then).
Result<std::unique_ptr<MemoryStore>> openSqliteStore(const std::string &path);

} // namespace orrery::memory
