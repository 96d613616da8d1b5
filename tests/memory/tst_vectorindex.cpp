// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/vectorindex.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>

using namespace orrery;
using memory::VectorHit;
using memory::VectorIndex;
using Vector = std::vector<float>;

namespace {

/// Sum in the order of the values, both lengths anew for each pair.
double textbookCosine(const Vector &a, const Vector &b)
{
    double dot = 0, aa = 0, bb = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
        dot += double(a[j]) * b[j];
        aa += double(a[j]) * a[j];
        bb += double(b[j]) * b[j];
    }
    const double lengths = std::sqrt(aa) * std::sqrt(bb);
    return lengths > 0 ? dot / lengths : 0;
}

/// What the index should hold: row and vector in the order of adding.
using Held = std::vector<std::pair<VectorIndex::Row, Vector>>;

/// What is wrong with a result: each hit must have the cosine that the best one of its rank has, up to rounding, and
/// those that the index takes for equal must come in the order of adding.
std::string fault(const std::vector<VectorHit> &found, const Held &held, const Vector &query,
                  std::size_t k)
{
    std::vector<double> best;
    std::map<VectorIndex::Row, std::pair<std::size_t, double>> byRow;
    for (const auto &[row, vector] : held) {
        best.push_back(textbookCosine(vector, query));
        byRow[row] = {byRow.size(), best.back()};
    }
    std::sort(best.begin(), best.end(), std::greater<>());
    best.resize(std::min(best.size(), k));
    if (found.size() != best.size())
        return std::to_string(found.size()) + " hits, expected " + std::to_string(best.size());
    std::set<VectorIndex::Row> seen;
    std::size_t before = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto at = byRow.find(found[i].row);
        const std::string hit = "hit " + std::to_string(i);
        if (at == byRow.end() || !seen.insert(found[i].row).second)
            return hit + " is a row that is not held, or twice there";
        const auto [order, score] = at->second;
        if (std::fabs(found[i].score - score) > 1e-12)
            return hit + " scores " + std::to_string(found[i].score) + ", its cosine is "
                   + std::to_string(score);
        if (std::fabs(score - best[i]) > 1e-12)
            return hit + " has the cosine " + std::to_string(score) + ", the best is "
                   + std::to_string(best[i]);
        if (i > 0 && found[i].score == found[i - 1].score && order < before)
            return hit + " is equal to the one before it and was added earlier";
        if (i > 0 && found[i].score > found[i - 1].score)
            return hit + " scores higher than the one before it";
        before = order;
    }
    return {};
}

bool sameBits(const std::vector<VectorHit> &a, const std::vector<VectorHit> &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const VectorHit &x, const VectorHit &y) {
                          return x.row == y.row
                                 && std::bit_cast<std::uint64_t>(x.score)
                                        == std::bit_cast<std::uint64_t>(y.score);
                      });
}

class Random
{
public:
    Random()
    {
        const QByteArray given = qgetenv("ORRERY_TEST_SEED");
        const auto seed = given.isEmpty() ? std::random_device()() : given.toUInt();
        qInfo("seed %u (set ORRERY_TEST_SEED to repeat)", seed);
        m_engine.seed(seed);
    }
    std::size_t below(std::size_t n)
    {
        return std::uniform_int_distribution<std::size_t>(0, n - 1)(m_engine);
    }
    Vector vector(std::size_t dimensions)
    {
        Vector values(dimensions);
        for (float &value : values)
            value = m_normal(m_engine);
        return values;
    }
    /// What makes searches hard: near copies, multiples, outliers, few different values, zeros, extreme sizes.
    Vector oddVector(std::size_t dimensions, const Held &held)
    {
        Vector values = vector(dimensions);
        switch (below(8)) {
        case 0:
            if (!held.empty())
                values = held[below(held.size())].second;
            break;
        case 1:
            if (!held.empty()) {
                values = held[below(held.size())].second;
                for (float &value : values)
                    value *= 2;
            }
            break;
        case 2:
            if (!held.empty()) {
                values = held[below(held.size())].second;
                values[below(dimensions)] += 1e-6F;
            }
            break;
        case 3: values[below(dimensions)] *= 1000; break;
        case 4:
            for (float &value : values)
                value = static_cast<float>(below(3)) - 1;
            break;
        case 5: std::fill(values.begin(), values.end(), 0.0F); break;
        case 6:
            for (float &value : values)
                value *= below(2) ? 1e30F : 1e-40F;
            break;
        default: break;
        }
        return values;
    }

private:
    std::mt19937 m_engine;
    std::normal_distribution<float> m_normal;
};

Vector rowOf(std::initializer_list<float> values) { return values; }

} // namespace

class TestVectorIndex : public QObject
{
    Q_OBJECT

private slots:
    void anEmptyIndexFindsNothing()
    {
        const VectorIndex index(3);
        const auto hits = index.search(rowOf({1, 2, 3}), 5);
        QVERIFY(hits);
        QVERIFY(hits->empty());
    }

    void moreThanThereIsGivesAll()
    {
        VectorIndex index(2);
        QVERIFY(index.add(rowOf({0, 1})));
        QVERIFY(index.add(rowOf({1, 0})));
        const auto hits = index.search(rowOf({1, 0}), 10);
        QVERIFY(hits);
        QCOMPARE(hits->size(), std::size_t(2));
        QCOMPARE((*hits)[0].row, 1U);
        QCOMPARE((*hits)[0].score, 1.0);
        QCOMPARE((*hits)[1].score, 0.0);
        QVERIFY(index.search(rowOf({1, 0}), 0)->empty());
    }

    void equalScoresComeInTheOrderOfAdding()
    {
        VectorIndex index(2);
        for (int i = 0; i < 50; ++i)
            QVERIFY(index.add(i % 2 ? rowOf({3, 4}) : rowOf({6, 8})));
        const auto hits = index.search(rowOf({1, 1}), 30);
        QVERIFY(hits);
        for (std::size_t i = 0; i < 30; ++i)
            QCOMPARE((*hits)[i].row, static_cast<std::uint32_t>(i));
        // A row that is used again belongs to a vector that was added last; one that was updated keeps its place.
        QVERIFY(index.remove(3));
        QCOMPARE(*index.add(rowOf({3, 4})), 3U);
        QVERIFY(index.update(0, rowOf({12, 16})));
        const auto again = index.search(rowOf({1, 1}), 50);
        QCOMPARE((*again)[0].row, 0U);
        QCOMPARE((*again)[3].row, 4U);
        QCOMPARE((*again)[49].row, 3U);
    }

    void equalScoresComeInTheOrderThatIsGiven()
    {
        VectorIndex index(1);
        for (const std::uint64_t order : {30, 10, 20, 40})
            QVERIFY(index.add(rowOf({1}), order));
        const auto hits = index.search(rowOf({5}), 3);
        QVERIFY(hits);
        QCOMPARE((*hits)[0].row, 1U);
        QCOMPARE((*hits)[1].row, 2U);
        QCOMPARE((*hits)[2].row, 0U);
    }

    void givesBackWhatWasAdded()
    {
        VectorIndex index(3);
        QVERIFY(index.add(rowOf({1, -2, 0.1F})));
        const auto held = index.at(0);
        QCOMPARE(Vector(held.begin(), held.end()), rowOf({1, -2, 0.1F}));
        QVERIFY(index.at(1).empty());
        QVERIFY(index.remove(0));
        QVERIFY(index.at(0).empty());
    }

    void aVectorOfLengthZeroScoresZero()
    {
        VectorIndex index(2);
        QVERIFY(index.add(rowOf({-1, 0})));
        QVERIFY(index.add(rowOf({0, 0})));
        const auto hits = index.search(rowOf({1, 0}), 2);
        QCOMPARE((*hits)[0].row, 1U);
        QCOMPARE((*hits)[0].score, 0.0);
        QCOMPARE((*hits)[1].score, -1.0);
        const auto none = index.search(rowOf({0, 0}), 1);
        QCOMPARE(none->size(), std::size_t(1));
        QCOMPARE((*none)[0].row, 0U);
        QCOMPARE((*none)[0].score, 0.0);
    }

    void refusesWhatIsNoVector_data()
    {
        QTest::addColumn<QList<float>>("values");
        QTest::addColumn<QString>("why");
        const float inf = std::numeric_limits<float>::infinity();
        const float nan = std::numeric_limits<float>::quiet_NaN();
        QTest::newRow("short") << QList<float>{1, 2} << "A vector has 2 values, expected 3.";
        QTest::newRow("long") << QList<float>{1, 2, 3, 4} << "A vector has 4 values, expected 3.";
        QTest::newRow("none") << QList<float>{} << "A vector has 0 values, expected 3.";
        QTest::newRow("NaN") << QList<float>{1, nan, 3}
                             << "Value 1 of a vector is nan, expected a finite number.";
        QTest::newRow("infinite") << QList<float>{1, 2, -inf}
                                  << "Value 2 of a vector is -inf, expected a finite number.";
    }

    void refusesWhatIsNoVector()
    {
        QFETCH(QList<float>, values);
        QFETCH(QString, why);
        const Vector vector(values.begin(), values.end());
        VectorIndex index(3);
        QVERIFY(index.add(rowOf({1, 2, 3})));
        const auto added = index.add(vector);
        QVERIFY(!added);
        QCOMPARE(int(added.error().code), int(ErrorCode::InvalidArgument));
        QCOMPARE(QString::fromStdString(added.error().message), why);
        QVERIFY(!index.update(0, vector));
        QVERIFY(!index.search(vector, 1));
        QCOMPARE(index.size(), std::size_t(1));
        QCOMPARE(index.search(rowOf({1, 2, 3}), 1)->front().score, 1.0);
    }

    void whatIsRemovedIsNotFound()
    {
        VectorIndex index(2);
        QVERIFY(index.add(rowOf({1, 0})));
        QVERIFY(index.add(rowOf({1, 1})));
        QVERIFY(index.remove(0));
        QVERIFY(!index.remove(0));
        QVERIFY(!index.remove(7));
        QVERIFY(!index.contains(0));
        QCOMPARE(index.size(), std::size_t(1));
        QCOMPARE(index.search(rowOf({1, 0}), 5)->size(), std::size_t(1));
        const auto gone = index.update(0, rowOf({1, 0}));
        QVERIFY(!gone);
        QCOMPARE(int(gone.error().code), int(ErrorCode::NotFound));
        index.clear();
        QVERIFY(index.search(rowOf({1, 0}), 5)->empty());
    }

    void onlyTheGivenRowsAreScanned()
    {
        Random random;
        VectorIndex index(32);
        for (int i = 0; i < 3000; ++i)
            QVERIFY(index.add(random.vector(32)));
        QVERIFY(index.remove(30));
        const std::vector<VectorIndex::Row> rows = {2999, 5, 30, 1024, 99999, 7};
        memory::VectorScan scan;
        const auto hits = index.search(random.vector(32), 10, rows, &scan);
        QVERIFY(hits);
        QCOMPARE(scan.scanned, std::size_t(4));
        QCOMPARE(hits->size(), std::size_t(4));
        for (const VectorHit &hit : *hits)
            QVERIFY(std::find(rows.begin(), rows.end(), hit.row) != rows.end());
    }

    /// So much that its codes are read by several threads; those of given rows are read by one.
    void allAtOnceIsTheSameAsRowByRow()
    {
        Random random;
        const std::size_t dimensions = 1024;
        const std::size_t count = 10'000;
        VectorIndex index(dimensions);
        const Vector often = random.vector(dimensions);
        std::vector<VectorIndex::Row> rows;
        Vector values = random.vector(dimensions);
        for (std::size_t i = 0; i < count; ++i) {
            for (int n = 0; n < 200; ++n)
                values[random.below(dimensions)] = static_cast<float>(random.below(2001)) - 1000;
            const auto row = index.add(i % 97 == 0 ? often : values);
            QVERIFY(row);
            rows.push_back(*row);
        }
        for (int i = 0; i < 50; ++i)
            index.remove(static_cast<VectorIndex::Row>(random.below(count)));
        // Near the equal ones, which lie in all parts, near one, and near none.
        Vector near = often;
        near[3] += 1;
        for (const Vector &query : {near, values, random.vector(dimensions), often})
            for (const std::size_t k : {1u, 10u, 60u, 500u}) {
                memory::VectorScan scan;
                memory::VectorScan scanOfRows;
                const auto all = index.search(query, k, &scan);
                const auto byRows = index.search(query, k, rows, &scanOfRows);
                QVERIFY(all && byRows);
                QCOMPARE(all->size(), byRows->size());
                for (std::size_t i = 0; i < all->size(); ++i)
                    QVERIFY((*all)[i].row == (*byRows)[i].row
                            && (*all)[i].score == (*byRows)[i].score);
                QCOMPARE(scan.scanned, scanOfRows.scanned);
                QCOMPARE(scan.rescored, scanOfRows.rescored);
            }
    }

    void boundsRuleOutMostRows()
    {
        Random random;
        VectorIndex index(768);
        for (int i = 0; i < 2000; ++i)
            QVERIFY(index.add(random.vector(768)));
        memory::VectorScan scan;
        QVERIFY(index.search(random.vector(768), 10, &scan));
        QCOMPARE(scan.scanned, std::size_t(2000));
        QVERIFY2(scan.rescored < 400, qPrintable(QString::number(scan.rescored)));
    }

    void equalsTheTextbook_data()
    {
        QTest::addColumn<int>("dimensions");
        QTest::addColumn<int>("steps");
        QTest::newRow("1") << 1 << 300;
        QTest::newRow("2") << 2 << 2000;
        QTest::newRow("15") << 15 << 2000;
        QTest::newRow("16") << 16 << 2000;
        QTest::newRow("100") << 100 << 2000;
        QTest::newRow("768") << 768 << 1500;
        QTest::newRow("5000") << 5000 << 120;
    }

    /// Vectors are added, changed and removed, among them awkward ones, and searched with and without a filter, by both
    /// sets of kernels.
    void equalsTheTextbook()
    {
        QFETCH(int, dimensions);
        QFETCH(int, steps);
        Random random;
        const auto d = static_cast<std::size_t>(dimensions);
        VectorIndex index(d);
        VectorIndex plain(d, memory::scalarKernels());
        Held held;
        for (int step = 0; step < steps; ++step) {
            const Vector vector = random.oddVector(d, held);
            const std::size_t what = random.below(10);
            if (what < 7 || held.empty()) {
                const auto row = index.add(vector);
                QVERIFY(row);
                QCOMPARE(*plain.add(vector), *row);
                held.emplace_back(*row, vector);
            } else {
                const std::size_t at = random.below(held.size());
                const auto row = held[at].first;
                if (what == 7) {
                    QVERIFY(index.update(row, vector) && plain.update(row, vector));
                    held[at].second = vector;
                } else if (what == 8) {
                    QVERIFY(index.remove(row) && plain.remove(row));
                    held.erase(held.begin() + static_cast<std::ptrdiff_t>(at));
                }
            }
            if (step % 20 != 0)
                continue;
            const Vector query = random.oddVector(d, held);
            const std::size_t k = 1 + random.below(30);
            const auto hits = index.search(query, k);
            QVERIFY(hits);
            const std::string wrong = fault(*hits, held, query, k);
            QVERIFY2(wrong.empty(), wrong.c_str());
            QVERIFY(sameBits(*hits, *plain.search(query, k)));

            Held some;
            std::vector<VectorIndex::Row> rows;
            for (const auto &one : held) {
                if (random.below(4) == 0) {
                    some.push_back(one);
                    rows.push_back(one.first);
                }
            }
            std::reverse(rows.begin(), rows.end());
            const auto scoped = index.search(query, k, rows);
            QVERIFY(scoped);
            const std::string scopedWrong = fault(*scoped, some, query, k);
            QVERIFY2(scopedWrong.empty(), scopedWrong.c_str());
            QVERIFY(sameBits(*scoped, *plain.search(query, k, rows)));
        }
        QCOMPARE(index.size(), held.size());
    }

    void kernelsAgreeBitByBit_data()
    {
        QTest::addColumn<int>("number");
        const auto kernels = memory::allKernels();
        for (std::size_t i = 0; i < kernels.size(); ++i)
            QTest::newRow(kernels[i]->name) << static_cast<int>(i);
    }
    void kernelsAgreeBitByBit()
    {
        QFETCH(int, number);
        const memory::VectorKernels &scalar = memory::scalarKernels();
        const memory::VectorKernels &other =
            *memory::allKernels().at(static_cast<std::size_t>(number));
        Random random;
        for (std::size_t stride = 32; stride <= 1056; stride += 32) {
            const Vector row = random.vector(stride);
            const Vector asked = random.vector(stride);
            const std::vector<double> query(asked.begin(), asked.end());
            QCOMPARE(std::bit_cast<std::uint64_t>(other.dot(row.data(), query.data(), stride)),
                     std::bit_cast<std::uint64_t>(scalar.dot(row.data(), query.data(), stride)));
            constexpr std::size_t rows = 7;
            // All that 16 bits hold as long as the sums stay within 32.
            const int most = std::min<int>(32767, std::numeric_limits<std::int32_t>::max()
                                                      / (127 * static_cast<int>(stride)));
            std::vector<std::int8_t> codes(rows * stride);
            std::vector<std::int16_t> values(stride - random.below(16));
            for (auto &code : codes)
                code = static_cast<std::int8_t>(static_cast<int>(random.below(255)) - 127);
            for (auto &value : values)
                value = static_cast<std::int16_t>(
                    static_cast<int>(random.below(static_cast<std::size_t>(2 * most + 1))) - most);
            // Values of any size, then only the largest of either sign, which give the largest sums.
            for (const int all : {0, most, -most}) {
                if (all != 0)
                    std::fill(values.begin(), values.end(), static_cast<std::int16_t>(all));
                for (std::size_t j = 0; j < values.size(); ++j) {
                    codes[j] = values[j] < 0 ? -127 : 127;
                    codes[stride + j] = values[j] < 0 ? 127 : -127;
                }
                std::int32_t dots[rows];
                other.codeDots(codes.data(), rows, stride, memory::CodeQuery(values, stride), dots);
                for (std::size_t i = 0; i < rows; ++i) {
                    std::int32_t sum = 0;
                    for (std::size_t j = 0; j < values.size(); ++j)
                        sum += codes[i * stride + j] * values[j];
                    QCOMPARE(dots[i], sum);
                }
            }
        }
    }
};

ORRERY_TEST(TestVectorIndex)
#include "tst_vectorindex.moc"
