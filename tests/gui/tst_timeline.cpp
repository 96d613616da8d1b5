// SPDX-License-Identifier: GPL-3.0-or-later
// The timeline as a person uses it: mouse, keys, sums, and the one cursor and selection of the window.
#include "core/state/spans.h"
#include "tests/gui/windowprobe.h"
#include "tests/support/testregistry.h"
#include "ui/panels/timelinepanel.h"
#include "ui/theme/theme.h"
#include "ui/viewmodels/conversationmodel.h"
#include "ui/viewmodels/eventsmodel.h"

#include <QLabel>
#include <QSignalSpy>
#include <QTableView>

using namespace orrery;
using namespace orrery::ui;
using state::BarKind;

namespace {

constexpr qint64 s = 1'000'000;

/// Three agents, each with turns of requests and calls of 1 s; the second one fails at its fifth call.
TimelineScene scene(int agents = 3, int calls = 20)
{
    state::SpanBuilder builder;
    std::uint64_t seq = 0;
    const auto tell = [&](EventKind kind, int agent, qint64 us, store::EventRow row = {}) {
        row.seq = ++seq;
        row.timeUs = us;
        row.kind = kind;
        row.agent = store::NameId(agent);
        builder.apply(row);
        return seq;
    };
    const auto row = [](std::uint64_t parent, int call, int tool = 0) {
        return store::EventRow{
            .parent = parent, .tool = store::NameId(tool), .call = store::NameId(call)};
    };
    std::vector<std::uint64_t> began(std::size_t(agents) + 1);
    for (int call = 0; call < calls; ++call) {
        const qint64 at = call * 4 * s;
        for (int agent = 1; agent <= agents; ++agent) {
            tell(EventKind::IterationStarted, agent, at);
            store::EventRow request = row(0, 1000 + call);
            request.detail = 1;
            began[std::size_t(agent)] = tell(EventKind::RequestSent, agent, at, request);
        }
        for (int agent = 1; agent <= agents; ++agent) {
            store::EventRow response = row(began[std::size_t(agent)], 1000 + call);
            response.tokens = 100;
            response.costNanoUsd = 1'000'000;
            tell(EventKind::ResponseReceived, agent, at + s, response);
            began[std::size_t(agent)] =
                tell(EventKind::ToolStarted, agent, at + s, row(0, 2000 + call, 500));
        }
        for (int agent = 1; agent <= agents; ++agent) {
            store::EventRow result = row(began[std::size_t(agent)], 2000 + call, 500);
            result.detail = !(agent == 2 && call == 4);
            tell(EventKind::ToolFinished, agent, at + 2 * s, result);
            tell(EventKind::FileEdited, agent, at + 2 * s);
        }
    }
    TimelineScene made;
    made.timeline = builder.snapshot();
    made.nowUs = made.timeline.endUs;
    made.nameOf = [](state::NameId name) {
        return name == 500 ? QString("bash") : QString::number(name);
    };
    for (int agent = 0; agent < agents; ++agent)
        made.lanes << LaneLabel{QString("agent%1").arg(agent), "AG", agent, std::size_t(agent)};
    return made;
}

/// Timelines without a window.
struct Probe {
    explicit Probe(TimelineScene what = scene()) : panel({})
    {
        panel.resize(1000, 400);
        panel.setEmpty(false);
        panel.timeline()->setScene(std::move(what));
        panel.show();
        panel.timeline()->setFocus();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
    }
    TimelineWidget &timeline() { return *panel.timeline(); }
    QWidget *paper() { return timeline().viewport(); }
    QPoint at(qint64 us, int lane = 0)
    {
        TimelineItem item;
        item.lane = lane;
        item.row = state::Lane::kCalls;
        return {timeline().lanesRect().left() + int(timeline().view().xOf(us)),
                timeline().rectOf(item).center().y()};
    }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::keyClick(&timeline(), key, modifiers);
    }
    const state::Bar &chosen() { return barOf(timeline().scene(), *timeline().selected()); }
    TimelinePanel panel;
};

} // namespace

class TestTimeline : public QObject
{
    Q_OBJECT
private slots:
    void theLineIsDrawnAlong()
    {
        Probe probe;
        QSignalSpy moved(&probe.timeline(), &TimelineWidget::cursorMoved);
        const int y = probe.timeline().rulerRect().center().y();
        QTest::mousePress(probe.paper(), Qt::LeftButton, {}, {probe.at(20 * s).x(), y});
        QCOMPARE(moved.size(), 1);
        QVERIFY(std::abs(moved[0][0].toLongLong() - 20 * s) < s / 4);
        QTest::mouseMove(probe.paper(), {probe.at(40 * s).x(), y + 90});
        QVERIFY(std::abs(moved.last()[0].toLongLong() - 40 * s) < s / 4);
        QTest::mouseRelease(probe.paper(), Qt::LeftButton, {}, {probe.at(40 * s).x(), y});
        QVERIFY(std::abs(probe.timeline().cursorX() - probe.at(40 * s).x()) <= 1);
        // The line itself can be taken, at any height; a place without a bar is as good as the ruler.
        const int count = int(moved.size());
        QTest::mousePress(probe.paper(), Qt::LeftButton, {},
                          {probe.timeline().cursorX(), probe.at(0, 1).y()});
        QTest::mouseMove(probe.paper(), {probe.timeline().rulerRect().right() - 1, y});
        QTest::mouseRelease(probe.paper(), Qt::LeftButton, {},
                            {probe.timeline().rulerRect().right() - 1, y});
        QVERIFY(moved.size() > count);
        QCOMPARE(moved.last()[0].toLongLong(), qint64(probe.timeline().scene().timeline.endUs));
        QVERIFY(!probe.timeline().range());
    }

    void aRangeIsAddedUp()
    {
        Probe probe;
        QTest::mousePress(probe.paper(), Qt::LeftButton, {}, probe.at(3 * s + s / 2));
        QTest::mouseMove(probe.paper(), probe.at(20 * s));
        QTest::mouseMove(probe.paper(), probe.at(11 * s + s / 2));
        QTest::mouseRelease(probe.paper(), Qt::LeftButton, {}, probe.at(11 * s + s / 2));
        QVERIFY(probe.timeline().range());
        const QString sums = probe.panel.sums();
        // Two requests and two calls of a second for each of three agents.
        QVERIFY2(sums.contains("Request 6.0 s (6)"), qPrintable(sums));
        QVERIFY2(sums.contains("Tool 6.0 s (6)"), qPrintable(sums));
        QVERIFY2(sums.contains("600 tokens"), qPrintable(sums));
        QVERIFY2(sums.contains("$0.0060") || sums.contains("$0.006"), qPrintable(sums));
        QVERIFY2(sums.contains("agent2 4.0 s, 200 tokens"), qPrintable(sums));
        probe.key(Qt::Key_Escape);
        QVERIFY(!probe.timeline().range());
        QCOMPARE(probe.panel.sums(), QString());
    }

    void everythingIsThereByKeysAlone()
    {
        Probe probe;
        QSignalSpy selected(&probe.timeline(), &TimelineWidget::selectionChanged);
        probe.key(Qt::Key_Down); // from the first lane to the second
        QCOMPARE(probe.timeline().selected()->lane, 1);
        QCOMPARE(probe.chosen().kind, BarKind::Request);
        QCOMPARE(selected.last()[0].toULongLong(), quint64(probe.chosen().seq));
        probe.key(Qt::Key_Period);
        QCOMPARE(probe.chosen().kind, BarKind::Tool);
        const auto first = probe.chosen().seq;
        probe.key(Qt::Key_BracketRight);
        QCOMPARE(probe.chosen().kind, BarKind::Tool);
        QVERIFY(probe.chosen().seq > first);
        probe.key(Qt::Key_BracketLeft);
        QCOMPARE(probe.chosen().seq, first);
        probe.key(Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(probe.chosen().kind, BarKind::Iteration);
        probe.key(Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(probe.chosen().kind, BarKind::Turn);
        probe.key(Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(probe.chosen().kind, BarKind::Iteration);
        probe.key(Qt::Key_R);
        QCOMPARE(probe.timeline().range()->fromUs, qint64(probe.chosen().startUs));
        probe.key(Qt::Key_Escape);
        QVERIFY(!probe.timeline().selected());

        QSignalSpy moved(&probe.timeline(), &TimelineWidget::cursorMoved);
        probe.key(Qt::Key_Home);
        QCOMPARE(moved.last()[0].toLongLong(), 0);
        probe.key(Qt::Key_Right);
        const qint64 step = moved.last()[0].toLongLong();
        QVERIFY(step > 0);
        probe.key(Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(probe.timeline().range()->fromUs, step);
        probe.key(Qt::Key_End);
        QCOMPARE(moved.last()[0].toLongLong(), qint64(probe.timeline().scene().timeline.endUs));
        QVERIFY(probe.timeline().accessibleDescription().contains("chosen"));
    }

    void zoomKeepsWhatIsUnderTheMouse()
    {
        Probe probe;
        const QPoint at = probe.at(30 * s);
        const auto turn = [&](int notches, Qt::KeyboardModifiers with) {
            QWheelEvent event(at, probe.paper()->mapToGlobal(at), {}, {0, notches * 120},
                              Qt::NoButton, with, Qt::NoScrollPhase, false);
            QApplication::sendEvent(probe.paper(), &event);
        };
        const double before = probe.timeline().view().usPerPx();
        turn(10, Qt::ControlModifier);
        QVERIFY(probe.timeline().view().usPerPx() < before / 5);
        QVERIFY(std::abs(probe.at(30 * s).x() - at.x()) <= 2);
        const qint64 left = probe.timeline().view().visible().fromUs;
        turn(-1, Qt::ShiftModifier);
        QVERIFY(probe.timeline().view().visible().fromUs > left);
        probe.key(Qt::Key_A);
        probe.key(Qt::Key_A);
        QVERIFY(probe.timeline().view().visible().fromUs < left);
        probe.key(Qt::Key_0);
        QVERIFY(probe.timeline().view().isWhole());
        QCOMPARE(probe.timeline().view().usPerPx(), before);
        probe.key(Qt::Key_W);
        QVERIFY(probe.timeline().view().usPerPx() < before);
        for (int i = 0; i < 60; ++i)
            probe.key(Qt::Key_W);
        probe.paper()->repaint();
        QVERIFY(probe.timeline().view().usPerPx() > 0);
        for (int i = 0; i < 60; ++i)
            probe.key(Qt::Key_S);
        QVERIFY(probe.timeline().view().isWhole());
    }

    void shiftAndTheMiddleButtonMoveTheView()
    {
        Probe probe;
        for (int i = 0; i < 5; ++i)
            probe.key(Qt::Key_W);
        const qint64 from = probe.timeline().view().visible().fromUs;
        const QPoint middle = probe.timeline().lanesRect().center();
        QTest::mousePress(probe.paper(), Qt::LeftButton, Qt::ShiftModifier, middle);
        QTest::mouseMove(probe.paper(), middle - QPoint(100, 0));
        QTest::mouseRelease(probe.paper(), Qt::LeftButton, Qt::ShiftModifier, middle);
        QVERIFY(probe.timeline().view().visible().fromUs > from);
        QVERIFY(!probe.timeline().range());
    }

    void whatIsClickedIsChosenAndStays()
    {
        Probe probe;
        QSignalSpy selected(&probe.timeline(), &TimelineWidget::selectionChanged);
        QTest::mouseClick(probe.paper(), Qt::LeftButton, {}, probe.at(17 * s + s / 2, 1));
        QCOMPARE(probe.chosen().kind, BarKind::Tool);
        QCOMPARE(probe.chosen().worst, state::Worst::Failed);
        QCOMPARE(selected.last()[1].toUInt(), 2004u);
        const auto seq = probe.chosen().seq;
        probe.timeline().setScene(scene(3, 30)); // the same run, further on
        QCOMPARE(probe.chosen().seq, seq);
        QVERIFY(barText(probe.timeline().scene(), *probe.timeline().selected())
                    .contains("bash (failed)"));
        QTest::mouseClick(probe.paper(), Qt::LeftButton, {}, probe.at(3 * s));
        QVERIFY(!probe.timeline().selected());
        QCOMPARE(selected.last()[0].toULongLong(), 0u);
    }

    void aCallChosenElsewhereIsBroughtIntoView()
    {
        Probe probe;
        for (int i = 0; i < 8; ++i)
            probe.key(Qt::Key_W);
        QSignalSpy selected(&probe.timeline(), &TimelineWidget::selectionChanged);
        const state::SpanRow &calls = probe.timeline().scene().laneAt(2).rows[2];
        const state::Bar last = calls[calls.size() - 1];
        probe.timeline().setSelectedCall(last.call, last.seq);
        QCOMPARE(probe.chosen().seq, last.seq);
        const state::TimeRange visible = probe.timeline().view().visible();
        QVERIFY(visible.fromUs < last.startUs && last.endUs < visible.toUs);
        QCOMPARE(selected.size(), 0);
    }

    // A failure of one call among 200,000 is a pixel of the picture of all of them.
    void aFailureIsSeenAtAnyZoom()
    {
        Probe probe(scene(2, 100'000));
        const Tokens &t = tokens(probe.timeline().palette());
        for (int zoom = 0; zoom < 12; ++zoom) {
            const QImage image = probe.paper()->grab(probe.timeline().lanesRect()).toImage();
            const int x = probe.at(17 * s + s / 2, 1).x() - probe.timeline().lanesRect().left();
            const int y = probe.at(0, 1).y() - probe.timeline().lanesRect().top();
            bool seen = false;
            for (int dx = -3; dx <= 3; ++dx)
                for (int dy = -12; dy <= 12; ++dy)
                    seen = seen
                           || image.pixelColor(std::clamp(x + dx, 0, image.width() - 1), y + dy)
                                  == t.failure;
            QVERIFY2(seen, qPrintable(QString::number(zoom)));
            probe.timeline().setSelectedCall(0, 0);
            QPoint at = probe.at(17 * s + s / 2, 1);
            QWheelEvent event(at, probe.paper()->mapToGlobal(at), {}, {0, 5 * 120}, Qt::NoButton,
                              Qt::ControlModifier, Qt::NoScrollPhase, false);
            QApplication::sendEvent(probe.paper(), &event);
        }
    }

    void theWindowFollowsTheLine()
    {
        WindowProbe probe;
        probe.window->setApprovals(runtime::ApprovalMode::All);
        QVERIFY(probe.window->openTeam(QString(ORRERY_SOURCE_DIR) + "/resources/sample/team.json"));
        probe.window->run();
        QTRY_VERIFY_WITH_TIMEOUT(probe.window->isCaughtUp(), 60000);
        QVERIFY(probe.window->raisePanel("Timeline"));
        auto *timeline = probe.find<TimelineWidget>("timeline");
        QTRY_VERIFY(timeline->scene().lanes.size() == 3 && timeline->isVisible());
        QCOMPARE(timeline->scene().lanes[0].name, QString("lead"));
        const int all = probe.rows("conversationList");
        const int y = timeline->rulerRect().center().y();
        const QRect ruler = timeline->rulerRect();
        QTest::mousePress(timeline->viewport(), Qt::LeftButton, {}, {ruler.center().x(), y});
        QTRY_VERIFY(probe.rows("conversationList") < all);
        const int half = probe.rows("conversationList");
        QTest::mouseMove(timeline->viewport(), {ruler.left() + ruler.width() / 4, y});
        QTRY_VERIFY(probe.rows("conversationList") < half);
        // Forward again, without letting go.
        QTest::mouseMove(timeline->viewport(), {ruler.left() + ruler.width() * 3 / 4, y});
        QTRY_VERIFY(probe.rows("conversationList") > half);
        QTest::mouseRelease(timeline->viewport(), Qt::LeftButton, {}, {ruler.center().x(), y});
        QVERIFY(timeline->scene().timeline.lastSeq > 100);
        const int line = timeline->cursorX();
        const QString chosenCall = "call_lead_1";
        probe.trigger("jumpToLive");
        QTRY_COMPARE(probe.rows("conversationList"), all);
        QVERIFY(timeline->cursorX() > line);

        // A call chosen in the conversation is the one in the timeline and in the log, and the other way round.
        auto *cards = probe.find<QAbstractItemView>("conversationList");
        const auto cardOf = [&](const QString &call) {
            const QModelIndexList found =
                cards->model()->match(cards->model()->index(0, 0), ConversationModel::CallRole,
                                      call, 1, Qt::MatchExactly);
            return found.isEmpty() ? QModelIndex() : found[0];
        };
        QVERIFY(cardOf(chosenCall).isValid());
        cards->setCurrentIndex(cardOf(chosenCall));
        QVERIFY(timeline->selected());
        QCOMPARE(timeline->scene().nameOf(barOf(timeline->scene(), *timeline->selected()).call),
                 chosenCall);
        timeline->setFocus();
        QTest::keyClick(timeline, Qt::Key_Period);
        const state::Bar next = barOf(timeline->scene(), *timeline->selected());
        const QString call = timeline->scene().nameOf(next.call);
        QVERIFY(call != chosenCall && !call.isEmpty());
        QCOMPARE(cards->currentIndex().data(ConversationModel::CallRole).toString(), call);
        QCOMPARE(probe.find<QTableView>("eventsTable")
                     ->currentIndex()
                     .siblingAtColumn(0)
                     .data(EventsModel::SeqRole)
                     .toULongLong(),
                 quint64(next.seq));
        QVERIFY(timeline->hasFocus());
    }
};

ORRERY_TEST(TestTimeline)
#include "tst_timeline.moc"
