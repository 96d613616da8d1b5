// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

namespace orrery::memory {

/// A sparse matrix by columns. Those of `columns` are given by their entries; rows count from 0 to rows − 1.
struct SparseColumns {
    struct Entry {
        std::uint32_t row = 0;
        float value = 0;
    };
    std::size_t rows = 0;
    std::vector<std::vector<Entry>> columns;
};

/// A dense matrix by rows.
struct DenseRows {
    DenseRows(std::size_t n, std::size_t width) : rows(n), columns(width), values(n * width) {}
    double *row(std::size_t i) { return values.data() + i * columns; }
    const double *row(std::size_t i) const { return values.data() + i * columns; }

    std::size_t rows;
    std::size_t columns;
    std::vector<double> values;
};

struct TruncatedSvd {
    std::vector<double> singularValues; ///< falling; fewer than asked for when the rank is lower
    DenseRows left{0, 0};               ///< rows × as many, orthonormal columns
};

/// The leading singular values and left singular vectors of a matrix, by subspace iteration from a random start (Halko,
/// Martinsson, Tropp 2011, algorithms 4.4 and 5.1). The same matrix gives the same result on every machine of one kind:
/// the start is from a fixed seed. Without values when it was asked to stop.
/// O(iterations · (entries + (rows + columns) · rank) · rank).
TruncatedSvd truncatedSvd(const SparseColumns &matrix, std::size_t rank, int iterations = 4,
                          const std::stop_token &stop = {});

/// Eigenvalues, falling, and eigenvectors (columns of `vectors`) of a symmetric matrix, by Jacobi's rotations.
struct SymmetricEigen {
    std::vector<double> values;
    DenseRows vectors{0, 0};
};
SymmetricEigen symmetricEigen(DenseRows matrix);

} // namespace orrery::memory
