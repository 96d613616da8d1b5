// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/digraph.h"
#include "core/base/result.h"
#include "core/knowledge/knowledgefile.h"
#include "core/knowledge/postings.h"
#include "core/knowledge/records.h"
#include "core/memory/clusters.h"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::knowledge {

/// What of an entry changes; nothing = as it was. A new title does not change the slug.
struct EntryChanges {
    std::optional<std::string> title, slug, content, summary;
    std::optional<std::optional<std::string>> kbId;
    std::optional<double> confidence;
};

/// Which entries; a field that is not given lets all through, an empty list none.
struct EntryFilter {
    std::optional<std::string> kbId;
    std::optional<EntryType> type;
    std::optional<std::vector<std::string>> tags;     ///< any of them
    std::optional<std::vector<std::string>> concepts; ///< any of them
};

struct EntryQuery {
    std::string text;
    EntryFilter filter;
    double minScore = 0.0; ///< only what scores higher
    std::size_t limit = 10;
};

/// score = min(1, max(1.2 × titleScore, contentScore)); both are Jaro similarities of the lower-cased texts.
struct EntryHit {
    EntryPtr entry;
    double titleScore = 0;
    double contentScore = 0;
    double score = 0;
};

/// Entries with their links, and the documents they come from. Slugs are unique in a knowledge base: the second `x`
/// becomes `x-2`. Links are indexed by both ends, so reading those of an entry is O(degree); filters select entries by
/// index; a search scores what its filter lets through. What is handed out is immutable and shared, not copied.
/// Thread-safe; readers run side by side, and a search holds up nobody while it scores. With a file every change is in it
/// before it is seen, and what other programs write to it is seen at once, at a cost of O(what they have changed); while
/// the file cannot be read, answers are about what was known before.
class KnowledgeBase
{
public:
    /// An empty path keeps everything in memory. Documents that somebody was compiling when the file was last used are
    /// pending again, unless somebody else has it open.
    static Result<std::unique_ptr<KnowledgeBase>> open(const std::string &path);
    ~KnowledgeBase();

    /// Replaces the entry with this id. The result has the slug that it really got.
    Result<EntryPtr> storeEntry(Entry entry);
    Result<EntryPtr> updateEntry(const std::string &id, const EntryChanges &changes,
                                 std::int64_t nowMs); ///< errors: NotFound
    /// False when there is none. Its links stay.
    Result<bool> deleteEntry(const std::string &id);
    EntryPtr entry(std::string_view id) const; ///< null when there is none
    /// The most recently stored entry with this slug, in whatever knowledge base; null when there is none.
    EntryPtr entryBySlug(std::string_view slug) const;
    EntryPtr entryBySlug(const std::optional<std::string> &kbId, std::string_view slug) const;
    std::vector<EntryPtr> entries(const EntryFilter &filter = {}) const; ///< as they were stored
    std::vector<EntryHit> search(const EntryQuery &query) const;         ///< best first
    /// What is linked with the entry in either direction and is there, each once; itself when it links to itself.
    std::vector<EntryPtr> related(std::string_view id, std::size_t limit = 10) const;

    Result<void> storeLink(Link link); ///< replaces the link with this id
    Result<bool> deleteLink(const std::string &id);
    std::vector<LinkPtr> outlinks(std::string_view entryId) const;
    std::vector<LinkPtr> backlinks(std::string_view entryId) const;
    bool isLinked(std::string_view entryId) const;         ///< it is an end of some link
    std::map<std::string, std::size_t> linkCounts() const; ///< by source, those with any
    std::size_t linkCount(const std::optional<std::string> &kbId) const; ///< nothing = of all
    std::vector<LinkPtr> links() const;

    Result<void> storeDocument(Document document); ///< replaces the document with this id
    /// Errors: NotFound.
    Result<DocumentPtr> setDocumentStatus(const std::string &id, DocumentStatus status,
                                          std::int64_t nowMs, std::string problem = {});
    /// The document has become, among others, this entry. Errors: NotFound.
    Result<DocumentPtr> addCompiled(const std::string &id, const std::string &entryId,
                                    std::int64_t nowMs);
    /// The oldest pending document, which is then being processed; null when there is none.
    Result<DocumentPtr> takePending(const std::optional<std::string> &kbId, std::int64_t nowMs);
    Result<bool> deleteDocument(const std::string &id);
    DocumentPtr document(std::string_view id) const; ///< null when there is none
    /// As they were stored; nothing = of every knowledge base, of every status.
    std::vector<DocumentPtr> documents(const std::optional<std::string> &kbId = std::nullopt,
                                       std::optional<DocumentStatus> status = std::nullopt) const;

private:
    /// A lower-cased text as JaroPattern wants it.
    struct Folded {
        memory::ClusterText text;
        std::uint64_t bits = 0;
    };
    struct Row {
        Entry entry;
        Folded title, content;
        std::uint64_t place; ///< in the order of first storing
        std::int64_t stored; ///< higher the later it got its slug
    };
    using RowPtr = std::shared_ptr<const Row>;
    using Graph = Digraph<RowPtr, LinkPtr>;
    using Index = Graph::Index;
    /// A knowledge base and a slug in it.
    using Name = std::pair<std::optional<std::string>, std::string>;

    explicit KnowledgeBase(std::unique_ptr<KnowledgeFile> file);
    class Writing;
    KnowledgeFile::Reader reader();
    Result<void> load();
    Result<void> resumeInterrupted();
    /// Takes in what others have written; both mutexes are held.
    Result<void> takeIn();
    void follow() const;
    Folded folded(std::string_view text);
    std::string freeSlug(const Entry &entry) const;
    /// `place.number` 0 = the one that it has, or the next.
    EntryPtr put(Entry entry, KnowledgeFile::Place place);
    void unlist(const Row &row, Index index);
    void drop(const std::string &id);
    /// Saves it; an `old` one that keeps its slug is no later for it.
    Result<KnowledgeFile::Place> saved(const Entry &entry, const Row *old);
    void putLink(Link link);
    void dropLink(const std::string &id);
    DocumentPtr putDocument(Document document, KnowledgeFile::Place place);
    void dropDocument(const std::string &id);
    RowPtr row(std::string_view id) const;
    std::vector<RowPtr> rows(const EntryFilter &filter) const;
    static EntryPtr entryOf(const RowPtr &row)
    {
        return row ? EntryPtr(row, &row->entry) : nullptr;
    }

    const std::unique_ptr<KnowledgeFile> m_file; ///< null = memory only
    /// Held by whoever uses the file, left of m_mutex: so one may read what m_mutex guards who holds either of them.
    mutable std::mutex m_fileMutex;
    mutable std::shared_mutex m_mutex;
    // All of this is guarded by m_mutex.
    Graph m_graph;
    std::uint64_t m_nextPlace = 1;
    std::int64_t m_nextStored = 1;
    Postings m_postings;
    memory::ClusterTable m_clusters; ///< numbers of all rows' texts
    std::map<Name, Index> m_bySlug;
    TextMap<std::vector<Index>> m_holders; ///< of a slug, the latest last; none is empty
    std::map<std::optional<std::string>, std::size_t> m_linksOfKb;
    struct DocumentRow {
        DocumentPtr document;
        std::uint64_t place;
    };
    TextMap<DocumentRow> m_documents;
    std::map<std::uint64_t, DocumentPtr> m_documentOrder;
    std::set<std::uint64_t> m_pending; ///< places
    std::uint64_t m_nextDocument = 1;
};

} // namespace orrery::knowledge
