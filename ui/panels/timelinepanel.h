// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"
#include "ui/timeline/timelinewidget.h"

class QLabel;
class QStackedWidget;

namespace orrery::ui {

/// The timeline, and below it what its colours mean, or what the chosen range adds up to.
class TimelinePanel : public Panel
{
    Q_OBJECT
public:
    explicit TimelinePanel(const EmptyActions &actions, QWidget *parent = nullptr);
    TimelineWidget *timeline() const { return m_timeline; }
    QString sums() const; ///< of the chosen range, in two lines; empty when there is none
    void focusFilter() override { m_timeline->setFocus(); }

private:
    void showSums();

    TimelineWidget *m_timeline;
    QStackedWidget *m_foot;
    QLabel *m_sums;
};

} // namespace orrery::ui
