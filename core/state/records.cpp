// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/records.h"

#include "core/state/logs.h"

#include <functional>

namespace orrery::state {

namespace {

/// One record, or each of a list.
void putAll(Shared<RecordPlaces> &places, const StateEvent &event, std::string_view list)
{
    std::uint32_t index = 0;
    event.data().at(list).each([&](const JsonView &record) {
        if (const std::string id = JsonFields(record).text("id"); !id.empty())
            places.change().put(id, event.seq(), index);
        ++index;
    });
}

void putOne(Shared<RecordPlaces> &places, const StateEvent &event, std::string_view member)
{
    if (const std::string id = event.data().object(member).text("id"); !id.empty())
        places.change().put(id, event.seq());
}

void removeOne(Shared<RecordPlaces> &places, const StateEvent &event)
{
    if (const std::string id = event.data().text("id"); places->find(id))
        places.change().remove(id);
}

void note(SharedLog<std::uint64_t> &log, const StateEvent &event)
{
    log.push_back(std::make_shared<const std::uint64_t>(event.seq()));
}

} // namespace

std::size_t RecordPlaces::partOf(const std::string &id)
{
    return std::hash<std::string>()(id) % 64;
}

void RecordPlaces::put(const std::string &id, std::uint64_t seq, std::uint32_t index)
{
    const auto [place, isNew] = m_parts[partOf(id)].change().try_emplace(id);
    if (isNew) {
        place->second.firstSeq = seq;
        ++m_size;
    }
    place->second.seq = seq;
    place->second.index = index;
}

void RecordPlaces::remove(const std::string &id)
{
    if (find(id))
        m_size -= m_parts[partOf(id)].change().erase(id);
}

const RecordPlace *RecordPlaces::find(const std::string &id) const
{
    const Part &part = *m_parts[partOf(id)];
    const auto place = part.find(id);
    return place == part.end() ? nullptr : &place->second;
}

bool Memories::operator==(const Memories &other) const
{
    return m_entries == other.m_entries && haveSame(m_searches, other.m_searches);
}

void Memories::apply(const StateEvent &event)
{
    switch (event.kind()) {
    case EventKind::MemoryStored:
        if (const std::string id = event.data().text("id"); !id.empty())
            m_entries.change().put(id, event.seq());
        break;
    case EventKind::MemoryForgotten: removeOne(m_entries, event); break;
    case EventKind::MemorySearched: note(m_searches, event); break;
    default: break;
    }
}

bool Knowledge::operator==(const Knowledge &other) const
{
    return m_entries == other.m_entries && m_documents == other.m_documents
           && m_links == other.m_links && haveSame(m_searches, other.m_searches);
}

void Knowledge::apply(const StateEvent &event)
{
    switch (event.kind()) {
    case EventKind::KnowledgeLoaded:
        putAll(m_documents, event, "documents");
        putAll(m_entries, event, "entries");
        putAll(m_links, event, "links");
        break;
    case EventKind::KnowledgeSaved:
        if (event.data().has("document"))
            putOne(m_documents, event, "document");
        else
            putOne(m_entries, event, "entry");
        break;
    case EventKind::KnowledgeLinked: putOne(m_links, event, "link"); break;
    case EventKind::KnowledgeDeleted: {
        const JsonView what = event.data().at("what");
        removeOne(what.is("entry") ? m_entries : what.is("link") ? m_links : m_documents, event);
        break;
    }
    case EventKind::KnowledgeSearched: note(m_searches, event); break;
    default: break;
    }
}

void Decisions::apply(const StateEvent &event)
{
    switch (event.kind()) {
    case EventKind::DecisionsLoaded:
        putAll(m_nodes, event, "nodes");
        putAll(m_edges, event, "edges");
        break;
    case EventKind::DecisionRecorded:
    case EventKind::DecisionUpdated: putOne(m_nodes, event, "node"); break;
    case EventKind::DecisionLinked: putOne(m_edges, event, "edge"); break;
    case EventKind::DecisionDeleted: removeOne(m_nodes, event); break;
    default: break;
    }
}

} // namespace orrery::state
