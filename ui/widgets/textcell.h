// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/plaintip.h"

namespace orrery::ui {

/// A cell of our tables: what is cut off is told by a tooltip, and the column of an agent's name has the agent's colour.
class TextCellDelegate : public PlainDelegate
{
    Q_OBJECT
public:
    using PlainDelegate::PlainDelegate;
    /// `colorRole` gives the colour's number, negative for none.
    void setAgentColumn(int column, int colorRole);

    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                   const QModelIndex &index) override;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override;

private:
    int m_agentColumn = -1;
    int m_colorRole = -1;
};

} // namespace orrery::ui
