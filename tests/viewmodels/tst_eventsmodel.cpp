// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/viewmodels/story.h"
#include "ui/viewmodels/eventsfiltermodel.h"
#include "ui/viewmodels/eventsmodel.h"
#include "tests/support/testregistry.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace orrery;
using namespace orrery::ui;

class TestEventsModel : public QObject
{
    Q_OBJECT

private:
    using Mode = QAbstractItemModelTester::FailureReportingMode;

    static void someEvents(Story &story)
    {
        story.start();
        for (int i = 0; i < 300; ++i) {
            story.add(EventKind::ModelDelta, "coder", {{"call", "c1"}, {"text", "piece"}});
            story.waitMs(1);
            story.add(i % 3 ? EventKind::ToolStarted : EventKind::ClaimDenied,
                      i % 2 ? "lead" : "coder",
                      i % 3 ? Json{{"call", "t"}, {"tool", "read_file"}, {"args", Json::object()}}
                            : Json{{"file", "a.c"}, {"start", 1}, {"end", 9}, {"holder", "lead"}});
        }
    }

private slots:
    void keepsEveryEventAndFiltersThem()
    {
        AgentRoster roster;
        EventsModel events(roster);
        EventsFilterModel filtered(events);
        QAbstractItemModelTester tester(&events, Mode::QtTest);
        QAbstractItemModelTester filterTester(&filtered, Mode::QtTest);
        filtered.setFilter({}, "-model_delta");
        Story story;
        someEvents(story);
        events.apply(story.take());
        QTRY_VERIFY(!filtered.isScanning());
        QCOMPARE(events.rowCount(), 601);
        QCOMPARE(filtered.rowCount(), 301);

        filtered.setFilter("a.c", "claim_denied", "coder");
        QTRY_VERIFY(!filtered.isScanning());
        QCOMPARE(filtered.rowCount(), 50);
        for (int row = 0; row < filtered.rowCount(); ++row)
            QCOMPARE(filtered.index(row, EventsModel::Agent).data().toString(), QString("coder"));
        // What comes later is filtered as well.
        story.add(EventKind::ClaimDenied, "coder", {{"file", "a.c"}, {"holder", "lead"}});
        story.add(EventKind::ClaimDenied, "lead", {{"file", "a.c"}, {"holder", "coder"}});
        events.apply(story.take());
        QTRY_COMPARE(filtered.rowCount(), 51);

        filtered.setFilter({});
        QTRY_COMPARE(filtered.rowCount(), events.rowCount());
        events.reset();
        QCOMPARE(events.rowCount(), 0);
        QCOMPARE(filtered.rowCount(), 0);
    }

    void findsTheRowOfAMoment()
    {
        AgentRoster roster;
        EventsModel events(roster);
        Story story;
        someEvents(story);
        events.apply(story.take());
        QCOMPARE(events.rowOfSeq(0), -1);
        QCOMPARE(events.rowOfSeq(1), 0);
        QCOMPARE(events.rowOfSeq(100000), events.rowCount() - 1);
        const QString json = events.index(1, 0).data(EventsModel::JsonRole).toString();
        QVERIFY(json.contains("\"model_delta\""));
    }
};

ORRERY_TEST(TestEventsModel)
#include "tst_eventsmodel.moc"
