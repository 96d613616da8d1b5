// SPDX-License-Identifier: GPL-3.0-or-later
// Fifty agents whose commands try to outlive them: stopped at random moments, and with their process killed. Nothing is
// left: no process, thread, descriptor or temporary file. ORRERY_STRESS_ROUNDS: rounds of each test, 4 without it.
#include "tests/support/runprobe.h"
#include "tests/support/testregistry.h"
#include "tests/support/tsansuppressions.h"

#include <QProcess>

#include <csignal>
#include <filesystem>
#include <random>
#include <thread>

using namespace orrery;
namespace fs = std::filesystem;

namespace {

constexpr int kAgents = 50;
const char *const kMark = "ORRERY_STRESS_MARK";

int roundsOfStress()
{
    const int given = qEnvironmentVariableIntValue("ORRERY_STRESS_ROUNDS");
    return given > 0 ? given : 4;
}

/// Ways to stay, and ways to be in the middle of something.
const std::vector<std::string> kCommands = {
    "sleep 300",
    "setsid sleep 300 & sleep 300",
    "trap '' TERM INT HUP; while :; do sleep 0.05; done",
    "(setsid sh -c 'trap \"\" TERM INT HUP; while :; do sleep 0.05; done' &); exit 0",
    "(sleep 300 & sleep 300 & sleep 300 &); exit 3",
    "yes | head -c 3000000",
    "echo x > \"$(mktemp)\"; mktemp -d; sleep 0.02",
    "sleep 0.01",
    "kill -9 $$",
    "nohup sleep 300 >/dev/null 2>&1 & disown 2>/dev/null; sleep 0.05",
};

/// Every process that has this in its environment, which each descendant of a marked one inherits.
std::string processesMarked(const std::string &mark)
{
    std::string found;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator("/proc", error)) {
        const auto content = [&entry](const char *name) {
            QFile file(QString::fromStdString((entry.path() / name).string()));
            return file.open(QFile::ReadOnly) ? file.readAll().toStdString() : std::string();
        };
        if (content("environ").find(std::string(kMark) + "=" + mark) == std::string::npos)
            continue;
        std::string words = content("cmdline");
        std::replace(words.begin(), words.end(), '\0', ' ');
        found += entry.path().filename().string() + ": " + words + "\n";
    }
    return found;
}

std::size_t entriesOf(const char *folder)
{
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// What commands themselves put into the temporary folder outside a sandbox is theirs.
bool hasFolderOfOurs(const QTemporaryDir &temporary)
{
    for (const auto &entry : fs::directory_iterator(temporary.path().toStdString()))
        if (entry.path().filename().string().starts_with("orrery-"))
            return true;
    return false;
}

} // namespace

class StressCommands : public QObject, private RunProbe
{
    Q_OBJECT

private:
    std::mt19937 m_random;
    std::string m_mark;
    std::unique_ptr<QTemporaryDir> m_temporary;

    TeamSpec fiftyAgents(const char *sandbox)
    {
        Json script;
        Json agents = Json::array();
        for (int agent = 0; agent < kAgents; ++agent) {
            const std::string name = "agent" + std::to_string(agent);
            Json steps = Json::array();
            for (int step = 0; step < 3; ++step)
                steps.push_back(
                    call("bash", {{"command", kCommands[m_random() % kCommands.size()]}}));
            steps.push_back({{"text", "Done."}});
            script[name] = std::move(steps);
            agents.push_back({{"name", name}});
        }
        return team(script, std::move(agents),
                    {{"permissions", {{"allow", {"bash"}}, {"sandbox", sandbox}}}});
    }

    void pauseForAMoment(int mostMs)
    {
        QTest::qWait(static_cast<int>(m_random() % static_cast<unsigned>(mostMs)));
    }

    void nothingIsLeft()
    {
        QTRY_VERIFY2_WITH_TIMEOUT(processesMarked(m_mark).empty(), processesMarked(m_mark).c_str(),
                                  10000);
        QTRY_VERIFY(!hasFolderOfOurs(*m_temporary));
        for (const auto &entry : fs::recursive_directory_iterator(m_folder->path().toStdString()))
            QVERIFY2(!entry.path().filename().string().starts_with(".write"), entry.path().c_str());
    }

private slots:
    void initTestCase()
    {
        const unsigned seed = qEnvironmentVariableIsSet("ORRERY_STRESS_SEED")
                                  ? qgetenv("ORRERY_STRESS_SEED").toUInt()
                                  : std::random_device()();
        qInfo("seed %u", seed);
        m_random.seed(seed);
    }
    void init()
    {
        freshFolder();
        m_temporary =
            std::make_unique<QTemporaryDir>(QStringLiteral(ORRERY_BIN_DIR "/stress-XXXXXX"));
        m_mark = std::to_string(getpid()) + "-" + std::to_string(m_random());
        qputenv(kMark, QByteArray::fromStdString(m_mark));
        qputenv("TMPDIR", m_temporary->path().toUtf8());
    }
    void cleanup()
    {
        m_run.reset();
        qunsetenv(kMark);
        qunsetenv("TMPDIR");
    }

    void stoppedAtAnyMoment_data()
    {
        QTest::addColumn<QByteArray>("sandbox");
        QTest::newRow("in the sandbox") << QByteArray("auto");
        QTest::newRow("without") << QByteArray("off");
    }
    void stoppedAtAnyMoment()
    {
        QFETCH(QByteArray, sandbox);
        std::size_t threads = 0;
        std::size_t descriptors = 0;
        for (int round = 0; round < roundsOfStress(); ++round) {
            runtime::RunOptions options;
            options.team = fiftyAgents(sandbox.constData());
            options.journalPath = m_folder->filePath("run.orrery").toStdString();
            start(std::move(options));
            pauseForAMoment(400);
            const auto way = m_random() % 3;
            if (way == 0)
                m_run->stop();
            if (way <= 1) {
                pauseForAMoment(200);
                m_run->stopNow();
                QCOMPARE(end(), QString("stopped"));
            }
            m_run.reset(); // in the middle of it, one time in three
            m_events.reset();
            nothingIsLeft();
            // The first round starts what stays for the whole process.
            if (round == 0) {
                QTest::qWait(200);
                threads = entriesOf("/proc/self/task");
                descriptors = entriesOf("/proc/self/fd");
            }
            QTRY_VERIFY(entriesOf("/proc/self/task") <= threads);
            QTRY_VERIFY(entriesOf("/proc/self/fd") <= descriptors);
        }
    }

    void killedAtAnyMoment_data() { stoppedAtAnyMoment_data(); }
    void killedAtAnyMoment()
    {
        QFETCH(QByteArray, sandbox);
        constexpr std::array<int, 6> kinds = {SIGTERM, SIGINT, SIGHUP, SIGKILL, SIGQUIT, SIGSEGV};
        for (int round = 0; round < roundsOfStress(); ++round) {
            fiftyAgents(sandbox.constData());
            QProcess program;
            program.setStandardOutputFile(QProcess::nullDevice());
            program.setStandardErrorFile(QProcess::nullDevice());
            program.start(QStringLiteral(ORRERY_BIN_DIR "/orrery-cli"),
                          {"run", "--team", m_folder->filePath("team.json"), "--prompt", "Do it.",
                           "--workspace", m_folder->filePath("work")});
            QVERIFY(program.waitForStarted());
            pauseForAMoment(600);
            kill(static_cast<pid_t>(program.processId()), kinds[m_random() % kinds.size()]);
            if (!program.waitForFinished(2000)) {
                program.kill(); // it may be that it took note and wants to end in order
                QVERIFY(program.waitForFinished(5000));
            }
            nothingIsLeft();
        }
    }
};

ORRERY_TEST(StressCommands)
#include "tst_commands.moc"
