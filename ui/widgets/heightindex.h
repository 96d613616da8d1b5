// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <cstdint>
#include <vector>

namespace orrery::ui {

/// The heights of rows that lie below one another, in pixels, and where each begins. A row that has not been measured
/// counts with an estimate: what it was last, or the mean of those that were measured. What is asked, and a change of one
/// row, costs O(log rows); new rows at the end O(log rows) each; others and what is removed O(rows).
class HeightIndex
{
public:
    int size() const { return int(m_rows.size()); }
    /// So many rows of which nothing is known.
    void reset(int rows);
    void insert(int row, int count);
    void remove(int row, int count);

    void measured(int row, int height);
    bool isMeasured(int row) const { return m_rows[std::size_t(row)].isMeasured; }
    /// What was measured is an estimate from now on.
    void forget(int first, int last);
    void forgetAll();

    int height(int row) const { return m_rows[std::size_t(row)].height; }
    /// Where a row begins; of size(): where the last one ends.
    qint64 top(int row) const;
    /// The row at that height: the first above all, the last below all, -1 when there is none.
    int rowAt(qint64 y) const;

private:
    struct Row {
        int height;
        bool isMeasured;
    };
    int estimate() const;
    void append(Row row);
    void rebuild();

    std::vector<Row> m_rows;
    /// A Fenwick tree: the element at i (from 1) has the sum of the heights of the i & -i rows that end with row i - 1.
    std::vector<qint64> m_sums;
    qint64 m_measuredSum = 0; ///< of all that was ever measured since the last reset
    qint64 m_measuredCount = 0;
};

} // namespace orrery::ui
