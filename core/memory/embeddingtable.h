// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/vectorindex.h"

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace orrery::memory {

/// The vectors of one embedder, by row of a store. All have the number of values of the first.
class EmbeddingTable
{
public:
    using Row = std::uint32_t;
    struct Near {
        Row row;
        double cosine;
    };

    std::size_t dimension() const; ///< 0 while there is none
    std::size_t size() const { return m_places.size(); }
    /// Error when the number of values differs from what is there, or is none that can be.
    Result<void> check(std::span<const float> vector) const;
    /// Takes the place of the row's former vector. Errors: those of check(), a value that is not finite.
    Result<void> set(Row row, std::span<const float> vector);
    void remove(Row row);
    /// Empty when the row has none; valid until the row is set or removed.
    std::span<const float> at(Row row) const;

    /// The `k` rows with the highest cosine, best first, equal ones in the order of the rows; of `among` only or, where it
    /// is null, of all. O(rows looked at). The query is checked before; a bad one finds nothing.
    std::vector<Near> nearest(std::span<const float> query, std::size_t k,
                              const std::vector<Row> *among) const;

private:
    std::optional<VectorIndex> m_index;                 ///< while there is a vector
    std::unordered_map<Row, VectorIndex::Row> m_places; ///< in the index
    std::vector<Row> m_rows;                            ///< by place
};

} // namespace orrery::memory
