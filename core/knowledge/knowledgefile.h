// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/knowledge/records.h"
#include "core/store/recordlog.h"
#include "core/store/usemark.h"

#include <functional>
#include <memory>
#include <string>

namespace orrery::knowledge {

/// A knowledge base on disk: one SQLite file with a table each of entries, links and documents, in the order of first
/// storing. Others may have it open as well. Used by one thread at a time.
class KnowledgeFile
{
public:
    static Result<std::unique_ptr<KnowledgeFile>> open(const std::string &path);

    /// Where a record stands in the file.
    struct Place {
        std::int64_t number = 0; ///< in the order of first storing
        std::int64_t stored = 0; ///< of an entry: higher the later it got its slug
    };
    /// Whom the records are handed to.
    struct Reader {
        std::function<void(Entry, Place)> entry;
        std::function<void(Link)> link;
        std::function<void(Document, Place)> document;
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
    /// Nobody had it open before, and nobody opens it before share().
    bool isAlone() const { return m_mark.isAlone(); }
    Result<void> share() { return m_mark.share(); }

    /// `isLatest`: it is the latest that got its slug.
    Result<Place> save(const Entry &entry, bool isLatest);
    Result<Place> save(const Link &link);
    Result<Place> save(const Document &document);
    Result<void> removeEntry(const std::string &id);
    Result<void> removeLink(const std::string &id);
    Result<void> removeDocument(const std::string &id);

private:
    KnowledgeFile(store::Database database, store::UseMark mark)
        : m_database(std::move(database)), m_log(m_database), m_mark(std::move(mark))
    {}
    Result<void> remove(const char *sql, const std::string &id);
    Result<void> readChange(const store::RecordLog::Change &change, const Reader &reader);

    store::Database m_database;
    store::RecordLog m_log;
    store::UseMark m_mark;
};

} // namespace orrery::knowledge
