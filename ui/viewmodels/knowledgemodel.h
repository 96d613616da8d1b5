// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/knowledge/health.h"
#include "core/knowledge/knowledgebase.h"
#include "ui/viewmodels/knowledgetables.h"
#include "ui/viewmodels/projection.h"

#include <QObject>

#include <memory>

namespace orrery::ui {

/// The entry in the reader, in words.
struct KnowledgePage {
    QString id;
    QString slug;
    QString title;
    QString content; ///< Markdown, by a model: not to be trusted
    QString summary;
    QString facts; ///< type, confidence, tags, who and when, in one line
    quint64 seq = 0;
};

/// The team's knowledge base as the events tell it. It holds its entries in a store of its own, so that search, links and
/// health are those of the core at whatever moment is shown. Owns the four models that the panel shows.
class KnowledgeModel : public QObject, public Projection
{
    Q_OBJECT
public:
    explicit KnowledgeModel(AgentRoster &roster, QObject *parent = nullptr);

    KnowledgeEntriesModel *entries() { return &m_entries; }
    KnowledgeLinksModel *links() { return &m_links; }
    KnowledgeIssuesModel *issues() { return &m_issues; }
    KnowledgeDocumentsModel *documents() { return &m_documents; }
    bool isEmpty() const
    {
        return m_entries.rowCount() == 0 && m_documents.rowCount() == 0 && m_query.isEmpty();
    }

    void apply(const std::vector<EventPtr> &batch) override;
    void reset() override;

    /// What the list shows: entries that are like this text, best first; all as they came when it is empty.
    void setQuery(const QString &text);
    QString query() const { return m_query; }

    /// Shows an entry in the reader; one that is not there changes nothing. Empty = none.
    void showEntry(const QString &id);
    void showSlug(const QString &slug); ///< as it stands in a link
    void goBack();                      ///< to the entry that was shown before
    bool canGoBack() const { return !m_history.empty(); }
    KnowledgePage page() const; ///< empty id = none

    const knowledge::HealthReport &health() const { return m_health; }
    QString healthSentence() const; ///< the scores in one line, empty without entries and documents

signals:
    void pageShown(); ///< another entry, or the shown one changed
    void healthChanged();

private:
    void learn(const Event &event);
    void saveEntry(const Json &json, const Event &event);
    void saveDocument(const Json &json, const Event &event);
    void refresh();
    void showPage();

    AgentRoster &m_roster;
    std::unique_ptr<knowledge::KnowledgeBase> m_base;
    KnowledgeOrigins m_origins;
    KnowledgeEntriesModel m_entries;
    KnowledgeLinksModel m_links;
    KnowledgeIssuesModel m_issues;
    KnowledgeDocumentsModel m_documents;
    knowledge::HealthReport m_health;
    QString m_query;
    std::string m_shown; ///< id
    std::vector<std::string> m_history;
    qint64 m_nowMs = 0; ///< of the last event
    bool m_changed = false;
};

} // namespace orrery::ui
