// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/decisions/decisiongraph.h"

#include <mutex>
#include <optional>

namespace orrery::decisions {

/// A change of a decision graph: from begin() on what is in memory is what is in the file, and nobody else writes, in
/// this program or another. What was saved is written by commit(), all or nothing, and then put into memory.
class DecisionGraph::Writing
{
public:
    explicit Writing(DecisionGraph &graph)
        : m_graph(graph), m_file(graph.m_fileMutex), m_memory(graph.m_mutex)
    {}

    Result<void> begin()
    {
        if (!m_graph.m_file)
            return {};
        auto transaction = m_graph.m_file->beginWriting();
        if (!transaction)
            return fail(transaction.error());
        m_transaction.emplace(std::move(*transaction));
        return m_graph.takeIn();
    }

    Result<void> commit()
    {
        if (!m_transaction)
            return {};
        auto transaction = std::move(*m_transaction);
        m_transaction.reset();
        return m_graph.m_file->commit(std::move(transaction));
    }

    /// Saves the edge, if there is one, and commits.
    Result<void> write(const Edge *edge)
    {
        if (edge && m_graph.m_file)
            if (auto saved = m_graph.m_file->save(*edge); !saved)
                return saved;
        return commit();
    }
    /// Saves node and edge and commits. The node's place; 0 without a file.
    Result<std::int64_t> write(const Node &node, const Edge *edge = nullptr)
    {
        const auto place = m_graph.m_file ? m_graph.m_file->save(node) : Result<std::int64_t>(0);
        if (!place)
            return place;
        if (auto done = write(edge); !done)
            return fail(done.error());
        return place;
    }

private:
    DecisionGraph &m_graph;
    const std::unique_lock<std::mutex> m_file;
    const std::unique_lock<std::shared_mutex> m_memory;
    std::optional<store::WriteTransaction> m_transaction; // last, so that it ends before the locks
};

} // namespace orrery::decisions
