// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"
#include "ui/widgets/meters.h"

#include <QTimer>

class QAbstractItemModel;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;
class QTabWidget;
class QToolButton;

namespace orrery::ui {

class SafeReader;

/// The entries of the knowledge base with a search, its health and its ingest queue; beside them the chosen entry, with
/// links that can be followed.
class KnowledgePanel : public Panel
{
    Q_OBJECT
public:
    explicit KnowledgePanel(const EmptyActions &actions, QWidget *parent = nullptr);

    /// `idRole` gives the id of the entry behind a row.
    void setEntries(QAbstractItemModel *model, int idRole);
    void setLinks(QAbstractItemModel *model, int idRole);
    void setIssues(QAbstractItemModel *model, int idRole);
    void setDocuments(QAbstractItemModel *model);
    QTableView *entriesTable() const { return m_entries; }
    QTableView *linksTable() const { return m_links; }
    QTableView *issuesTable() const { return m_issues; }
    QTableView *documentsTable() const { return m_documents; }
    SafeReader *reader() const { return m_reader; }

    /// An empty title shows that no entry has been chosen.
    void showPage(const QString &title, const QString &facts, const QString &summary,
                  const QString &markdown, bool canGoBack);
    /// Marks the row of the entry in the list, when it is there.
    void markEntry(const QString &id);
    void setHealth(QList<Meters::Meter> meters, const QString &sentence);
    void setCounts(int issues, int pending); ///< shown on the tabs
    void setIngestEnabled(bool enabled);
    void focusFilter() override;

signals:
    void queryChanged(const QString &text);
    void entryChosen(const QString &id);
    void nameFollowed(const QString &slug);
    void backRequested();
    void eventRequested(); ///< the event behind the shown entry
    /// The person wants documents put into the ingest queue; empty = asks for files.
    void ingestRequested(const QStringList &files);

protected:
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    QWidget *makeList();
    QWidget *makeReader();
    QTableView *addTable(QTabWidget *tabs, const QString &title, const QString &objectName);

    QTimer m_debounce;
    QLineEdit *m_query = nullptr;
    QPushButton *m_ingest = nullptr;
    QTabWidget *m_tabs = nullptr;
    QTableView *m_entries = nullptr;
    QTableView *m_issues = nullptr;
    QTableView *m_documents = nullptr;
    Meters *m_meters = nullptr;
    QLabel *m_health = nullptr;
    QToolButton *m_back = nullptr;
    QLabel *m_title = nullptr;
    QToolButton *m_event = nullptr;
    QLabel *m_facts = nullptr;
    QLabel *m_summary = nullptr;
    SafeReader *m_reader = nullptr;
    QLabel *m_address = nullptr;
    QTableView *m_links = nullptr;
    int m_entryRole = -1;
    bool m_marking = false;
};

} // namespace orrery::ui
