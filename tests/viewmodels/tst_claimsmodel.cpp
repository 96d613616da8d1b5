// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/viewmodels/story.h"
#include "ui/viewmodels/claimsmodel.h"
#include "tests/support/testregistry.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest>

using namespace orrery;
using namespace orrery::ui;

using Tester = QAbstractItemModelTester;

class TestClaimsModel : public QObject
{
    Q_OBJECT
private:
    static Json lines(const char *file, int start, int end)
    {
        return {{"file", file}, {"start", start}, {"end", end}};
    }
    static Story &grant(Story &story, const char *agent, const char *file, int start, int end)
    {
        Json data = lines(file, start, end);
        data["expires_at_ms"] = story.nowMs() + 300000;
        return story.add(EventKind::ClaimGranted, agent, data);
    }
    static Story &edit(Story &story, const char *agent, const char *file, int line, bool inside)
    {
        Json data = lines(file, line, line + 1);
        data["inside_claim"] = inside;
        return story.add(EventKind::FileEdited, agent, data);
    }

private slots:
    void initTestCase() { qputenv("TZ", "UTC"); }

    void tellsTheLifeOfAClaim()
    {
        AgentRoster roster;
        ClaimsModel model(roster);
        Tester tester(&model, Tester::FailureReportingMode::QtTest);
        QSignalSpy map(&model, &ClaimsModel::mapChanged);
        Story story;
        story.start();
        grant(story, "lead", "a.py", 40, 88);
        grant(story, "coder", "b.py", 1, 1);
        edit(story, "lead", "a.py", 50, true);
        edit(story, "lead", "a.py", 200, false);
        edit(story, "coder", "c.py", 5, false);
        Json denied = lines("a.py", 80, 130);
        denied.update({{"holder", "lead"},
                       {"holder_start", 40},
                       {"holder_end", 88},
                       {"expires_in_ms", 133000},
                       {"via", "write"}});
        story.add(EventKind::ClaimDenied, "coder", denied);
        model.apply(story.take());
        model.setNow(Story::startMs + 60000);
        QCOMPARE(map.size(), 1);
        QCOMPARE(rowsOf(model),
                 QStringList({"lead | a.py | 40–88 | 22:13:20.000 | 4:00 | 1 | 1/1 | Held",
                              "coder | b.py | line 1 | 22:13:20.000 | 4:00 | 0 | 0/0 | Held"}));
        QCOMPARE(model.activeClaims(), 2);

        const ClaimMapData data = model.mapData();
        QCOMPARE(data.files.size(), std::size_t(3));
        const ClaimMapData::File &a = data.files[0];
        QCOMPARE(a.file, std::string("a.py"));
        QCOMPARE(a.maxLine, 201);
        QCOMPARE(a.bars.size(), std::size_t(1));
        QCOMPARE(a.bars[0].colorIndex, 0);
        QCOMPARE(a.bars[0].monogram, QString("LE"));
        QVERIFY(a.bars[0].active);
        QCOMPARE(a.bars[0].edits.size(), std::size_t(2));
        QVERIFY(a.bars[0].edits[0].inside && !a.bars[0].edits[1].inside);
        QCOMPARE(a.denied.size(), std::size_t(1));
        QCOMPARE(a.denied[0].holder, std::string("lead"));
        QCOMPARE(a.denied[0].via, std::string("write"));
        QCOMPARE(a.denied[0].colorIndex, 1);
        QCOMPARE(a.denied[0].expiresInMs, qint64(133000));
        QCOMPARE(data.files[2].looseEdits.size(), std::size_t(1));

        story.waitMs(61000);
        grant(story, "lead", "a.py", 40, 120);
        story.add(EventKind::ClaimReleased, "coder", lines("b.py", 1, 1));
        story.add(EventKind::ClaimReleased, "coder", lines("never claimed.py", 1, 1));
        model.apply(story.take());
        QCOMPARE(cellsOf(model, ClaimsModel::State),
                 QStringList({"Held, replaced 40–88", "Released"}));
        QCOMPARE(cellsOf(model, ClaimsModel::Lines), QStringList({"40–120", "line 1"}));
        QCOMPARE(model.activeClaims(), 1);

        // Claims that ended, and what was refused, before a time are left out.
        const ClaimMapData later = model.mapData(story.nowMs() + 1);
        QCOMPARE(later.files.size(), std::size_t(1));
        QCOMPARE(later.files[0].denied.size(), std::size_t(0));

        story.waitMs(1000).add(EventKind::ClaimExpired, "lead", lines("a.py", 40, 120));
        grant(story, "lead", "a.py", 1, 2);
        model.apply(story.take());
        QCOMPARE(cellsOf(model, ClaimsModel::State), QStringList({"Expired", "Released", "Held"}));
        story.add(EventKind::RunFinished, "");
        model.apply(story.take());
        QCOMPARE(cellsOf(model, ClaimsModel::State),
                 QStringList({"Expired", "Released", "Ended with the run"}));
        model.reset();
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(model.mapData().files.size(), std::size_t(0));
    }

    void aClaimMovesWithItsLines()
    {
        AgentRoster roster;
        ClaimsModel model(roster);
        Tester tester(&model, Tester::FailureReportingMode::QtTest);
        Story story;
        story.start();
        grant(story, "lead", "a.py", 40, 88);
        grant(story, "coder", "b.py", 1, 9);
        model.apply(story.take());
        QSignalSpy map(&model, &ClaimsModel::mapChanged);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        Json moved = lines("a.py", 43, 91);
        moved.update({{"from_start", 40}, {"from_end", 88}, {"by", "coder"}});
        story.add(EventKind::ClaimMoved, "lead", moved);
        story.add(EventKind::ClaimMoved, "coder", moved); // it has none there
        model.apply(story.take());
        QCOMPARE(map.size(), 1);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed[0][1].toModelIndex().row(), 0);
        QCOMPARE(cellsOf(model, ClaimsModel::Lines), QStringList({"43–91", "1–9"}));
        QCOMPARE(cellsOf(model, ClaimsModel::State), QStringList({"Held", "Held"}));
        QCOMPARE(model.mapData().files.at(0).bars.at(0).start, 43);
        // What it held before is what it held last.
        grant(story, "lead", "a.py", 1, 2);
        model.apply(story.take());
        QCOMPARE(cellsOf(model, ClaimsModel::State).front(), QString("Held, replaced 43–91"));
    }

    void onlyHeldClaimsCountDown()
    {
        AgentRoster roster;
        ClaimsModel model(roster);
        Story story;
        grant(story, "a", "f", 1, 9).add(EventKind::ClaimReleased, "a", lines("f", 1, 9));
        grant(story, "b", "f", 1, 9);
        grant(story, "c", "g", 1, 9).add(EventKind::ClaimReleased, "c", lines("g", 1, 9));
        model.apply(story.take());
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.setNow(Story::startMs + 1000);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 1);
        QCOMPARE(changed[0][1].toModelIndex().row(), 1);
        QCOMPARE(cellsOf(model, ClaimsModel::ExpiresIn), QStringList({"—", "4:59", "—"}));
        // Past its time it holds nothing, also before anybody says so.
        model.setNow(Story::startMs + 300000);
        QCOMPARE(cellsOf(model, ClaimsModel::ExpiresIn), QStringList({"—", "0:00", "—"}));
        QCOMPARE(cellsOf(model, ClaimsModel::State),
                 QStringList({"Released", "Expired", "Released"}));
        QCOMPARE(model.activeClaims(), 0);
    }

    void aClaimToTheEndOfTimeDoesNotStretchTheMap()
    {
        AgentRoster roster;
        ClaimsModel model(roster);
        Story story;
        grant(story, "a", "f", 1, 2'000'000'000);
        grant(story, "b", "f", 5, 70);
        model.apply(story.take());
        QCOMPARE(model.mapData().files.at(0).maxLine, 70);
    }
};

ORRERY_TEST(TestClaimsModel)
#include "tst_claimsmodel.moc"
