// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"
#include "ui/widgets/claimmap.h"

class QAbstractItemModel;
class QModelIndex;
class QTableView;

namespace orrery::ui {

/// The claim map, and below it the same as a table.
class ClaimsPanel : public Panel
{
    Q_OBJECT
public:
    explicit ClaimsPanel(const EmptyActions &actions, QWidget *parent = nullptr);
    ClaimMap *map() const { return m_map; }
    QTableView *table() const { return m_table; }
    void setModel(QAbstractItemModel *model);
    void setReleaseEnabled(bool enabled);
    void focusFilter() override;

signals:
    /// Of the claim in this row of the model.
    void releaseRequested(const QModelIndex &index);

private:
    ClaimMap *m_map;
    QTableView *m_table;
    QAction *m_release;
};

} // namespace orrery::ui
