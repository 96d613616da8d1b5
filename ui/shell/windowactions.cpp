// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/windowactions.h"

#include "ui/theme/icons.h"

#include <QAction>
#include <QActionGroup>
#include <QWidget>

namespace orrery::ui {
namespace {

QAction *make(QWidget *owner, const QString &name, const QString &text, const QString &icon,
              const QString &tip, const QKeySequence &key = {})
{
    auto *action = new QAction(text, owner);
    action->setObjectName(name);
    if (!icon.isEmpty())
        action->setIcon(themedIcon(icon));
    const QString keyText =
        key.isEmpty() ? QString()
                      : QStringLiteral(" (%1)").arg(key.toString(QKeySequence::NativeText));
    action->setToolTip(tip + keyText);
    action->setShortcut(key);
    owner->addAction(action);
    return action;
}

} // namespace

WindowActions::WindowActions(QWidget *w)
{
    const auto tr = [](const char *text) { return QObject::tr(text); };
    openTeam =
        make(w, "openTeam", tr("&Open team…"), "open", tr("Open a team file"), QKeySequence::Open);
    begin = new QAction(openTeam->text(), w);
    openSample = make(w, "openSample", tr("Open &sample run"), "orrery",
                      tr("Open the sample team: scripted answers, real tools; no key, no network"));
    openJournal = make(w, "openJournal", tr("Open &journal…"), "events",
                       tr("Open the journal of an earlier run"),
                       QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O));
    localModels = make(w, "localModels", tr("&Local models…"), "search",
                       tr("Ask this machine which model servers run on it"),
                       QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_M));
    workspace = make(w, "workspace", tr("&Workspace…"), "folder",
                     tr("Choose the folder the tools work in"));
    quit = make(w, "quit", tr("&Quit"), {}, tr("Close the window"), QKeySequence::Quit);
    run = make(w, "run", tr("&Run"), "run", tr("Run the team, or go on after a pause"), Qt::Key_F5);
    pause = make(w, "pause", tr("&Pause"), "pause",
                 tr("Every agent finishes its current call, then holds"), Qt::Key_F6);
    stop = make(w, "stop", tr("S&top"), "stop", tr("Stop after the current calls"),
                QKeySequence(Qt::CTRL | Qt::Key_F5));
    stopNow = make(w, "stopNow", tr("Stop &now"), "stop-now",
                   tr("Abort requests and end tools at once; the journal is kept"),
                   QKeySequence(Qt::SHIFT | Qt::Key_F5));
    cancelAgent = make(w, "cancelAgent", tr("&Cancel its work"), "stop",
                       tr("End what the selected agent does; it stays in the team"),
                       QKeySequence(Qt::CTRL | Qt::Key_Period));
    clearAgent = make(w, "clearAgent", tr("C&lear its conversation"), {},
                      tr("The selected agent forgets its conversation; the journal keeps it"));
    saveAgent = make(w, "saveAgent", tr("&Save its context"), {},
                     tr("Write down now what the selected agent knows"));
    removeAgent = make(w, "removeAgent", tr("&Remove from the team"), {},
                       tr("The selected agent leaves; a message to it brings it back"));
    find = make(w, "find", tr("&Find in panel"), "search", tr("Go to the filter of the panel"),
                QKeySequence::Find);
    commands = make(w, "commands", tr("All &commands…"), "search",
                    tr("Find a command by a part of its name"),
                    QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P));
    goTo = make(w, "goTo", tr("&Go to…"), "search", tr("Go to an agent or a panel by its name"),
                QKeySequence(Qt::CTRL | Qt::Key_P));
    bottomPanels = make(w, "bottomPanels", tr("Panels at the &bottom"), {},
                        tr("Hide or show the panels below the conversation"), Qt::Key_Q);
    approvals = make(w, "approvals", tr("Go to &approval request"), "approval",
                     tr("Go to the request that waits"), Qt::Key_F4);
    earlier = make(w, "earlier", tr("&Earlier"), {},
                   tr("Show the moment of the event before, as the log shows them"),
                   QKeySequence(Qt::ALT | Qt::Key_Left));
    later = make(w, "later", tr("La&ter"), {}, tr("Show the moment of the next event in the log"),
                 QKeySequence(Qt::ALT | Qt::Key_Right));
    jumpToLive = make(w, "jumpToLive", tr("&Jump to live"), "live", tr("Show the present again"),
                      QKeySequence(Qt::CTRL | Qt::Key_L));
    resetLayout =
        make(w, "resetLayout", tr("&Reset to default layout"), {}, tr("Put every panel back"));
    toggleTheme =
        make(w, "toggleTheme", tr("Light or dark"), "theme", tr("Change between light and dark"),
             QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D));
    lightTheme = make(w, "lightTheme", tr("&Light"), {}, tr("Light theme"));
    darkTheme = make(w, "darkTheme", tr("&Dark"), {}, tr("Dark theme"));
    auto *themes = new QActionGroup(w);
    for (QAction *theme : {lightTheme, darkTheme}) {
        theme->setCheckable(true);
        themes->addAction(theme);
    }
    keys = make(w, "keys", tr("&Keys"), "info", tr("List every key"), Qt::Key_F1);
    keys->setShortcuts({QKeySequence(Qt::Key_F1), QKeySequence(Qt::Key_Question)});
    about = make(w, "about", tr("&About Orrery"), "orrery", tr("Version and licence"));
}

QList<QAction *> WindowActions::all() const
{
    return {openTeam,   openSample, openJournal, localModels,  workspace,   quit,
            run,        pause,      stop,        stopNow,      approvals,   cancelAgent,
            clearAgent, saveAgent,  removeAgent, find,         commands,    goTo,
            earlier,    later,      jumpToLive,  bottomPanels, resetLayout, toggleTheme,
            lightTheme, darkTheme,  keys,        about};
}

QList<QAction *> WindowActions::ofAgent() const
{
    return {cancelAgent, clearAgent, saveAgent, removeAgent};
}

} // namespace orrery::ui
