// SPDX-License-Identifier: GPL-3.0-or-later
// `orrery-cli events --filter` over a journal on disk.
#include "core/store/journal.h"
#include "tests/support/runcli.h"
#include "tests/support/testregistry.h"

#include <QTemporaryDir>
#include <QTest>

using namespace orrery;
using testing::runCli;

class TestEventFilter : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        auto writer = store::JournalWriter::open(m_journal.toStdString());
        QVERIFY(writer);
        std::uint64_t seq = 0;
        const auto tell = [&](EventKind kind, const char *agent, Json data) {
            auto event = std::make_shared<Event>();
            event->seq = ++seq;
            event->timeUs = qint64(seq) * 1000;
            event->kind = kind;
            event->run = "run_1";
            event->agent = agent;
            event->data = std::move(data);
            (*writer)->append(event);
        };
        for (int i = 0; i < 50; ++i) {
            tell(EventKind::ToolStarted, i % 2 ? "alice" : "bob",
                 {{"tool", "bash"}, {"call", "c"}});
            tell(EventKind::ToolFinished, i % 2 ? "alice" : "bob",
                 {{"tool", "bash"},
                  {"call", "c"},
                  {"ok", i != 7},
                  {"content", "exit " + std::to_string(i)}});
        }
    }

    void onlyWhatMatchesIsPrinted_data()
    {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QList<int>>("seqs");
        QTest::newRow("level") << "level:error" << QList<int>{16};
        QTest::newRow("agent and number") << "agent:BOB seq>96" << QList<int>{97, 98};
        QTest::newRow("text") << "\"exit 12\"" << QList<int>{26};
        QTest::newRow("expression") << "/exit 4[0-2]$/ -agent:alice" << QList<int>{82, 86};
        QTest::newRow("nothing") << "tool:grep" << QList<int>{};
    }
    void onlyWhatMatchesIsPrinted()
    {
        QFETCH(QString, query);
        const auto outcome = runCli({"events", m_journal, "--json", "--filter", query});
        QCOMPARE(outcome.code, 0);
        QList<int> seqs;
        for (const QByteArray &line : outcome.out.split('\n'))
            if (!line.isEmpty())
                seqs << Json::parse(line.toStdString())["seq"].get<int>();
        QTEST(seqs, "seqs");
    }

    void aQueryThatIsNoneIsToldWhere()
    {
        const auto outcome = runCli({"events", m_journal, "--filter", "agent:bob agnt:x"});
        QVERIFY(outcome.code != 0);
        QVERIFY2(outcome.err.contains("Column 11: there is no field `agnt`"), outcome.err);
    }

private:
    QTemporaryDir m_folder;
    QString m_journal = m_folder.filePath("run.orrery");
};

ORRERY_TEST(TestEventFilter)
#include "tst_eventfilter.moc"
