// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharedlog.h"
#include "core/state/shared.h"
#include "core/state/stateevent.h"

#include <array>
#include <map>
#include <string>

namespace orrery::state {

/// Where the present form of a record stands.
struct RecordPlace {
    std::uint64_t firstSeq = 0; ///< the event that told of it first
    std::uint64_t seq = 0;      ///< the event that has it
    std::uint32_t index = 0;    ///< place in the list, of an event that has several
    bool operator==(const RecordPlace &) const = default;
};

/// Places of records by id. A change to a copy costs a part of the size.
class RecordPlaces
{
public:
    void put(const std::string &id, std::uint64_t seq, std::uint32_t index = 0);
    void remove(const std::string &id);
    void clear() { *this = {}; }
    std::size_t size() const { return m_size; }
    const RecordPlace *find(const std::string &id) const; ///< null when it is not there
    /// Calls `take(id, place)`, in no order that means anything.
    template <typename Take>
    void each(Take take) const
    {
        for (const auto &part : m_parts)
            for (const auto &[id, place] : *part)
                take(id, place);
    }
    bool operator==(const RecordPlaces &) const = default;

private:
    using Part = std::map<std::string, RecordPlace>;
    static std::size_t partOf(const std::string &id);
    std::array<Shared<Part>, 64> m_parts;
    std::size_t m_size = 0;
};

/// The memories that are there, and the searches that were made.
class Memories
{
public:
    void apply(const StateEvent &event);
    const RecordPlaces &entries() const { return *m_entries; }
    const SharedLog<std::uint64_t> &searches() const
    {
        return m_searches;
    } ///< numbers of the events
    bool operator==(const Memories &other) const;

private:
    Shared<RecordPlaces> m_entries;
    SharedLog<std::uint64_t> m_searches;
};

/// What the knowledge base holds.
class Knowledge
{
public:
    void apply(const StateEvent &event);
    const RecordPlaces &entries() const { return *m_entries; }
    const RecordPlaces &documents() const { return *m_documents; }
    const RecordPlaces &links() const { return *m_links; }
    const SharedLog<std::uint64_t> &searches() const
    {
        return m_searches;
    } ///< numbers of the events
    bool operator==(const Knowledge &other) const;

private:
    Shared<RecordPlaces> m_entries, m_documents, m_links;
    SharedLog<std::uint64_t> m_searches;
};

/// What the decision graph holds. The edges of a node that is gone are still here: only the graph knows their ends.
class Decisions
{
public:
    void apply(const StateEvent &event);
    const RecordPlaces &nodes() const { return *m_nodes; }
    const RecordPlaces &edges() const { return *m_edges; }
    bool operator==(const Decisions &) const = default;

private:
    Shared<RecordPlaces> m_nodes, m_edges;
};

} // namespace orrery::state
