// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/decisions/records.h"
#include "core/store/recordlog.h"

#include <functional>
#include <memory>
#include <string>

namespace orrery::decisions {

/// A decision graph on disk: one SQLite file, a table of nodes and one of edges, each in the order of recording. Others
/// may have it open as well. Used by one thread at a time.
class DecisionFile
{
public:
    static Result<std::unique_ptr<DecisionFile>> open(const std::string &path);

    /// Whom the records are handed to.
    struct Reader {
        std::function<void(Node, std::int64_t place)> node;
        std::function<void(Edge)> edge;
        /// It is gone, or comes again.
        std::function<void(const std::string &table, const std::string &id)> removed;
    };
    Result<void> read(const Reader &reader);
    Result<bool> hasNews();
    /// What others have written since the last reading or writing, each record once. True when that is more than is
    /// known of, so that all must be read again. Records that were
    /// changed are first removed, all of them, so that no two ever stand in one place.
    Result<bool> readNews(const Reader &reader);

    /// Nobody else writes until commit(); news are to be read first.
    Result<store::WriteTransaction> beginWriting();
    Result<void> commit(store::WriteTransaction transaction);
    Result<std::int64_t> save(const Node &node); ///< its place in the order of recording
    Result<void> save(const Edge &edge);
    /// With all edges that begin or end at it.
    Result<void> removeNode(const std::string &id);

private:
    explicit DecisionFile(store::Database database)
        : m_database(std::move(database)), m_log(m_database)
    {}
    Result<void> readChange(const store::RecordLog::Change &change, const Reader &reader);

    store::Database m_database;
    store::RecordLog m_log;
};

} // namespace orrery::decisions
