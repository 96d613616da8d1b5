// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/decisions/decisiongraph.h"
#include "ui/viewmodels/agentroster.h"
#include "ui/viewmodels/decisionlayout.h"
#include "ui/viewmodels/projection.h"

#include <QAbstractItemModel>

#include <memory>
#include <unordered_map>
#include <vector>

namespace orrery::ui {

/// What the map of decisions paints: plain values, a copy.
struct DecisionMapData {
    struct Box {
        QString id, label, rationale;
        decisions::NodeType type = decisions::NodeType::Decision;
        decisions::NodeStatus status = decisions::NodeStatus::Active;
        double confidence = -1; ///< negative = not known
        QString agent, monogram;
        int agentIndex = -1;
        int older = 0; ///< nodes that it superseded
        DecisionPlace place;
    };
    struct Arrow {
        int from = 0, to = 0; ///< of boxes
        decisions::EdgeType type = decisions::EdgeType::LeadsTo;
    };
    std::vector<Box> boxes;
    std::vector<Arrow> arrows;
};

/// The chosen node, in words.
struct DecisionDetails {
    QString id, label, rationale;
    QString facts;                    ///< type, status, confidence, who and when, in one line
    QStringList followsFrom, leadsTo; ///< `chosen: Round to the nearest cent`
    quint64 seq = 0;                  ///< of the event that recorded it
};

/// The decision graph as the events tell it, as a tree: a node is below the first node that leads to it, at the top when
/// there is none. What else leads to it is in the map and the details. It holds the graph in a store of its own, so that
/// walks and exports are those of the core at whatever moment is shown.
class DecisionsModel : public QAbstractItemModel, public Projection
{
    Q_OBJECT
public:
    enum Column { Label, Type, Status, Confidence, Agent, When, Rationale, ColumnCount };
    enum Roles {
        IdRole = Qt::UserRole + 1,
        TypeRole,
        StatusRole,
        ConfidenceRole,
        ColorIndexRole,
        SeqRole
    };

    explicit DecisionsModel(AgentRoster &roster, QObject *parent = nullptr);
    ~DecisionsModel() override;

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

    void apply(const std::vector<EventPtr> &batch) override;
    void reset() override;

    int nodeCount() const { return static_cast<int>(m_items.size()); }
    QModelIndex indexOf(const QString &id) const; ///< invalid when it is not there

    /// What the map leaves out.
    struct View {
        bool hideTurnedDown = false; ///< rejected and superseded nodes, with what only they lead to
        QString onlyPathTo; ///< a node, its ancestors and its descendants; empty = everything
    };
    DecisionMapData mapData(const View &view) const;
    DecisionDetails details(const QString &id) const; ///< empty id when it is not there
    QString mermaid() const;
    QString json() const;

signals:
    void graphChanged(); ///< once a batch

private:
    struct Item {
        decisions::NodePtr node;
        quint64 seq = 0;
        int parent = -1;
        int row = 0; ///< among the children of its parent
        std::vector<int> children;
    };
    void learn(const Event &event);
    void record(const Json &json, const Event &event);
    void link(const Json &json);
    void refresh();
    std::vector<Item> makeItems() const;
    const std::vector<int> &childrenOf(int item) const
    {
        return item < 0 ? m_top : m_items[static_cast<std::size_t>(item)].children;
    }

    AgentRoster &m_roster;
    std::unique_ptr<decisions::DecisionGraph> m_graph;
    std::unordered_map<std::string, quint64> m_seqs;
    std::vector<Item> m_items; ///< in the order of recording
    std::vector<int> m_top;
    std::unordered_map<std::string, int> m_itemById;
    bool m_changed = false;
};

/// `Goal`, `Decision`, …
QString nodeTypeWord(decisions::NodeType type);
/// `active`, `completed`, …
QString nodeStatusWord(decisions::NodeStatus status);

} // namespace orrery::ui
