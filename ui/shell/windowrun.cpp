// SPDX-License-Identifier: GPL-3.0-or-later
// How the window opens teams and journals, and runs them.
#include "core/model/teamfile.h"
#include "ui/format/foreign.h"
#include "ui/format/format.h"
#include "ui/shell/cursorpill.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/panels.h"
#include "ui/shell/pulsestrip.h"
#include "ui/shell/runview.h"
#include "ui/viewmodels/filekind.h"
#include "ui/widgets/messagebar.h"
#include "ui/widgets/question.h"

#include <QAction>
#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QLineEdit>
#include <QStackedWidget>

#include <utility>

namespace orrery::ui {
namespace {

QString text(const std::string &utf8) { return QString::fromStdString(utf8); }

} // namespace

void MainWindow::openFile(const QString &file)
{
    const auto kind = fileKindOf(file);
    if (!kind)
        showError(kind.error());
    else if (*kind == FileKind::Team)
        openTeam(file);
    else
        m_view->openJournal(file);
}

bool MainWindow::openTeam(const QString &file)
{
    return openTeamAndThen(file, [] {});
}

bool MainWindow::openTeamAndThen(const QString &file, std::function<void()> then)
{
    const auto kind = fileKindOf(file);
    if (kind && *kind == FileKind::Journal) {
        m_view->openJournal(file);
        return false;
    }
    if (!kind) {
        showError(kind.error());
        return false;
    }
    auto team = loadTeamFile(file.toStdString());
    if (!team) {
        showError(team.error());
        return false;
    }
    replaceRun(tr("End the run and open the team %1?").arg(format::name(text(team->name))),
               [this, team = std::move(*team), then = std::move(then)] {
                   showTeam(team);
                   then();
               });
    return true;
}

void MainWindow::showTeam(TeamSpec team)
{
    m_view->clear();
    m_messages->hide();
    m_team = std::move(team);
    m_journal.clear();
    if (m_task->text().isEmpty() || !m_task->isModified())
        m_task->setText(text(m_team->task));
    m_task->setCursorPosition(0); // its beginning is what one reads
    m_view->showTeam(*m_team);
    m_middle->setCurrentWidget(m_panels->conversation);
    setWindowTitle(tr("%1 – Orrery").arg(format::windowTitle(text(m_team->name))));
    showBanner(m_team->scripted());
    m_task->setFocus();
    updateActions();
    updatePulse();
    updateCursor();
}

void MainWindow::showJournal(const QString &file)
{
    m_team.reset();
    m_damage.clear();
    m_view->showJournal();
    m_messages->hide();
    m_banner->hide();
    m_middle->setCurrentWidget(m_panels->conversation);
    setWindowTitle(tr("%1 – Orrery").arg(format::windowTitle(QFileInfo(file).fileName())));
    m_panels->conversation->focusFilter();
    updateActions();
    updatePulse();
    updateCursor();
}

void MainWindow::replaceRun(const QString &what, std::function<void()> then,
                            std::function<void()> otherwise)
{
    if (!isRunning()) {
        endRun(std::move(then));
        return;
    }
    ask(
        what, tr("Requests are aborted and tools are ended at once; the journal is kept."),
        tr("&End the run"), tr("&Keep running"), [this, then = std::move(then)] { endRun(then); },
        std::move(otherwise));
}

void MainWindow::endRun(std::function<void()> then)
{
    if (!m_run) {
        then();
        return;
    }
    m_then = std::move(then);
    if (std::exchange(m_ending, true))
        return;
    connect(m_run.get(), &runtime::TeamRun::closed, this, &MainWindow::runHasClosed,
            Qt::QueuedConnection);
    m_run->close();
    updateActions();
    updatePulse();
    updateCursor();
}

void MainWindow::runHasClosed()
{
    if (!m_run)
        return;
    m_ending = false;
    m_view->clear(); // it listens to the run's bus
    m_run.reset();
    showJournalProblem({});
    std::exchange(m_then, {})();
}

void MainWindow::ask(const QString &text, const QString &more, const QString &yes,
                     const QString &no, std::function<void()> then, std::function<void()> otherwise)
{
    if (m_question)
        m_question->close();
    m_question = new Question(text, more, yes, no, this);
    connect(m_question, &QDialog::accepted, this, [then = std::move(then)] { then(); });
    if (otherwise)
        connect(m_question, &QDialog::rejected, this,
                [otherwise = std::move(otherwise)] { otherwise(); });
    m_question->open();
}

void MainWindow::askAboutAgent(const QString &text, const QString &more, const QString &yes,
                               void (runtime::TeamRun::*command)(const std::string &))
{
    const QString agent = m_view->selectedAgent();
    if (!m_run || agent.isEmpty())
        return;
    ask(text.arg(format::name(agent)), more, yes, tr("Leave it"),
        [this, agent, command, of = QPointer<runtime::TeamRun>(m_run.get())] {
            if (of && of == m_run.get())
                (of->*command)(agent.toStdString());
        });
}

/// Once everything is shown, of a run as of a journal.
void MainWindow::tellHowItEnded()
{
    const RunPulse pulse = m_view->pulse();
    if (isRunning() || m_ending || pulse.atCursor || m_view->isOpening())
        return;
    showBanner(pulse.scripted);
    if (!m_run && !m_team) { // a journal says what its team was asked to do
        m_task->setText(pulse.task);
        m_task->setCursorPosition(0);
    }
    if (!pulse.damage.isEmpty())
        return; // is told already
    if (pulse.failed)
        m_messages->show(MessageBar::Level::Error, tr("The run failed: %1").arg(pulse.reason));
    else if (pulse.interrupted)
        m_messages->show(
            MessageBar::Level::Warning,
            tr("This run ended unexpectedly after event %1 at %2. The journal is intact.")
                .arg(pulse.lastSeq)
                .arg(format::clockTime(pulse.lastUs)));
    else if (!m_run && !m_team && pulse.lastSeq == 0)
        m_messages->show(MessageBar::Level::Info, tr("This journal holds no events yet."));
}

void MainWindow::setTask(const QString &task)
{
    m_task->setText(task);
    m_task->setModified(true);
    m_task->setCursorPosition(0);
}

void MainWindow::setWorkspace(const QString &folder)
{
    m_workspace = folder.isEmpty() ? QString() : QDir::cleanPath(QDir(folder).absolutePath());
    updateWorkspace();
}

void MainWindow::setJournal(const QString &file) { m_journal = file; }

void MainWindow::setApprovals(runtime::ApprovalMode mode) { m_approvals = mode; }

void MainWindow::run()
{
    if (m_ending)
        return;
    if (m_run && m_run->isActive()) {
        m_run->resume();
        return;
    }
    if (m_team)
        startRun();
}

void MainWindow::startRun()
{
    endRun([this] { beginRun(); });
}

void MainWindow::beginRun()
{
    runtime::RunOptions options;
    options.team = *m_team;
    options.task = m_task->text().toStdString();
    options.approvals = m_approvals;
    // The process too: two windows may start in the same millisecond.
    const QString stamp =
        QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss-zzz-"))
        + QString::number(QCoreApplication::applicationPid());
    const QDir folder(m_options.runsFolder + QLatin1Char('/') + stamp);
    options.workspace =
        (m_workspace.isEmpty() ? folder.filePath(QStringLiteral("workspace")) : m_workspace)
            .toStdString();
    options.journalPath =
        (m_journal.isEmpty() ? folder.filePath(QStringLiteral("run.orrery")) : m_journal)
            .toStdString();
    if ((m_workspace.isEmpty() || m_journal.isEmpty()) && !folder.mkpath(QStringLiteral("."))) {
        showError(makeError(ErrorCode::Io,
                            tr("Cannot make the folder %1").arg(folder.path()).toStdString()));
        return;
    }
    m_view->clear();
    auto made = runtime::TeamRun::create(std::move(options));
    if (!made) {
        m_view->showTeam(*m_team);
        showError(made.error());
        return;
    }
    m_messages->hide();
    m_run = std::move(*made);
    m_view->showTeam(*m_team);
    m_view->attach(m_run->bus());
    connect(m_run.get(), &runtime::TeamRun::finished, this, [this] {
        updateActions();
        updatePulse();
    });
    connect(m_run.get(), &runtime::TeamRun::journalProblem, this, &MainWindow::showJournalProblem);
    m_run->start();
    // What one types from now on is not meant for the task; and what is hidden takes no focus.
    if (focusWidget() == m_task) {
        m_panels->conversation->setEmpty(false);
        m_panels->conversation->focusFilter();
    }
    updateActions();
    updatePulse();
    updateCursor();
}

void MainWindow::showJournalProblem(const QString &message)
{
    m_journalProblem = message;
    if (message.isEmpty())
        m_journalBar->hide();
    else
        m_journalBar->show(MessageBar::Level::Error,
                           tr("The journal is not being written: %1").arg(message), false);
    updatePulse();
}

/// The folder of the run that is shown, or of the next one.
void MainWindow::updateWorkspace()
{
    QString folder;
    if (m_run && (isRunning() || m_workspace.isEmpty()))
        folder = text(m_run->options().workspace);
    else if (!m_team)
        folder = m_view->pulse().workspace; // of a journal
    if (folder.isEmpty())
        folder = m_workspace;
    m_pulse->setItem(QStringLiteral("workspace"),
                     QFontMetrics(m_pulse->font()).elidedText(folder, Qt::ElideMiddle, 320),
                     folder.isEmpty() ? QString() : tr("The tools work in %1").arg(folder));
    const QString shown = folder.isEmpty() ? folder : QDir(folder).dirName();
    QAction *action = m_actions.workspace;
    action->setIconText(shown.isEmpty() ? tr("Workspace…")
                                        : format::buttonText(QFontMetrics(font()).elidedText(
                                            format::name(shown), Qt::ElideMiddle, 140)));
    const QString what = tr("Choose the folder the tools work in.");
    action->setToolTip(format::tip(!folder.isEmpty()
                                       ? what + QLatin1Char('\n') + tr("Now: %1").arg(folder)
                                       : what + QLatin1Char('\n')
                                             + tr("Without one, each run works in a new "
                                                  "folder of its own.")));
}

bool MainWindow::isRunning() const { return m_run && m_run->isActive(); }

bool MainWindow::isCaughtUp() const { return !isRunning() && !m_ending && m_view->isCaughtUp(); }

bool MainWindow::isIdle() const
{
    if (!isRunning())
        return isCaughtUp();
    const RunPulse pulse = m_view->pulse();
    return m_approvals == runtime::ApprovalMode::Ask && pulse.approvals > 0 && pulse.running == 0
           && pulse.throttled == 0;
}

void MainWindow::showError(const Error &error)
{
    QString message = text(error.message);
    if (!error.detail.empty())
        message += QLatin1Char('\n') + text(error.detail);
    m_messages->show(MessageBar::Level::Error, message);
}

void MainWindow::showBanner(bool scripted)
{
    if (scripted)
        m_banner->show(MessageBar::Level::Info,
                       tr("The answers are scripted; tools, claims, limits and memory are real."),
                       false);
    else
        m_banner->hide();
}

} // namespace orrery::ui
