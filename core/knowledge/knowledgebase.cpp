// SPDX-License-Identifier: GPL-3.0-or-later
// Entries and links; documents are in knowledgedocuments.cpp, filters and search in knowledgesearch.cpp.
#include "core/knowledge/knowledgebase.h"

#include "core/knowledge/knowledgewriting.h"

#include <algorithm>
#include <mutex>
#include <unordered_set>

namespace orrery::knowledge {

KnowledgeBase::KnowledgeBase(std::unique_ptr<KnowledgeFile> file) : m_file(std::move(file)) {}

KnowledgeBase::~KnowledgeBase() = default;

Result<std::unique_ptr<KnowledgeBase>> KnowledgeBase::open(const std::string &path)
{
    std::unique_ptr<KnowledgeFile> file;
    if (!path.empty()) {
        auto opened = KnowledgeFile::open(path);
        if (!opened)
            return fail(opened.error());
        file = std::move(*opened);
    }
    std::unique_ptr<KnowledgeBase> base(new KnowledgeBase(std::move(file)));
    if (const auto loaded = base->load(); !loaded)
        return fail(loaded.error());
    if (const auto resumed = base->resumeInterrupted(); !resumed)
        return fail(resumed.error());
    return base;
}

KnowledgeFile::Reader KnowledgeBase::reader()
{
    using Place = KnowledgeFile::Place;
    return {[this](Entry entry, Place place) { put(std::move(entry), place); },
            [this](Link link) { putLink(std::move(link)); },
            [this](Document document, Place place) { putDocument(std::move(document), place); },
            [this](const std::string &table, const std::string &id) {
                if (table == "entries")
                    drop(id);
                else if (table == "links")
                    dropLink(id);
                else
                    dropDocument(id);
            }};
}

Result<void> KnowledgeBase::load()
{
    if (!m_file)
        return {};
    m_graph = {};
    m_postings = {};
    m_clusters = {};
    m_bySlug.clear();
    m_holders.clear();
    m_linksOfKb.clear();
    m_documents.clear();
    m_documentOrder.clear();
    m_pending.clear();
    return m_file->read(reader());
}

/// Before others may open the file, so that nobody's work is taken for interrupted who still does it.
Result<void> KnowledgeBase::resumeInterrupted()
{
    if (!m_file || !m_file->isAlone())
        return {};
    std::vector<Document> interrupted;
    for (const auto &[place, document] : m_documentOrder)
        if (document->status == DocumentStatus::Processing)
            interrupted.push_back(*document);
    for (Document &document : interrupted) {
        document.status = DocumentStatus::Pending;
        Writing writing(*this);
        if (auto begun = writing.begin(); !begun)
            return begun;
        const auto place = writing.write(document);
        if (!place)
            return fail(place.error());
        putDocument(std::move(document), *place);
    }
    return m_file->share();
}

Result<void> KnowledgeBase::takeIn()
{
    const auto isTooMuch = m_file->readNews(reader());
    if (!isTooMuch)
        return fail(isTooMuch.error());
    return *isTooMuch ? load() : Result<void>();
}

/// Before every answer. What it changes is not the object as others see it, which is what the file holds.
void KnowledgeBase::follow() const
{
    if (!m_file)
        return;
    auto &self = const_cast<KnowledgeBase &>(*this);
    const std::lock_guard file(m_fileMutex);
    if (const auto isNews = self.m_file->hasNews(); !isNews || !*isNews)
        return;
    const std::unique_lock lock(m_mutex);
    static_cast<void>(self.takeIn()); // without it, the answer is about what was known before
}

/// The slug that the entry asks for, or the next one that is free in its knowledge base.
std::string KnowledgeBase::freeSlug(const Entry &entry) const
{
    const Index own = m_graph.find(entry.id);
    const auto isFree = [&](const std::string &slug) {
        const auto it = m_bySlug.find({entry.kbId, slug});
        return it == m_bySlug.end() || it->second == own;
    };
    std::string slug = entry.slug;
    for (int number = 2; !isFree(slug); ++number)
        slug = entry.slug + "-" + std::to_string(number);
    return slug;
}

/// Puts the entry into graph and indexes.
EntryPtr KnowledgeBase::put(Entry entry, KnowledgeFile::Place place)
{
    const Index known = m_graph.find(entry.id);
    const RowPtr old = known == Graph::none ? nullptr : m_graph.vertex(known);
    if (old)
        unlist(*old, known);
    auto row = std::make_shared<Row>();
    row->entry = std::move(entry);
    row->place = place.number > 0 ? static_cast<std::uint64_t>(place.number)
                 : old            ? old->place
                                  : m_nextPlace++;
    row->stored = place.stored;
    row->title = folded(row->entry.title);
    row->content = folded(row->entry.content);
    const Index index = m_graph.setVertex(row->entry.id, row);
    m_bySlug[{row->entry.kbId, row->entry.slug}] = index;
    m_postings.add(row->entry, {row->place, index});
    std::vector<Index> &holders = m_holders[row->entry.slug];
    holders.insert(std::upper_bound(holders.begin(), holders.end(), place.stored,
                                    [this](std::int64_t number, Index other) {
                                        return number < m_graph.vertex(other)->stored;
                                    }),
                   index);
    m_nextStored = std::max(m_nextStored, place.stored + 1);
    return entryOf(row);
}

void KnowledgeBase::unlist(const Row &row, Index index)
{
    m_bySlug.erase({row.entry.kbId, row.entry.slug});
    m_postings.remove(row.entry, {row.place, index});
    const auto holders = m_holders.find(row.entry.slug);
    if (std::erase(holders->second, index); holders->second.empty())
        m_holders.erase(holders);
}

void KnowledgeBase::drop(const std::string &id)
{
    const Index index = m_graph.find(id);
    const RowPtr old = index == Graph::none ? nullptr : m_graph.vertex(index);
    if (!old)
        return;
    unlist(*old, index);
    m_graph.clearVertex(index);
}

Result<KnowledgeFile::Place> KnowledgeBase::saved(const Entry &entry, const Row *old)
{
    const bool isLatest = !old || entry.slug != old->entry.slug;
    if (m_file)
        return m_file->save(entry, isLatest);
    return KnowledgeFile::Place{0, isLatest ? m_nextStored : old->stored};
}

Result<EntryPtr> KnowledgeBase::storeEntry(Entry entry)
{
    if (entry.id.empty())
        return fail(ErrorCode::InvalidArgument, "An entry of the knowledge base needs an id.");
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return fail(begun.error());
    entry.slug = freeSlug(entry);
    const auto place = saved(entry, nullptr);
    if (!place)
        return fail(place.error());
    if (auto done = writing.commit(); !done)
        return fail(done.error());
    return put(std::move(entry), *place);
}

Result<EntryPtr> KnowledgeBase::updateEntry(const std::string &id, const EntryChanges &changes,
                                            std::int64_t nowMs)
{
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return fail(begun.error());
    const RowPtr old = row(id);
    if (!old)
        return fail(ErrorCode::NotFound, "There is no entry " + id + " in the knowledge base.");
    Entry entry = old->entry;
    entry.title = changes.title.value_or(entry.title);
    entry.slug = changes.slug.value_or(entry.slug);
    entry.content = changes.content.value_or(entry.content);
    if (changes.summary)
        entry.summary = changes.summary;
    entry.kbId = changes.kbId.value_or(entry.kbId);
    entry.confidence = changes.confidence.value_or(entry.confidence);
    entry.updatedMs = nowMs;
    entry.slug = freeSlug(entry);
    const auto place = saved(entry, old.get());
    if (!place)
        return fail(place.error());
    if (auto done = writing.commit(); !done)
        return fail(done.error());
    return put(std::move(entry), *place);
}

Result<bool> KnowledgeBase::deleteEntry(const std::string &id)
{
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return fail(begun.error());
    if (!row(id))
        return false;
    if (m_file)
        if (auto removed = m_file->removeEntry(id); !removed)
            return fail(removed.error());
    if (auto done = writing.commit(); !done)
        return fail(done.error());
    drop(id);
    return true;
}

KnowledgeBase::RowPtr KnowledgeBase::row(std::string_view id) const
{
    const Index index = m_graph.find(id);
    return index == Graph::none ? nullptr : m_graph.vertex(index);
}

EntryPtr KnowledgeBase::entry(std::string_view id) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    return entryOf(row(id));
}

EntryPtr KnowledgeBase::entryBySlug(std::string_view slug) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    const auto it = m_holders.find(slug);
    if (it == m_holders.end() || it->second.empty())
        return nullptr;
    return entryOf(m_graph.vertex(it->second.back()));
}

EntryPtr KnowledgeBase::entryBySlug(const std::optional<std::string> &kbId,
                                    std::string_view slug) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    const auto it = m_bySlug.find({kbId, std::string(slug)});
    return it == m_bySlug.end() ? nullptr : entryOf(m_graph.vertex(it->second));
}

std::vector<EntryPtr> KnowledgeBase::related(std::string_view id, std::size_t limit) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    std::vector<EntryPtr> list;
    const Index index = m_graph.find(id);
    if (index == Graph::none)
        return list;
    std::unordered_set<Index> seen;
    for (const auto arcs : {m_graph.out(index), m_graph.in(index)}) {
        for (const auto &arc : arcs) {
            if (list.size() >= limit)
                return list;
            if (m_graph.vertex(arc.vertex) && seen.insert(arc.vertex).second)
                list.push_back(entryOf(m_graph.vertex(arc.vertex)));
        }
    }
    return list;
}

void KnowledgeBase::putLink(Link link)
{
    if (const Index old = m_graph.findEdge(link.id); old != Graph::none)
        --m_linksOfKb[m_graph.edge(old)->kbId];
    ++m_linksOfKb[link.kbId];
    auto shared = std::make_shared<const Link>(std::move(link));
    m_graph.setEdge(shared->id, shared->from, shared->to, shared);
}

Result<void> KnowledgeBase::storeLink(Link link)
{
    if (link.id.empty() || link.from.empty() || link.to.empty())
        return fail(ErrorCode::InvalidArgument,
                    "A link of the knowledge base needs an id and two entries.");
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return begun;
    if (const auto written = writing.write(link); !written)
        return fail(written.error());
    putLink(std::move(link));
    return {};
}

void KnowledgeBase::dropLink(const std::string &id)
{
    const Index index = m_graph.findEdge(id);
    if (index == Graph::none)
        return;
    --m_linksOfKb[m_graph.edge(index)->kbId];
    m_graph.removeEdge(id);
}

Result<bool> KnowledgeBase::deleteLink(const std::string &id)
{
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return fail(begun.error());
    if (m_graph.findEdge(id) == Graph::none)
        return false;
    if (m_file)
        if (auto removed = m_file->removeLink(id); !removed)
            return fail(removed.error());
    if (auto done = writing.commit(); !done)
        return fail(done.error());
    dropLink(id);
    return true;
}

std::vector<LinkPtr> KnowledgeBase::outlinks(std::string_view entryId) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    std::vector<LinkPtr> list;
    const Index index = m_graph.find(entryId);
    if (index == Graph::none)
        return list;
    list.reserve(m_graph.out(index).size());
    for (const auto &arc : m_graph.out(index))
        list.push_back(m_graph.edge(arc.edge));
    return list;
}

std::vector<LinkPtr> KnowledgeBase::backlinks(std::string_view entryId) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    std::vector<LinkPtr> list;
    const Index index = m_graph.find(entryId);
    if (index == Graph::none)
        return list;
    list.reserve(m_graph.in(index).size());
    for (const auto &arc : m_graph.in(index))
        list.push_back(m_graph.edge(arc.edge));
    return list;
}

bool KnowledgeBase::isLinked(std::string_view entryId) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    const Index index = m_graph.find(entryId);
    return index != Graph::none && (!m_graph.out(index).empty() || !m_graph.in(index).empty());
}

std::map<std::string, std::size_t> KnowledgeBase::linkCounts() const
{
    follow();
    const std::shared_lock lock(m_mutex);
    std::map<std::string, std::size_t> counts;
    for (std::size_t i = 0; i < m_graph.vertexBound(); ++i)
        if (const auto arcs = m_graph.out(static_cast<Index>(i)); !arcs.empty())
            counts.emplace(m_graph.edge(arcs.front().edge)->from, arcs.size());
    return counts;
}

std::size_t KnowledgeBase::linkCount(const std::optional<std::string> &kbId) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    if (!kbId)
        return m_graph.edgeCount();
    const auto it = m_linksOfKb.find(kbId);
    return it == m_linksOfKb.end() ? 0 : it->second;
}

std::vector<LinkPtr> KnowledgeBase::links() const
{
    follow();
    const std::shared_lock lock(m_mutex);
    std::vector<LinkPtr> list;
    list.reserve(m_graph.edgeCount());
    for (std::size_t i = 0; i < m_graph.vertexBound(); ++i)
        for (const auto &arc : m_graph.out(static_cast<Index>(i)))
            list.push_back(m_graph.edge(arc.edge));
    return list;
}

} // namespace orrery::knowledge
