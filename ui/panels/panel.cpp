// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/panel.h"

#include <QVBoxLayout>

namespace orrery::ui {

void Panel::setContent(QWidget *content, const QString &icon, const QString &sentence,
                       const EmptyActions &actions)
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    m_stack =
        new EmptyStack(new EmptyState(icon, sentence, actions.main, actions.sample), content, this);
    column->addWidget(m_stack);
    m_stack->setEmpty(true);
}

void Panel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    emit shown();
}

} // namespace orrery::ui
