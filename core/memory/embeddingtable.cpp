// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/embeddingtable.h"

#include <algorithm>

namespace orrery::memory {

std::size_t EmbeddingTable::dimension() const { return m_index ? m_index->dimensions() : 0; }

Result<void> EmbeddingTable::check(std::span<const float> vector) const
{
    if (m_index && vector.size() != m_index->dimensions())
        return fail(ErrorCode::InvalidArgument, "The embedding has " + std::to_string(vector.size())
                                                    + " values, those that are stored have "
                                                    + std::to_string(m_index->dimensions()) + ".");
    if (vector.empty() || vector.size() > VectorIndex::kMaxDimensions)
        return fail(ErrorCode::InvalidArgument,
                    "The embedding has " + std::to_string(vector.size()) + " values, expected 1 to "
                        + std::to_string(VectorIndex::kMaxDimensions) + ".");
    return {};
}

Result<void> EmbeddingTable::set(Row row, std::span<const float> vector)
{
    if (auto good = check(vector); !good)
        return good;
    if (const auto place = m_places.find(row); place != m_places.end())
        return m_index->update(place->second, vector);
    if (!m_index)
        m_index.emplace(vector.size());
    const auto place = m_index->add(vector, row);
    if (!place) {
        if (m_index->size() == 0)
            m_index.reset();
        return fail(place.error());
    }
    m_places[row] = *place;
    m_rows.resize(std::max<std::size_t>(m_rows.size(), *place + 1));
    m_rows[*place] = row;
    return {};
}

void EmbeddingTable::remove(Row row)
{
    const auto place = m_places.find(row);
    if (place == m_places.end())
        return;
    m_index->remove(place->second);
    m_places.erase(place);
    if (m_places.empty()) {
        m_index.reset();
        m_rows.clear();
    }
}

std::span<const float> EmbeddingTable::at(Row row) const
{
    const auto place = m_places.find(row);
    return place == m_places.end() ? std::span<const float>() : m_index->at(place->second);
}

std::vector<EmbeddingTable::Near> EmbeddingTable::nearest(std::span<const float> query,
                                                          std::size_t k,
                                                          const std::vector<Row> *among) const
{
    if (!m_index)
        return {};
    std::vector<VectorIndex::Row> places;
    if (among)
        for (const Row row : *among)
            if (const auto place = m_places.find(row); place != m_places.end())
                places.push_back(place->second);
    const auto hits = among ? m_index->search(query, k, places) : m_index->search(query, k);
    std::vector<Near> near;
    if (hits)
        for (const VectorHit &hit : *hits)
            near.push_back({m_rows[hit.row], hit.score});
    return near;
}

} // namespace orrery::memory
