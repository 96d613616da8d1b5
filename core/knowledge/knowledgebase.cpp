// SPDX-License-Identifier: GPL-3.0-or-later
// Entries and links; documents are in knowledgedocuments.cpp, filters and search in knowledgesearch.cpp.
#include "core/knowledge/knowledgebase.h"

#include "core/knowledge/knowledgefile.h"

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
    return base;
}

Result<void> KnowledgeBase::load()
{
    if (!m_file)
        return {};
    std::vector<std::pair<std::int64_t, Entry>> entries;
    std::vector<Document> interrupted;
    const auto read = m_file->read(
        [&](Entry entry, std::int64_t stored) { entries.emplace_back(stored, std::move(entry)); },
        [this](Link link) { putLink(std::move(link)); },
        [&](Document document) {
            if (document.status == DocumentStatus::Processing)
                interrupted.push_back(document);
            putDocument(std::move(document));
        });
    if (!read)
        return read;
    // The places are those of first storing; who holds a slug is decided by the last.
    std::vector<std::size_t> order(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        order[i] = i;
        put(entries[i].second, false);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return entries[a].first < entries[b].first;
    });
    for (const std::size_t i : order) {
        const Entry &entry = entries[i].second;
        m_holders[entry.slug].push_back(m_graph.find(entry.id));
    }
    for (Document &document : interrupted) {
        document.status = DocumentStatus::Pending;
        if (auto saved = m_file->save(document); !saved)
            return saved;
        putDocument(std::move(document));
    }
    return {};
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

/// Puts the entry into graph and indexes. `isLatest`: it is now the latest holder of its slug.
EntryPtr KnowledgeBase::put(Entry entry, bool isLatest)
{
    const Index known = m_graph.find(entry.id);
    const RowPtr old = known == Graph::none ? nullptr : m_graph.vertex(known);
    const bool keepsHolder = !isLatest && old && old->entry.slug == entry.slug;
    if (old) {
        m_bySlug.erase({old->entry.kbId, old->entry.slug});
        m_postings.remove(old->entry, {old->place, known});
        if (!keepsHolder)
            std::erase(m_holders[old->entry.slug], known);
    }
    auto row = std::make_shared<Row>();
    row->entry = std::move(entry);
    row->place = old ? old->place : m_nextPlace++;
    row->title = folded(row->entry.title);
    row->content = folded(row->entry.content);
    const Index index = m_graph.setVertex(row->entry.id, row);
    m_bySlug[{row->entry.kbId, row->entry.slug}] = index;
    m_postings.add(row->entry, {row->place, index});
    if (isLatest)
        m_holders[row->entry.slug].push_back(index);
    return entryOf(row);
}

Result<EntryPtr> KnowledgeBase::storeEntry(Entry entry)
{
    if (entry.id.empty())
        return fail(ErrorCode::InvalidArgument, "An entry of the knowledge base needs an id.");
    const std::unique_lock lock(m_mutex);
    entry.slug = freeSlug(entry);
    if (m_file)
        if (auto saved = m_file->save(entry, true); !saved)
            return fail(saved.error());
    return put(std::move(entry), true);
}

Result<EntryPtr> KnowledgeBase::updateEntry(const std::string &id, const EntryChanges &changes,
                                            std::int64_t nowMs)
{
    const std::unique_lock lock(m_mutex);
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
    const bool isLatest = entry.slug != old->entry.slug;
    if (m_file)
        if (auto saved = m_file->save(entry, isLatest); !saved)
            return fail(saved.error());
    return put(std::move(entry), isLatest);
}

Result<bool> KnowledgeBase::deleteEntry(const std::string &id)
{
    const std::unique_lock lock(m_mutex);
    const RowPtr old = row(id);
    if (!old)
        return false;
    if (m_file)
        if (auto removed = m_file->removeEntry(id); !removed)
            return fail(removed.error());
    const Index index = m_graph.find(id);
    m_bySlug.erase({old->entry.kbId, old->entry.slug});
    m_postings.remove(old->entry, {old->place, index});
    const auto holders = m_holders.find(old->entry.slug);
    if (std::erase(holders->second, index); holders->second.empty())
        m_holders.erase(holders);
    m_graph.clearVertex(index);
    return true;
}

KnowledgeBase::RowPtr KnowledgeBase::row(std::string_view id) const
{
    const Index index = m_graph.find(id);
    return index == Graph::none ? nullptr : m_graph.vertex(index);
}

EntryPtr KnowledgeBase::entry(std::string_view id) const
{
    const std::shared_lock lock(m_mutex);
    return entryOf(row(id));
}

EntryPtr KnowledgeBase::entryBySlug(std::string_view slug) const
{
    const std::shared_lock lock(m_mutex);
    const auto it = m_holders.find(slug);
    if (it == m_holders.end() || it->second.empty())
        return nullptr;
    return entryOf(m_graph.vertex(it->second.back()));
}

EntryPtr KnowledgeBase::entryBySlug(const std::optional<std::string> &kbId,
                                    std::string_view slug) const
{
    const std::shared_lock lock(m_mutex);
    const auto it = m_bySlug.find({kbId, std::string(slug)});
    return it == m_bySlug.end() ? nullptr : entryOf(m_graph.vertex(it->second));
}

std::vector<EntryPtr> KnowledgeBase::related(std::string_view id, std::size_t limit) const
{
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
    const std::unique_lock lock(m_mutex);
    if (m_file)
        if (auto saved = m_file->save(link); !saved)
            return saved;
    putLink(std::move(link));
    return {};
}

Result<bool> KnowledgeBase::deleteLink(const std::string &id)
{
    const std::unique_lock lock(m_mutex);
    const Index index = m_graph.findEdge(id);
    if (index == Graph::none)
        return false;
    if (m_file)
        if (auto removed = m_file->removeLink(id); !removed)
            return fail(removed.error());
    --m_linksOfKb[m_graph.edge(index)->kbId];
    m_graph.removeEdge(id);
    return true;
}

std::vector<LinkPtr> KnowledgeBase::outlinks(std::string_view entryId) const
{
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
    const std::shared_lock lock(m_mutex);
    const Index index = m_graph.find(entryId);
    return index != Graph::none && (!m_graph.out(index).empty() || !m_graph.in(index).empty());
}

std::map<std::string, std::size_t> KnowledgeBase::linkCounts() const
{
    const std::shared_lock lock(m_mutex);
    std::map<std::string, std::size_t> counts;
    for (std::size_t i = 0; i < m_graph.vertexBound(); ++i)
        if (const auto arcs = m_graph.out(static_cast<Index>(i)); !arcs.empty())
            counts.emplace(m_graph.edge(arcs.front().edge)->from, arcs.size());
    return counts;
}

std::size_t KnowledgeBase::linkCount(const std::optional<std::string> &kbId) const
{
    const std::shared_lock lock(m_mutex);
    if (!kbId)
        return m_graph.edgeCount();
    const auto it = m_linksOfKb.find(kbId);
    return it == m_linksOfKb.end() ? 0 : it->second;
}

std::vector<LinkPtr> KnowledgeBase::links() const
{
    const std::shared_lock lock(m_mutex);
    std::vector<LinkPtr> list;
    list.reserve(m_graph.edgeCount());
    for (std::size_t i = 0; i < m_graph.vertexBound(); ++i)
        for (const auto &arc : m_graph.out(static_cast<Index>(i)))
            list.push_back(m_graph.edge(arc.edge));
    return list;
}

} // namespace orrery::knowledge
