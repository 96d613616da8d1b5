// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

namespace orrery::ui {

/// The span of rows that a batch changed, so that views are told once.
class RowChanges
{
public:
    void touch(int row)
    {
        m_first = m_first < 0 ? row : std::min(m_first, row);
        m_last = std::max(m_last, row);
    }
    /// First and last changed row among the first `known` ones; forgets everything.
    std::optional<std::pair<int, int>> take(int known)
    {
        const int first = std::exchange(m_first, -1);
        const int last = std::min(std::exchange(m_last, -1), known - 1);
        if (first < 0 || first > last)
            return std::nullopt;
        return std::pair(first, last);
    }

private:
    int m_first = -1;
    int m_last = -1;
};

} // namespace orrery::ui
