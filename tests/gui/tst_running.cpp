// SPDX-License-Identifier: GPL-3.0-or-later
// What a person does to a run, and what the window makes of it: where it works, what can be acted on, how it ends.
#include "core/base/clock.h"
#include "tests/gui/scripts.h"
#include "tests/gui/windowprobe.h"
#include "tests/support/failingvfs.h"
#include "tests/support/testregistry.h"
#include "ui/widgets/logtable.h"
#include "tests/viewmodels/story.h"
#include "ui/shell/cursorpill.h"
#include "ui/shell/panels.h"
#include "ui/shell/pastframe.h"
#include "ui/shell/runview.h"
#include "ui/widgets/elidedlabel.h"

#include <QElapsedTimer>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QToolButton>

using namespace orrery;
using namespace orrery::testing;
using namespace orrery::ui;

class TestRunning : public QObject
{
    Q_OBJECT

private:
    static QDialog *question(const WindowProbe &probe) { return probe.find<QDialog>("question"); }
    static void answer(const WindowProbe &probe, const char *button)
    {
        QTRY_VERIFY(question(probe));
        QTest::mouseClick(question(probe)->findChild<QPushButton *>(QLatin1String(button)),
                          Qt::LeftButton);
        QTRY_VERIFY(!question(probe));
    }
    static void startSlow(WindowProbe &probe)
    {
        QVERIFY(probe.window->openTeam(probe.team(slowTeam, slowScript)));
        probe.window->run();
        QTRY_VERIFY(probe.rows("conversationList") > 2);
    }
    static void startAsking(WindowProbe &probe)
    {
        QVERIFY(probe.window->openTeam(probe.team(askingTeam, askingScript)));
        probe.window->run();
        QTRY_VERIFY(probe.find<ApprovalCard>("approvalCard")->isVisible());
    }
    /// The second event's moment.
    static void goToThePast(WindowProbe &probe)
    {
        auto *events = probe.find<QTableView>("eventsTable");
        emit events->activated(events->model()->index(1, 0));
        QTRY_VERIFY(probe.find<CursorPill>("cursorPill")->text().startsWith("AT "));
    }

private slots:
    void theChosenFolderIsKeptAndShown()
    {
        WindowProbe probe;
        const QString work = probe.folder.filePath("my project & more");
        QVERIFY(QDir().mkpath(work));
        probe.window->setWorkspace(work);
        QVERIFY(probe.pulse("workspace").contains("more"));
        startAsking(probe);
        QCOMPARE(probe.find<ElidedLabel>("approvalFolder")->whole(), work);
        QVERIFY(probe.pulse("workspace").contains("more"));
        QToolButton *button = nullptr;
        for (QToolButton *each : probe.window->findChildren<QToolButton *>())
            if (each->defaultAction() == probe.find<QAction>("workspace"))
                button = each;
        QVERIFY(button);
        QCOMPARE(button->text(), QString("my project && more"));
        QVERIFY(button->toolTip().contains(work.toHtmlEscaped()));
        QTRY_VERIFY(probe.find<ApprovalCard>("approvalCard")->canBeAnswered());
        probe.press(Qt::Key_F4);
        probe.press(Qt::Key_A);
        QTRY_VERIFY(QFile::exists(work + "/here"));
        QTRY_VERIFY(!probe.window->isRunning());
    }

    void commandsFollowThePresentWhileOneLooksAtThePast()
    {
        WindowProbe probe;
        startSlow(probe);
        goToThePast(probe);
        QCOMPARE(probe.pulse("state"), QString("Now: Running"));
        probe.trigger("pause");
        QTRY_COMPARE(probe.pulse("state"), QString("Now: Paused"));
        QVERIFY(probe.find<CursorPill>("cursorPill")->text().startsWith("AT "));
        QVERIFY(probe.window->findChild<PastFrame *>()->isVisible());
        probe.window->run();
        QTRY_COMPARE(probe.pulse("state"), QString("Now: Running"));
        auto *team = probe.find<QAbstractItemView>("teamList");
        team->setCurrentIndex(team->model()->index(0, 0));
        auto *box = probe.find<QLineEdit>("messageBox");
        QTRY_VERIFY(box->isEnabled());
        box->setFocus();
        QTest::keyClicks(box, "Hurry up");
        QTest::keyClick(box, Qt::Key_Return);
        QTRY_VERIFY2(probe.window->message().contains("talker"),
                     qPrintable(probe.window->message()));
        probe.trigger("stopNow");
        QTRY_COMPARE(probe.pulse("state"), QString("Now: Stopped"));
        probe.press(Qt::Key_L, Qt::ControlModifier);
        QTRY_COMPARE(probe.pulse("state"), QString("Stopped"));
    }

    void theLogStaysWholeAndOneGoesForwardAsBack()
    {
        WindowProbe probe;
        startSlow(probe);
        probe.trigger("stopNow");
        QTRY_COMPARE(probe.pulse("state"), QString("Stopped"));
        QTRY_VERIFY(probe.window->isCaughtUp());
        const int all = probe.rows("eventsTable");
        const int cards = probe.rows("conversationList");
        auto *log = probe.find<LogTable>("eventsTable");
        QCOMPARE(log->moment(), -1);
        log->selectRow(4);
        const auto goTo = [&](int row) {
            emit log->activated(log->model()->index(row, 0));
            QTRY_VERIFY(probe.window->isCaughtUp());
            QCOMPARE(log->moment(), row);
            QCOMPARE(probe.rows("eventsTable"), all);
            QCOMPARE(log->currentIndex().row(), 4); // what was chosen stays chosen
        };
        goTo(6);
        const int early = probe.rows("conversationList");
        QVERIFY(early < cards);
        goTo(all - 2); // forward
        QVERIFY(probe.rows("conversationList") > early);
        goTo(1);
        probe.press(Qt::Key_Right, Qt::AltModifier);
        QTRY_COMPARE(log->moment(), 2);
        probe.press(Qt::Key_Left, Qt::AltModifier);
        probe.press(Qt::Key_Left, Qt::AltModifier);
        QTRY_COMPARE(log->moment(), 0);
        probe.press(Qt::Key_Left, Qt::AltModifier); // there is nothing before
        QCOMPARE(log->moment(), 0);
        goTo(all - 1);
        probe.press(Qt::Key_Right, Qt::AltModifier); // behind the last event is the present
        QTRY_COMPARE(log->moment(), -1);
        QTRY_COMPARE(probe.rows("conversationList"), cards);
        probe.press(Qt::Key_Left, Qt::AltModifier);
        QTRY_COMPARE(log->moment(), all - 2);

        // The line is where the filter has its place.
        probe.find<QLineEdit>("eventFilter")->setText("iteration_started");
        QTRY_VERIFY(probe.rows("eventsTable") < 5);
        QTRY_COMPARE(log->moment(), probe.rows("eventsTable") - 1);
        const QString before = probe.find<CursorPill>("cursorPill")->text();
        probe.press(Qt::Key_Left, Qt::AltModifier); // to the last one that is shown
        QTRY_VERIFY(probe.find<CursorPill>("cursorPill")->text() != before);
        QCOMPARE(log->moment(), probe.rows("eventsTable") - 1);
        probe.press(Qt::Key_Left, Qt::AltModifier); // and to the one before it
        QTRY_COMPARE(log->moment(), probe.rows("eventsTable") - 2);
        probe.find<QLineEdit>("eventFilter")->setText("run_finished");
        QTRY_COMPARE(probe.rows("eventsTable"), 1);
        QTRY_COMPARE(log->moment(), -2); // all of it comes later
    }

    void aRequestIsShownAndAnsweredInThePastToo()
    {
        WindowProbe probe;
        startAsking(probe);
        goToThePast(probe);
        auto *card = probe.find<ApprovalCard>("approvalCard");
        QTest::qWait(150); // longer than the panels take to fill
        QVERIFY(card->isVisible());
        probe.press(Qt::Key_F4);
        QVERIFY(card->hasFocus());
        QTRY_VERIFY(card->canBeAnswered());
        probe.press(Qt::Key_A);
        QTRY_VERIFY(!probe.window->isRunning());
        QTRY_COMPARE(probe.pulse("state"), QString("Now: Done"));
    }

    void closingInMidRunAsksAndNeverWaits()
    {
        WindowProbe probe;
        startSlow(probe);
        QVERIFY(!probe.window->close());
        QVERIFY(probe.window->isVisible());
        answer(probe, "questionNo");
        QVERIFY(probe.window->isRunning());
        QVERIFY(!probe.window->close());
        answer(probe, "questionYes");
        if (probe.window->isVisible()) {
            QCOMPARE(probe.pulse("state"), QString("Ending…"));
            QVERIFY(!probe.window->close()); // once more changes nothing
        }
        QTRY_VERIFY_WITH_TIMEOUT(!probe.window->isVisible(), 20000);
        QVERIFY(!probe.window->isRunning());
    }

    void aRunThatIsOverIsClosedWithoutAQuestion()
    {
        WindowProbe probe;
        startSlow(probe);
        probe.trigger("stopNow");
        QTRY_VERIFY(!probe.window->isRunning());
        probe.window->close();
        QVERIFY(!question(probe));
        QTRY_VERIFY_WITH_TIMEOUT(!probe.window->isVisible(), 20000);
    }

    void anotherTeamIsOpenedInMidRunOnlyOnTheSecondThought()
    {
        WindowProbe probe;
        startSlow(probe);
        const QString other = probe.team(askingTeam, slowScript, "other.json");
        QVERIFY(probe.window->openTeam(other));
        QVERIFY(probe.window->windowTitle().startsWith("Slow"));
        answer(probe, "questionNo");
        QVERIFY(probe.window->isRunning());
        QVERIFY(probe.window->openTeam(other));
        answer(probe, "questionYes");
        QTRY_VERIFY_WITH_TIMEOUT(probe.window->windowTitle().startsWith("Asking"), 20000);
        QVERIFY(!probe.window->isRunning());
        QVERIFY(probe.find<QAction>("run")->isEnabled());
    }

    void aRunIsRunAgain()
    {
        WindowProbe probe;
        startSlow(probe);
        probe.trigger("stopNow");
        QTRY_COMPARE(probe.pulse("state"), QString("Stopped"));
        probe.window->run();
        QTRY_VERIFY_WITH_TIMEOUT(probe.window->isRunning(), 20000);
        QTRY_COMPARE(probe.pulse("state"), QString("Running"));
    }

    void whatCannotBeTakenBackAsksFirst_data()
    {
        QTest::addColumn<QString>("action");
        QTest::addColumn<QString>("event");
        QTest::newRow("clear") << "clearAgent"
                               << "history_cleared";
        QTest::newRow("remove") << "removeAgent"
                                << "agent_left";
    }
    void whatCannotBeTakenBackAsksFirst()
    {
        QFETCH(QString, action);
        QFETCH(QString, event);
        WindowProbe probe;
        startSlow(probe);
        auto *team = probe.find<QAbstractItemView>("teamList");
        team->setCurrentIndex(team->model()->index(0, 0));
        const QByteArray name = action.toLatin1();
        QTRY_VERIFY(probe.find<QAction>(name.constData())->isEnabled());
        probe.trigger(name.constData());
        QTRY_VERIFY(question(probe));
        QTest::keyClick(question(probe), Qt::Key_Return); // leaves it
        QTRY_VERIFY(!question(probe));
        QTest::qWait(150);
        QVERIFY(!probe.textOf("eventsTable").contains(event));
        probe.trigger(name.constData());
        answer(probe, "questionYes");
        QTRY_VERIFY(probe.textOf("eventsTable").contains(event));
    }

    void aJournalThatCannotBeWrittenIsToldAtOnce()
    {
        test::FailingVfs disk;
        WindowProbe probe;
        startSlow(probe);
        auto *bar = probe.find<QWidget>("journalBar");
        QVERIFY(!bar->isVisible());
        QVERIFY(!probe.pulse("journal").contains("OK")); // nobody has asked
        disk.failAfter(0, SQLITE_FULL);
        auto *team = probe.find<QAbstractItemView>("teamList");
        team->setCurrentIndex(team->model()->index(0, 0));
        probe.trigger("pause"); // something to write
        QTRY_VERIFY_WITH_TIMEOUT(bar->isVisible(), 10000);
        QCOMPARE(probe.pulse("journal"), QString("journal: not written"));
        QVERIFY(probe.find<QWidget>("pulse.journal")->property("alert").toBool());
        disk.heal();
        QTRY_VERIFY_WITH_TIMEOUT(!bar->isVisible(), 10000);
        // A context that could not be saved meanwhile is still told there.
        QVERIFY(probe.pulse("journal") != "journal: not written");
        probe.window.reset(); // before the disk
    }

    void eventsThatTrickleInDoNotFillThePanelsEachTime()
    {
        Panels panels{EmptyActions()};
        QWidget parent;
        for (QWidget *panel :
             QList<QWidget *>{panels.team, panels.conversation, panels.claims, panels.limits,
                              panels.memory, panels.events, panels.knowledge, panels.decisions})
            panel->setParent(&parent);
        RunView view(panels);
        SystemClock clock;
        runtime::EventBus bus(clock, nullptr);
        view.attach(bus);
        Story story;
        story.start();
        for (int i = 0; i < 40; ++i)
            story.state("lead", i % 2 ? "idle" : "thinking");
        QSignalSpy filled(&view, &RunView::changed);
        QElapsedTimer watch;
        watch.start();
        const auto events = story.take();
        for (const EventPtr &event : events) {
            bus.publish(*event);
            QTRY_COMPARE(view.pulse().lastSeq, quint64(event->seq));
        }
        // A fill each 100 ms at most, and a tick of the clock each second.
        const auto most = 2 + watch.elapsed() / 100 + watch.elapsed() / 1000;
        QVERIFY2(filled.count() <= most,
                 qPrintable(QString("%1 in %2 ms").arg(filled.count()).arg(watch.elapsed())));
        view.detach();
    }
};

ORRERY_TEST(TestRunning)
#include "tst_running.moc"
