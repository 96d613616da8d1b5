// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/pulsestrip.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QHBoxLayout>
#include <QToolButton>

namespace orrery::ui {

PulseStrip::PulseStrip(QWidget *parent) : QWidget(parent)
{
    m_row = new QHBoxLayout(this);
    m_row->setContentsMargins(metric::medium, 2, metric::medium, 2);
    m_row->setSpacing(metric::small);
    m_row->addStretch();
}

void PulseStrip::addItem(const QString &id, const QString &icon, const QString &name)
{
    auto *button = new QToolButton(this);
    button->setObjectName(QStringLiteral("pulse.") + id);
    button->setProperty("flat", true);
    button->setIcon(themedIcon(icon));
    button->setIconSize({14, 14});
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAccessibleName(name);
    button->hide();
    connect(button, &QToolButton::clicked, this, [this, id] { emit activated(id); });
    m_row->insertWidget(m_row->count() - 1, button);
    m_items.insert(id, button);
}

void PulseStrip::setItem(const QString &id, const QString &text, const QString &toolTip)
{
    QToolButton *button = m_items.value(id);
    if (!button)
        return;
    if (button->text() != text)
        button->setText(text);
    button->setToolTip(toolTip);
    button->setAccessibleDescription(text);
    button->setVisible(!text.isEmpty());
}

QString PulseStrip::text(const QString &id) const
{
    const QToolButton *button = m_items.value(id);
    return button ? button->text() : QString();
}

} // namespace orrery::ui
