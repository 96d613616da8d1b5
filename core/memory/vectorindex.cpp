// SPDX-License-Identifier: GPL-3.0-or-later
// What a VectorIndex holds; vectorindexsearch.cpp finds it.
#include "core/memory/vectorindexchunk.h"

#include "core/memory/norm.h"

#include <bit>
#include <string>

namespace orrery::memory {

namespace {

constexpr std::size_t kChunkBytes = 4 << 20; ///< of values, about

} // namespace

VectorIndex::VectorIndex(std::size_t dimensions, const VectorKernels &kernels)
    : m_kernels(&kernels), m_dimensions(std::clamp<std::size_t>(dimensions, 1, kMaxDimensions)),
      m_stride((m_dimensions + kVectorPadding - 1) / kVectorPadding * kVectorPadding),
      m_chunkRows(std::clamp<std::size_t>(std::bit_floor(kChunkBytes / (m_stride * sizeof(float))),
                                          16, kMaxChunkRows))
{}

VectorIndex::~VectorIndex() = default;
VectorIndex::VectorIndex(VectorIndex &&) noexcept = default;
VectorIndex &VectorIndex::operator=(VectorIndex &&) noexcept = default;

bool VectorIndex::contains(Row row) const
{
    return row < m_end && !std::isnan(chunkOf(row).factors[row % m_chunkRows]);
}

Result<void> VectorIndex::check(std::span<const float> vector) const
{
    if (vector.size() != m_dimensions)
        return fail(ErrorCode::InvalidArgument, "A vector has " + std::to_string(vector.size())
                                                    + " values, expected "
                                                    + std::to_string(m_dimensions) + ".");
    for (std::size_t j = 0; j < vector.size(); ++j)
        if (!std::isfinite(vector[j]))
            return fail(ErrorCode::InvalidArgument,
                        "Value " + std::to_string(j) + " of a vector is "
                            + std::to_string(vector[j]) + ", expected a finite number.");
    return {};
}

void VectorIndex::write(Row row, std::span<const float> vector)
{
    Chunk &chunk = chunkOf(row);
    const std::size_t at = row % m_chunkRows;
    float *values = &chunk.values[at * m_stride];
    std::int8_t *codes = &chunk.codes[at * m_stride];
    std::copy(vector.begin(), vector.end(), values);
    std::fill(values + m_dimensions, values + m_stride, 0.0F);
    std::fill(codes, codes + m_stride, std::int8_t(0));
    const double length = norm(vector);
    const double step = double(largestOf(vector)) / kMaxCode;
    chunk.lengths[at] = length;
    chunk.errors[at] = 0;
    chunk.factors[at] = 0;
    if (length > 0) {
        chunk.errors[at] = static_cast<float>(encode(vector, step, kMaxCode, codes) / length);
        chunk.factors[at] = static_cast<float>(step / length);
    }
}

Result<VectorIndex::Row> VectorIndex::add(std::span<const float> vector)
{
    const auto row = add(vector, m_nextOrder);
    if (row)
        ++m_nextOrder;
    return row;
}

Result<VectorIndex::Row> VectorIndex::add(std::span<const float> vector, std::uint64_t order)
{
    if (auto checked = check(vector); !checked)
        return fail(std::move(checked.error()));
    Row row = 0;
    if (!m_free.empty()) {
        row = m_free.back();
        m_free.pop_back();
    } else {
        if (m_end > std::numeric_limits<Row>::max())
            return fail(ErrorCode::InvalidArgument, "The vector index is full.");
        row = static_cast<Row>(m_end);
        if (row / m_chunkRows == m_chunks.size())
            m_chunks.push_back(std::make_unique<Chunk>(m_chunkRows, m_stride));
        ++m_end;
    }
    write(row, vector);
    chunkOf(row).orders[row % m_chunkRows] = order;
    ++m_size;
    return row;
}

Result<void> VectorIndex::update(Row row, std::span<const float> vector)
{
    if (!contains(row))
        return fail(ErrorCode::NotFound, "There is no vector in row " + std::to_string(row) + ".");
    if (auto checked = check(vector); !checked)
        return checked;
    write(row, vector);
    return {};
}

bool VectorIndex::remove(Row row)
{
    if (!contains(row))
        return false;
    chunkOf(row).factors[row % m_chunkRows] = std::numeric_limits<float>::quiet_NaN();
    m_free.push_back(row);
    --m_size;
    return true;
}

std::span<const float> VectorIndex::at(Row row) const
{
    if (!contains(row))
        return {};
    return {&chunkOf(row).values[row % m_chunkRows * m_stride], m_dimensions};
}

void VectorIndex::clear()
{
    m_chunks.clear();
    m_free.clear();
    m_size = 0;
    m_end = 0;
}

} // namespace orrery::memory
