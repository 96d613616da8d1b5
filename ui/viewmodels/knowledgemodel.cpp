// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/knowledgemodel.h"

#include "ui/format/format.h"
#include "ui/viewmodels/fields.h"

#include <algorithm>

namespace orrery::ui {
namespace {

constexpr std::size_t mostResults = 200;
constexpr std::size_t mostHistory = 100;

std::unique_ptr<knowledge::KnowledgeBase> emptyBase()
{
    return std::move(*knowledge::KnowledgeBase::open(""));
}

} // namespace

KnowledgeModel::KnowledgeModel(AgentRoster &roster, QObject *parent)
    : QObject(parent), m_roster(roster), m_base(emptyBase())
{}

void KnowledgeModel::apply(const std::vector<EventPtr> &batch)
{
    for (const EventPtr &event : batch) {
        m_roster.learn(*event);
        learn(*event);
        m_nowMs = event->timeUs / 1000;
    }
    if (std::exchange(m_changed, false))
        refresh();
}

void KnowledgeModel::learn(const Event &event)
{
    const Fields data(event.data);
    switch (event.kind) {
    case EventKind::KnowledgeLoaded:
        for (const Json &document : data.list("documents"))
            saveDocument(document, event);
        for (const Json &entry : data.list("entries"))
            saveEntry(entry, event);
        for (const Json &json : data.list("links"))
            if (auto link = knowledge::linkFromJson(json))
                static_cast<void>(m_base->storeLink(std::move(*link)));
        break;
    case EventKind::KnowledgeSaved:
        if (data.has("document"))
            saveDocument(data.json("document"), event);
        else
            saveEntry(data.json("entry"), event);
        break;
    case EventKind::KnowledgeLinked:
        if (auto link = knowledge::linkFromJson(data.json("link")))
            static_cast<void>(m_base->storeLink(std::move(*link)));
        break;
    case EventKind::KnowledgeDeleted: {
        const std::string id(data.view("id"));
        const auto what = data.view("what");
        static_cast<void>(what == "entry"  ? m_base->deleteEntry(id)
                          : what == "link" ? m_base->deleteLink(id)
                                           : m_base->deleteDocument(id));
        break;
    }
    default: return;
    }
    m_changed = true;
}

void KnowledgeModel::saveEntry(const Json &json, const Event &event)
{
    auto entry = knowledge::entryFromJson(json);
    if (!entry)
        return;
    m_origins[entry->id] = {event.seq, event.timeUs, event.agent, m_roster.colorIndex(event.agent)};
    static_cast<void>(m_base->storeEntry(std::move(*entry)));
}

void KnowledgeModel::saveDocument(const Json &json, const Event &event)
{
    auto document = knowledge::documentFromJson(json);
    if (!document)
        return;
    // Its content is in no event; the size stands for it.
    document->content = std::to_string(Fields(json).count("bytes"));
    m_origins[document->id] = {event.seq, event.timeUs, event.agent,
                               m_roster.colorIndex(event.agent)};
    static_cast<void>(m_base->storeDocument(std::move(*document)));
}

void KnowledgeModel::reset()
{
    m_base = emptyBase();
    m_origins.clear();
    m_history.clear();
    m_nowMs = 0;
    m_changed = false;
    // The entry in the reader is kept by its id: when the time cursor moves it comes again.
    refresh();
}

void KnowledgeModel::refresh()
{
    std::vector<KnowledgeEntryRow> rows;
    const auto add = [&](const knowledge::EntryPtr &entry, std::optional<knowledge::EntryHit> hit) {
        rows.push_back({entry, m_origins[entry->id], m_base->outlinks(entry->id).size(),
                        m_base->backlinks(entry->id).size(), std::move(hit)});
    };
    if (m_query.isEmpty()) {
        for (const knowledge::EntryPtr &entry : m_base->entries())
            add(entry, std::nullopt);
    } else {
        knowledge::EntryQuery query;
        query.text = m_query.toStdString();
        query.limit = mostResults;
        for (knowledge::EntryHit &hit : m_base->search(query)) {
            const knowledge::EntryPtr entry = hit.entry;
            add(entry, std::move(hit));
        }
    }
    m_entries.setRows(std::move(rows),
                      [](const auto &a, const auto &b) { return a.entry->id == b.entry->id; });

    std::vector<KnowledgeDocumentRow> documents;
    for (const knowledge::DocumentPtr &document : m_base->documents())
        documents.push_back({document, std::strtoll(document->content.c_str(), nullptr, 10),
                             m_origins[document->id]});
    m_documents.setRows(std::move(documents), [](const auto &a, const auto &b) {
        return a.document->id == b.document->id;
    });

    m_health = checkHealth(*m_base, std::nullopt, m_nowMs);
    auto issues = m_health.issues;
    std::stable_sort(issues.begin(), issues.end(),
                     [](const auto &a, const auto &b) { return a.severity > b.severity; });
    m_issues.setRows(std::move(issues), [](const auto &a, const auto &b) {
        return a.entryId == b.entryId && a.documentId == b.documentId && a.type == b.type;
    });
    emit healthChanged();
    showPage();
}

void KnowledgeModel::setQuery(const QString &text)
{
    const QString trimmed = text.trimmed();
    if (trimmed == m_query)
        return;
    m_query = trimmed;
    refresh();
}

void KnowledgeModel::showEntry(const QString &id)
{
    const std::string wanted = id.toStdString();
    if (wanted == m_shown || (!wanted.empty() && !m_base->entry(wanted)))
        return;
    if (!m_shown.empty()) {
        m_history.push_back(m_shown);
        if (m_history.size() > mostHistory)
            m_history.erase(m_history.begin());
    }
    m_shown = wanted;
    showPage();
}

void KnowledgeModel::showSlug(const QString &slug)
{
    if (const auto entry = m_base->entryBySlug(slug.toStdString()))
        showEntry(toQString(entry->id));
    else
        showEntry(slug);
}

void KnowledgeModel::goBack()
{
    while (!m_history.empty()) {
        m_shown = m_history.back();
        m_history.pop_back();
        if (m_base->entry(m_shown))
            break;
    }
    showPage();
}

void KnowledgeModel::showPage()
{
    std::vector<KnowledgeLinkRow> rows;
    for (const bool isBacklink : {false, true}) {
        for (const auto &link :
             isBacklink ? m_base->backlinks(m_shown) : m_base->outlinks(m_shown)) {
            const std::string &other = isBacklink ? link->from : link->to;
            const auto entry = m_base->entry(other);
            rows.push_back({link, isBacklink, other,
                            format::oneLine(toQString(entry ? entry->title : other)),
                            entry != nullptr});
        }
    }
    if (!m_base->entry(m_shown))
        rows.clear();
    m_links.setRows(std::move(rows), [](const auto &a, const auto &b) {
        return a.link->id == b.link->id && a.isBacklink == b.isBacklink;
    });
    emit pageShown();
}

KnowledgePage KnowledgeModel::page() const
{
    const auto entry = m_base->entry(m_shown);
    if (!entry)
        return {};
    const auto origin = m_origins.find(entry->id);
    KnowledgePage page;
    page.id = toQString(entry->id);
    page.slug = toQString(entry->slug);
    page.title = format::oneLine(toQString(entry->title));
    page.content = toQString(entry->content);
    if (entry->summary)
        page.summary = toQString(*entry->summary);
    QStringList facts{inWords(toString(entry->type)),
                      tr("confidence %1").arg(entry->confidence, 0, 'f', 2)};
    if (!entry->tags.empty()) {
        QStringList tags;
        for (const std::string &tag : entry->tags)
            tags << QLatin1Char('#') + toQString(tag);
        facts << tags.join(QLatin1Char(' '));
    }
    if (!entry->concepts.empty())
        facts << tr("on %1").arg(
            format::counted(qint64(entry->concepts.size()), tr("concept"), tr("concepts")));
    if (origin != m_origins.end()) {
        page.seq = origin->second.seq;
        if (!origin->second.agent.empty())
            facts << tr("by %1").arg(toQString(origin->second.agent));
    }
    facts << format::clockTime(entry->updatedMs * 1000);
    page.facts = facts.join(QStringLiteral(" · "));
    return page;
}

QString KnowledgeModel::healthSentence() const
{
    if (m_health.entries == 0 && m_health.documents == 0)
        return {};
    const auto counted = [](std::size_t number, const QString &one, const QString &many) {
        return format::counted(qint64(number), one, many);
    };
    return tr("%1, %2, %3, %4 pending")
        .arg(counted(m_health.entries, tr("entry"), tr("entries")),
             counted(m_health.links, tr("link"), tr("links")),
             counted(m_health.documents, tr("document"), tr("documents")),
             QString::number(m_health.pendingDocuments));
}

} // namespace orrery::ui
