// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/truncatedsvd.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace orrery::memory {

namespace {

/// More columns than asked for make the last ones converge.
constexpr std::size_t kOversampling = 16;
constexpr int kMaxSweeps = 60;
/// Below this part of the largest eigenvalue of a Gram matrix there is nothing but rounding.
constexpr double kNoise = 1e-13;

/// matrix · right
DenseRows times(const SparseColumns &matrix, const DenseRows &right)
{
    DenseRows product(matrix.rows, right.columns);
    for (std::size_t column = 0; column < matrix.columns.size(); ++column) {
        const double *from = right.row(column);
        for (const auto &[row, value] : matrix.columns[column]) {
            double *to = product.row(row);
            for (std::size_t j = 0; j < right.columns; ++j)
                to[j] += double(value) * from[j];
        }
    }
    return product;
}

/// matrixᵀ · right
DenseRows transposedTimes(const SparseColumns &matrix, const DenseRows &right)
{
    DenseRows product(matrix.columns.size(), right.columns);
    for (std::size_t column = 0; column < matrix.columns.size(); ++column) {
        double *to = product.row(column);
        for (const auto &[row, value] : matrix.columns[column]) {
            const double *from = right.row(row);
            for (std::size_t j = 0; j < right.columns; ++j)
                to[j] += double(value) * from[j];
        }
    }
    return product;
}

/// matrixᵀ · matrix
DenseRows gram(const DenseRows &matrix)
{
    DenseRows product(matrix.columns, matrix.columns);
    for (std::size_t i = 0; i < matrix.rows; ++i) {
        const double *row = matrix.row(i);
        for (std::size_t a = 0; a < matrix.columns; ++a) {
            double *to = product.row(a);
            for (std::size_t b = a; b < matrix.columns; ++b)
                to[b] += row[a] * row[b];
        }
    }
    for (std::size_t a = 0; a < matrix.columns; ++a)
        for (std::size_t b = 0; b < a; ++b)
            product.row(a)[b] = product.row(b)[a];
    return product;
}

/// matrix · the first columns of `right`, as many as there are factors, each multiplied by its own
DenseRows timesScaled(const DenseRows &matrix, const DenseRows &right,
                      const std::vector<double> &factors)
{
    DenseRows scaled(right.rows, factors.size());
    for (std::size_t i = 0; i < right.rows; ++i)
        for (std::size_t j = 0; j < factors.size(); ++j)
            scaled.row(i)[j] = right.row(i)[j] * factors[j];
    DenseRows product(matrix.rows, factors.size());
    for (std::size_t i = 0; i < matrix.rows; ++i) {
        double *to = product.row(i);
        for (std::size_t inner = 0; inner < matrix.columns; ++inner) {
            const double value = matrix.row(i)[inner];
            const double *from = scaled.row(inner);
            for (std::size_t j = 0; j < factors.size(); ++j)
                to[j] += value * from[j];
        }
    }
    return product;
}

/// An orthonormal basis of what the columns span; directions that are only rounding are left out.
DenseRows orthonormal(const DenseRows &matrix)
{
    const SymmetricEigen eigen = symmetricEigen(gram(matrix));
    std::vector<double> factors;
    for (const double value : eigen.values)
        if (value > kNoise * eigen.values.front())
            factors.push_back(1 / std::sqrt(value));
    return timesScaled(matrix, eigen.vectors, factors);
}

/// Uniform in −1…1, the same everywhere.
DenseRows randomRows(std::size_t rows, std::size_t columns)
{
    std::mt19937_64 engine(20110501);
    DenseRows matrix(rows, columns);
    for (double &value : matrix.values)
        value = static_cast<double>(engine() >> 11) * 0x1p-52 - 1;
    return matrix;
}

} // namespace

// Each rotation makes one element off the diagonal zero; their sum of squares falls quadratically towards the end.
SymmetricEigen symmetricEigen(DenseRows matrix)
{
    const std::size_t n = matrix.rows;
    DenseRows rotated(
        n, n); // rows are the eigenvectors, so that a rotation works on two stretches of memory
    for (std::size_t i = 0; i < n; ++i)
        rotated.row(i)[i] = 1;
    double total = 0;
    for (const double value : matrix.values)
        total += value * value;
    for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
        double off = 0;
        for (std::size_t p = 0; p < n; ++p)
            for (std::size_t q = p + 1; q < n; ++q)
                off += matrix.row(p)[q] * matrix.row(p)[q];
        if (off <= 1e-30 * total)
            break;
        for (std::size_t p = 0; p < n; ++p) {
            for (std::size_t q = p + 1; q < n; ++q) {
                const double apq = matrix.row(p)[q];
                if (std::fabs(apq) <= 1e-18 * std::sqrt(total))
                    continue;
                const double theta = (matrix.row(q)[q] - matrix.row(p)[p]) / (2 * apq);
                const double t =
                    std::copysign(1.0, theta) / (std::fabs(theta) + std::sqrt(theta * theta + 1));
                const double c = 1 / std::sqrt(t * t + 1);
                const double s = t * c;
                const double app = matrix.row(p)[p] - t * apq;
                const double aqq = matrix.row(q)[q] + t * apq;
                double *rp = matrix.row(p);
                double *rq = matrix.row(q);
                for (std::size_t i = 0; i < n; ++i) {
                    const double x = rp[i];
                    const double y = rq[i];
                    rp[i] = c * x - s * y;
                    rq[i] = s * x + c * y;
                }
                // The matrix stays symmetric, so the two columns are the two rows.
                rp[p] = app;
                rq[q] = aqq;
                rp[q] = rq[p] = 0;
                for (std::size_t i = 0; i < n; ++i) {
                    matrix.row(i)[p] = rp[i];
                    matrix.row(i)[q] = rq[i];
                }
                double *vp = rotated.row(p);
                double *vq = rotated.row(q);
                for (std::size_t i = 0; i < n; ++i) {
                    const double x = vp[i];
                    const double y = vq[i];
                    vp[i] = c * x - s * y;
                    vq[i] = s * x + c * y;
                }
            }
        }
    }
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return matrix.row(a)[a] > matrix.row(b)[b]; });
    SymmetricEigen eigen;
    eigen.vectors = DenseRows(n, n);
    for (std::size_t j = 0; j < n; ++j) {
        eigen.values.push_back(matrix.row(order[j])[order[j]]);
        for (std::size_t i = 0; i < n; ++i)
            eigen.vectors.row(i)[j] = rotated.row(order[j])[i];
    }
    return eigen;
}

TruncatedSvd truncatedSvd(const SparseColumns &matrix, std::size_t rank, int iterations,
                          const std::stop_token &stop)
{
    const std::size_t most = std::min(matrix.rows, matrix.columns.size());
    const std::size_t width = std::min(most, rank + kOversampling);
    if (width == 0)
        return {};
    DenseRows basis = orthonormal(times(matrix, randomRows(matrix.columns.size(), width)));
    for (int i = 0; i < iterations && basis.columns > 0; ++i) {
        basis = orthonormal(transposedTimes(matrix, basis));
        if (stop.stop_requested())
            return {};
        basis = orthonormal(times(matrix, basis));
        if (stop.stop_requested())
            return {};
    }
    if (basis.columns == 0)
        return {};
    const SymmetricEigen eigen = symmetricEigen(gram(transposedTimes(matrix, basis)));
    TruncatedSvd svd;
    for (const double value : eigen.values)
        if (svd.singularValues.size() < rank && value > kNoise * eigen.values.front())
            svd.singularValues.push_back(std::sqrt(value));
    svd.left =
        timesScaled(basis, eigen.vectors, std::vector<double>(svd.singularValues.size(), 1.0));
    return svd;
}

} // namespace orrery::memory
