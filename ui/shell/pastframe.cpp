// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/pastframe.h"

#include "ui/theme/theme.h"

#include <QEvent>
#include <QPainter>

namespace orrery::ui {

PastFrame::PastFrame(QWidget *window) : QWidget(window)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    hide();
    window->installEventFilter(this);
}

void PastFrame::paintEvent(QPaintEvent *)
{
    constexpr int width = 2;
    QPainter painter(this);
    painter.setPen(QPen(tokens(palette()).warn, width));
    painter.drawRect(rect().adjusted(width / 2, width / 2, -width / 2, -width / 2));
}

bool PastFrame::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == parent()
        && (event->type() == QEvent::Resize || event->type() == QEvent::LayoutRequest)) {
        resize(parentWidget()->size());
        raise();
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace orrery::ui
