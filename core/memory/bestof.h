// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace orrery::memory {

/// Keeps the best `k` of many scored rows; of equal scores the lower row is the better one. O(log k) for what gets in,
/// O(1) for what does not.
class BestOf
{
public:
    struct Item {
        double score;
        std::uint32_t row;
    };

    explicit BestOf(std::size_t k) : m_most(k) { m_items.reserve(k + 1); }

    /// What scores no more than this and has a higher row than all before does not get in.
    double floor() const
    {
        return m_items.empty() || m_items.size() < m_most ? -std::numeric_limits<double>::infinity()
                                                          : m_items.front().score;
    }

    void offer(double score, std::uint32_t row)
    {
        const Item item{score, row};
        if (m_items.size() == m_most && (m_most == 0 || !better(item, m_items.front())))
            return;
        m_items.push_back(item);
        std::push_heap(m_items.begin(), m_items.end(), better);
        if (m_items.size() > m_most) {
            std::pop_heap(m_items.begin(), m_items.end(), better);
            m_items.pop_back();
        }
    }

    /// Best first; leaves nothing behind.
    std::vector<Item> take()
    {
        std::sort(m_items.begin(), m_items.end(), better);
        return std::move(m_items);
    }

private:
    static bool better(const Item &a, const Item &b)
    {
        return a.score > b.score || (a.score == b.score && a.row < b.row);
    }
    std::size_t m_most;
    std::vector<Item> m_items; ///< a heap with the worst on top
};

} // namespace orrery::memory
