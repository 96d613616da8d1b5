// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/embeddingtable.h"

#include "core/memory/bestof.h"
#include "core/memory/cosine.h"

#include <algorithm>

namespace orrery::memory {

Result<void> EmbeddingTable::check(std::span<const float> vector) const
{
    if (m_dimension == 0 || vector.size() == m_dimension)
        return {};
    return fail(ErrorCode::InvalidArgument, "The embedding has " + std::to_string(vector.size())
                                                + " values, those that are stored have "
                                                + std::to_string(m_dimension) + ".");
}

void EmbeddingTable::set(Row row, std::span<const float> vector, double norm)
{
    m_dimension = vector.size();
    const auto [slot, isNew] = m_slots.try_emplace(row, m_rows.size());
    if (isNew) {
        m_values.insert(m_values.end(), vector.begin(), vector.end());
        m_norms.push_back(norm);
        m_rows.push_back(row);
        return;
    }
    std::copy(vector.begin(), vector.end(),
              m_values.begin() + static_cast<std::ptrdiff_t>(slot->second * m_dimension));
    m_norms[slot->second] = norm;
}

void EmbeddingTable::remove(Row row)
{
    const auto found = m_slots.find(row);
    if (found == m_slots.end())
        return;
    const std::size_t slot = found->second;
    const std::size_t last = m_rows.size() - 1;
    if (slot != last) {
        std::copy_n(m_values.begin() + static_cast<std::ptrdiff_t>(last * m_dimension), m_dimension,
                    m_values.begin() + static_cast<std::ptrdiff_t>(slot * m_dimension));
        m_norms[slot] = m_norms[last];
        m_rows[slot] = m_rows[last];
        m_slots[m_rows[slot]] = slot;
    }
    m_values.resize(last * m_dimension);
    m_norms.pop_back();
    m_rows.pop_back();
    m_slots.erase(row);
    if (m_rows.empty())
        m_dimension = 0;
}

std::span<const float> EmbeddingTable::at(Row row) const
{
    const auto slot = m_slots.find(row);
    if (slot == m_slots.end())
        return {};
    return {m_values.data() + slot->second * m_dimension, m_dimension};
}

double EmbeddingTable::normAt(Row row) const { return m_norms[m_slots.at(row)]; }

std::vector<EmbeddingTable::Near> EmbeddingTable::nearest(std::span<const float> query,
                                                          std::size_t k,
                                                          const std::vector<Row> *among) const
{
    const double queryNorm = norm(query);
    BestOf best(k);
    const auto look = [&](std::size_t slot) {
        best.offer(cosine(query, queryNorm, {m_values.data() + slot * m_dimension, m_dimension},
                          m_norms[slot]),
                   m_rows[slot]);
    };
    if (!among) {
        for (std::size_t slot = 0; slot < m_rows.size(); ++slot)
            look(slot);
    } else {
        for (const Row row : *among)
            if (const auto slot = m_slots.find(row); slot != m_slots.end())
                look(slot->second);
    }
    std::vector<Near> near;
    for (const auto &[score, row] : best.take())
        near.push_back({row, score});
    return near;
}

} // namespace orrery::memory
