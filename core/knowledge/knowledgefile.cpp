// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/knowledge/knowledgefile.h"

#include "core/store/recordfile.h"

namespace orrery::knowledge {

namespace {

const store::RecordFormat &format()
{
    static const store::RecordFormat format{
        "a knowledge base of Orrery",
        0x4f524b42, // "ORKB"
        {"CREATE TABLE entries(place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT "
         "NULL, slug TEXT NOT NULL, content TEXT NOT NULL, summary TEXT, type TEXT NOT NULL, "
         "concepts TEXT NOT NULL, tags TEXT NOT NULL, confidence REAL NOT NULL, sources TEXT NOT "
         "NULL, kb_id TEXT, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, verified_ms "
         "INTEGER, stored INTEGER NOT NULL);"
         "CREATE INDEX entries_by_slug ON entries(slug);"
         "CREATE INDEX entries_by_stored ON entries(stored);"
         "CREATE TABLE links(place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, from_id TEXT NOT "
         "NULL, to_id TEXT NOT NULL, type TEXT NOT NULL, label TEXT, weight REAL NOT NULL, kb_id "
         "TEXT, created_ms INTEGER NOT NULL);"
         "CREATE INDEX links_by_source ON links(from_id);"
         "CREATE INDEX links_by_target ON links(to_id);"
         "CREATE TABLE documents(place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT "
         "NOT NULL, content TEXT NOT NULL, type TEXT NOT NULL, source_url TEXT, status TEXT NOT "
         "NULL, problem TEXT NOT NULL, checksum TEXT NOT NULL, entry_ids TEXT NOT NULL, kb_id "
         "TEXT, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL);",
         store::RecordLog::schema({"entries", "links", "documents"})}};
    return format;
}

constexpr const char *kEntries =
    "SELECT id, title, slug, content, summary, type, concepts, tags, confidence, sources, kb_id,"
    " created_ms, updated_ms, verified_ms, place, stored FROM entries";
constexpr const char *kLinks =
    "SELECT id, from_id, to_id, type, label, weight, kb_id, created_ms FROM links";
constexpr const char *kDocuments =
    "SELECT id, title, content, type, source_url, status, problem, checksum, entry_ids, kb_id,"
    " created_ms, updated_ms, place FROM documents";

std::string dump(const std::vector<std::string> &list)
{
    return Json(list).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::string> listOf(const std::string &text)
{
    std::vector<std::string> list;
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_array())
        for (const Json &item : json)
            if (item.is_string())
                list.push_back(item.get<std::string>());
    return list;
}

std::optional<std::string> textOrNothing(const store::Statement &row, int column)
{
    return row.isNull(column) ? std::nullopt : std::optional(row.text(column));
}

void bindOrNull(store::Statement &statement, int index, const std::optional<std::string> &text)
{
    if (text)
        statement.bind(index, *text);
    else
        statement.bindNull(index);
}

Result<void> run(Result<store::Statement> &statement)
{
    const auto done = statement->step();
    if (!done)
        return fail(done.error());
    return {};
}

/// From these columns on; only an entry has the second.
KnowledgeFile::Place placeOf(const store::Statement &row, int column)
{
    return {row.integer(column), row.integer(column + 1)};
}

Result<KnowledgeFile::Place> placed(store::Statement &statement, int column)
{
    const auto row = statement.step();
    if (!row)
        return fail(row.error());
    const KnowledgeFile::Place place = placeOf(statement, column);
    // The row is written once the statement has ended.
    if (const auto end = statement.step(); !end)
        return fail(end.error());
    return place;
}

Entry readEntry(const store::Statement &row)
{
    Entry entry;
    entry.id = row.text(0);
    entry.title = row.text(1);
    entry.slug = row.text(2);
    entry.content = row.text(3);
    entry.summary = textOrNothing(row, 4);
    entry.type = entryTypeFromString(row.text(5)).value_or(EntryType::Article);
    entry.concepts = listOf(row.text(6));
    entry.tags = listOf(row.text(7));
    entry.confidence = row.real(8);
    entry.sourceDocIds = listOf(row.text(9));
    entry.kbId = textOrNothing(row, 10);
    entry.createdMs = row.integer(11);
    entry.updatedMs = row.integer(12);
    if (!row.isNull(13))
        entry.verifiedMs = row.integer(13);
    return entry;
}

Link readLink(const store::Statement &row)
{
    Link link;
    link.id = row.text(0);
    link.from = row.text(1);
    link.to = row.text(2);
    link.type = linkTypeFromString(row.text(3)).value_or(LinkType::CrossReference);
    link.label = textOrNothing(row, 4);
    link.weight = row.real(5);
    link.kbId = textOrNothing(row, 6);
    link.createdMs = row.integer(7);
    return link;
}

Document readDocument(const store::Statement &row)
{
    Document document;
    document.id = row.text(0);
    document.title = row.text(1);
    document.content = row.text(2);
    document.type = documentTypeFromString(row.text(3)).value_or(DocumentType::Text);
    document.sourceUrl = textOrNothing(row, 4);
    document.status = documentStatusFromString(row.text(5)).value_or(DocumentStatus::Pending);
    document.problem = row.text(6);
    document.checksum = row.text(7);
    document.entryIds = listOf(row.text(8));
    document.kbId = textOrNothing(row, 9);
    document.createdMs = row.integer(10);
    document.updatedMs = row.integer(11);
    return document;
}

} // namespace

Result<std::unique_ptr<KnowledgeFile>> KnowledgeFile::open(const std::string &path)
{
    auto database = store::openRecordFile(path, format());
    if (!database)
        return fail(database.error());
    auto mark = store::UseMark::set(path);
    if (!mark)
        return fail(mark.error());
    return std::unique_ptr<KnowledgeFile>(
        new KnowledgeFile(std::move(*database), std::move(*mark)));
}

Result<void> KnowledgeFile::read(const Reader &reader)
{
    const store::ReadTransaction oneState(m_database);
    const auto last = m_log.last();
    if (!last)
        return fail(last.error());
    m_log.seen(*last);
    auto done = store::eachRow(
        m_database, kEntries + std::string(" ORDER BY place"),
        [&](const store::Statement &row) { reader.entry(readEntry(row), placeOf(row, 14)); });
    if (done)
        done = store::eachRow(m_database, kLinks + std::string(" ORDER BY place"),
                              [&](const store::Statement &row) { reader.link(readLink(row)); });
    if (done)
        done = store::eachRow(m_database, kDocuments + std::string(" ORDER BY place"),
                              [&](const store::Statement &row) {
                                  reader.document(readDocument(row), placeOf(row, 12));
                              });
    return done;
}

Result<void> KnowledgeFile::readChange(const store::RecordLog::Change &change, const Reader &reader)
{
    const char *sql = change.table == "entries" ? kEntries
                      : change.table == "links" ? kLinks
                                                : kDocuments;
    auto select = m_database.prepare(std::string(sql) + " WHERE id = ?");
    if (!select)
        return fail(select.error());
    select->bind(1, change.id);
    const auto row = select->step();
    if (!row)
        return fail(row.error());
    if (!*row)
        return {};
    if (change.table == "entries")
        reader.entry(readEntry(*select), placeOf(*select, 14));
    else if (change.table == "links")
        reader.link(readLink(*select));
    else
        reader.document(readDocument(*select), placeOf(*select, 12));
    return {};
}

Result<bool> KnowledgeFile::hasNews()
{
    const auto news = m_log.news();
    return news ? Result<bool>(!news->isNothing()) : fail(news.error());
}

Result<bool> KnowledgeFile::readNews(const Reader &reader)
{
    const auto news = m_log.news();
    if (!news)
        return fail(news.error());
    if (news->isTooMuch)
        return true;
    // Handed over once all of them were read.
    std::vector<std::function<void()>> puts;
    const Reader collect{[&](Entry entry, Place place) {
                             puts.push_back([=, &reader] { reader.entry(entry, place); });
                         },
                         [&](Link link) { puts.push_back([=, &reader] { reader.link(link); }); },
                         [&](Document document, Place place) {
                             puts.push_back([=, &reader] { reader.document(document, place); });
                         },
                         {}};
    for (const store::RecordLog::Change &change : news->changes)
        if (auto read = readChange(change, collect); !read)
            return fail(read.error());
    for (const store::RecordLog::Change &change : news->changes)
        reader.removed(change.table, change.id);
    for (const auto &put : puts)
        put();
    m_log.seen(news->last);
    return false;
}

Result<store::WriteTransaction> KnowledgeFile::beginWriting()
{
    return store::WriteTransaction::begin(m_database);
}

Result<void> KnowledgeFile::commit(store::WriteTransaction transaction)
{
    // Before others can write: what was noted since the news were read is our own.
    const auto last = m_log.last();
    if (!last)
        return fail(last.error());
    auto done = transaction.commit();
    if (done)
        m_log.seen(*last);
    return done;
}

Result<KnowledgeFile::Place> KnowledgeFile::save(const Entry &entry, bool isLatest)
{
    const std::string next = "(SELECT COALESCE(MAX(stored), 0) + 1 FROM entries)";
    auto put = m_database.prepare(
        "INSERT INTO entries(id, title, slug, content, summary, type, concepts, tags, confidence, "
        "sources, kb_id, created_ms, updated_ms, verified_ms, stored) "
        "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
        + next
        + ") ON CONFLICT(id) DO UPDATE SET title=excluded.title, slug=excluded.slug, "
          "content=excluded.content, summary=excluded.summary, type=excluded.type, "
          "concepts=excluded.concepts, tags=excluded.tags, confidence=excluded.confidence, "
          "sources=excluded.sources, kb_id=excluded.kb_id, created_ms=excluded.created_ms, "
          "updated_ms=excluded.updated_ms, verified_ms=excluded.verified_ms"
        + (isLatest ? ", stored=excluded.stored" : "") + " RETURNING place, stored");
    if (!put)
        return fail(put.error());
    put->bind(1, entry.id);
    put->bind(2, entry.title);
    put->bind(3, entry.slug);
    put->bind(4, entry.content);
    bindOrNull(*put, 5, entry.summary);
    put->bind(6, toString(entry.type));
    put->bind(7, dump(entry.concepts));
    put->bind(8, dump(entry.tags));
    put->bind(9, entry.confidence);
    put->bind(10, dump(entry.sourceDocIds));
    bindOrNull(*put, 11, entry.kbId);
    put->bind(12, entry.createdMs);
    put->bind(13, entry.updatedMs);
    if (entry.verifiedMs)
        put->bind(14, *entry.verifiedMs);
    return placed(*put, 0);
}

Result<KnowledgeFile::Place> KnowledgeFile::save(const Link &link)
{
    // As in memory, a replaced link comes last.
    auto put =
        m_database.prepare("INSERT OR REPLACE INTO links(id, from_id, to_id, type, label, "
                           "weight, kb_id, created_ms) VALUES(?,?,?,?,?,?,?,?) RETURNING place");
    if (!put)
        return fail(put.error());
    put->bind(1, link.id);
    put->bind(2, link.from);
    put->bind(3, link.to);
    put->bind(4, toString(link.type));
    bindOrNull(*put, 5, link.label);
    put->bind(6, link.weight);
    bindOrNull(*put, 7, link.kbId);
    put->bind(8, link.createdMs);
    return placed(*put, 0);
}

Result<KnowledgeFile::Place> KnowledgeFile::save(const Document &document)
{
    auto put = m_database.prepare(
        "INSERT INTO documents(id, title, content, type, source_url, status, problem, checksum, "
        "entry_ids, kb_id, created_ms, updated_ms) VALUES(?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) "
        "DO UPDATE SET title=excluded.title, content=excluded.content, type=excluded.type, "
        "source_url=excluded.source_url, status=excluded.status, problem=excluded.problem, "
        "checksum=excluded.checksum, entry_ids=excluded.entry_ids, kb_id=excluded.kb_id, "
        "created_ms=excluded.created_ms, updated_ms=excluded.updated_ms RETURNING place");
    if (!put)
        return fail(put.error());
    put->bind(1, document.id);
    put->bind(2, document.title);
    put->bind(3, document.content);
    put->bind(4, toString(document.type));
    bindOrNull(*put, 5, document.sourceUrl);
    put->bind(6, toString(document.status));
    put->bind(7, document.problem);
    put->bind(8, document.checksum);
    put->bind(9, dump(document.entryIds));
    bindOrNull(*put, 10, document.kbId);
    put->bind(11, document.createdMs);
    put->bind(12, document.updatedMs);
    return placed(*put, 0);
}

Result<void> KnowledgeFile::remove(const char *sql, const std::string &id)
{
    auto statement = m_database.prepare(sql);
    if (!statement)
        return fail(statement.error());
    statement->bind(1, id);
    return run(statement);
}

Result<void> KnowledgeFile::removeEntry(const std::string &id)
{
    return remove("DELETE FROM entries WHERE id = ?", id);
}

Result<void> KnowledgeFile::removeLink(const std::string &id)
{
    return remove("DELETE FROM links WHERE id = ?", id);
}

Result<void> KnowledgeFile::removeDocument(const std::string &id)
{
    return remove("DELETE FROM documents WHERE id = ?", id);
}

} // namespace orrery::knowledge
