// SPDX-License-Identifier: GPL-3.0-or-later
// How the window opens teams and journals, and runs them.
#include "core/model/teamfile.h"
#include "ui/format/format.h"
#include "ui/shell/cursorpill.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/panels.h"
#include "ui/shell/runview.h"
#include "ui/widgets/messagebar.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QLineEdit>
#include <QStackedWidget>

namespace orrery::ui {
namespace {

QString text(const std::string &utf8) { return QString::fromStdString(utf8); }

} // namespace

bool MainWindow::openTeam(const QString &file)
{
    auto team = loadTeamFile(file.toStdString());
    if (!team) {
        showError(team.error());
        return false;
    }
    showTeam(std::move(*team));
    return true;
}

void MainWindow::showTeam(TeamSpec team)
{
    m_view->clear();
    m_run.reset();
    m_messages->hide();
    m_team = std::move(team);
    m_workspace.clear();
    m_journal.clear();
    if (m_task->text().isEmpty() || !m_task->isModified())
        m_task->setText(text(m_team->task));
    m_task->setCursorPosition(0); // its beginning is what one reads
    m_view->showTeam(*m_team);
    m_middle->setCurrentWidget(m_panels->conversation);
    setWindowTitle(tr("%1 – Orrery").arg(text(m_team->name)));
    showBanner(m_team->scripted());
    m_pill->setIdle();
    m_task->setFocus();
    updateActions();
    updatePulse();
}

bool MainWindow::openJournal(const QString &file)
{
    m_view->clear();
    m_run.reset();
    m_team.reset();
    if (auto loaded = m_view->loadJournal(file); !loaded) {
        showError(loaded.error());
        return false;
    }
    m_messages->hide();
    m_middle->setCurrentWidget(m_panels->conversation);
    setWindowTitle(tr("%1 – Orrery").arg(QFileInfo(file).fileName()));
    m_pill->setReading();
    m_panels->conversation->focusFilter();
    updateActions();
    return true;
}

/// Once everything is shown, of a run as of a journal.
void MainWindow::tellHowItEnded()
{
    const RunPulse pulse = m_view->pulse();
    if (isRunning() || pulse.atCursor)
        return;
    showBanner(pulse.scripted);
    if (!m_run && !m_team) { // a journal says what its team was asked to do
        m_task->setText(pulse.task);
        m_task->setCursorPosition(0);
    }
    if (!m_run && !pulse.journalProblem.isEmpty())
        m_messages->show(MessageBar::Level::Error,
                         tr("The journal could be read up to event %1 only: %2")
                             .arg(pulse.lastSeq)
                             .arg(pulse.journalProblem));
    else if (pulse.failed)
        m_messages->show(MessageBar::Level::Error, tr("The run failed: %1").arg(pulse.reason));
    else if (pulse.interrupted)
        m_messages->show(
            MessageBar::Level::Warning,
            tr("This run ended unexpectedly after event %1 at %2. The journal is intact.")
                .arg(pulse.lastSeq)
                .arg(format::clockTime(pulse.lastUs)));
    else if (!m_run && pulse.lastSeq == 0)
        m_messages->show(MessageBar::Level::Info, tr("This journal holds no events yet."));
}

void MainWindow::setTask(const QString &task)
{
    m_task->setText(task);
    m_task->setModified(true);
    m_task->setCursorPosition(0);
}

void MainWindow::setWorkspace(const QString &folder) { m_workspace = folder; }

void MainWindow::setJournal(const QString &file) { m_journal = file; }

void MainWindow::setApprovals(runtime::ApprovalMode mode) { m_approvals = mode; }

void MainWindow::run()
{
    if (m_run && m_run->isActive()) {
        m_run->resume();
        return;
    }
    if (m_team)
        startRun();
}

void MainWindow::startRun()
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
    m_run.reset();
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
    m_pill->setLive();
    m_run->start();
    // What one types from now on is not meant for the task; and what is hidden takes no focus.
    if (focusWidget() == m_task) {
        m_panels->conversation->setEmpty(false);
        m_panels->conversation->focusFilter();
    }
    updateActions();
}

bool MainWindow::isRunning() const { return m_run && m_run->isActive(); }

bool MainWindow::isCaughtUp() const { return !isRunning() && m_view->isCaughtUp(); }

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
