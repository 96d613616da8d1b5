// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/emptystate.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plainlabel.h"

#include <QAction>
#include <QPushButton>
#include <QStackedLayout>
#include <QVBoxLayout>

namespace orrery::ui {
namespace {

QPushButton *buttonFor(QAction *action, const char *look, QWidget *parent)
{
    auto *button = new QPushButton(action->text(), parent);
    button->setProperty(look, true);
    button->setEnabled(action->isEnabled());
    button->setAccessibleName(QString(action->text()).remove(QLatin1Char('&')));
    QObject::connect(button, &QPushButton::clicked, action, &QAction::trigger);
    QObject::connect(action, &QAction::changed, button, [action, button] {
        button->setText(action->text());
        button->setAccessibleName(QString(action->text()).remove(QLatin1Char('&')));
        button->setEnabled(action->isEnabled());
    });
    return button;
}

} // namespace

EmptyState::EmptyState(const QString &icon, const QString &sentence, QAction *main, QAction *link,
                       QWidget *parent)
    : QWidget(parent)
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(metric::large, metric::medium, metric::large, metric::medium);
    column->setSpacing(metric::medium);
    column->addStretch();
    auto *picture = new PlainLabel(this);
    picture->setPixmap(themedIcon(icon).pixmap(28, 28));
    picture->setAlignment(Qt::AlignCenter);
    picture->setEnabled(false);
    column->addWidget(picture);
    auto *text = new PlainLabel(sentence, this);
    text->setProperty("muted", true);
    text->setWordWrap(true);
    text->setAlignment(Qt::AlignCenter);
    column->addWidget(text);
    if (main)
        column->addWidget(buttonFor(main, "button", this), 0, Qt::AlignHCenter);
    if (link)
        column->addWidget(buttonFor(link, "link", this), 0, Qt::AlignHCenter);
    column->addStretch();
}

EmptyStack::EmptyStack(EmptyState *empty, QWidget *content, QWidget *parent) : QWidget(parent)
{
    m_stack = new QStackedLayout(this);
    m_stack->addWidget(empty);
    m_stack->addWidget(content);
}

void EmptyStack::setEmpty(bool empty) { m_stack->setCurrentIndex(empty ? 0 : 1); }

bool EmptyStack::isEmpty() const { return m_stack->currentIndex() == 0; }

} // namespace orrery::ui
