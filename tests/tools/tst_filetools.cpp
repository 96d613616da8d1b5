// SPDX-License-Identifier: GPL-3.0-or-later
// The tools on a real folder: what they do, and what they refuse.
#include "core/tools/tool.h"
#include "core/tools/toolexecutor.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace orrery;
using namespace orrery::tools;
namespace fs = std::filesystem;

class TestFileTools : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_root;
    ToolContext m_context;
    std::stop_source m_stop;

    ToolResult use(const char *name, const Json &arguments)
    {
        for (const ToolPtr &tool : fileTools())
            if (tool->name == name)
                return tool->run(arguments, m_context);
        return ToolResult::error("no such tool");
    }
    void write(const char *name, const std::string &content)
    {
        fs::create_directories((m_root / name).parent_path());
        std::ofstream(m_root / name) << content;
    }
    std::string content(const char *name)
    {
        std::ifstream file(m_root / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_root = fs::canonical(m_folder->path().toStdString()) / "work";
        fs::create_directories(m_root);
        std::ofstream(m_root.parent_path() / "secret.txt") << "secret";
        m_stop = {};
        m_context = {};
        m_context.agent = "coder";
        m_context.workspace = m_root;
        m_context.stop = m_stop.get_token();
    }

    void staysInsideTheWorkspace_data()
    {
        QTest::addColumn<QString>("path");
        QTest::newRow("parent") << "../secret.txt";
        QTest::newRow("deep") << "a/../../secret.txt";
        QTest::newRow("absolute") << "/etc/passwd";
        QTest::newRow("home") << "~/x";
        QTest::newRow("symlink") << "way-out/secret.txt";
        QTest::newRow("symlinked file") << "link.txt";
    }
    void staysInsideTheWorkspace()
    {
        QFETCH(QString, path);
        fs::create_directory_symlink(m_root.parent_path(), m_root / "way-out");
        fs::create_symlink(m_root.parent_path() / "secret.txt", m_root / "link.txt");
        const std::string name = path.toStdString();
        QVERIFY(!guardPath(m_root, name));
        const ToolResult read = use("read_file", {{"path", name}});
        QVERIFY(!read.ok);
        QVERIFY(read.content.find("secret\n") == std::string::npos);
        QVERIFY(!use("write_file", {{"path", name}, {"content", "x"}}).ok);
        std::ifstream secret(m_root.parent_path() / "secret.txt");
        std::string kept;
        secret >> kept;
        QCOMPARE(kept, std::string("secret"));
    }

    void onePathHasOneName()
    {
        write("src/a.c", "x\n");
        fs::create_symlink(m_root / "src/a.c", m_root / "alias.c");
        for (const char *name : {"src/a.c", "./src/a.c", "src/../src/a.c", "alias.c"})
            QCOMPARE(canonicalRelative(m_root, name).value(), std::string("src/a.c"));
    }

    void editsWhatWasRead()
    {
        write("a.txt", "one\ntwo\nthree\n");
        const ToolResult read = use("read_file", {{"path", "a.txt"}});
        QVERIFY(read.ok);
        QVERIFY(read.content.find("two") != std::string::npos);
        QVERIFY(use("edit_file", {{"path", "a.txt"}, {"old_text", "two"}, {"new_text", "2"}}).ok);
        QCOMPARE(content("a.txt"), std::string("one\n2\nthree\n"));
        QVERIFY(!use("edit_file", {{"path", "a.txt"}, {"old_text", "four"}, {"new_text", "4"}}).ok);
        QCOMPARE(content("a.txt"), std::string("one\n2\nthree\n"));
    }

    void anAmbiguousEditChangesNothing()
    {
        write("a.txt", "x\nx\n");
        use("read_file", {{"path", "a.txt"}});
        QVERIFY(!use("edit_file", {{"path", "a.txt"}, {"old_text", "x"}, {"new_text", "y"}}).ok);
        QCOMPARE(content("a.txt"), std::string("x\nx\n"));
    }

    void findsFilesAndLines()
    {
        write("src/a.cpp", "int alpha;\nint beta;\n");
        write("src/deep/b.cpp", "int alpha;\n");
        write("notes.md", "alpha\n");
        const ToolResult found = use("glob", {{"pattern", "**/*.cpp"}});
        QVERIFY2(found.ok && found.content.find("src/deep/b.cpp") != std::string::npos,
                 found.content.c_str());
        QVERIFY(found.content.find("notes.md") == std::string::npos);
        const ToolResult lines = use("grep", {{"pattern", "alp.a"}});
        QVERIFY(lines.ok);
        for (const char *file : {"src/a.cpp", "src/deep/b.cpp", "notes.md"})
            QVERIFY2(lines.content.find(file) != std::string::npos, file);
        QVERIFY(!use("grep", {{"pattern", "("}}).ok);
    }

    void bashTellsCodeAndOutput()
    {
        const ToolResult done = use("bash", {{"command", "echo out; echo err >&2; pwd; exit 3"}});
        QVERIFY2(done.content.find("3") != std::string::npos, done.content.c_str());
        QVERIFY(done.content.find("out") != std::string::npos);
        QVERIFY(done.content.find("err") != std::string::npos);
        QVERIFY(done.content.find(m_root.string()) != std::string::npos);
    }

    void stopEndsACommandWithAllItsChildren()
    {
        std::jthread stopper([this] {
            while (!fs::exists(m_root / "pid"))
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            m_stop.request_stop();
        });
        QElapsedTimer watch;
        watch.start();
        use("bash",
            {{"command", "sh -c 'sh -c \"echo \\$\\$ > pid.new; mv pid.new pid; sleep 300\" & "
                         "wait'"}});
        QVERIFY(watch.elapsed() < 60000); // not the 300 s of the sleep
        const pid_t grandchild = std::stoi(content("pid"));
        QTRY_VERIFY(kill(grandchild, 0) != 0);
    }

    void badNewsOfACommandIsItsOwn()
    {
        for (const ToolPtr &tool : fileTools())
            if (tool->name == "bash") {
                const ToolExecution failed =
                    executeTool(*tool, {{"command", "echo out; exit 3"}}, m_context);
                QVERIFY(!failed.ok);
                QCOMPARE(failed.content, std::string("Exit code 3.\nout\n"));
                QCOMPARE(failed.attempts, 1);
                const ToolExecution late = executeTool(
                    *tool, {{"command", "echo out; sleep 300"}, {"timeout_ms", 200}}, m_context);
                QVERIFY(!late.ok);
                QCOMPARE(late.content, std::string("Timed out after 200 ms and was ended.\nout\n"));
                QCOMPARE(late.attempts, 1);
            }
    }

    void aRefusalIsToldInTheCommonForm()
    {
        for (const ToolPtr &tool : fileTools())
            if (tool->name == "read_file")
                QCOMPARE(executeTool(*tool, {{"path", "none.txt"}}, m_context).content,
                         std::string("Tool execution failed: read_file - Tool execution failed "
                                     "with: There is no file none.txt."));
    }

    void aToolWithUncheckedArgumentsFailsInWords()
    {
        for (const ToolPtr &given : fileTools()) {
            Tool tool = *given;
            tool.validateArguments = false;
            for (const Json &arguments : {Json(), Json{{"path", 7}}, Json::array({1})}) {
                const ToolExecution done = executeTool(tool, arguments, m_context);
                QVERIFY2(!done.ok, tool.name.c_str());
                QVERIFY(done.content.starts_with("Tool execution failed: " + tool.name));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestFileTools)
#include "tst_filetools.moc"
