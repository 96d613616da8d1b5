// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/memoryfilter.h"

#include <memory>
#include <span>

namespace orrery::memory {

/// One entry that a leg of a search found; the entry comes without its embedding.
struct Found {
    MemoryEntry entry;
    double score = 0; ///< Jaro, share of the highest bm25, or cosine
};

/// A word that a full-text search looked for; in scripts without spaces, two neighbouring characters.
struct SearchedWord {
    std::string word;      ///< as it stands in the query
    std::int64_t rows = 0; ///< that hold it, in any scope
    bool used = true; ///< false: in too many to tell anything, or too many to look at all of them
    bool isBeginning =
        false; ///< what begins with it was looked for, as no entry holds it by itself
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

/// An entry without a vector of some embedder.
struct Unembedded {
    std::string id;
    std::string content;
};

/// The vector of an entry that still has this content.
struct Attachment {
    std::string id;
    std::string content;
    std::vector<float> values;
};

/// Where entries are kept and looked up. Thread-safe. Only scores; what is made of the scores is the search's
/// (core/memory/memory.h).
class MemoryStore
{
public:
    virtual ~MemoryStore() = default;
    /// `jaro` or `fts5`: what the text score is.
    virtual std::string_view textMethod() const = 0;
    /// Stores a new entry or puts it in place of the one with its id. Errors: InvalidArgument, those of checkEntry() and
    /// an embedding with another number of values than its embedder's others; Database, what the file or the disk
    /// says. Nothing is changed then.
    virtual Result<void> put(const MemoryEntry &entry) = 0;
    /// False when there is no such entry.
    virtual Result<bool> forget(const std::string &id) = 0;
    /// With its embedding; nothing when there is no such entry.
    virtual Result<std::optional<MemoryEntry>> find(const std::string &id) = 0;
    /// Gives entries their embeddings, all in one go; those that have another content by now, or are gone, are passed
    /// over. How many got one. Errors as of put(), and then none has.
    virtual Result<std::size_t> attachAll(std::span<const Attachment> attachments,
                                          const std::string &embedder) = 0;
    /// The same for one; false when it was passed over.
    Result<bool> attach(const std::string &id, const std::string &content,
                        const NamedVector &embedding)
    {
        const Attachment one{id, content, embedding.values};
        const auto attached = attachAll({&one, 1}, embedding.embedder);
        return attached ? Result<bool>(*attached > 0) : fail(attached.error());
    }
    /// Counts an access; ids that are not there are passed over. It waits for no disk: a crash may take counts with it.
    virtual Result<void> touch(const std::vector<std::string> &ids, std::int64_t nowMs) = 0;
    /// Oldest first, at most `limit`, without embeddings.
    virtual Result<std::vector<MemoryEntry>> list(const Filter &filter, std::size_t limit) = 0;
    virtual std::size_t count() = 0;
    /// Entries without an embedding of this embedder, at most `limit`, those with none at all first. O(limit).
    virtual Result<std::vector<Unembedded>> withoutEmbedding(const std::string &embedder,
                                                             std::size_t limit) = 0;
    /// The contents of at most `most` entries, evenly from the oldest to the newest. Others may use the store meanwhile.
    virtual Result<std::vector<std::string>> sample(std::size_t most) = 0;

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
/// Keeps entries in an SQLite file (docs/MEMORY.md) and ranks texts by bm25. Others may have the file open as well: every
/// answer is about what it holds at that moment, at a cost of O(what they have changed). Makes the file, or brings an older one up
/// to date. Errors: a file that is something else or newer (unchanged then).
Result<std::unique_ptr<MemoryStore>> openSqliteStore(const std::string &path);

} // namespace orrery::memory
