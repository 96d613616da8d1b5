// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/knowledge/records.h"
#include "core/store/sqlite.h"

#include <functional>
#include <memory>
#include <string>

namespace orrery::knowledge {

/// A knowledge base on disk: one SQLite file with a table each of entries, links and documents, in the order of first
/// storing. Used by one thread at a time.
class KnowledgeFile
{
public:
    static Result<std::unique_ptr<KnowledgeFile>> open(const std::string &path);

    /// With an entry comes a number that is higher the later it got its slug.
    Result<void> read(const std::function<void(Entry, std::int64_t)> &entry,
                      const std::function<void(Link)> &link,
                      const std::function<void(Document)> &document);
    /// `isLatest`: it is the latest that got its slug.
    Result<void> save(const Entry &entry, bool isLatest);
    Result<void> save(const Link &link);
    Result<void> save(const Document &document);
    Result<void> removeEntry(const std::string &id);
    Result<void> removeLink(const std::string &id);
    Result<void> removeDocument(const std::string &id);

private:
    explicit KnowledgeFile(store::Database database) : m_database(std::move(database)) {}
    Result<void> remove(const char *sql, const std::string &id);
    store::Database m_database;
};

} // namespace orrery::knowledge
