// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/decisions/records.h"
#include "core/store/sqlite.h"

#include <functional>
#include <memory>
#include <string>

namespace orrery::decisions {

/// A decision graph on disk: one SQLite file, a table of nodes and one of edges, each in the order of recording.
/// Used by one thread at a time.
class DecisionFile
{
public:
    static Result<std::unique_ptr<DecisionFile>> open(const std::string &path);

    Result<void> read(const std::function<void(Node)> &node, const std::function<void(Edge)> &edge);
    Result<void> save(const Node &node);
    Result<void> save(const Edge &edge);
    Result<void> save(const Node &node, const Edge &edge); ///< both or neither
    /// With all edges that begin or end at it.
    Result<void> removeNode(const std::string &id);

private:
    explicit DecisionFile(store::Database database) : m_database(std::move(database)) {}
    store::Database m_database;
};

} // namespace orrery::decisions
