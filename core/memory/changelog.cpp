// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/changelog.h"

namespace orrery::memory {

Result<void> ChangeLog::begin()
{
    auto last = m_database.prepare("SELECT coalesce(max(number), 0) FROM changes");
    if (!last)
        return fail(last.error());
    if (const auto row = last->step(); !row)
        return fail(row.error());
    m_seen = last->integer(0);
    return {};
}

Result<std::optional<std::vector<ChangeLog::Change>>> ChangeLog::news()
{
    if (!m_isPrepared) {
        auto made = m_database.prepare("SELECT number, row, rows, vectors FROM changes"
                                       " WHERE number > ? ORDER BY number");
        if (!made)
            return fail(made.error());
        m_select = std::move(*made);
        m_isPrepared = true;
    }
    // A statement that is not at its end would keep an old state of the file.
    m_select.reset();
    m_select.bind(1, m_seen);
    std::vector<Change> changes;
    std::int64_t last = m_seen;
    while (true) {
        const auto row = m_select.step();
        if (!row) {
            m_select.reset();
            return fail(row.error());
        }
        if (!*row)
            break;
        const std::int64_t number = m_select.integer(0);
        // The numbers have no gaps but what was cut off.
        if (number != last + 1) {
            m_select.reset();
            return std::nullopt;
        }
        last = number;
        changes.push_back({m_select.integer(1), static_cast<int>(m_select.integer(2)),
                           static_cast<int>(m_select.integer(3))});
    }
    m_select.reset();
    m_seen = last;
    return changes;
}

} // namespace orrery::memory
