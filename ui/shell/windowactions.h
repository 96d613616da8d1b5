// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>

class QAction;
class QWidget;

namespace orrery::ui {

/// Every command of the window, made once; menus, toolbar and empty panels show the same actions.
struct WindowActions {
    explicit WindowActions(QWidget *owner);

    QAction *openTeam;
    QAction *
        begin; ///< what an empty panel offers: open a team, or run the one that is there; in no menu
    QAction *openSample;
    QAction *openJournal;
    QAction *localModels;
    QAction *workspace;
    QAction *quit;
    QAction *run;
    QAction *pause;
    QAction *stop;
    QAction *stopNow;
    // About the selected agent.
    QAction *cancelAgent;
    QAction *clearAgent;
    QAction *saveAgent;
    QAction *removeAgent;
    QAction *find;
    QAction *commands;
    QAction *goTo;
    QAction *bottomPanels;
    QAction *approvals;
    QAction *earlier;
    QAction *later;
    QAction *jumpToLive;
    QAction *resetLayout;
    QAction *toggleTheme;
    QAction *lightTheme;
    QAction *darkTheme;
    QAction *keys;
    QAction *about;

    QList<QAction *> all() const;
    QList<QAction *> ofAgent() const; ///< what one may do to the selected agent
};

} // namespace orrery::ui
