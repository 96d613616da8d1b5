// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>

namespace orrery::ui {

/// A table of what happened, in order, with a line below the moment that is looked at: what came later is there, but pale.
class LogTable : public QTableView
{
    Q_OBJECT
public:
    using QTableView::QTableView;
    /// The last row that belongs to the moment; -1 = all do, and there is no line; -2 = none does.
    void setMoment(int row);
    int moment() const { return m_moment; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    int m_moment = -1;
};

} // namespace orrery::ui
