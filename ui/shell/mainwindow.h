// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/teamrun.h"
#include "ui/shell/windowactions.h"
#include "ui/theme/theme.h"

#include <QMainWindow>
#include <QPointer>

#include <functional>
#include <memory>

class QDockWidget;
class QTabBar;
class QLineEdit;
class QSettings;
class QStackedWidget;

namespace orrery::ui {

class CursorPill;
class MessageBar;
class PastFrame;
class PulseStrip;
class Question;
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

    /// A team file or a journal, by what it is. What cannot be opened is told in the message bar and changes nothing.
    /// While a run works, the person is asked first.
    void openFile(const QString &file);
    /// The same for a team file; false, with the error in the message bar, when it is none.
    bool openTeam(const QString &file);
    void setTask(const QString &task);
    /// The folder that runs work in from now on; empty = each run in a new one.
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
    void beginRun();
    /// openTeam(), and then something more when it is there.
    bool openTeamAndThen(const QString &file, std::function<void()> then);
    void showTeam(TeamSpec team);
    void showJournal(const QString &file);
    /// Asks when a run works, ends the run that is there, and then does `then`. `what` = what will be done, as a question.
    void replaceRun(const QString &what, std::function<void()> then,
                    std::function<void()> otherwise = {});
    /// Ends the run, if there is one, without waiting for it, and then does `then`.
    void endRun(std::function<void()> then);
    void runHasClosed();
    /// One question at a time.
    void ask(const QString &text, const QString &more, const QString &yes, const QString &no,
             std::function<void()> then, std::function<void()> otherwise = {});
    /// The same about an agent of this run, if it is still there when the answer comes.
    void askAboutAgent(const QString &text, const QString &more, const QString &yes,
                       void (runtime::TeamRun::*command)(const std::string &));
    void showJournalProblem(const QString &message);
    void updateWorkspace();
    void showCommands();
    void showPlaces();
    void toggleBottomPanels();
    void hideTitlesUnderTabs();
    /// What a title bar would offer: a tab has none.
    void offerTabMenu(QTabBar *tabs);
    void showTabMenu(QDockWidget *dock, const QPoint &global);
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
    MessageBar *m_journalBar =
        nullptr; ///< while the journal cannot be written, whatever else is told
    QPointer<Question> m_question;
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
    QString m_journalProblem;
    QString m_damage;             ///< what was told of the journal that is shown
    std::function<void()> m_then; ///< once the run has closed
    bool m_ending = false;        ///< the run has been told to close
    runtime::ApprovalMode m_approvals = runtime::ApprovalMode::Ask;
    // Declared in this order so that the view, which listens to the run's bus, goes first.
    std::unique_ptr<runtime::TeamRun> m_run;
    std::unique_ptr<RunView> m_view;
};

} // namespace orrery::ui
