// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/mainwindow.h"

#include "ui/shell/cursorpill.h"
#include "ui/shell/panels.h"
#include "ui/shell/pastframe.h"
#include "ui/shell/pulsestrip.h"
#include "ui/shell/runview.h"
#include "ui/shell/startpage.h"
#include "ui/theme/icons.h"
#include "ui/widgets/messagebar.h"
#include "ui/widgets/question.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabBar>
#include <QTimer>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace orrery::ui {
namespace {

constexpr int layoutVersion = 3;

} // namespace

MainWindow::MainWindow(WindowOptions options, QWidget *parent)
    : QMainWindow(parent), m_options(std::move(options)), m_actions(this)
{
    m_settings = m_options.settingsFile.isEmpty()
                     ? std::make_unique<QSettings>()
                     : std::make_unique<QSettings>(m_options.settingsFile, QSettings::IniFormat);
    setWindowTitle(tr("Orrery"));
    setWindowIcon(themedIcon(QStringLiteral("orrery")));
    setDockOptions(AnimatedDocks | AllowTabbedDocks | AllowNestedDocks);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setTheme(m_settings->value(QStringLiteral("theme")).toString() == QLatin1String("dark")
                 ? ThemeKind::Dark
                 : ThemeKind::Light);
    m_panels = std::make_unique<Panels>(EmptyActions{m_actions.begin, m_actions.openSample});

    auto *center = new QWidget(this);
    auto *column = new QVBoxLayout(center);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_banner = new MessageBar(center);
    m_journalBar = new MessageBar(center);
    m_journalBar->setObjectName(QStringLiteral("journalBar"));
    m_messages = new MessageBar(center);
    m_messages->setObjectName(QStringLiteral("messageBar"));
    m_middle = new QStackedWidget(center);
    m_middle->addWidget(
        new StartPage(m_actions.openSample, m_actions.openTeam, m_actions.openJournal));
    m_middle->addWidget(m_panels->conversation);
    column->addWidget(m_journalBar);
    column->addWidget(m_banner);
    column->addWidget(m_messages);
    column->addWidget(m_middle, 1);
    setCentralWidget(center);

    makeDocks();
    makeMenus();
    makeToolBar();
    makeStatusBar();
    m_frame = new PastFrame(this);
    m_view = std::make_unique<RunView>(*m_panels);
    connectActions();
    connectPanels();
    if (!restoreGeometry(m_settings->value(QStringLiteral("window/geometry")).toByteArray()))
        resize(QSize(1600, 1000).boundedTo(screen()->availableSize() - QSize(0, 40)));
    updateActions();
}

MainWindow::~MainWindow()
{
    // They are hidden when this is a MainWindow no longer, and would tell it.
    for (QDockWidget *dock : std::as_const(m_docks))
        dock->disconnect(this);
}

void MainWindow::makeDocks()
{
    const QSize leastPanel(400, 150);
    const auto add = [this, leastPanel](const char *name, const QString &title, QWidget *panel,
                                        Qt::DockWidgetArea area) {
        auto *dock = new QDockWidget(title, this);
        dock->setObjectName(QLatin1String(name));
        // A panel must not make the window larger than a small screen.
        if (panel->minimumSize().isEmpty())
            panel->setMinimumSize(panel->minimumSizeHint().boundedTo(leastPanel));
        dock->setWidget(panel);
        dock->setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetFloatable
                          | QDockWidget::DockWidgetClosable);
        // In one place until they are arranged: side by side they would make the window as wide as all of them.
        if (!m_docks.isEmpty() && dockWidgetArea(m_docks.constLast()) == area)
            tabifyDockWidget(m_docks.constLast(), dock);
        else
            addDockWidget(area, dock);
        m_docks << dock;
        connect(dock, &QDockWidget::dockLocationChanged, this, &MainWindow::hideTitlesUnderTabs);
        connect(dock, &QDockWidget::topLevelChanged, this, &MainWindow::hideTitlesUnderTabs);
        connect(dock, &QDockWidget::visibilityChanged, this, &MainWindow::hideTitlesUnderTabs);
    };
    add("dock.team", tr("Team"), m_panels->team, Qt::LeftDockWidgetArea);
    add("dock.claims", tr("Claims"), m_panels->claims, Qt::RightDockWidgetArea);
    add("dock.limits", tr("Rate limits"), m_panels->limits, Qt::RightDockWidgetArea);
    add("dock.memory", tr("Memory"), m_panels->memory, Qt::BottomDockWidgetArea);
    add("dock.events", tr("Events"), m_panels->events, Qt::BottomDockWidgetArea);
    add("dock.knowledge", tr("Knowledge"), m_panels->knowledge, Qt::BottomDockWidgetArea);
    add("dock.decisions", tr("Decisions"), m_panels->decisions, Qt::BottomDockWidgetArea);
    add("dock.timeline", tr("Timeline"), m_panels->timeline, Qt::BottomDockWidgetArea);
}

void MainWindow::makeMenus()
{
    QMenu *file = menuBar()->addMenu(tr("&File"));
    file->addActions({m_actions.openTeam, m_actions.openSample, m_actions.openJournal,
                      m_actions.localModels, m_actions.workspace});
    file->addSeparator();
    file->addAction(m_actions.quit);
    QMenu *run = menuBar()->addMenu(tr("&Run"));
    run->addActions({m_actions.run, m_actions.pause, m_actions.stop, m_actions.stopNow});
    run->addSeparator();
    run->addAction(m_actions.approvals);
    QMenu *agent = menuBar()->addMenu(tr("&Agent"));
    agent->addActions(m_actions.ofAgent());
    m_panels->team->setAgentActions(m_actions.ofAgent());
    QMenu *view = menuBar()->addMenu(tr("&View"));
    for (QDockWidget *dock : std::as_const(m_docks))
        view->addAction(dock->toggleViewAction());
    view->addSeparator();
    view->addAction(m_actions.bottomPanels);
    view->addSeparator();
    view->addActions(
        {m_actions.goTo, m_actions.find, m_actions.earlier, m_actions.later, m_actions.jumpToLive});
    QMenu *theme = view->addMenu(tr("&Theme"));
    theme->addActions({m_actions.lightTheme, m_actions.darkTheme, m_actions.toggleTheme});
    view->addAction(m_actions.resetLayout);
    QMenu *help = menuBar()->addMenu(tr("&Help"));
    help->addActions({m_actions.commands, m_actions.keys, m_actions.about});
}

void MainWindow::makeToolBar()
{
    auto *bar = addToolBar(tr("Run"));
    bar->setObjectName(QStringLiteral("toolbar.run"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setIconSize({16, 16});
    bar->addAction(m_actions.openTeam);
    m_task = new QLineEdit(bar);
    m_task->setObjectName(QStringLiteral("taskBox"));
    m_task->setPlaceholderText(tr("Task for the team…"));
    m_task->setAccessibleName(tr("Task for the team"));
    m_task->setMinimumWidth(180);
    bar->addWidget(m_task);
    bar->addAction(m_actions.workspace);
    bar->addSeparator();
    bar->addActions({m_actions.run, m_actions.pause, m_actions.stop, m_actions.stopNow});
    bar->addSeparator();
    m_pill = new CursorPill(bar);
    bar->addWidget(m_pill);
    bar->addAction(m_actions.toggleTheme);
    for (QAction *action : bar->actions()) {
        if (auto *button = qobject_cast<QToolButton *>(bar->widgetForAction(action));
            button && button != m_pill) {
            button->setFocusPolicy(Qt::StrongFocus);
            button->setAccessibleName(QString(action->text()).remove(QLatin1Char('&')));
            button->setProperty("primary", action == m_actions.run);
            if (action == m_actions.toggleTheme)
                button->setToolButtonStyle(Qt::ToolButtonIconOnly);
        }
    }
}

void MainWindow::makeStatusBar()
{
    m_pulse = new PulseStrip(this);
    m_pulse->addItem(QStringLiteral("state"), QStringLiteral("info"), tr("State of the run"));
    m_pulse->addItem(QStringLiteral("running"), QStringLiteral("thinking"), tr("Running agents"));
    m_pulse->addItem(QStringLiteral("approvals"), QStringLiteral("approval"),
                     tr("Approval requests"));
    m_pulse->addItem(QStringLiteral("throttled"), QStringLiteral("rate"), tr("Throttled agents"));
    m_pulse->addItem(QStringLiteral("cost"), QStringLiteral("limits"), tr("Cost"));
    m_pulse->addItem(QStringLiteral("tokens"), QStringLiteral("limits"), tr("Tokens a minute"));
    m_pulse->addItem(QStringLiteral("workspace"), QStringLiteral("folder"),
                     tr("Folder the tools work in"));
    m_pulse->addItem(QStringLiteral("sandbox"), QStringLiteral("lock"), tr("Sandbox of commands"));
    m_pulse->addItem(QStringLiteral("journal"), QStringLiteral("events"), tr("Journal"));
    statusBar()->setSizeGripEnabled(false);
    statusBar()->addWidget(m_pulse, 1);
}

void MainWindow::setTheme(ThemeKind kind)
{
    m_theme = kind;
    if (auto *app = qobject_cast<QApplication *>(QCoreApplication::instance()))
        applyTheme(*app, kind);
    m_actions.lightTheme->setChecked(kind == ThemeKind::Light);
    m_actions.darkTheme->setChecked(kind == ThemeKind::Dark);
    m_settings->setValue(QStringLiteral("theme"), kind == ThemeKind::Dark
                                                      ? QStringLiteral("dark")
                                                      : QStringLiteral("light"));
}

/// Replays the default arrangement; what fits beside each other at this size is shown so, the rest is in tabs.
void MainWindow::applyDefaultLayout()
{
    QDockWidget *team = m_docks[0];
    QDockWidget *claims = m_docks[1];
    QDockWidget *limits = m_docks[2];
    QDockWidget *memory = m_docks[3];
    QDockWidget *events = m_docks[4];
    QDockWidget *knowledge = m_docks[5];
    QDockWidget *decisions = m_docks[6];
    QDockWidget *timeline = m_docks[7];
    for (QDockWidget *dock : std::as_const(m_docks)) {
        dock->setFloating(false); // who is no longer of the window stays where it floats
        removeDockWidget(dock);
    }
    setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::BottomDockWidgetArea);
    const bool roomy = width() >= 1500 && height() >= 900;
    addDockWidget(Qt::LeftDockWidgetArea, team);
    addDockWidget(Qt::RightDockWidgetArea, claims);
    addDockWidget(Qt::BottomDockWidgetArea, events);
    if (roomy) {
        splitDockWidget(claims, limits, Qt::Vertical);
        splitDockWidget(events, memory, Qt::Horizontal);
    } else {
        tabifyDockWidget(claims, limits);
        tabifyDockWidget(events, memory);
    }
    if (roomy)
        tabifyDockWidget(events, timeline);
    else
        tabifyDockWidget(memory, timeline);
    tabifyDockWidget(memory, knowledge);
    tabifyDockWidget(knowledge, decisions);
    for (QDockWidget *dock : std::as_const(m_docks))
        dock->show();
    claims->raise();
    memory->raise();
    events->raise();
    const int w = width();
    const int h = height();
    resizeDocks({team, claims},
                {qBound(220, w * 18 / 100, 340), qBound(400, w * (roomy ? 37 : 40) / 100, 900)},
                Qt::Horizontal);
    resizeDocks({events}, {qBound(200, h * 31 / 100, 480)}, Qt::Vertical);
    if (roomy) {
        const int above = h - qBound(200, h * 31 / 100, 480) - 120;
        // The chart wants a height, the map as much as there are files.
        const int forClaims = above * (above > 700 ? 50 : 42) / 100;
        resizeDocks({claims, limits}, {forClaims, above - forClaims}, Qt::Vertical);
        resizeDocks({events, memory}, {w * 54 / 100, w * 46 / 100}, Qt::Horizontal);
    }
    hideTitlesUnderTabs();
}

void MainWindow::resetLayout()
{
    m_settings->remove(QStringLiteral("window/state"));
    applyDefaultLayout();
}

void MainWindow::saveLayout()
{
    m_settings->setValue(QStringLiteral("window/geometry"), saveGeometry());
    m_settings->setValue(QStringLiteral("window/state"), saveState(layoutVersion));
}

void MainWindow::restoreLayout()
{
    const QByteArray state = m_settings->value(QStringLiteral("window/state")).toByteArray();
    if (state.isEmpty() || !restoreState(state, layoutVersion))
        applyDefaultLayout();
    hideTitlesUnderTabs();
}

void MainWindow::showEvent(QShowEvent *event)
{
    QMainWindow::showEvent(event);
    if (!m_layoutKnown) {
        m_layoutKnown = true;
        restoreLayout();
    }
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (!m_ending && !m_run) {
        saveLayout();
        QMainWindow::closeEvent(event);
        return;
    }
    // The run is ended first, and nobody waits for it with the window frozen.
    event->ignore();
    if (m_ending)
        m_then = [this] { close(); };
    else
        replaceRun(tr("End the run and close the window?"), [this] { close(); });
}

/// Docks in one place have tabs with their titles, which need not be said twice.
void MainWindow::hideTitlesUnderTabs()
{
    if (m_plainTitlesQueued)
        return;
    m_plainTitlesQueued = true;
    // A dock that is being moved learns its neighbours only when it has landed.
    QTimer::singleShot(0, this, [this] {
        m_plainTitlesQueued = false;
        for (QDockWidget *dock : std::as_const(m_docks)) {
            const bool inTabs = !dock->isFloating() && !tabifiedDockWidgets(dock).isEmpty();
            if (inTabs == (dock->titleBarWidget() != nullptr))
                continue;
            QWidget *old = dock->titleBarWidget();
            dock->setTitleBarWidget(inTabs ? new QWidget(dock) : nullptr);
            delete old;
        }
        for (QTabBar *tabs : findChildren<QTabBar *>(QString(), Qt::FindDirectChildrenOnly))
            offerTabMenu(tabs);
    });
}

void MainWindow::offerTabMenu(QTabBar *tabs)
{
    if (tabs->contextMenuPolicy() == Qt::CustomContextMenu)
        return;
    tabs->setAccessibleName(tr("Panels"));
    tabs->setContextMenuPolicy(Qt::CustomContextMenu);
    const auto dockOf = [this, tabs](int tab) {
        const auto dock = std::find_if(m_docks.cbegin(), m_docks.cend(), [&](QDockWidget *each) {
            return each->windowTitle() == tabs->tabText(tab);
        });
        return dock == m_docks.cend() ? nullptr : *dock;
    };
    connect(tabs, &QWidget::customContextMenuRequested, this, [=, this](const QPoint &at) {
        const int tab = tabs->tabAt(at);
        if (QDockWidget *dock = dockOf(tab < 0 ? tabs->currentIndex() : tab))
            showTabMenu(dock, tabs->mapToGlobal(at));
    });
    connect(tabs, &QTabBar::tabBarDoubleClicked, this, [dockOf](int tab) {
        if (QDockWidget *dock = dockOf(tab))
            dock->setFloating(true);
    });
}

void MainWindow::showTabMenu(QDockWidget *dock, const QPoint &global)
{
    auto *menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("tabMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("&Float"), dock, [dock] { dock->setFloating(true); });
    menu->addAction(tr("Put &beside"), dock, [this, dock] {
        const Qt::DockWidgetArea area = dockWidgetArea(dock);
        removeDockWidget(dock); // splitting a place that has tabs would add one more
        addDockWidget(area, dock, area == Qt::BottomDockWidgetArea ? Qt::Horizontal : Qt::Vertical);
        dock->show();
    });
    menu->addAction(tr("&Close"), dock, &QWidget::close);
    menu->popup(global);
}

void MainWindow::raiseDock(QDockWidget *dock)
{
    dock->show();
    dock->raise();
}

bool MainWindow::raisePanel(const QString &title)
{
    for (QDockWidget *dock : std::as_const(m_docks)) {
        if (dock->windowTitle().compare(title, Qt::CaseInsensitive) == 0) {
            raiseDock(dock);
            return true;
        }
    }
    return false;
}

void MainWindow::toggleBottomPanels()
{
    QList<QDockWidget *> below;
    for (QDockWidget *dock : std::as_const(m_docks))
        if (dockWidgetArea(dock) == Qt::BottomDockWidgetArea && !dock->isFloating())
            below << dock;
    const bool show = std::all_of(below.begin(), below.end(),
                                  [](const QDockWidget *dock) { return dock->isHidden(); });
    for (QDockWidget *dock : below)
        dock->setVisible(show);
}

void MainWindow::focusPanel(int number)
{
    if (number == 2) {
        m_panels->conversation->focusFilter();
        return;
    }
    QDockWidget *dock = m_docks[number == 1 ? 0 : number - 2];
    raiseDock(dock);
    if (auto *panel = qobject_cast<Panel *>(dock->widget()))
        panel->focusFilter();
}

void MainWindow::focusFilterOfCurrentPanel()
{
    for (QWidget *at = QApplication::focusWidget(); at; at = at->parentWidget()) {
        if (auto *panel = qobject_cast<Panel *>(at)) {
            panel->focusFilter();
            return;
        }
    }
    m_panels->events->focusFilter();
}

QString MainWindow::message() const { return m_messages->text(); }

} // namespace orrery::ui
