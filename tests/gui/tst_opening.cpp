// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever one opens: it is shown, or a sentence says why not and nothing else changes.
#include "core/store/journal.h"
#include "core/store/sqlite.h"
#include "tests/gui/scripts.h"
#include "tests/gui/windowprobe.h"
#include "tests/support/testregistry.h"
#include "tests/viewmodels/story.h"
#include "ui/shell/cursorpill.h"

#include <QLineEdit>
#include <QProcess>

using namespace orrery;
using namespace orrery::testing;
using namespace orrery::ui;

class TestOpening : public QObject
{
    Q_OBJECT

private:
    static Story shortStory()
    {
        Story story;
        story.start().state("lead", "thinking");
        story.message("lead", {{"role", "assistant"}, {"content", "Good morning."}});
        return story;
    }
    static std::unique_ptr<store::JournalWriter> writer(const QString &file, const Story &story)
    {
        auto opened = store::JournalWriter::open(file.toStdString());
        if (!opened)
            return nullptr;
        for (const EventPtr &event : story.events())
            (*opened)->append(event);
        (void)(*opened)->flush();
        return std::move(*opened);
    }

private slots:
    void whatCannotBeOpenedChangesNothing_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("words");
        QTest::newRow("missing") << "none.orrery"
                                 << "no such file";
        QTest::newRow("a folder") << "sub"
                                  << "is a folder";
        QTest::newRow("text") << "notes.txt"
                              << "neither a team file nor a journal";
        QTest::newRow("a pipe") << "pipe"
                                << "no ordinary file";
        QTest::newRow("another database") << "other.db"
                                          << "other.db";
        QTest::newRow("a broken team") << "broken.json"
                                       << "broken.json";
    }
    void whatCannotBeOpenedChangesNothing()
    {
        QFETCH(QString, name);
        QFETCH(QString, words);
        WindowProbe probe;
        const auto at = [&](const char *file) { return probe.folder.filePath(file); };
        QDir(probe.folder.path()).mkdir("sub");
        write(at("notes.txt"), "Nothing.\n");
        write(at("broken.json"), "{ \"name\": 7");
        QProcess::execute("mkfifo", {at("pipe")});
        {
            auto other = store::Database::open(at("other.db").toStdString(),
                                               store::Database::Mode::ReadWrite);
            QVERIFY(other && other->execute("CREATE TABLE t(x)"));
        }
        (void)writer(at("good.orrery"), shortStory());
        probe.window->openFile(at("good.orrery"));
        QTRY_VERIFY(probe.textOf("conversationList").contains("Good morning."));
        QTRY_VERIFY(probe.window->isCaughtUp());
        const QString title = probe.window->windowTitle();
        const QString state = probe.pulse("state");
        probe.window->openFile(probe.folder.filePath(name));
        QTRY_VERIFY2(probe.window->message().contains(words), qPrintable(probe.window->message()));
        QCOMPARE(probe.window->windowTitle(), title);
        QVERIFY(probe.textOf("conversationList").contains("Good morning."));
        QCOMPARE(probe.pulse("state"), state);
        QVERIFY(!probe.find<CursorPill>("cursorPill")->text().contains("READING"));
    }

    void aTeamFileIsOpenedAsATeamWhereverItIsGiven()
    {
        WindowProbe probe;
        probe.window->openFile(probe.team(slowTeam, slowScript));
        QVERIFY(probe.window->windowTitle().startsWith("Slow"));
        QVERIFY(probe.find<QAction>("run")->isEnabled());
        // And a journal as a journal.
        const QString journal = probe.folder.filePath("j.orrery");
        (void)writer(journal, shortStory());
        QVERIFY(!probe.window->openTeam(journal));
        QTRY_VERIFY(probe.window->windowTitle().startsWith("j.orrery"));
        QVERIFY(!probe.find<QAction>("run")->isEnabled());
    }

    void aDamagedJournalShowsWhatIsGoodAndSaysWhereItBreaks()
    {
        WindowProbe probe;
        const QString file = probe.folder.filePath("damaged.orrery");
        Story story = shortStory();
        for (int i = 0; i < 400; ++i)
            story.state("lead", i % 2 ? "idle" : "thinking");
        (void)writer(file, story);
        {
            auto database =
                store::Database::open(file.toStdString(), store::Database::Mode::ReadWrite);
            QVERIFY(database);
            QVERIFY(database->execute("UPDATE events SET data = '{broken' WHERE seq = 347"));
        }
        probe.window->openFile(file);
        QTRY_VERIFY2(probe.window->message().contains("breaks at event 347"),
                     qPrintable(probe.window->message()));
        QTRY_VERIFY(probe.window->isCaughtUp());
        QVERIFY(probe.window->message().contains("breaks at event 347"));
        QVERIFY(probe.textOf("conversationList").contains("Good morning."));
        QVERIFY(probe.rows("eventsTable") >= 346);
        QVERIFY(!probe.find<CursorPill>("cursorPill")->text().contains("READING"));
        QVERIFY(probe.pulse("journal").contains("damaged"));
    }

    void aRunThatLivesElsewhereIsFollowed()
    {
        WindowProbe probe;
        const QString file = probe.folder.filePath("live.orrery");
        Story story = shortStory();
        auto journal = writer(file, story);
        (void)story.take();
        probe.window->openFile(file);
        QTRY_COMPARE(probe.pulse("state"), QString("Running (in another window)"));
        QVERIFY(!probe.window->message().contains("unexpectedly"));
        QTRY_COMPARE(probe.find<CursorPill>("cursorPill")->text(), QString("LIVE"));
        story.message("lead", {{"role", "assistant"}, {"content", "Something new."}});
        for (const EventPtr &event : story.take())
            journal->append(event);
        QTRY_VERIFY(probe.textOf("conversationList").contains("Something new."));
        QVERIFY(!probe.find<QAction>("pause")->isEnabled()); // it is not ours
        journal.reset();
        QTRY_COMPARE(probe.pulse("state"), QString("Interrupted"));
        QTRY_VERIFY(probe.window->message().contains("unexpectedly"));
    }
};

ORRERY_TEST(TestOpening)
#include "tst_opening.moc"
