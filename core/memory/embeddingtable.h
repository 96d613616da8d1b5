// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace orrery::memory {

/// The vectors of one embedder, by row of a store, with their norms. All have the number of values of the first.
class EmbeddingTable
{
public:
    using Row = std::uint32_t;
    struct Near {
        Row row;
        double cosine;
    };

    std::size_t dimension() const { return m_dimension; } ///< 0 while there is none
    std::size_t size() const { return m_slots.size(); }
    /// Error when the number of values differs from what is there.
    Result<void> check(std::span<const float> vector) const;
    /// Checked before. Takes the place of the row's former vector.
    void set(Row row, std::span<const float> vector, double norm);
    void remove(Row row);
    /// Empty when the row has none.
    std::span<const float> at(Row row) const;
    double normAt(Row row) const; ///< of a row that has one

    /// The `k` rows with the highest cosine, best first, equal ones in the order of the rows; of `among` only, which is
    /// in rising order, or of all. O(rows looked at).
    std::vector<Near> nearest(std::span<const float> query, std::size_t k,
                              const std::vector<Row> *among) const;

private:
    std::size_t m_dimension = 0;
    std::vector<float> m_values; ///< slot after slot
    std::vector<double> m_norms;
    std::vector<Row> m_rows; ///< of each slot
    std::unordered_map<Row, std::size_t> m_slots;
};

} // namespace orrery::memory
