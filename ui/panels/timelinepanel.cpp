// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/timelinepanel.h"

#include "ui/theme/theme.h"
#include "ui/timeline/timelinelegend.h"
#include "ui/widgets/plainlabel.h"

#include <QStackedWidget>
#include <QVBoxLayout>

namespace orrery::ui {

TimelinePanel::TimelinePanel(const EmptyActions &actions, QWidget *parent) : Panel(parent)
{
    auto *content = new QWidget;
    auto *column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_timeline = new TimelineWidget(content);
    m_timeline->setObjectName(QStringLiteral("timeline"));
    m_foot = new QStackedWidget(content);
    m_foot->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Maximum);
    m_sums = new PlainLabel(m_foot);
    m_sums->setObjectName(QStringLiteral("timelineSums"));
    m_sums->setAccessibleName(tr("Sums of the chosen range"));
    m_sums->setFont(smallFont(font()));
    m_sums->setMargin(metric::small);
    m_sums->setIndent(metric::small);
    m_sums->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_sums->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_foot->addWidget(new TimelineLegend(m_foot));
    m_foot->addWidget(m_sums);
    column->addWidget(m_timeline, 1);
    column->addWidget(m_foot);
    connect(m_timeline, &TimelineWidget::rangeChanged, this, &TimelinePanel::showSums);
    setContent(content, QStringLiteral("rate"),
               tr("What each agent did when, and what it waited for."), actions);
}

QString TimelinePanel::sums() const
{
    return m_foot->currentWidget() == m_sums ? m_sums->text() : QString();
}

void TimelinePanel::showSums()
{
    const TimelineScene &scene = m_timeline->scene();
    const auto range = m_timeline->range();
    m_foot->setCurrentIndex(range ? 1 : 0);
    if (range)
        m_sums->setText(sumsText(scene, sumsOf(scene.timeline, *range, scene.nowUs), *range));
}

} // namespace orrery::ui
