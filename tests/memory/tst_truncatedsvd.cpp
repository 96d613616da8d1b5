// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/truncatedsvd.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace orrery::memory;

namespace {

SparseColumns sparse(const std::vector<std::vector<float>> &dense)
{
    SparseColumns matrix;
    matrix.rows = dense.size();
    matrix.columns.resize(dense.empty() ? 0 : dense[0].size());
    for (std::size_t i = 0; i < dense.size(); ++i)
        for (std::size_t j = 0; j < dense[i].size(); ++j)
            if (dense[i][j] != 0)
                matrix.columns[j].push_back({static_cast<std::uint32_t>(i), dense[i][j]});
    return matrix;
}

/// The largest difference of columnsᵀ·columns from the identity.
double unorthonormality(const DenseRows &matrix)
{
    double worst = 0;
    for (std::size_t a = 0; a < matrix.columns; ++a) {
        for (std::size_t b = a; b < matrix.columns; ++b) {
            double sum = 0;
            for (std::size_t i = 0; i < matrix.rows; ++i)
                sum += matrix.row(i)[a] * matrix.row(i)[b];
            worst = std::max(worst, std::fabs(sum - (a == b ? 1 : 0)));
        }
    }
    return worst;
}

/// |matrixᵀ · left[k]|, which is the singular value when left[k] is its vector.
double lengthAlong(const SparseColumns &matrix, const DenseRows &left, std::size_t k)
{
    double sum = 0;
    for (const auto &column : matrix.columns) {
        double dot = 0;
        for (const auto &[row, value] : column)
            dot += double(value) * left.row(row)[k];
        sum += dot * dot;
    }
    return std::sqrt(sum);
}

} // namespace

class TestTruncatedSvd : public QObject
{
    Q_OBJECT

private slots:
    void findsTheValuesOfADiagonal()
    {
        std::vector<std::vector<float>> dense(40, std::vector<float>(60));
        for (std::size_t i = 0; i < 40; ++i)
            dense[i][(i * 7) % 60] = static_cast<float>(i + 1);
        const TruncatedSvd svd = truncatedSvd(sparse(dense), 5, 12);
        QCOMPARE(svd.singularValues.size(), std::size_t(5));
        for (std::size_t k = 0; k < 5; ++k) {
            QVERIFY(std::fabs(svd.singularValues[k] - static_cast<double>(40 - k)) < 1e-6);
            QVERIFY(std::fabs(std::fabs(svd.left.row(39 - k)[k]) - 1) < 1e-3);
        }
    }

    void findsALowRankExactly()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937 engine(seed);
        std::normal_distribution<float> normal;
        std::vector<std::vector<float>> dense(50, std::vector<float>(30));
        for (int part = 0; part < 3; ++part) {
            std::vector<float> left(50), right(30);
            for (float &value : left)
                value = normal(engine);
            for (float &value : right)
                value = normal(engine);
            for (std::size_t i = 0; i < 50; ++i)
                for (std::size_t j = 0; j < 30; ++j)
                    dense[i][j] += left[i] * right[j];
        }
        const SparseColumns matrix = sparse(dense);
        const TruncatedSvd svd = truncatedSvd(matrix, 3);
        QCOMPARE(svd.singularValues.size(), std::size_t(3));
        QVERIFY(unorthonormality(svd.left) < 1e-9);
        double squares = 0;
        double found = 0;
        for (const auto &row : dense)
            for (const float value : row)
                squares += double(value) * value;
        for (std::size_t k = 0; k < 3; ++k) {
            QVERIFY(std::fabs(lengthAlong(matrix, svd.left, k) - svd.singularValues[k]) < 1e-6);
            found += svd.singularValues[k] * svd.singularValues[k];
        }
        QVERIFY(std::fabs(found / squares - 1) < 1e-6);
    }

    void agreesWithAllEigenvalues()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937 engine(seed);
        std::normal_distribution<float> normal;
        std::vector<std::vector<float>> dense(80, std::vector<float>(100));
        DenseRows square(80, 80);
        for (std::size_t i = 0; i < 80; ++i)
            for (float &value : dense[i])
                value = engine() % 4 == 0 ? normal(engine) / static_cast<float>(1 + i) : 0;
        for (std::size_t a = 0; a < 80; ++a)
            for (std::size_t b = 0; b < 80; ++b)
                for (std::size_t j = 0; j < 100; ++j)
                    square.row(a)[b] += double(dense[a][j]) * dense[b][j];
        const SymmetricEigen eigen = symmetricEigen(square);
        QVERIFY(unorthonormality(eigen.vectors) < 1e-9);
        const TruncatedSvd svd = truncatedSvd(sparse(dense), 10);
        for (std::size_t k = 0; k < 10; ++k)
            QVERIFY(std::fabs(svd.singularValues[k] - std::sqrt(eigen.values[k])) < 1e-5);
    }

    void anEmptyMatrixHasNoValues()
    {
        QVERIFY(truncatedSvd({}, 5).singularValues.empty());
        SparseColumns zero;
        zero.rows = 4;
        zero.columns.resize(3);
        QVERIFY(truncatedSvd(zero, 2).singularValues.empty());
    }
};

ORRERY_TEST(TestTruncatedSvd)
#include "tst_truncatedsvd.moc"
