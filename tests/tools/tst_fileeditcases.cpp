// SPDX-License-Identifier: GPL-3.0-or-later
// What the file tools make of a file, byte by byte, and what they say.
#include "tests/support/testregistry.h"
#include "tests/support/toolfolder.h"
#ifndef Q_MOC_RUN // which does not understand its texts
#include "tests/tools/editcases.h"
#endif

#include <QTest>

#include <sys/stat.h>

using namespace orrery;
using namespace orrery::testing;

class TestFileEditCases : public QObject
{
    Q_OBJECT

private slots:
    void bytesAndWords_data()
    {
        QTest::addColumn<int>("index");
        const std::vector<EditCase> cases = editCases();
        for (std::size_t i = 0; i < cases.size(); ++i)
            QTest::newRow(cases[i].name) << static_cast<int>(i);
    }
    void bytesAndWords()
    {
        QFETCH(int, index);
        const EditCase one = editCases()[static_cast<std::size_t>(index)];
        const ToolFolder folder;
        folder.write("a.txt", one.before);
        QCOMPARE(chmod((folder.root() / "a.txt").c_str(), 0640), 0);
        Json arguments = Json::parse(one.arguments);
        arguments["path"] = "a.txt";
        folder.use("read_file", {{"path", "a.txt"}}); // only what is known is replaced
        const tools::ToolResult done = folder.use(one.tool, arguments);
        QVERIFY2(done.content.find(one.said) != std::string::npos, done.content.c_str());
        QCOMPARE(QByteArray::fromStdString(folder.content("a.txt")).toPercentEncoding(),
                 QByteArray::fromStdString(one.after).toPercentEncoding());
        QVERIFY2(done.ok == one.ok, done.content.c_str());
        if (!one.ok)
            QVERIFY2(done.content.find("Nothing was changed.") != std::string::npos,
                     done.content.c_str());
        QVERIFY(!Json(done.content).dump().empty()); // throws unless it is UTF-8
        struct stat status;
        QCOMPARE(stat((folder.root() / "a.txt").c_str(), &status), 0);
        QCOMPARE(status.st_mode & 07777, mode_t(0640));
        QCOMPARE(folder.names(), std::string("a.txt"));
    }
};

ORRERY_TEST(TestFileEditCases)
#include "tst_fileeditcases.moc"
