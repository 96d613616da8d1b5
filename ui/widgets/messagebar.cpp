// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/messagebar.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plaintip.h"
#include "ui/widgets/plainlabel.h"

#include <QHBoxLayout>
#include <QStyle>
#include <QToolButton>

namespace orrery::ui {

MessageBar::MessageBar(QWidget *parent) : QFrame(parent)
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(metric::large, metric::small, metric::medium, metric::small);
    row->setSpacing(metric::medium);
    m_icon = new PlainLabel(this);
    row->addWidget(m_icon, 0, Qt::AlignVCenter);
    m_text = new PlainLabel(this);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setTextFormat(Qt::PlainText);
    row->addWidget(m_text, 1);
    m_close = new QToolButton(this);
    m_close->setProperty("flat", true);
    m_close->setIcon(themedIcon(QStringLiteral("close")));
    m_close->setAccessibleName(tr("Close the message"));
    setTip(m_close, tr("Close the message"));
    m_close->setFocusPolicy(Qt::StrongFocus);
    connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
    row->addWidget(m_close, 0, Qt::AlignVCenter);
    hide();
}

void MessageBar::show(Level level, const QString &text, bool closable)
{
    const Tokens &t = tokens(palette());
    const bool info = level == Level::Info;
    setProperty("bar", info ? "info" : level == Level::Warning ? "warning" : "error");
    style()->unpolish(this);
    style()->polish(this);
    m_icon->setPixmap(iconPixmap(info ? QStringLiteral("info") : QStringLiteral("warning"), 16,
                                 info                      ? t.accent
                                 : level == Level::Warning ? t.warn
                                                           : t.error));
    m_text->setText(text);
    setAccessibleName(text);
    m_close->setVisible(closable);
    QFrame::show();
}

QString MessageBar::text() const { return isHidden() ? QString() : m_text->text(); }

} // namespace orrery::ui
