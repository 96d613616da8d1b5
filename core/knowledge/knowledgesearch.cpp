// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/utf8.h"
#include "core/knowledge/knowledgebase.h"
#include "core/memory/jaro.h"

#include <algorithm>
#include <mutex>
#include <span>

namespace orrery::knowledge {

namespace {

constexpr double kTitleWeight = 1.2;

template <typename Text>
bool anyIn(const std::vector<Text> &wanted, const std::vector<Text> &held)
{
    return std::any_of(wanted.begin(), wanted.end(), [&](const Text &value) {
        return std::find(held.begin(), held.end(), value) != held.end();
    });
}

bool passes(const Entry &entry, const EntryFilter &filter)
{
    return (!filter.kbId || entry.kbId == filter.kbId)
           && (!filter.type || entry.type == *filter.type)
           && (!filter.tags || anyIn(*filter.tags, entry.tags))
           && (!filter.concepts || anyIn(*filter.concepts, entry.concepts));
}

std::span<const std::uint8_t> bytesOf(const memory::ClusterText &text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.bytes.data()), text.bytes.size()};
}

} // namespace

KnowledgeBase::Folded KnowledgeBase::folded(std::string_view text)
{
    Folded folded;
    folded.text = m_clusters.learn(downcase(text));
    folded.bits = folded.text.plain ? memory::clusterBits(bytesOf(folded.text))
                                    : memory::clusterBits(folded.text.ids);
    return folded;
}

/// The rows that the filter lets through, in order. Only the shortest of the lists that it names is looked at.
std::vector<KnowledgeBase::RowPtr> KnowledgeBase::rows(const EntryFilter &filter) const
{
    using Kind = Postings::Kind;
    Kind kind = Kind::All;
    std::vector<std::string> values{""};
    std::size_t shortest = m_postings.size(kind, values);
    const auto offer = [&](Kind other, std::vector<std::string> otherValues) {
        const std::size_t size = m_postings.size(other, otherValues);
        if (size >= shortest)
            return;
        shortest = size;
        kind = other;
        values = std::move(otherValues);
    };
    if (filter.kbId)
        offer(Kind::Kb, {*filter.kbId});
    if (filter.type)
        offer(Kind::Type, {std::string(toString(*filter.type))});
    if (filter.tags)
        offer(Kind::Tag, *filter.tags);
    if (filter.concepts)
        offer(Kind::Concept, *filter.concepts);

    std::vector<RowPtr> list;
    list.reserve(shortest);
    const auto take = [&](const Postings::Posting &posting) {
        const RowPtr &row = m_graph.vertex(posting.second);
        if (passes(row->entry, filter))
            list.push_back(row);
    };
    if (values.size() == 1) {
        for (const auto &posting : m_postings.list(kind, values.front()))
            take(posting);
    } else {
        for (const auto &posting : m_postings.anyOf(kind, values))
            take(posting);
    }
    return list;
}

std::vector<EntryPtr> KnowledgeBase::entries(const EntryFilter &filter) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    std::vector<EntryPtr> list;
    for (const RowPtr &row : rows(filter))
        list.push_back(entryOf(row));
    return list;
}

std::vector<EntryHit> KnowledgeBase::search(const EntryQuery &query) const
{
    std::vector<RowPtr> found;
    std::optional<memory::JaroPattern> pattern;
    {
        follow();
        const std::shared_lock lock(m_mutex);
        found = rows(query.filter);
        // Entries that come later may have clusters of their own; those found have none but these.
        pattern.emplace(m_clusters.read(downcase(query.text)), m_clusters.size());
    }
    /// 0 when it is not above `floor`.
    const auto score = [&](const Folded &folded, double floor) {
        const double value = folded.text.plain
                                 ? pattern->score(bytesOf(folded.text), folded.bits, floor)
                                 : pattern->score(folded.text.ids, folded.bits, floor);
        return std::max(0.0, value);
    };
    struct Scored {
        double score;
        double title;
        std::size_t row;
    };
    std::vector<Scored> scored;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double title = score(found[i]->title, 0);
        double best = kTitleWeight * title;
        // Most contents are too long to be as near as the title; the pattern sees that without comparing them.
        if (best < 1)
            best = std::max(best, score(found[i]->content, best));
        best = std::min(1.0, best);
        if (best > query.minScore)
            scored.push_back({best, title, i});
    }
    const auto better = [](const Scored &a, const Scored &b) {
        return a.score != b.score ? a.score > b.score : a.row < b.row;
    };
    const std::size_t count = std::min(query.limit, scored.size());
    std::partial_sort(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(count),
                      scored.end(), better);
    std::vector<EntryHit> hits;
    hits.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const RowPtr &row = found[scored[i].row];
        hits.push_back({entryOf(row), scored[i].title, score(row->content, 0), scored[i].score});
    }
    return hits;
}

} // namespace orrery::knowledge
