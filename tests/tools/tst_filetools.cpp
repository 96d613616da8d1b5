// SPDX-License-Identifier: GPL-3.0-or-later
// The tools on a real folder: what they do, and what they refuse.
#include "core/tools/tool.h"
#include "core/tools/toolexecutor.h"
#include "tests/support/testregistry.h"

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

    void foldersHaveOneNameToo()
    {
        write("src/deep/a.c", "x\n");
        fs::create_directory_symlink(m_root / "src/deep", m_root / "short");
        fs::create_directory_symlink("../src", m_root / "src/again");
        fs::create_directory_symlink(m_root, m_root / "all");
        const std::string absolute = (m_root / "src/deep/a.c").string();
        for (const char *name :
             {"short/a.c", "src//deep/./a.c", "src/again/deep/a.c", "all/all/src/deep/a.c",
              "./short/../src/deep/a.c", absolute.c_str()})
            QCOMPARE(canonicalRelative(m_root, name).value(), std::string("src/deep/a.c"));
        // Also where nothing is yet.
        QCOMPARE(canonicalRelative(m_root, "short/new/b.c").value(),
                 std::string("src/deep/new/b.c"));
    }

    void aWriteAfterAStaleReadIsRefusedWithTheDifference_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<bool>("byATool");
        QTest::newRow("teammate") << "a.txt" << true;
        QTest::newRow("teammate, by another name") << "./alias.txt" << true;
        QTest::newRow("somebody else") << "a.txt" << false;
    }
    void aWriteAfterAStaleReadIsRefusedWithTheDifference()
    {
        QFETCH(QString, path);
        QFETCH(bool, byATool);
        const std::string name = path.toStdString();
        const std::vector<ToolPtr> tools = fileTools();
        const auto as = [&](const char *agent, const char *tool, const Json &arguments) {
            m_context.agent = agent;
            for (const ToolPtr &each : tools)
                if (each->name == tool)
                    return each->run(arguments, m_context);
            return ToolResult::error("no such tool");
        };
        write("a.txt", "one\ntwo\nthree\nfour\nfive\nsix\n");
        fs::create_symlink(m_root / "a.txt", m_root / "alias.txt");
        QVERIFY(as("coder", "read_file", {{"path", name}}).ok);
        const std::string now = "one\ntwo\nthree\nfour\nFIVE\nsix\n";
        if (byATool) {
            QVERIFY(as("lead", "read_file", {{"path", "a.txt"}}).ok);
            QVERIFY(as("lead", "edit_file",
                       {{"path", "a.txt"}, {"old_text", "five"}, {"new_text", "FIVE"}})
                        .ok);
        } else {
            write("a.txt", now);
        }
        const Json edit = {{"path", name}, {"old_text", "one"}, {"new_text", "1"}};
        const Json replace = {{"path", name}, {"content", "all new\n"}};
        for (const ToolResult &refused :
             {as("coder", "edit_file", edit), as("coder", "write_file", replace)}) {
            QVERIFY(!refused.ok);
            QVERIFY2(
                refused.content.find("@@ -2,5 +2,5 @@\n two\n three\n four\n-five\n+FIVE\n six")
                    != std::string::npos,
                refused.content.c_str());
            QCOMPARE(content("a.txt"), now);
        }
        // Whoever wrote it knows it.
        if (byATool)
            QVERIFY(
                as("lead", "edit_file", {{"path", "a.txt"}, {"old_text", "two"}, {"new_text", "2"}})
                    .ok);
        QVERIFY(as("coder", "read_file", {{"path", name}}).ok);
        QVERIFY(as("coder", "edit_file", edit).ok);
        QVERIFY(as("coder", "edit_file", {{"path", name}, {"old_text", "1"}, {"new_text", "one"}})
                    .ok); // its own write is no change under it
    }

    void nobodyReplacesATeammatesFileUnread()
    {
        const std::vector<ToolPtr> tools = fileTools();
        const auto write_file = [&](const char *agent, const char *name, const char *text) {
            m_context.agent = agent;
            for (const ToolPtr &each : tools)
                if (each->name == "write_file")
                    return each->run({{"path", name}, {"content", text}}, m_context);
            return ToolResult::error("no such tool");
        };
        QVERIFY(write_file("coder", "old.txt", "new\n").ok);
        const ToolResult refused = write_file("lead", "old.txt", "mine\n");
        QVERIFY(!refused.ok);
        QVERIFY2(refused.content.find("coder") != std::string::npos, refused.content.c_str());
        QCOMPARE(content("old.txt"), std::string("new\n"));
        QVERIFY(write_file("coder", "old.txt", "newer\n").ok);
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
                QVERIFY(failed.content.starts_with("Exit code 3 after "));
                QVERIFY(failed.content.ends_with(" s.\nout\n"));
                QCOMPARE(failed.attempts, 1);
                const ToolExecution late = executeTool(
                    *tool, {{"command", "echo out; sleep 300"}, {"timeout_ms", 200}}, m_context);
                QVERIFY(!late.ok);
                QVERIFY(late.content.starts_with("Timed out after 200 ms and was ended."));
                QVERIFY(late.content.ends_with("\nout\n"));
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

ORRERY_TEST(TestFileTools)
#include "tst_filetools.moc"
