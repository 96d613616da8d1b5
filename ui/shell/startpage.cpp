// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/startpage.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plainlabel.h"

#include <QAction>
#include <QPushButton>
#include <QVBoxLayout>

namespace orrery::ui {

StartPage::StartPage(QAction *sample, QAction *openTeam, QAction *openJournal, QWidget *parent)
    : QWidget(parent)
{
    auto *column = new QVBoxLayout(this);
    column->setSpacing(metric::large);
    column->addStretch(2);
    auto *picture = new PlainLabel(this);
    picture->setPixmap(themedIcon(QStringLiteral("orrery")).pixmap(64, 64));
    picture->setAlignment(Qt::AlignCenter);
    column->addWidget(picture);
    auto *heading = new PlainLabel(tr("A team of agents, and everything it does"), this);
    heading->setProperty("heading", true);
    heading->setAlignment(Qt::AlignCenter);
    heading->setWordWrap(true);
    column->addWidget(heading);
    auto *text = new PlainLabel(
        tr("See who holds which lines, who is throttled and why, what memory returned and why. "
           "The sample team needs no key and no network."),
        this);
    text->setProperty("muted", true);
    text->setAlignment(Qt::AlignCenter);
    text->setWordWrap(true);
    column->addWidget(text);
    const auto add = [&](QAction *action, const char *look) {
        auto *button = new QPushButton(action->text(), this);
        button->setProperty(look, true);
        button->setAccessibleName(QString(action->text()).remove(QLatin1Char('&')));
        connect(button, &QPushButton::clicked, action, &QAction::trigger);
        column->addWidget(button, 0, Qt::AlignHCenter);
        return button;
    };
    add(openTeam, "primary")->setObjectName(QStringLiteral("startOpenTeam"));
    add(sample, "link")->setObjectName(QStringLiteral("startSample"));
    add(openJournal, "link");
    column->addStretch(3);
}

} // namespace orrery::ui
