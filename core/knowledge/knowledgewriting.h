// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/knowledge/knowledgebase.h"

#include <mutex>
#include <optional>

namespace orrery::knowledge {

/// A change of a knowledge base: from begin() on what is in memory is what is in the file, and nobody else writes, in
/// this program or another. What was saved is written by commit(), and then put into memory.
class KnowledgeBase::Writing
{
public:
    explicit Writing(KnowledgeBase &base)
        : m_base(base), m_file(base.m_fileMutex), m_memory(base.m_mutex)
    {}

    Result<void> begin()
    {
        if (!m_base.m_file)
            return {};
        auto transaction = m_base.m_file->beginWriting();
        if (!transaction)
            return fail(transaction.error());
        m_transaction.emplace(std::move(*transaction));
        return m_base.takeIn();
    }

    Result<void> commit()
    {
        if (!m_transaction)
            return {};
        auto transaction = std::move(*m_transaction);
        m_transaction.reset();
        return m_base.m_file->commit(std::move(transaction));
    }

    /// Saves the record and commits. Its place; number 0 without a file.
    template <typename Record>
    Result<KnowledgeFile::Place> write(const Record &record)
    {
        if (!m_base.m_file)
            return KnowledgeFile::Place();
        const auto place = m_base.m_file->save(record);
        if (!place)
            return place;
        if (auto done = commit(); !done)
            return fail(done.error());
        return place;
    }

private:
    KnowledgeBase &m_base;
    const std::unique_lock<std::mutex> m_file;
    const std::unique_lock<std::shared_mutex> m_memory;
    std::optional<store::WriteTransaction> m_transaction; // last, so that it ends before the locks
};

} // namespace orrery::knowledge
