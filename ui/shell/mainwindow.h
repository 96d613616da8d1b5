// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/teamrun.h"
#include "ui/shell/windowactions.h"
#include "ui/theme/theme.h"

#include <QMainWindow>

#include <memory>

class QDockWidget;
class QLineEdit;
class QSettings;
class QStackedWidget;

namespace orrery::ui {

class CursorPill;
class MessageBar;
class PastFrame;
class PulseStrip;
class RunView;
struct Panels;

/// What the window is told from outside; everything may be empty.
struct WindowOptions {
    QString sampleTeam; ///< the team file that `Open sample run` opens
    QString runsFolder; ///< where workspaces and journals of runs go that have none given
    QString version;
    QString settingsFile; ///< an INI file; empty = the user's settings
};

/// The one window: docks around a conversation, a toolbar of commands, a message bar, and the pulse strip. Owns the run
/// that it shows. Lives on the GUI thread.
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    explicit MainWindow(WindowOptions options, QWidget *parent = nullptr);
    ~MainWindow() override;

    /// Reads a team file and shows its team, ready to run. False, with the error in the message bar, otherwise.
    bool openTeam(const QString &file);
    bool openJournal(const QString &file);
    void setTask(const QString &task);
    void setWorkspace(const QString &folder);
    void setJournal(const QString &file);
    void setApprovals(runtime::ApprovalMode mode);
    void setTheme(ThemeKind kind);

    void run(); ///< starts, or goes on after a pause
    bool isRunning() const;
    /// The run has ended and all its events are shown.
    bool isCaughtUp() const;
    /// isCaughtUp(), or nothing goes on until a person answers an approval request.
    bool isIdle() const;
    QString message() const;
    void resetLayout();
    /// Brings a panel to the front by its dock's title. False when there is none.
    bool raisePanel(const QString &title);

protected:
    void closeEvent(QCloseEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void makeDocks();
    void makeMenus();
    void makeToolBar();
    void makeStatusBar();
    void connectActions();
    void connectPanels();
    void saveLayout();
    void restoreLayout();
    void applyDefaultLayout();
    void updateActions();
    void updatePulse();
    void updateCursor();
    void showError(const Error &error);
    void showBanner(bool scripted);
    void tellHowItEnded();
    void focusPanel(int number);
    /// Brings it to the front, wherever it is.
    void raiseDock(QDockWidget *dock);
    void focusFilterOfCurrentPanel();
    void startRun();
    void showTeam(TeamSpec team);
    void showCommands();
    void showPlaces();
    void toggleBottomPanels();
    void hideTitlesUnderTabs();
    void findLocalModels();
    void chooseTeam();
    void chooseJournal();
    void chooseWorkspace();
    /// Puts files into the ingest queue of the run; asks for them when there are none.
    void ingest(QStringList files);

    WindowOptions m_options;
    std::unique_ptr<QSettings> m_settings;
    WindowActions m_actions;
    std::unique_ptr<Panels> m_panels;
    QList<QDockWidget *> m_docks; ///< in the order of Ctrl+1…
    QStackedWidget *m_middle = nullptr;
    MessageBar *m_banner = nullptr;
    MessageBar *m_messages = nullptr;
    PulseStrip *m_pulse = nullptr;
    CursorPill *m_pill = nullptr;
    PastFrame *m_frame = nullptr;
    QLineEdit *m_task = nullptr;
    ThemeKind m_theme = ThemeKind::Light;
    bool m_layoutKnown = false;
    bool m_plainTitlesQueued = false;

    std::optional<TeamSpec> m_team;
    QString m_workspace;
    QString m_journal;
    runtime::ApprovalMode m_approvals = runtime::ApprovalMode::Ask;
    // Declared in this order so that the view, which listens to the run's bus, goes first.
    std::unique_ptr<runtime::TeamRun> m_run;
    std::unique_ptr<RunView> m_view;
};

} // namespace orrery::ui
