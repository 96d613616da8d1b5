// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/knowledge/knowledgetools.h"

#include "core/base/ids.h"
#include "core/base/isotime.h"
#include "core/knowledge/health.h"
#include "core/model/jsonfields.h"

#include <algorithm>
#include <chrono>

namespace orrery::knowledge {

namespace {

Json problem(const Error &error) { return {{"status", "error"}, {"message", error.message}}; }

Json notFound(const std::string &name)
{
    return {{"status", "not_found"}, {"message", "Entry '" + name + "' not found"}};
}

std::string textOf(const Json &args, const char *key)
{
    return field::text(args, key).value_or("");
}

std::size_t limitOf(const Json &args, std::int64_t fallback)
{
    const auto limit = field::integer(args, "limit").value_or(fallback);
    return static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 0, 1000));
}

std::optional<std::vector<std::string>> listOf(const Json &args, const char *key)
{
    if (const Json *value = field::find(args, key); value && value->is_array())
        return field::texts(args, key);
    return std::nullopt;
}

/// `2026-01-01T00:00:00Z`
std::string isoTime(std::int64_t ms)
{
    using namespace std::chrono;
    const sys_time<milliseconds> time{milliseconds(ms)};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{floor<seconds>(time - day)};
    IsoDateTime iso;
    iso.year = static_cast<int>(date.year());
    iso.month = static_cast<int>(static_cast<unsigned>(date.month()));
    iso.day = static_cast<int>(static_cast<unsigned>(date.day()));
    iso.hour = static_cast<int>(clock.hours().count());
    iso.minute = static_cast<int>(clock.minutes().count());
    iso.second = static_cast<int>(clock.seconds().count());
    return isoLocalTime(iso) + "Z";
}

} // namespace

KnowledgeTools::KnowledgeTools(KnowledgeBase &base, std::optional<std::string> kbId,
                               std::int64_t nowMs, Report report)
    : m_base(base), m_kbId(std::move(kbId)), m_nowMs(nowMs), m_report(std::move(report))
{}

/// In the own knowledge base first, then in any, then by id.
EntryPtr KnowledgeTools::resolve(const std::string &slugOrId) const
{
    if (auto own = m_base.entryBySlug(m_kbId, slugOrId))
        return own;
    if (auto any = m_base.entryBySlug(slugOrId))
        return any;
    return m_base.entry(slugOrId);
}

/// Models name a document by its title as readily as by its id. What is neither, or the title of several, stays.
std::string KnowledgeTools::documentId(const std::string &idOrTitle) const
{
    if (m_base.document(idOrTitle))
        return idOrTitle;
    std::string id;
    for (const DocumentPtr &document : m_base.documents(m_kbId)) {
        if (document->title != idOrTitle)
            continue;
        if (!id.empty())
            return idOrTitle;
        id = document->id;
    }
    return id.empty() ? idOrTitle : id;
}

EntryFilter KnowledgeTools::filterOf(const Json &args) const
{
    EntryFilter filter;
    filter.kbId = m_kbId;
    filter.type = entryTypeFromString(textOf(args, "entry_type"));
    filter.tags = listOf(args, "tags");
    filter.concepts = listOf(args, "concepts");
    return filter;
}

Json KnowledgeTools::search(const Json &args)
{
    EntryQuery query;
    query.text = textOf(args, "query");
    query.filter = filterOf(args);
    query.filter.concepts.reset(); // a search has no such filter
    query.limit = limitOf(args, 5);
    const auto begin = std::chrono::steady_clock::now();
    const auto hits = m_base.search(query);
    const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin);
    Json entries = Json::array();
    Json results = Json::array();
    for (const EntryHit &hit : hits) {
        const Entry &entry = *hit.entry;
        entries.push_back({{"slug", entry.slug},
                           {"title", entry.title},
                           {"summary", field::orNull(entry.summary)},
                           {"entry_type", toString(entry.type)},
                           {"concepts", entry.concepts},
                           {"tags", entry.tags},
                           {"confidence", entry.confidence},
                           {"score", rounded(hit.score, 4)}});
        results.push_back({{"id", entry.id},
                           {"slug", entry.slug},
                           {"title", entry.title},
                           {"title_score", hit.titleScore},
                           {"content_score", hit.contentScore},
                           {"score", hit.score}});
    }
    m_report(EventKind::KnowledgeSearched, {{"query", query.text},
                                            {"limit", query.limit},
                                            {"elapsed_us", elapsed.count()},
                                            {"results", std::move(results)}});
    return {{"status", "found"}, {"count", hits.size()}, {"entries", std::move(entries)}};
}

Json KnowledgeTools::read(const Json &args)
{
    const std::string name = textOf(args, "slug_or_id");
    const EntryPtr entry = resolve(name);
    if (!entry)
        return notFound(name);
    return {{"id", entry->id},
            {"slug", entry->slug},
            {"title", entry->title},
            {"content", entry->content},
            {"summary", field::orNull(entry->summary)},
            {"entry_type", toString(entry->type)},
            {"concepts", entry->concepts},
            {"tags", entry->tags},
            {"confidence", entry->confidence},
            {"source_doc_ids", entry->sourceDocIds},
            {"created_at", isoTime(entry->createdMs)},
            {"updated_at", isoTime(entry->updatedMs)}};
}

Json KnowledgeTools::list(const Json &args)
{
    auto found = m_base.entries(filterOf(args));
    found.resize(std::min(found.size(), limitOf(args, 20)));
    Json entries = Json::array();
    for (const EntryPtr &entry : found)
        entries.push_back({{"slug", entry->slug},
                           {"title", entry->title},
                           {"entry_type", toString(entry->type)},
                           {"concepts", entry->concepts},
                           {"tags", entry->tags}});
    return {{"status", "ok"}, {"count", found.size()}, {"entries", std::move(entries)}};
}

Json KnowledgeTools::ingest(const Json &args)
{
    Document document;
    document.id = newId("doc");
    document.title = textOf(args, "title");
    document.content = textOf(args, "content");
    document.type =
        documentTypeFromString(textOf(args, "doc_type")).value_or(DocumentType::Markdown);
    document.sourceUrl = field::text(args, "source_url");
    document.checksum = checksumOf(document.content);
    document.kbId = m_kbId;
    document.createdMs = document.updatedMs = m_nowMs;
    if (auto stored = m_base.storeDocument(document); !stored)
        return problem(stored.error());
    m_report(EventKind::KnowledgeSaved, {{"document", toJson(document)}, {"is_new", true}});
    return {{"status", "ingested"},
            {"id", document.id},
            {"title", document.title},
            {"checksum", document.checksum}};
}

Json KnowledgeTools::nextDocument()
{
    const auto taken = m_base.takePending(m_kbId, m_nowMs);
    if (!taken)
        return problem(taken.error());
    if (!*taken)
        return {{"status", "empty"}, {"message", "No document waits to be compiled."}};
    const Document &document = **taken;
    m_report(EventKind::KnowledgeSaved, {{"document", toJson(document)}, {"is_new", false}});
    return {{"status", "ok"},
            {"id", document.id},
            {"title", document.title},
            {"doc_type", toString(document.type)},
            {"source_url", field::orNull(document.sourceUrl)},
            {"content", document.content}};
}

Json KnowledgeTools::addEntry(const Json &args)
{
    Entry entry;
    entry.id = newId("entry");
    entry.title = textOf(args, "title");
    entry.slug = slugify(entry.title);
    entry.content = textOf(args, "content");
    entry.summary = field::text(args, "summary");
    entry.type = entryTypeFromString(textOf(args, "entry_type")).value_or(EntryType::Article);
    entry.concepts = field::texts(args, "concepts");
    entry.tags = field::texts(args, "tags");
    for (const std::string &name : field::texts(args, "source_doc_ids"))
        entry.sourceDocIds.push_back(documentId(name));
    entry.kbId = m_kbId;
    entry.createdMs = entry.updatedMs = m_nowMs;
    const auto stored = m_base.storeEntry(std::move(entry));
    if (!stored)
        return problem(stored.error());
    const Entry &made = **stored;
    m_report(EventKind::KnowledgeSaved, {{"entry", toJson(made)}, {"is_new", true}});
    for (const std::string &id : made.sourceDocIds)
        if (const auto compiled = m_base.addCompiled(id, made.id, m_nowMs))
            m_report(EventKind::KnowledgeSaved,
                     {{"document", toJson(**compiled)}, {"is_new", false}});
    return {{"status", "created"}, {"id", made.id}, {"slug", made.slug}, {"title", made.title}};
}

Json KnowledgeTools::link(const Json &args)
{
    const std::string fromName = textOf(args, "from_slug");
    const std::string toName = textOf(args, "to_slug");
    const EntryPtr from = resolve(fromName);
    const EntryPtr to = resolve(toName);
    if (!from || !to)
        return {{"status", "error"},
                {"message", "Could not find entry '" + fromName + "' or '" + toName + "'"}};
    Link link;
    link.id = newId("link");
    link.from = from->id;
    link.to = to->id;
    link.type = linkTypeFromString(textOf(args, "link_type")).value_or(LinkType::CrossReference);
    link.label = field::text(args, "label");
    link.kbId = m_kbId;
    link.createdMs = m_nowMs;
    if (auto stored = m_base.storeLink(link); !stored)
        return problem(stored.error());
    m_report(EventKind::KnowledgeLinked, {{"link", toJson(link)}});
    return {{"status", "linked"},
            {"id", link.id},
            {"from", from->slug},
            {"to", to->slug},
            {"link_type", toString(link.type)}};
}

Json KnowledgeTools::backlinks(const Json &args)
{
    const std::string name = textOf(args, "slug_or_id");
    const EntryPtr entry = resolve(name);
    if (!entry)
        return notFound(name);
    Json list = Json::array();
    for (const LinkPtr &link : m_base.backlinks(entry->id))
        if (const EntryPtr from = m_base.entry(link->from))
            list.push_back({{"slug", from->slug},
                            {"title", from->title},
                            {"link_type", toString(link->type)},
                            {"label", field::orNull(link->label)}});
    const std::size_t count = list.size();
    return {{"status", "ok"},
            {"entry", entry->slug},
            {"backlink_count", count},
            {"backlinks", std::move(list)}};
}

Json KnowledgeTools::healthCheck()
{
    const HealthReport report = checkHealth(m_base, m_kbId, m_nowMs);
    Json issues = Json::array();
    for (const HealthIssue &issue : report.issues)
        issues.push_back({{"type", toString(issue.type)},
                          {"description", issue.description},
                          {"severity", toString(issue.severity)}});
    return {{"status", "ok"},
            {"total_entries", report.entries},
            {"total_links", report.links},
            {"total_documents", report.documents},
            {"pending_documents", report.pendingDocuments},
            {"coverage_score", report.coverage},
            {"freshness_score", report.freshness},
            {"coherence_score", report.coherence},
            {"issue_count", report.issues.size()},
            {"issues", std::move(issues)}};
}

Json KnowledgeTools::generate(const Json &args)
{
    EntryQuery query;
    query.text = textOf(args, "topic");
    query.filter.kbId = m_kbId;
    query.limit = limitOf(args, 10);
    std::vector<EntryPtr> entries;
    for (EntryHit &hit : m_base.search(query))
        entries.push_back(std::move(hit.entry));
    const std::string type = field::text(args, "output_type").value_or("summary");
    return {{"status", "generated"},
            {"output_type", type},
            {"topic", query.text},
            {"entry_count", entries.size()},
            {"content", compose(type, query.text, entries)}};
}

} // namespace orrery::knowledge
