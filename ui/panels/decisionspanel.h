// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"
#include "ui/widgets/decisionmap.h"

class QAbstractItemModel;
class QAction;
class QLabel;
class QScrollArea;
class QSplitter;
class QTabWidget;
class QTreeView;

namespace orrery::ui {

/// What the team decided and why: as a graph and, of equal rank, as an outline; below, the chosen node in words.
class DecisionsPanel : public Panel
{
    Q_OBJECT
public:
    enum class Export { Mermaid, Json, Svg };

    explicit DecisionsPanel(const EmptyActions &actions, QWidget *parent = nullptr);

    /// `idRole` gives the id of the node behind a row.
    void setModel(QAbstractItemModel *model, int idRole);
    DecisionMap *map() const { return m_map; }
    QTreeView *outline() const { return m_outline; }
    /// The node that is shown below and marked in both views; empty = none. `row` is its row in the outline.
    void showNode(const QString &id, const QModelIndex &row);
    void setDetails(const QString &label, const QString &facts, const QString &body);
    /// Large graphs are read in the outline, until the person chooses otherwise.
    void setNodeCount(int count);
    bool hidesTurnedDown() const;
    bool showsOnlyPath() const;
    void focusFilter() override;

signals:
    void nodeChosen(const QString &id);
    void nodeActivated(const QString &id); ///< the event that recorded it is wanted
    void viewChanged();                    ///< hidesTurnedDown() or showsOnlyPath()
    void exportRequested(Export format);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    QSplitter *m_split = nullptr;
    QWidget *makeDetails();
    QWidget *makeTools();

    DecisionMap *m_map;
    QTreeView *m_outline;
    QTabWidget *m_tabs;
    QLabel *m_label = nullptr;
    QLabel *m_facts = nullptr;
    QLabel *m_body = nullptr;
    QScrollArea *m_details = nullptr;
    QAction *m_onlyPath;
    QAction *m_hide;
    int m_idRole = -1;
    bool m_viewIsChosen = false; ///< by the person
    bool m_showing = false;      ///< what is chosen comes from outside
};

} // namespace orrery::ui
