// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/heightindex.h"

#include <algorithm>
#include <bit>

namespace orrery::ui {

namespace {

constexpr int kFirstEstimate = 80;

std::size_t lowestBit(std::size_t i) { return i & (~i + 1); }

} // namespace

int HeightIndex::estimate() const
{
    return m_measuredCount ? int(m_measuredSum / m_measuredCount) : kFirstEstimate;
}

void HeightIndex::append(Row row)
{
    m_rows.push_back(row);
    const std::size_t i = m_rows.size();
    qint64 sum = row.height;
    for (std::size_t part = 1; part < lowestBit(i); part *= 2)
        sum += m_sums[i - part];
    m_sums.push_back(sum);
}

void HeightIndex::rebuild()
{
    std::vector<Row> rows;
    rows.swap(m_rows);
    m_rows.reserve(rows.size());
    m_sums.assign(1, 0);
    for (const Row &row : rows)
        append(row);
}

void HeightIndex::reset(int rows)
{
    m_measuredSum = m_measuredCount = 0;
    m_rows.assign(std::size_t(rows), {estimate(), false});
    rebuild();
}

void HeightIndex::insert(int row, int count)
{
    const Row unknown{estimate(), false};
    if (m_sums.empty())
        m_sums.push_back(0);
    if (row == size()) {
        for (int i = 0; i < count; ++i)
            append(unknown);
        return;
    }
    m_rows.insert(m_rows.begin() + row, std::size_t(count), unknown);
    rebuild();
}

void HeightIndex::remove(int row, int count)
{
    m_rows.erase(m_rows.begin() + row, m_rows.begin() + row + count);
    rebuild();
}

void HeightIndex::measured(int row, int height)
{
    Row &known = m_rows[std::size_t(row)];
    for (std::size_t i = std::size_t(row) + 1; i < m_sums.size(); i += lowestBit(i))
        m_sums[i] += height - known.height;
    known = {height, true};
    m_measuredSum += height;
    ++m_measuredCount;
}

void HeightIndex::forget(int first, int last)
{
    for (int row = first; row <= std::min(last, size() - 1); ++row)
        m_rows[std::size_t(row)].isMeasured = false;
}

void HeightIndex::forgetAll() { forget(0, size() - 1); }

qint64 HeightIndex::top(int row) const
{
    qint64 sum = 0;
    for (std::size_t i = std::size_t(row); i > 0; i -= lowestBit(i))
        sum += m_sums[i];
    return sum;
}

int HeightIndex::rowAt(qint64 y) const
{
    if (m_rows.empty())
        return -1;
    std::size_t before = 0; // rows that end at or above y
    for (std::size_t part = std::bit_floor(m_rows.size()); part > 0; part /= 2)
        if (before + part < m_sums.size() && m_sums[before + part] <= y) {
            before += part;
            y -= m_sums[before];
        }
    return std::min(int(before), size() - 1);
}

} // namespace orrery::ui
