// SPDX-License-Identifier: GPL-3.0-or-later
// The whole window, used as a person would: with keys, on real runs of scripted teams.
#include "ui/shell/cursorpill.h"
#include "ui/shell/localmodelsdialog.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/pastframe.h"
#include "ui/shell/pulsestrip.h"
#include "ui/theme/theme.h"
#include "ui/widgets/approvalcard.h"
#include "tests/support/testfiles.h"
#include "tests/support/testregistry.h"

#include <QAbstractItemModelTester>
#include <QAbstractItemView>
#include <QAccessible>
#include <QAction>
#include <QDialog>
#include <QDir>
#include <QDockWidget>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QAbstractItemView>
#include <QMenu>
#include <QMenuBar>
#include <QProcess>
#include <QPushButton>
#include <QSet>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QtTest>

using namespace orrery;
using namespace orrery::testing;
using namespace orrery::ui;

namespace {

/// A team of one whose answers take a while.
const char *const fourStepTeam = R"json({
  "name": "Slow", "task": "Talk.", "threads": 1,
  "agents": [{ "name": "talker", "model": "scripted:slow", "script": "script.json" }]
})json";
const char *const fourStepScript = R"json({
  "agents": { "talker": { "steps": [
    { "text": "One.", "tool_calls": [{ "name": "list_team", "arguments": {} }], "delay_ms": 150 },
    { "text": "Two.", "tool_calls": [{ "name": "list_team", "arguments": {} }], "delay_ms": 150 },
    { "text": "Three.", "tool_calls": [{ "name": "list_team", "arguments": {} }], "delay_ms": 150 },
    { "text": "Four takes very long.", "delay_ms": 60000 }
  ] } }
})json";

/// Whose server is not there. (Slashes are escaped because moc takes two of them for a comment.)
const char *const nobodyAnswers = R"json({
  "name": "Nobody", "task": "Talk.",
  "agents": [{ "name": "a", "model": "custom:m", "base_url": "http:\/\/127.0.0.1:9/v1" }]
})json";

/// What Tab goes to. The list inside a combo box belongs to the box.
QList<QWidget *> focusable(QWidget *root)
{
    QList<QWidget *> found;
    for (QWidget *widget : root->findChildren<QWidget *>()) {
        const bool isList = widget->inherits("QComboBoxListView");
        if (widget->isVisible() && (widget->focusPolicy() & Qt::TabFocus) && !isList)
            found << widget;
    }
    return found;
}

/// A widget as it stands in its window, with what is drawn around it.
QImage pictureOf(QWidget *widget)
{
    const QRect place(widget->mapTo(widget->window(), QPoint(-2, -2)),
                      widget->size() + QSize(4, 4));
    return widget->window()->grab(place).toImage();
}

QString nameOf(QWidget *widget)
{
    QAccessibleInterface *face = QAccessible::queryAccessibleInterface(widget);
    return face ? face->text(QAccessible::Name) : QString();
}

} // namespace

class TestMainWindow : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
    int m_focusable = 0;

    void open(const QString &settings = QStringLiteral("settings.ini"), bool large = true)
    {
        WindowOptions options;
        options.sampleTeam = QStringLiteral(ORRERY_SOURCE_DIR "/resources/sample/team.json");
        options.runsFolder = m_folder.filePath("runs");
        options.version = "test";
        options.settingsFile = m_folder.filePath(settings);
        m_window.reset();
        m_window = std::make_unique<MainWindow>(options);
        if (large)
            m_window->resize(1600, 1000);
        m_window->show();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    template <typename T>
    T *find(const char *name) const
    {
        return m_window->findChild<T *>(QLatin1String(name));
    }
    int rows(const char *view) const { return find<QAbstractItemView>(view)->model()->rowCount(); }
    QString pulse(const char *item) const
    {
        return m_window->findChild<PulseStrip *>()->text(QLatin1String(item));
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QWidget *target = QApplication::focusWidget();
        QTest::keyClick(target ? target : m_window.get(), key, modifiers);
    }
    /// Tabs on until the widget of that name has the focus.
    bool tabTo(const char *name)
    {
        for (int i = 0; i < 80; ++i) {
            const QWidget *at = QApplication::focusWidget();
            if (at && at->objectName() == QLatin1String(name))
                return true;
            press(Qt::Key_Tab);
        }
        return false;
    }
    /// What a screen reader could not call by a name; counts what it looked at.
    QStringList nameless(QWidget *root)
    {
        QStringList found;
        const bool wasHidden = root->isHidden();
        root->show();
        const QList<QWidget *> all = focusable(root);
        for (QWidget *widget : all)
            if (nameOf(widget).isEmpty())
                found << QString("%1 %2").arg(widget->metaObject()->className(),
                                              widget->objectName());
        if (wasHidden)
            root->hide();
        m_focusable = int(all.size());
        return found;
    }
    void openSlowTeam()
    {
        write(m_folder.filePath("team.json"), fourStepTeam);
        write(m_folder.filePath("script.json"), fourStepScript);
        open();
        QVERIFY(m_window->openTeam(m_folder.filePath("team.json")));
    }

private slots:
    void cleanup() { m_window.reset(); }

    void theSampleRunsByKeyboardAlone()
    {
        open();
        int models = 0;
        for (QAbstractItemView *view : m_window->findChildren<QAbstractItemView *>()) {
            if (view->inherits("QComboBoxListView") || !view->model())
                continue;
            new QAbstractItemModelTester(view->model(),
                                         QAbstractItemModelTester::FailureReportingMode::QtTest,
                                         m_window.get());
            ++models;
        }
        QVERIFY(models >= 8);
        QVERIFY(tabTo("startSample"));
        press(Qt::Key_Space);
        QVERIFY(m_window->isRunning());
        auto *approval = m_window->findChild<ApprovalCard *>("approvalCard");
        QVERIFY(approval);
        int approved = 0;
        QElapsedTimer watch;
        watch.start();
        while (m_window->isRunning() && watch.elapsed() < 90000) {
            QTest::qWait(20);
            if (!approval->isVisible())
                continue;
            const QImage before = pictureOf(approval);
            press(Qt::Key_F4); // go to the request
            QVERIFY(approval->hasFocus());
            QVERIFY(pictureOf(approval) != before);
            const QString answered = approval->shownId();
            QTRY_VERIFY(approval->canBeAnswered());
            press(Qt::Key_A);
            ++approved;
            QTRY_VERIFY(approval->shownId() != answered);
            if (!approval->isVisible())
                QCOMPARE(QApplication::focusWidget()->objectName(), QString("conversationList"));
        }
        QVERIFY2(!m_window->isRunning(), qPrintable(m_window->message()));
        QTRY_VERIFY(m_window->isCaughtUp());
        QVERIFY(approved >= 2);
        QCOMPARE(pulse("state"), QString("Done"));
        QCOMPARE(rows("teamList"), 3);
        QVERIFY(rows("claimsTable") >= 3);
        QVERIFY(rows("limitsTable") > 10);
        QVERIFY(rows("memoryResults") > 0);
        QVERIFY(find<QLabel>("denialSentence")->text().contains("tokens"));

        // Ctrl+1…6 reach every panel, Ctrl+F its filter.
        press(Qt::Key_6, Qt::ControlModifier);
        QCOMPARE(QApplication::focusWidget()->objectName(), QString("eventFilter"));
        const int all = rows("eventsTable");
        QTest::keyClicks(QApplication::focusWidget(), "claim_denied");
        QTRY_VERIFY(rows("eventsTable") > 0 && rows("eventsTable") < all);
        press(Qt::Key_1, Qt::ControlModifier);
        const int everybody = rows("conversationList");
        press(Qt::Key_Down);
        QTRY_VERIFY(rows("conversationList") < everybody);
        press(Qt::Key_Escape);
        QTRY_COMPARE(rows("conversationList"), everybody);

        // The files were really repaired.
        const QDir runs(m_folder.filePath("runs"));
        const QString run = runs.entryList(QDir::Dirs | QDir::NoDotAndDotDot).value(0);
        QProcess checks;
        checks.setWorkingDirectory(runs.filePath(run + "/workspace"));
        checks.start("sh", {"./test.sh"});
        QVERIFY(checks.waitForFinished(60000));
        QCOMPARE(checks.exitCode(), 0);

        // Its journal shows the same.
        const int claims = rows("claimsTable");
        const int limits = rows("limitsTable");
        m_window->openFile(runs.filePath(run + "/run.orrery"));
        QTRY_VERIFY(m_window->windowTitle().startsWith("run.orrery"));
        QTRY_VERIFY(m_window->isCaughtUp());
        QTRY_COMPARE(rows("conversationList"), everybody);
        QCOMPARE(rows("claimsTable"), claims);
        QCOMPARE(rows("limitsTable"), limits);
        QTRY_COMPARE(pulse("state"), QString("Done"));
        QVERIFY(!m_window->isRunning());

        // An earlier moment, and back.
        find<QLineEdit>("eventFilter")->setText("claim_denied");
        QTRY_VERIFY(rows("eventsTable") < all);
        auto *events = find<QTableView>("eventsTable");
        events->selectRow(0);
        QVERIFY(find<QWidget>("eventDetails")->isVisible());
        emit events->activated(events->model()->index(0, 0));
        QTRY_VERIFY(m_window->findChild<PastFrame *>()->isVisible());
        QVERIFY(find<CursorPill>("cursorPill")->text().startsWith("AT "));
        QTRY_VERIFY(rows("conversationList") < everybody);
        press(Qt::Key_L, Qt::ControlModifier);
        QTRY_COMPARE(rows("conversationList"), everybody);
        QVERIFY(!m_window->findChild<PastFrame *>()->isVisible());
    }

    void pauseGoOnAndStopNow()
    {
        openSlowTeam();
        QCOMPARE(QApplication::focusWidget()->objectName(), QString("taskBox"));
        press(Qt::Key_F5);
        QVERIFY(m_window->isRunning());
        QCOMPARE(QApplication::focusWidget()->objectName(), QString("conversationList"));
        press(Qt::Key_F6);
        QTRY_COMPARE(pulse("state"), QString("Paused"));
        QTRY_COMPARE(pulse("running"), QString());
        const int before = rows("conversationList");
        QTest::qWait(400);
        QCOMPARE(rows("conversationList"), before); // held
        press(Qt::Key_F5);
        QTRY_COMPARE(pulse("state"), QString("Running"));
        QTRY_VERIFY_WITH_TIMEOUT(rows("conversationList") > before, 5000);
        press(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->isRunning(), 5000); // not the 60 s of the last answer
        QTRY_COMPARE(pulse("state"), QString("Stopped"));
        QVERIFY(find<QAction>("run")->isEnabled());
    }

    void everythingThatTakesTheFocusHasAName()
    {
        open();
        QCOMPARE(nameless(m_window.get()).join(", "), QString()); // the start page
        openSlowTeam();
        m_window->run();
        QTRY_VERIFY(rows("conversationList") > 0);
        int places = 0;
        for (QTabWidget *tabs : m_window->findChildren<QTabWidget *>()) {
            for (int tab = 0; tab < tabs->count(); ++tab, ++places) {
                tabs->setCurrentIndex(tab);
                QCOMPARE(nameless(m_window.get()).join(", "), QString());
            }
        }
        QVERIFY(places >= 6);
        QVERIFY(m_focusable > 25);

        for (const char *name : {"keys", "commands", "goTo", "localModels"}) {
            find<QAction>(name)->setEnabled(true);
            find<QAction>(name)->trigger();
            auto *dialog = m_window->findChild<QDialog *>();
            QVERIFY2(dialog && dialog->isVisible(), name);
            QCOMPARE(nameless(dialog).join(", "), QString());
            QVERIFY2(m_focusable > 0, name);
            delete dialog;
        }

        ApprovalCard card;
        ApprovalRequest request;
        request.id = "a1";
        card.showRequests({request});
        QTRY_VERIFY(card.canBeAnswered());
        QCOMPARE(nameless(&card).join(", "), QString());
        QVERIFY(m_focusable >= 6);

        // And it would be told.
        auto *box = new QLineEdit(m_window->centralWidget());
        box->setObjectName("nameless");
        box->show();
        QCOMPARE(nameless(m_window.get()), QStringList({"QLineEdit nameless"}));
    }

    void theFocusCanBeSeen()
    {
        openSlowTeam();
        m_window->run();
        QTRY_VERIFY(rows("conversationList") > 2);
        press(Qt::Key_F6); // nothing moves while it is looked at
        QTRY_COMPARE(pulse("state"), QString("Paused"));
        QStringList unseen;
        int looked = 0;
        for (const QStringList &front : {QStringList{}, QStringList{"Knowledge", "Decisions"}}) {
            for (const QString &title : front)
                QVERIFY(m_window->raisePanel(title));
            QTest::qWait(50);
            for (QWidget *widget : focusable(m_window.get())) {
                if (!widget->isEnabled() || widget->visibleRegion().isEmpty())
                    continue;
                widget->clearFocus();
                QTest::qWait(10); // also the blinking cursor and hidden ones settle
                const QImage before = pictureOf(widget);
                widget->setFocus(Qt::TabFocusReason);
                if (!widget->hasFocus())
                    continue;
                QTest::qWait(10);
                ++looked;
                if (pictureOf(widget) == before)
                    unseen << nameOf(widget);
            }
        }
        QCOMPARE(unseen.join(", "), QString());
        QVERIFY(looked > 20);
    }

    void everyCommandIsInAMenu()
    {
        open();
        QSet<QAction *> listed;
        QList<QMenu *> menus = m_window->menuBar()->findChildren<QMenu *>();
        for (QMenu *menu : menus)
            for (QAction *action : menu->actions())
                listed << action;
        int commands = 0;
        for (QAction *action : m_window->actions()) {
            QVERIFY2(listed.contains(action), qPrintable(action->objectName()));
            ++commands;
        }
        QVERIFY(commands > 15);
    }

    void noTwoCommandsShareAKey()
    {
        open();
        QHash<QKeySequence, QString> owners;
        for (QAction *action : m_window->actions()) {
            for (const QKeySequence &key : action->shortcuts()) {
                QVERIFY2(!owners.contains(key), qPrintable(key.toString() + ": " + owners[key]
                                                           + ", " + action->objectName()));
                owners.insert(key, action->objectName());
            }
        }
        QVERIFY(owners.size() > 12);
    }

    void commandsAndPlacesAreFoundByTyping()
    {
        openSlowTeam();
        const auto choose = [this](Qt::KeyboardModifiers modifiers, const char *text) {
            m_window->activateWindow();
            QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
            press(Qt::Key_P, modifiers);
            QTRY_VERIFY(find<QLineEdit>("paletteText"));
            QTest::keyClicks(find<QLineEdit>("paletteText"), text);
            QTest::keyClick(find<QLineEdit>("paletteText"), Qt::Key_Return);
            QTRY_VERIFY(!find<QLineEdit>("paletteText"));
        };
        choose(Qt::ControlModifier | Qt::ShiftModifier, "dark");
        QCOMPARE(themeOf(QApplication::palette()), ThemeKind::Dark);
        choose(Qt::ControlModifier | Qt::ShiftModifier, "light");
        choose(Qt::ControlModifier, "talk");
        QVERIFY(find<QLineEdit>("messageBox")->placeholderText().contains("talker"));
        choose(Qt::ControlModifier, "mem");
        QVERIFY(find<QDockWidget>("dock.memory")->isVisible());
    }

    void emptyPanelsOfferWhatComesNext()
    {
        openSlowTeam();
        QPushButton *offer = nullptr;
        for (QPushButton *button : find<QDockWidget>("dock.claims")->findChildren<QPushButton *>())
            if (button->isVisible() && button->text() == "&Run")
                offer = button;
        QVERIFY(offer);
        offer->setFocus();
        press(Qt::Key_Space);
        QVERIFY(m_window->isRunning());
    }

    void theBottomPanelsGoAndComeBack()
    {
        openSlowTeam();
        find<QAbstractItemView>("teamList")->setFocus();
        press(Qt::Key_Q);
        QVERIFY(find<QDockWidget>("dock.events")->isHidden());
        QVERIFY(find<QDockWidget>("dock.memory")->isHidden());
        QVERIFY(find<QDockWidget>("dock.claims")->isVisible());
        press(Qt::Key_Q);
        QVERIFY(find<QDockWidget>("dock.events")->isVisible());
        // A letter that is typed is only that.
        find<QLineEdit>("taskBox")->setFocus();
        find<QLineEdit>("taskBox")->clear();
        press(Qt::Key_Q);
        QCOMPARE(find<QLineEdit>("taskBox")->text(), QString("q"));
        QVERIFY(find<QDockWidget>("dock.events")->isVisible());
    }

    void aRowLeadsToItsEvent()
    {
        openSlowTeam();
        m_window->run();
        QTRY_VERIFY(rows("conversationList") > 2);
        find<QLineEdit>("eventFilter")->setText("no event has these words");
        QTRY_COMPARE(rows("eventsTable"), 0);
        auto *list = find<QAbstractItemView>("conversationList");
        list->setCurrentIndex(list->model()->index(1, 0));
        const QList<QAction *> actions = list->actions();
        const auto wanted = std::find_if(actions.begin(), actions.end(), [](QAction *action) {
            return action->text() == "Go to event";
        });
        QVERIFY(wanted != actions.end());
        (*wanted)->trigger();
        auto *events = find<QTableView>("eventsTable");
        QVERIFY(events->currentIndex().isValid());
        QVERIFY(events->hasFocus());
        QCOMPARE(find<QLineEdit>("eventFilter")->text(), QString());
        QVERIFY(find<QWidget>("eventDetails")->isVisible());
    }

    void aFailedRunSaysWhy()
    {
        write(m_folder.filePath("team.json"), nobodyAnswers);
        open();
        QVERIFY(m_window->openTeam(m_folder.filePath("team.json")));
        m_window->run();
        QTRY_COMPARE_WITH_TIMEOUT(pulse("state"), QString("Failed"), 30000);
        QTRY_VERIFY2(m_window->message().contains("127.0.0.1"), qPrintable(m_window->message()));
        QVERIFY(find<QAction>("run")->isEnabled());
    }

    void tabGoesRoundWithoutATrap()
    {
        openSlowTeam();
        m_window->run();
        QTRY_VERIFY(rows("conversationList") > 0 && find<QWidget>("eventFilter")->isVisible());
        find<QLineEdit>("taskBox")->setFocus();
        QStringList order;
        for (int i = 0; i < 80; ++i) {
            press(Qt::Key_Tab);
            order << QApplication::focusWidget()->objectName();
            if (order.last() == "taskBox")
                break;
        }
        QCOMPARE(order.last(), QString("taskBox")); // came round
        for (const char *name : {"teamList", "conversationList", "eventFilter", "eventsTable"})
            QVERIFY2(order.contains(name),
                     qPrintable(name + QString(" is not in ") + order.join(" ")));
    }

    void aMistakeInATeamFileIsShownAndNothingStarts()
    {
        open();
        write(m_folder.filePath("bad.json"),
              R"({"name": "x", "agents": [{"name": "a", "model": 7}]})");
        QVERIFY(!m_window->openTeam(m_folder.filePath("bad.json")));
        QVERIFY2(m_window->message().contains("/agents/0/model"), qPrintable(m_window->message()));
        QVERIFY(!find<QAction>("run")->isEnabled());
        m_window->openFile(m_folder.filePath("none.orrery"));
        QVERIFY(m_window->message().contains("none.orrery"));
    }

    void theLayoutIsKeptAndCanBeReset()
    {
        open("layout.ini");
        find<QDockWidget>("dock.memory")->hide();
        m_window->resize(1300, 820);
        m_window->close();
        open("layout.ini", false);
        QCOMPARE(m_window->size(), QSize(1300, 820));
        QVERIFY(find<QDockWidget>("dock.memory")->isHidden());
        QVERIFY(find<QDockWidget>("dock.claims")->isVisible());
        find<QAction>("resetLayout")->trigger();
        QVERIFY(find<QDockWidget>("dock.memory")->isVisible());
    }

    void aPanelInTabsCanBeFlownPutBesideAndClosed()
    {
        open("tabs.ini");
        auto *memory = find<QDockWidget>("dock.memory");
        const auto choose = [&](const QString &what) {
            QTabBar *tabs = nullptr;
            int tab = -1;
            QTest::qWait(20);
            for (QTabBar *each : m_window->findChildren<QTabBar *>())
                for (int i = 0; each->isVisible() && i < each->count(); ++i)
                    if (each->tabText(i) == "Memory" && each->parent() == m_window.get())
                        tabs = each, tab = i;
            QVERIFY(tabs);
            emit tabs->customContextMenuRequested(tabs->tabRect(tab).center());
            auto *menu = find<QMenu>("tabMenu");
            QVERIFY(menu);
            for (QAction *action : menu->actions())
                if (QString(action->text()).remove('&') == what)
                    action->trigger();
            delete menu;
        };
        choose("Put beside");
        QVERIFY(m_window->tabifiedDockWidgets(memory).isEmpty());
        QVERIFY(memory->isVisible() && !memory->isFloating());
        find<QAction>("resetLayout")->trigger();
        choose("Float");
        QVERIFY(memory->isFloating());
        find<QAction>("resetLayout")->trigger();
        QVERIFY(!memory->isFloating());
        choose("Close");
        QVERIFY(memory->isHidden());
    }

    void bothThemesAreOneKeyAway()
    {
        open("theme.ini");
        const QColor before = m_window->palette().color(QPalette::Window);
        press(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        const QColor after = m_window->palette().color(QPalette::Window);
        QVERIFY(qAbs(before.lightness() - after.lightness()) > 100);
        open("theme.ini"); // kept
        QCOMPARE(m_window->palette().color(QPalette::Window), after);
        press(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
    }

    void localModelsAreAskedForAndOffered()
    {
        open();
        QTcpServer server; // answers like Ollama
        QVERIFY(server.listen(QHostAddress::LocalHost));
        connect(&server, &QTcpServer::newConnection, this, [&server] {
            QTcpSocket *socket = server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [socket] {
                const bool isModels = socket->readAll().contains("/v1/models");
                const QByteArray body =
                    isModels ? R"({"object":"list","data":[{"id":"tiny:1b","object":"model"}]})"
                             : R"({"version":"0.5.0"})";
                socket->write(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                    "Content-Length: "
                    + QByteArray::number(body.size()) + "\r\n\r\n" + body);
                socket->disconnectFromHost();
            });
        });
        LocalModelsDialog dialog(std::make_unique<llm::LocalServerFinder>(
            std::vector<llm::LocalPort>{{"ollama", server.serverPort()}}));
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        QSignalSpy chosen(&dialog, &LocalModelsDialog::chosen);
        dialog.show();
        auto *table = dialog.findChild<QTableView *>("localModels");
        QTRY_COMPARE(table->model()->rowCount(), 1);
        QTest::keyClick(table, Qt::Key_Return);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen[0][0].toString(), QString("ollama:tiny:1b"));
    }

    void aPersonCanAskTheMemoryAndTalkToAnAgent()
    {
        openSlowTeam();
        m_window->run();
        QTRY_VERIFY(rows("conversationList") > 0);
        auto *query = find<QLineEdit>("memoryQuery");
        QVERIFY(query->isEnabled());
        query->setFocus();
        QTest::keyClicks(query, "anything");
        press(Qt::Key_Return);
        QTRY_COMPARE(rows("memorySearches"), 1);
        press(Qt::Key_1, Qt::ControlModifier);
        press(Qt::Key_Down);
        auto *box = find<QLineEdit>("messageBox");
        QTRY_VERIFY(box->isEnabled());
        box->setFocus();
        QTest::keyClicks(box, "Hurry up");
        press(Qt::Key_Return);
        QVERIFY(box->text().isEmpty());
    }
};

ORRERY_TEST(TestMainWindow)

#include "tst_mainwindow.moc"
