// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"
#include "core/store/sqlite.h"

#include <array>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace orrery::store {

/// Puts events into the tables of a journal, in the format that it has. Used by one thread, in its transactions.
class EventInsert
{
public:
    /// In a transaction of the caller: the file gets the kinds that it does not know yet.
    static Result<EventInsert> open(Database &database, std::int64_t format);

    Result<void> insert(const std::vector<EventPtr> &group);
    /// What was inserted since the last call is in the file, or is not.
    void hasEnded(bool isCommitted);

private:
    EventInsert() = default;
    Result<void> nameKinds(Database &database);
    Result<void> prepare(Database &database);
    Result<std::int64_t> kindOf(const Event &event);
    Result<std::int64_t> nameOf(const std::string &name);
    Result<void> bindNames(const Event &event);
    Result<void> bindColumns(const Event &event);
    Result<void> bindData(int index, const std::string &data);
    Result<void> insert(const Event &event);

    bool m_hasColumns = true;
    std::array<std::int64_t, static_cast<std::size_t>(EventKind::Count)> m_kinds{};
    std::map<std::string, std::int64_t> m_otherKinds; ///< that this program does not know
    std::int64_t m_nextKind = 0, m_nextName = 1;
    std::int64_t m_committedKind = 0, m_committedName = 1;
    /// Those met lately. One that is met again after it was forgotten gets another number: readers go by the text.
    std::unordered_map<std::string, std::int64_t> m_names;
    Statement m_event, m_payload, m_kind, m_name, m_holder;
};

} // namespace orrery::store
