// SPDX-License-Identifier: GPL-3.0-or-later
// A run as the window shows it: what follows the cursor and what the present, and journals as they are found on disks.
#include "core/base/clock.h"
#include "core/store/journal.h"
#include "core/store/sqlite.h"
#include "tests/support/testfiles.h"
#include "tests/support/testregistry.h"
#include "tests/viewmodels/story.h"
#include "ui/viewmodels/rundocument.h"

#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

using namespace orrery;
using namespace orrery::testing;
using namespace orrery::ui;

namespace {

void ask(Story &story, const char *agent, const char *call, const char *approval)
{
    Json data{{"call", call}, {"tool", "bash"}, {"args", {{"command", "make"}}}, {"reason", ""}};
    if (approval)
        data["approval"] = approval;
    story.add(EventKind::ApprovalRequested, agent, std::move(data));
}

void answer(Story &story, const char *agent, const char *call, const char *approval)
{
    Json data{{"call", call}, {"tool", "bash"}, {"decision", "approve"}};
    if (approval)
        data["approval"] = approval;
    story.add(EventKind::ApprovalResolved, agent, std::move(data));
}

/// A run in whose midst something happens.
Story busyStory()
{
    Story story;
    story.start().state("lead", "thinking");
    story.add(EventKind::ModelDelta, "lead", {{"call", "r1"}, {"text", "Hel"}});
    story.waitMs(50).add(EventKind::ModelDelta, "lead", {{"call", "r1"}, {"text", "lo"}});
    story.state("coder", "tool", "bash");
    story.add(EventKind::ToolStarted, "coder",
              {{"call", "c9"}, {"tool", "bash"}, {"args", {{"command", "make"}}}});
    ask(story, "lead", "c1", "a1");
    return story;
}

QString stateOf(RunDocument &document, const char *agent)
{
    AgentsModel &agents = *document.agents();
    return agents.index(agents.rowOf(agent), AgentsModel::State).data().toString();
}

} // namespace

class TestRunDocument : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::unique_ptr<store::JournalWriter> journal(const QString &name)
    {
        auto writer = store::JournalWriter::open(m_folder.filePath(name).toStdString());
        return writer ? std::move(*writer) : nullptr;
    }
    QString written(const QString &name, const Story &story)
    {
        const auto writer = journal(name);
        for (const EventPtr &event : story.events())
            writer->append(event);
        return m_folder.filePath(name);
    }
    /// Opens and reads to the end; false when it is refused.
    bool load(RunDocument &document, const QString &file)
    {
        QSignalSpy ready(&document, &RunDocument::journalReady);
        QSignalSpy refused(&document, &RunDocument::journalRefused);
        document.openJournal(file);
        if (!QTest::qWaitFor([&] { return ready.count() + refused.count() > 0; }, 20000)
            || ready.isEmpty())
            return false;
        document.showJournal();
        return QTest::qWaitFor([&] { return document.isCaughtUp(); }, 20000);
    }

private slots:
    void equalCallsOfTwoAgentsAreTwoRequests_data()
    {
        QTest::addColumn<bool>("hasIds");
        QTest::newRow("with ids") << true;
        QTest::newRow("of an older version") << false;
    }
    void equalCallsOfTwoAgentsAreTwoRequests()
    {
        QFETCH(bool, hasIds);
        RunDocument document;
        Story story;
        story.start();
        ask(story, "lead", "call_0", hasIds ? "a1" : nullptr);
        ask(story, "coder", "call_0", hasIds ? "a2" : nullptr);
        const std::uint64_t asked = story.lastSeq();
        answer(story, "coder", "call_0", hasIds ? "a2" : nullptr);
        const auto all = story.events();
        const std::vector<EventPtr> first(all.begin(), all.begin() + long(asked));
        SystemClock clock;
        runtime::EventBus bus(clock, nullptr);
        document.attach(bus);
        for (const EventPtr &event : first)
            bus.publish(*event);
        QTRY_COMPARE(document.approvals()->rowCount(), 2);
        QCOMPARE(document.present()->waitingApproval(), 2);
        const QStringList ids = cellsOf(*document.approvals(), 0, ApprovalsModel::IdRole);
        QVERIFY(ids[0] != ids[1]);
        bus.publish(*all.back());
        QTRY_COMPARE(document.approvals()->rowCount(), 1);
        QCOMPARE(cellsOf(*document.approvals(), 0), QStringList("lead"));
        QCOMPARE(document.present()->waitingApproval(), 1);
        document.detach();
    }

    void whatOneCanActOnIsThePresent()
    {
        RunDocument document;
        SystemClock clock;
        runtime::EventBus bus(clock, nullptr);
        document.attach(bus);
        Story story = busyStory();
        for (const EventPtr &event : story.take())
            bus.publish(*event);
        QTRY_COMPARE(document.approvals()->rowCount(), 1);
        document.setCursor(2);
        QTRY_COMPARE(document.shownSeq(), quint64(2));
        QCOMPARE(document.status()->waitingApproval(), 0); // as it was then
        QCOMPARE(document.approvals()->rowCount(), 1);     // as it is
        story.add(EventKind::RunPaused, "person");
        ask(story, "coder", "c2", "a2");
        for (const EventPtr &event : story.take())
            bus.publish(*event);
        QTRY_COMPARE(document.approvals()->rowCount(), 2);
        QVERIFY(document.present()->isPaused());
        QVERIFY(!document.status()->isPaused());
        QVERIFY(document.present()->isBusy("coder"));
        QCOMPARE(document.shownSeq(), quint64(2));
        document.detach();
    }

    void anInterruptedRunHasNobodyAtWork()
    {
        RunDocument document;
        QVERIFY(load(document, written("interrupted.orrery", busyStory())));
        QCOMPARE(document.status()->stateWord(), QString("Interrupted"));
        const auto check = [&] {
            QCOMPARE(stateOf(document, "lead"), QString("Stopped"));
            QCOMPARE(stateOf(document, "coder"), QString("Stopped"));
            QCOMPARE(document.status()->running(), 0);
            QCOMPARE(document.approvals()->rowCount(), 0);
            for (const QString &status :
                 cellsOf(*document.conversation(), 0, ConversationModel::StatusRole))
                QVERIFY2(status != "running" && status != "streaming"
                             && status != "waiting for approval",
                         qPrintable(status));
        };
        check();
        // At an earlier moment they are.
        document.setCursor(document.allEvents().back()->seq - 1);
        QTRY_COMPARE(stateOf(document, "lead"), QString("Thinking"));
        document.jumpToLive();
        QTRY_VERIFY(document.isCaughtUp());
        check();
    }

    void aRunThatLivesIsFollowed()
    {
        Story story = busyStory();
        auto writer = journal("live.orrery");
        for (const EventPtr &event : story.take())
            writer->append(event);
        QVERIFY(writer->flush());
        RunDocument document;
        QVERIFY(load(document, m_folder.filePath("live.orrery")));
        QVERIFY(document.isFollowing());
        QCOMPARE(document.present()->stateWord(), QString("Running"));
        QCOMPARE(stateOf(document, "lead"), QString("Thinking"));
        QSignalSpy caughtUp(&document, &RunDocument::caughtUp);
        for (int i = 0; i < 3; ++i) {
            story.state("lead", i % 2 ? "thinking" : "paused");
            for (const EventPtr &event : story.take())
                writer->append(event);
            QTRY_COMPARE(document.shownSeq(), quint64(story.lastSeq()));
        }
        QCOMPARE(stateOf(document, "lead"), QString("Paused"));
        QVERIFY(!document.isReading());
        writer.reset();
        QTRY_VERIFY(!document.isFollowing());
        QTRY_COMPARE(document.status()->stateWord(), QString("Interrupted"));
        QCOMPARE(stateOf(document, "lead"), QString("Stopped"));
    }

    void aDamagedJournalShowsWhatIsGood()
    {
        Story story;
        story.start();
        for (int i = 0; i < 5000; ++i)
            story.state("lead", i % 2 ? "idle" : "thinking");
        const QString file = written("damaged.orrery", story);
        {
            auto database =
                store::Database::open(file.toStdString(), store::Database::Mode::ReadWrite);
            QVERIFY(database);
            QVERIFY(database->execute("UPDATE events SET data = '{broken' WHERE seq = 347"));
        }
        RunDocument document;
        QVERIFY(load(document, file));
        QVERIFY(!document.isReading());
        QCOMPARE(document.damage().size(), std::size_t(1));
        QCOMPARE(document.damage()[0].seq, std::uint64_t(347));
        QVERIFY(document.allEvents().size() >= 346);
        QVERIFY(document.events()->rowCount() >= 346);
        QCOMPARE(document.allEvents()[345]->seq, std::uint64_t(346));
    }

    void aTornFileShowsWhatComesBefore()
    {
        Story story;
        story.start();
        for (int i = 0; i < 20000; ++i)
            story.state("lead", i % 2 ? "idle" : "thinking", "because of this and that");
        const QString file = written("torn.orrery", story);
        QFile torn(file);
        QVERIFY(torn.open(QFile::ReadWrite));
        QVERIFY(torn.size() > 200000);
        QVERIFY(torn.seek(torn.size() / 2));
        torn.write(QByteArray(int(torn.size() / 4), '\xA5'));
        torn.close();
        RunDocument document;
        QVERIFY(load(document, file));
        QVERIFY(!document.isReading());
        QVERIFY(!document.damage().empty());
        QVERIFY(document.allEvents().size() > 0);
        QCOMPARE(document.allEvents().front()->seq, std::uint64_t(1));
    }

    void whatIsNoJournalChangesNothing_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("words");
        QTest::newRow("missing") << "none.orrery"
                                 << "no such file";
        QTest::newRow("a folder") << "."
                                  << "is a folder";
        QTest::newRow("text") << "notes.txt"
                              << "neither a team file nor a journal";
        QTest::newRow("empty") << "empty"
                               << "is empty";
        QTest::newRow("another database") << "other.db"
                                          << "other.db";
        QTest::newRow("cut off") << "cut.orrery"
                                 << "cut.orrery";
        QTest::newRow("a pipe") << "pipe"
                                << "no ordinary file";
    }
    void whatIsNoJournalChangesNothing()
    {
        QFETCH(QString, name);
        QFETCH(QString, words);
        write(m_folder.filePath("notes.txt"), "Nothing.\n");
        write(m_folder.filePath("empty"), "");
        {
            auto other = store::Database::open(m_folder.filePath("other.db").toStdString(),
                                               store::Database::Mode::ReadWrite);
            QVERIFY(other && other->execute("CREATE TABLE IF NOT EXISTS t(x)"));
        }
        write(m_folder.filePath("cut.orrery"), "SQLite format 3\0 and then nothing more");
        QProcess::execute("mkfifo", {m_folder.filePath("pipe")});
        RunDocument document;
        QVERIFY(load(document, written("good.orrery", busyStory())));
        const auto events = document.allEvents().size();
        QSignalSpy refused(&document, &RunDocument::journalRefused);
        document.openJournal(m_folder.filePath(name));
        QTRY_COMPARE(refused.count(), 1);
        const QString message = QString::fromStdString(refused[0][0].value<Error>().message);
        QVERIFY2(message.contains(words), qPrintable(message));
        QVERIFY(!document.isOpening());
        QCOMPARE(document.allEvents().size(), events);
    }

    void theLastOfTwoThatAreOpenedCounts()
    {
        const QString first = written("first.orrery", busyStory());
        Story other;
        other.start();
        const QString second = written("second.orrery", other);
        RunDocument document;
        QSignalSpy ready(&document, &RunDocument::journalReady);
        document.openJournal(first);
        document.openJournal(second);
        QTRY_COMPARE(ready.count(), 1);
        QTest::qWait(20);
        QCOMPARE(ready.count(), 1);
        QCOMPARE(ready[0][0].toString(), second);
    }

    void aCardIsTheSameHoweverItIsMade()
    {
        // Live, event by event; then made anew in one batch.
        RunDocument document;
        SystemClock clock;
        runtime::EventBus bus(clock, nullptr);
        document.attach(bus);
        const Story story = busyStory();
        for (const EventPtr &event : story.events()) {
            bus.publish(*event);
            QTRY_VERIFY(document.isCaughtUp());
        }
        const auto cards = [&](int role) { return cellsOf(*document.conversation(), 0, role); };
        const QStringList keys = cards(ConversationModel::KeyRole);
        const QStringList times = cards(ConversationModel::TimeUsRole);
        const QStringList revisions = cards(ConversationModel::RevisionRole);
        QCOMPARE(QSet<QString>(keys.begin(), keys.end()).size(), keys.size());
        document.setCursor(1);
        QTRY_COMPARE(document.shownSeq(), quint64(1));
        document.jumpToLive();
        QTRY_VERIFY(document.isCaughtUp());
        QCOMPARE(cards(ConversationModel::KeyRole), keys);
        QCOMPARE(cards(ConversationModel::TimeUsRole), times);
        // What was measured for one content never counts for another.
        for (const QString &revision : cards(ConversationModel::RevisionRole))
            QVERIFY(!revisions.contains(revision));
        document.detach();
    }

    void theCardsOfAnotherRunHaveOtherKeys()
    {
        RunDocument document;
        std::vector<EventPtr> first = busyStory().events();
        std::vector<EventPtr> second;
        for (const EventPtr &event : first) {
            auto copy = std::make_shared<Event>(*event);
            copy->run = "run_2";
            second.push_back(std::move(copy));
        }
        document.load(first);
        const QStringList keys = cellsOf(*document.conversation(), 0, ConversationModel::KeyRole);
        document.load(second);
        for (const QString &key : cellsOf(*document.conversation(), 0, ConversationModel::KeyRole))
            QVERIFY(!keys.contains(key));
    }
};

ORRERY_TEST(TestRunDocument)
#include "tst_rundocument.moc"
