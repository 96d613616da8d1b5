// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewmodels/eventsmodel.h"
#include "ui/viewmodels/eventsummary.h"

#include <QAbstractProxyModel>
#include <QTimer>

#include <optional>
#include <vector>

namespace orrery::ui {

/// The events that match a text, a kind and an agent. Looks through the log in slices of half a
/// frame, so that a long one never blocks the window; new events cost only themselves. Order is the
/// log's own.
class EventsFilterModel : public QAbstractProxyModel
{
    Q_OBJECT
public:
    explicit EventsFilterModel(EventsModel &source, QObject *parent = nullptr);

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &child) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QModelIndex mapToSource(const QModelIndex &proxyIndex) const override;
    QModelIndex mapFromSource(const QModelIndex &sourceIndex) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

    /// `text` is looked for in kind, agent and summary, without regard to case; all its words must
    /// be there. `kind` is a group (`Tool`), a kind (`tool_started`), or with a minus all kinds but one
    /// (`-model_delta`). Empty = everything.
    void setFilter(const QString &text, const QString &kind = {}, const QString &agent = {});
    QString text() const { return m_text; }
    QString kind() const { return m_kind; }
    QString agent() const { return m_agent; }
    bool isScanning() const { return m_scanned < m_source.rowCount(); }
    /// The last row that is at or before that row of the source; -1 when there is none.
    int rowAtOrBefore(int sourceRow) const;

signals:
    void filterChanged();
    void scanFinished();

private:
    bool passesAll() const;
    bool accepts(const Event &event) const;
    void scan();

    EventsModel &m_source;
    QString m_text, m_kind, m_agent;
    QStringList m_words;
    std::string m_agentName;
    std::optional<EventGroup> m_group;
    std::optional<EventKind> m_exactKind;
    bool m_isExcluded = false; ///< all but m_exactKind
    std::vector<int> m_rows;   ///< source rows, ascending
    int m_scanned = 0;         ///< source rows looked at
    QTimer m_timer;
};

} // namespace orrery::ui
