// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/knowledge/health.h"
#include "core/knowledge/knowledgebase.h"
#include "ui/viewmodels/agentroster.h"

#include <QAbstractTableModel>

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace orrery::ui {

/// Where a record comes from: the event that told it last.
struct KnowledgeOrigin {
    quint64 seq = 0;
    qint64 timeUs = 0;
    std::string agent;
    int colorIndex = -1;
};
using KnowledgeOrigins = std::unordered_map<std::string, KnowledgeOrigin>;

/// What the four models share: a list of rows that is replaced as a whole, with as few signals as that takes.
template <typename Row>
class KnowledgeTable : public QAbstractTableModel
{
public:
    using QAbstractTableModel::QAbstractTableModel;
    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }
    const Row &row(const QModelIndex &index) const
    {
        return m_rows[static_cast<std::size_t>(index.row())];
    }

    /// `same` tells whether two rows are of the same thing: then the row has changed, else it is another.
    template <typename Same>
    void setRows(std::vector<Row> rows, Same same)
    {
        const std::size_t kept = std::min(m_rows.size(), rows.size());
        bool extends = rows.size() >= m_rows.size();
        for (std::size_t i = 0; extends && i < kept; ++i)
            extends = same(m_rows[i], rows[i]);
        if (!extends) {
            beginResetModel();
            m_rows = std::move(rows);
            endResetModel();
            return;
        }
        const bool grows = rows.size() > kept;
        std::vector<Row> added(
            std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(kept)),
            std::make_move_iterator(rows.end()));
        rows.resize(kept);
        m_rows = std::move(rows);
        if (kept > 0)
            emit dataChanged(index(0, 0), index(static_cast<int>(kept) - 1, columnCount() - 1));
        if (!grows)
            return;
        beginInsertRows({}, static_cast<int>(kept), static_cast<int>(kept + added.size()) - 1);
        m_rows.insert(m_rows.end(), std::make_move_iterator(added.begin()),
                      std::make_move_iterator(added.end()));
        endInsertRows();
    }

protected:
    std::vector<Row> m_rows;
};

struct KnowledgeEntryRow {
    knowledge::EntryPtr entry;
    KnowledgeOrigin origin;
    std::size_t linksOut = 0, linksIn = 0;
    std::optional<knowledge::EntryHit> hit; ///< of a search
};

/// Entries as they came, or as a search found them.
class KnowledgeEntriesModel : public KnowledgeTable<KnowledgeEntryRow>
{
    Q_OBJECT
public:
    enum Column {
        Score,
        Title,
        Type,
        Confidence,
        Links,
        Sources,
        Tags,
        Agent,
        Updated,
        ColumnCount
    };
    enum Roles {
        IdRole = Qt::UserRole + 1,
        SlugRole,
        ScoreRole,
        ConfidenceRole,
        ColorIndexRole,
        SeqRole
    };
    using KnowledgeTable::KnowledgeTable;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;
};

struct KnowledgeLinkRow {
    knowledge::LinkPtr link;
    bool isBacklink = false;
    std::string otherId;
    QString other; ///< title of the entry at the other end, or its id when it is not there
    bool isThere = false;
};

/// The links of the entry in the reader, its own before those that lead to it.
class KnowledgeLinksModel : public KnowledgeTable<KnowledgeLinkRow>
{
    Q_OBJECT
public:
    enum Column { Direction, Entry, Type, Label, ColumnCount };
    enum Roles { EntryIdRole = Qt::UserRole + 1, IsThereRole };
    using KnowledgeTable::KnowledgeTable;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;
};

/// What the health check found, the worst first.
class KnowledgeIssuesModel : public KnowledgeTable<knowledge::HealthIssue>
{
    Q_OBJECT
public:
    enum Column { Severity, Type, Description, Action, ColumnCount };
    enum Roles { EntryIdRole = Qt::UserRole + 1 };
    using KnowledgeTable::KnowledgeTable;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;
};

struct KnowledgeDocumentRow {
    knowledge::DocumentPtr document;
    qint64 bytes = 0;
    KnowledgeOrigin origin;
};

/// The documents and how far they are on their way to entries.
class KnowledgeDocumentsModel : public KnowledgeTable<KnowledgeDocumentRow>
{
    Q_OBJECT
public:
    enum Column { Title, Type, Status, Size, Entries, Agent, Updated, ColumnCount };
    enum Roles { IdRole = Qt::UserRole + 1, StatusRole, ColorIndexRole, SeqRole };
    using KnowledgeTable::KnowledgeTable;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;
};

/// `see_also` as words: `see also`.
QString inWords(std::string_view name);

} // namespace orrery::ui
