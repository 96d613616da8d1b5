// SPDX-License-Identifier: GPL-3.0-or-later
// For which lines the claims are asked before a file is written.
#include "tests/support/testregistry.h"
#include "tests/support/toolfolder.h"

#include <QTest>

using namespace orrery;
using namespace orrery::testing;

class TestWriteGate : public QObject
{
    Q_OBJECT

private:
    using Log = std::vector<std::string>;
    std::unique_ptr<ToolFolder> m_folder;
    RecordingGate m_gate;

private slots:
    void init()
    {
        m_folder = std::make_unique<ToolFolder>();
        m_gate = {};
    }

    void theGateIsAskedForEachRegion()
    {
        m_folder->write("a.txt", "1\n2\n3\n4\n5\n6\n");
        const Json edits = {{{"old_text", "2"}, {"new_text", "2a\n2b\n2c"}},
                            {{"old_text", "4\n5\n"}, {"new_text", ""}},
                            {{"old_text", "6"}, {"new_text", "six"}}};
        tools::ToolContext context = m_folder->context();
        context.writeGate = &m_gate;
        m_gate.refused = 5;
        const Json call = {{"path", "./a.txt"}, {"edits", edits}};
        const tools::ToolResult refused = m_folder->use("edit_file", call, context);
        QCOMPARE(refused.content, std::string("claimed"));
        QVERIFY(!refused.ok);
        QCOMPARE(m_gate.log, (Log{"? a.txt 2-2", "? a.txt 4-6"}));
        QCOMPARE(m_folder->content("a.txt"), std::string("1\n2\n3\n4\n5\n6\n"));
        m_gate = {};
        m_gate.refused = 3; // between them
        const tools::ToolResult done = m_folder->use("edit_file", call, context);
        QCOMPARE(done.content, std::string("Changed a.txt lines 2-4, 6-6."));
        QCOMPARE(m_gate.log, (Log{"? a.txt 2-2", "? a.txt 4-6", "! a.txt 2-2 to 2-4, +3 -1",
                                  "! a.txt 4-6 to 6-6, +1 -3"}));
        QCOMPARE(m_gate.lines, std::pair(6, 6));
        QCOMPARE(m_folder->content("a.txt"), std::string("1\n2a\n2b\n2c\n3\nsix\n"));
    }

    void theGateIsAskedForWholeFiles_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<QByteArray>("region");
        const auto row = [](const char *name, const char *before, const char *after,
                            const char *region) {
            QTest::newRow(name) << (before ? QByteArray(before) : QByteArray()) << QByteArray(after)
                                << QByteArray(region);
        };
        row("new", nullptr, "a\nb\nc", "1-3 to 1-3, +3 -0");
        row("new and empty", nullptr, "", "1-1 to 1-1, +0 -0");
        row("longer", "x\n", "a\nb\n", "1-2 to 1-2, +2 -1");
        row("shorter", "x\ny\nz\n", "a\n", "1-3 to 1-1, +1 -3");
        row("emptied", "x\ny\n", "", "1-2 to 1-1, +0 -2");
        row("line ends", "x\ry\r", "x\ny\n", "1-2 to 1-2, +2 -2");
        row("one line of it", "x\ny\nz\n", "x\nY\nz\n", "2-2 to 2-2, +1 -1");
        row("a line more", "x\ny\n", "x\nnew\ny\n", "2-2 to 2-2, +1 -0");
        row("a line less", "x\nnew\ny\n", "x\ny\n", "2-2 to 2-2, +0 -1");
        row("of an empty file", "", "a\nb\n", "1-2 to 1-2, +2 -0");
        row("a line at the end", "x\n", "x\ny\n", "2-2 to 2-2, +1 -0");
        row("a last line end", "x\ny", "x\ny\n", "2-2 to 2-2, +1 -1");
        row("CR", "x\ry\rz\r", "x\rY\rz\r", "2-2 to 2-2, +1 -1");
    }
    void theGateIsAskedForWholeFiles()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QFETCH(QByteArray, region);
        if (!before.isNull()) {
            m_folder->write("a.txt", before.toStdString());
            QVERIFY(m_folder->use("read_file", {{"path", "a.txt"}}).ok);
        }
        tools::ToolContext context = m_folder->context();
        context.writeGate = &m_gate;
        const Json call = {{"path", "a.txt"}, {"content", after.toStdString()}};
        QVERIFY(m_folder->use("write_file", call, context).ok);
        const std::string all = region.toStdString();
        QCOMPARE(m_gate.log, (Log{"? a.txt " + all.substr(0, all.find(' ')), "! a.txt " + all}));
        QCOMPARE(m_folder->content("a.txt"), after.toStdString());
    }

    /// Also around one that fails.
    void theGateIsAskedAroundACommand()
    {
        tools::ToolContext context = m_folder->context();
        context.writeGate = &m_gate;
        context.callId = "c1";
        QVERIFY(!m_folder->use("bash", {{"command", "exit 3"}}, context).ok);
        QCOMPARE(m_gate.log, (Log{"before a command of coder", "after c1 of coder"}));
    }
};

ORRERY_TEST(TestWriteGate)
#include "tst_writegate.moc"
