// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/pulsestrip.h"

#include "ui/format/foreign.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plaintip.h"

#include <QHBoxLayout>
#include <QStyle>
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
    m_items.insert(id, {button, {}, {}, Level::Plain});
}

void PulseStrip::setItem(const QString &id, const QString &text, const QString &toolTip,
                         Level level)
{
    const auto item = m_items.find(id);
    if (item == m_items.end())
        return;
    QToolButton *button = item->button;
    // Several times a second nothing has changed.
    if (item->text != text) {
        item->text = text;
        button->setText(format::buttonText(format::name(text)));
        button->setAccessibleDescription(text);
    }
    if (item->tip != toolTip) {
        item->tip = toolTip;
        setTip(button, toolTip);
    }
    if (item->level != level) {
        item->level = level;
        button->setProperty("alert", level == Level::Alert);
        button->style()->unpolish(button);
        button->style()->polish(button);
    }
    button->setVisible(!text.isEmpty());
}

QString PulseStrip::text(const QString &id) const { return m_items.value(id).text; }

} // namespace orrery::ui
