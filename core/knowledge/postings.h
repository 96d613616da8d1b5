// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/digraph.h"
#include "core/knowledge/records.h"

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace orrery::knowledge {

/// Which rows have a knowledge base, a type, a tag, a concept: ordered lists of {place, index}.
class Postings
{
public:
    using Posting = std::pair<std::uint64_t, std::uint32_t>;
    using List = std::set<Posting>;
    enum class Kind : char { All = 'a', Kb = 'k', Type = 'e', Tag = 't', Concept = 'c' };

    void add(const Entry &entry, Posting posting);
    void remove(const Entry &entry, Posting posting);
    const List &list(Kind kind, std::string_view value = {}) const;
    /// Rows that have any of the values, each once, in order.
    std::vector<Posting> anyOf(Kind kind, std::span<const std::string> values) const;
    std::size_t size(Kind kind, std::span<const std::string> values) const; ///< at most so many

private:
    template <typename Visit>
    static void eachKey(const Entry &entry, Visit visit);
    TextMap<List> m_lists;
};

} // namespace orrery::knowledge
