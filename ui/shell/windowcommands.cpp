// SPDX-License-Identifier: GPL-3.0-or-later
// What the commands of the window do; its construction and layout are in mainwindow.cpp, opening and running in
// windowrun.cpp.
#include "ui/format/foreign.h"
#include "ui/format/format.h"
#include "ui/shell/cursorpill.h"
#include "ui/shell/keyspage.h"
#include "ui/shell/localmodelsdialog.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/palette.h"
#include "ui/shell/panels.h"
#include "ui/shell/pastframe.h"
#include "ui/shell/pulsestrip.h"
#include "ui/shell/runview.h"
#include "ui/viewmodels/claimsmodel.h"
#include "ui/widgets/messagebar.h"
#include "ui/widgets/question.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QShortcut>

namespace orrery::ui {

void MainWindow::connectActions()
{
    connect(m_actions.openTeam, &QAction::triggered, this, &MainWindow::chooseTeam);
    connect(m_actions.openSample, &QAction::triggered, this,
            [this] { openTeamAndThen(m_options.sampleTeam, [this] { run(); }); });
    connect(m_actions.begin, &QAction::triggered, this,
            [this] { (m_team ? m_actions.run : m_actions.openTeam)->trigger(); });
    connect(m_actions.openJournal, &QAction::triggered, this, &MainWindow::chooseJournal);
    connect(m_actions.localModels, &QAction::triggered, this, &MainWindow::findLocalModels);
    connect(m_actions.workspace, &QAction::triggered, this, &MainWindow::chooseWorkspace);
    connect(m_actions.quit, &QAction::triggered, this, &QWidget::close);
    connect(m_actions.run, &QAction::triggered, this, &MainWindow::run);
    connect(m_actions.pause, &QAction::triggered, this, [this] {
        if (m_run)
            m_run->pause();
    });
    connect(m_actions.stop, &QAction::triggered, this, [this] {
        if (m_run)
            m_run->stop();
    });
    connect(m_actions.stopNow, &QAction::triggered, this, [this] {
        if (m_run)
            m_run->stopNow();
    });
    using Command = void (runtime::TeamRun::*)(const std::string &);
    const std::pair<QAction *, Command> ofAgent[] = {
        {m_actions.cancelAgent, &runtime::TeamRun::cancelAgent},
        {m_actions.saveAgent, &runtime::TeamRun::saveAgent}};
    for (const auto &[action, command] : ofAgent)
        connect(action, &QAction::triggered, this, [this, command = command] {
            if (m_run)
                (m_run.get()->*command)(m_view->selectedAgent().toStdString());
        });
    connect(m_actions.clearAgent, &QAction::triggered, this, [this] {
        askAboutAgent(tr("Clear the conversation of %1?"),
                      tr("The agent drops what it does and forgets all that was said. The journal "
                         "keeps it."),
                      tr("&Clear"), &runtime::TeamRun::clearHistory);
    });
    connect(m_actions.removeAgent, &QAction::triggered, this, [this] {
        askAboutAgent(tr("Remove %1 from the team?"),
                      tr("The agent drops what it does and gives its claims back. A message to it "
                         "brings it back."),
                      tr("&Remove"), &runtime::TeamRun::removeAgent);
    });
    connect(m_actions.find, &QAction::triggered, this, &MainWindow::focusFilterOfCurrentPanel);
    connect(m_actions.commands, &QAction::triggered, this, &MainWindow::showCommands);
    connect(m_actions.goTo, &QAction::triggered, this, &MainWindow::showPlaces);
    connect(m_actions.bottomPanels, &QAction::triggered, this, &MainWindow::toggleBottomPanels);
    connect(m_actions.approvals, &QAction::triggered, this,
            [this] { m_panels->conversation->approval()->setFocus(); });
    connect(m_actions.jumpToLive, &QAction::triggered, this, [this] { m_view->jumpToLive(); });
    connect(m_actions.earlier, &QAction::triggered, this, [this] { m_view->step(-1); });
    connect(m_actions.later, &QAction::triggered, this, [this] { m_view->step(1); });
    connect(m_actions.resetLayout, &QAction::triggered, this, &MainWindow::resetLayout);
    connect(m_actions.toggleTheme, &QAction::triggered, this,
            [this] { setTheme(m_theme == ThemeKind::Light ? ThemeKind::Dark : ThemeKind::Light); });
    connect(m_actions.lightTheme, &QAction::triggered, this,
            [this] { setTheme(ThemeKind::Light); });
    connect(m_actions.darkTheme, &QAction::triggered, this, [this] { setTheme(ThemeKind::Dark); });
    connect(m_actions.keys, &QAction::triggered, this,
            [this] { (new KeysPage(m_actions.all(), this))->show(); });
    connect(m_actions.about, &QAction::triggered, this, [this] {
        m_messages->show(MessageBar::Level::Info,
                         tr("Orrery %1, a workbench for teams of agents. GPL-3.0-or-later.")
                             .arg(m_options.version));
    });
    for (int number = 1; number <= m_docks.size() + 1; ++number) {
        auto *key =
            new QShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + number)), this);
        connect(key, &QShortcut::activated, this, [this, number] { focusPanel(number); });
    }
}

void MainWindow::connectPanels()
{
    ApprovalCard *approval = m_panels->conversation->approval();
    const auto resolve = [this](const QString &id, runtime::ApprovalDecision decision) {
        if (m_run)
            m_run->resolveApproval(id.toStdString(), std::move(decision));
    };
    using Verdict = runtime::ApprovalDecision::Verdict;
    connect(approval, &ApprovalCard::approved, this, [resolve](const QString &id, bool wholeRun) {
        resolve(id, {Verdict::Approve, {}, {}, wholeRun});
    });
    connect(approval, &ApprovalCard::denied, this,
            [resolve](const QString &id, const QString &note) {
                resolve(id, {Verdict::Reject, {}, note.toStdString(), false});
            });
    connect(approval, &ApprovalCard::edited, this,
            [this, resolve](const QString &id, const QString &arguments) {
                Json edited = Json::parse(arguments.toStdString(), nullptr, false);
                if (edited.is_object())
                    resolve(id, {Verdict::Edit, std::move(edited), {}, false});
                else
                    m_messages->show(MessageBar::Level::Error,
                                     tr("The edited arguments are not a JSON object."));
            });
    connect(m_panels->conversation, &ConversationPanel::messageSent, this,
            [this](const QString &message, bool interrupt) {
                if (!m_run)
                    return;
                const std::string agent = m_view->selectedAgent().toStdString();
                if (interrupt)
                    m_run->interruptAgent(agent, message.toStdString());
                else
                    m_run->sendToAgent(agent, message.toStdString());
                if (m_view->pulse().atCursor)
                    m_messages->show(MessageBar::Level::Info,
                                     tr("The message went to %1 now. The panels show an earlier "
                                        "moment; Ctrl+L leads to the present.")
                                         .arg(format::name(m_view->selectedAgent())));
            });
    connect(m_panels->memory, &MemoryPanel::searchRequested, this,
            [this](const QString &query, const QString &scope, const QString &type) {
                if (!m_run)
                    return;
                memory::SearchQuery search;
                search.text = query.toStdString();
                if (!scope.isEmpty())
                    search.filter.scope = scope.toStdString();
                if (!type.isEmpty())
                    search.filter.type = type.toStdString();
                m_run->searchMemory(search);
            });
    connect(m_view.get(), &RunView::memoryAsked, this, [this](memory::SearchQuery query) {
        if (!m_run) {
            m_panels->memory->setAnswer(tr("It is not among what this search kept; only a run that "
                                           "is open can look further."));
            return;
        }
        // A person's own search is the newest, and so the one that is shown.
        query.rank.nowMs = 0;
        m_panels->memory->showNewest();
        m_run->searchMemory(std::move(query));
    });
    connect(m_pulse, &PulseStrip::activated, this, [this](const QString &id) {
        if (id == QLatin1String("approvals"))
            m_panels->conversation->approval()->setFocus();
        else if (id == QLatin1String("throttled") || id == QLatin1String("tokens")
                 || id == QLatin1String("cost"))
            focusPanel(4);
        else if (id == QLatin1String("workspace"))
            m_messages->show(MessageBar::Level::Info,
                             tr("The tools work in %1").arg(m_view->pulse().workspace));
        else if (id == QLatin1String("journal") || id == QLatin1String("state"))
            focusPanel(6);
        else
            focusPanel(1);
    });
    connect(m_panels->claims, &ClaimsPanel::releaseRequested, this,
            [this](const QModelIndex &index) {
                if (!m_run || !index.data(ClaimsModel::ActiveRole).toBool())
                    return;
                const QString agent = index.data(ClaimsModel::AgentRole).toString();
                const QString file = index.data(ClaimsModel::FileRole).toString();
                ask(tr("Release the claim of %1 on %2?")
                        .arg(format::name(agent), format::name(file, 200)),
                    tr("Others may then change these lines while the agent works on them."),
                    tr("&Release"), tr("Leave it"),
                    [this, agent, file, of = QPointer<runtime::TeamRun>(m_run.get())] {
                        if (of && of == m_run.get())
                            of->releaseClaim(agent.toStdString(), file.toStdString());
                    });
            });
    connect(m_view.get(), &RunView::changed, this, [this] {
        updatePulse();
        updateActions();
        updateCursor();
    });
    connect(m_view.get(), &RunView::selectionChanged, this, &MainWindow::updateActions);
    connect(m_view.get(), &RunView::approvalWaits, this, [this] { QApplication::alert(this); });
    connect(m_view.get(), &RunView::eventChosen, this, [this] { raiseDock(m_docks[4]); });
    connect(m_view.get(), &RunView::failed, this, [this](const QString &message) {
        m_messages->show(MessageBar::Level::Error, message);
    });
    connect(m_view.get(), &RunView::journalRefused, this, &MainWindow::showError);
    connect(m_view.get(), &RunView::journalReady, this, [this](const QString &file) {
        replaceRun(
            tr("End the run and open the journal %1?")
                .arg(format::name(QFileInfo(file).fileName())),
            [this, file] { showJournal(file); }, [this] { m_view->forgetJournal(); });
    });
    connect(m_panels->knowledge, &KnowledgePanel::ingestRequested, this, &MainWindow::ingest);
    connect(m_view.get(), &RunView::caughtUp, this, &MainWindow::tellHowItEnded);
    connect(m_pill, &QToolButton::clicked, m_view.get(), &RunView::jumpToLive);
}

void MainWindow::showCommands()
{
    QList<PaletteItem> items;
    for (QAction *action : m_actions.all())
        if (action->isEnabled() && action != m_actions.commands)
            items << PaletteItem{QString(action->text()).remove(QLatin1Char('&')),
                                 action->shortcut().toString(QKeySequence::NativeText),
                                 [action] { action->trigger(); }};
    (new Palette(tr("All commands"), std::move(items), this))->show();
}

void MainWindow::showPlaces()
{
    QList<PaletteItem> items;
    for (const QString &agent : m_view->agents())
        items << PaletteItem{agent, tr("agent"), [this, agent] { m_view->selectAgent(agent); }};
    const auto panel = [&](const QString &title, int number) {
        items << PaletteItem{title, tr("panel, Ctrl+%1").arg(number),
                             [this, number] { focusPanel(number); }};
    };
    panel(m_docks[0]->windowTitle(), 1);
    panel(tr("Conversation"), 2);
    for (int number = 3; number <= m_docks.size() + 1; ++number)
        panel(m_docks[number - 2]->windowTitle(), number);
    (new Palette(tr("Go to"), std::move(items), this))->show();
}

void MainWindow::findLocalModels()
{
    auto *dialog = new LocalModelsDialog(std::make_unique<llm::LocalServerFinder>(), this);
    connect(dialog, &LocalModelsDialog::chosen, this,
            [this](const QString &model, const QString &baseUrl) {
                AgentSpec agent;
                agent.name = "agent";
                agent.model = model.toStdString();
                agent.baseUrl = baseUrl.toStdString();
                TeamSpec team;
                team.name = model.toStdString();
                team.agents.push_back(std::move(agent));
                replaceRun(
                    tr("End the run and open a team with the model %1?").arg(format::name(model)),
                    [this, team = std::move(team)] { showTeam(team); });
            });
    dialog->show();
}

/// The time cursor as the pill, and the frame that says that the present is not what one sees.
void MainWindow::updateCursor()
{
    const RunPulse pulse = m_view->pulse();
    if (pulse.reading)
        m_pill->setReading();
    else if (pulse.atCursor)
        m_pill->setAt(pulse.shownUs);
    else if (isRunning() || pulse.following)
        m_pill->setLive();
    else if (pulse.lastSeq > 0)
        m_pill->setEnd();
    else
        m_pill->setIdle();
    if (m_frame->isVisible() != pulse.atCursor)
        m_frame->setVisible(pulse.atCursor);
}

void MainWindow::updateActions()
{
    const bool running = isRunning() && !m_ending;
    const bool paused = running && m_view->pulse().paused;
    m_actions.run->setEnabled(running ? paused : m_team.has_value() && !m_ending);
    m_actions.run->setText(paused ? tr("Go &on") : tr("&Run"));
    m_actions.pause->setEnabled(running && !paused);
    m_actions.stop->setEnabled(running);
    m_actions.stopNow->setEnabled(running);
    for (QAction *action : {m_actions.openTeam, m_actions.openJournal, m_actions.localModels})
        action->setEnabled(!m_ending);
    m_actions.workspace->setEnabled(!running && !m_ending);
    m_actions.openSample->setEnabled(!running && !m_ending && !m_options.sampleTeam.isEmpty());
    const QAction *next = m_team ? m_actions.run : m_actions.openTeam;
    m_actions.begin->setText(next->text());
    m_actions.begin->setEnabled(next->isEnabled());
    m_actions.approvals->setEnabled(!m_panels->conversation->approval()->shownId().isEmpty());
    m_actions.jumpToLive->setEnabled(m_view->pulse().atCursor);
    m_actions.later->setEnabled(m_view->pulse().atCursor);
    m_actions.earlier->setEnabled(m_view->pulse().lastSeq > 1);
    m_panels->claims->setReleaseEnabled(running);
    const QString agent = m_view->selectedAgent();
    const bool hasAgent = m_run != nullptr && !m_ending && !agent.isEmpty();
    const bool isBusy = hasAgent && m_view->isBusy(agent);
    m_panels->conversation->setRecipient(agent, hasAgent);
    m_panels->conversation->setRecipientBusy(isBusy);
    for (QAction *action : m_actions.ofAgent())
        action->setEnabled(hasAgent);
    m_actions.cancelAgent->setEnabled(isBusy);
    m_panels->memory->setSearchEnabled(m_run != nullptr);
    m_panels->knowledge->setIngestEnabled(m_run != nullptr);
}

void MainWindow::updatePulse()
{
    const RunPulse pulse = m_view->pulse();
    const auto item = [this](const char *id, const QString &words, const QString &tip = {}) {
        m_pulse->setItem(QLatin1String(id), words, tip);
    };
    item("state", m_ending ? tr("Ending…") : pulse.stateWord);
    item("running", pulse.running > 0 ? tr("%1 running").arg(pulse.running) : QString());
    item("approvals",
         pulse.approvals > 0 ? tr("%1 waiting for approval").arg(pulse.approvals) : QString());
    item("throttled",
         pulse.throttled > 0 ? tr("%1 throttled %2").arg(pulse.throttled).arg(pulse.throttleLeft)
                             : QString(),
         pulse.throttleSentence);
    item("cost", pulse.costText);
    item("tokens", pulse.tokensPerMinute > 0
                       ? tr("%1 tok/min").arg(format::count(pulse.tokensPerMinute))
                       : QString());
    item("sandbox",
         pulse.sandbox.isEmpty()                           ? QString()
         : pulse.sandbox.startsWith(QLatin1String("none")) ? tr("no sandbox")
                                                           : tr("sandbox"),
         tr("Sandbox of commands: %1").arg(pulse.sandbox));
    const QString file = m_run ? QString::fromStdString(m_run->options().journalPath) : QString();
    const QString where = file.isEmpty() ? QString() : tr("The journal is %1").arg(file);
    if (!m_journalProblem.isEmpty())
        m_pulse->setItem(QStringLiteral("journal"), tr("journal: not written"), m_journalProblem,
                         PulseStrip::Level::Alert);
    else if (!pulse.damage.isEmpty())
        m_pulse->setItem(QStringLiteral("journal"), tr("journal: damaged"), pulse.damage,
                         PulseStrip::Level::Alert);
    else if (!pulse.saveProblem.isEmpty())
        m_pulse->setItem(QStringLiteral("journal"), tr("contexts: not saved"), pulse.saveProblem,
                         PulseStrip::Level::Alert);
    else
        item("journal", file.isEmpty() ? QString() : tr("journal"), where);
    // As soon as it is met, not when the rest has been read.
    if (pulse.damage != m_damage) {
        m_damage = pulse.damage;
        if (!m_damage.isEmpty())
            m_messages->show(MessageBar::Level::Error,
                             tr("The journal %1\nWhat could be read is shown.").arg(pulse.damage));
    }
    updateWorkspace();
}

void MainWindow::chooseTeam()
{
    const QString file =
        QFileDialog::getOpenFileName(this, tr("Open a team file"), {}, tr("Team files (*.json)"));
    if (!file.isEmpty())
        openFile(file);
}

void MainWindow::chooseJournal()
{
    const QString file =
        QFileDialog::getOpenFileName(this, tr("Open a journal"), {}, tr("Journals (*.orrery)"));
    if (!file.isEmpty())
        openFile(file);
}

void MainWindow::chooseWorkspace()
{
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Folder the tools work in"), m_workspace);
    if (!folder.isEmpty())
        setWorkspace(folder);
}

} // namespace orrery::ui
