// SPDX-License-Identifier: GPL-3.0-or-later
// Teams of one against servers that refuse what the real ones refuse: each provider on its own, and from each to each other
// one in the midst of a loop of tools.
#include "core/model/teamfile.h"
#include "core/runtime/teamrun.h"
#include "tests/support/strictserver.h"
#include "tests/support/testregistry.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <deque>
#include <map>

using namespace orrery;
using namespace orrery::testing;

namespace {

constexpr int kAtOnce = 6;   ///< runs side by side
constexpr int kBusyFrom = 4; ///< the answer that the first provider does not give any more
constexpr const char *kKeyName = "ORRERY_STRICT_TEST_KEY";

/// One run and what came of it.
struct Cell {
    std::string first;
    std::string second; ///< empty = no fallback
    StrictPlot plot = StrictPlot::Loop;
    int conversation = -1;
    std::unique_ptr<runtime::TeamRun> run;
    std::shared_ptr<runtime::Subscription> events;
    std::string outcome; ///< of the run
    std::string reason;
    std::string said; ///< the agent's last words
};

} // namespace

class TestProviderMatrix : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    StrictServer m_server;

    void write(const char *name, const QByteArray &text)
    {
        QFile file(m_folder.filePath(QStringLiteral("work/") + name));
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(text);
    }

    Json agentOf(const Cell &cell) const
    {
        const auto modelAt = [&](const std::string &provider) {
            return Json{{"model", provider + ":" + strictModel(provider)},
                        {"base_url", m_server.baseUrl(cell.conversation, provider)},
                        {"api_key_env", kKeyName}};
        };
        Json agent = modelAt(cell.first);
        agent["name"] = "solo";
        agent["instructions"] = "Be brief.";
        agent["tools"] = {"read_file", "glob", "grep", "bash"};
        agent["parallel_tool_calls"] = true;
        if (!cell.second.empty())
            agent["fallback"] = Json::array({modelAt(cell.second)});
        // What Anthropic takes; others have their own defaults.
        agent["settings"] = {{"max_tokens", 8192},
                             {"thinking", {{"type", "enabled"}, {"budget_tokens", 2048}}}};
        return agent;
    }

    void start(Cell &cell)
    {
        cell.conversation = m_server.open(cell.plot, cell.second.empty() ? "" : cell.first,
                                          cell.second.empty() ? -1 : kBusyFrom);
        const QString path =
            m_folder.filePath(QStringLiteral("team%1.json").arg(cell.conversation));
        QFile file(path);
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(QByteArray::fromStdString(
            Json{{"name", "One"}, {"threads", 1}, {"agents", Json::array({agentOf(cell)})}}
                .dump()));
        file.close();
        auto team = loadTeamFile(path.toStdString());
        if (!team) {
            cell.reason = team.error().message;
            return;
        }
        runtime::RunOptions options;
        options.team = std::move(*team);
        options.task = "Look at the files.";
        options.workspace = m_folder.filePath("work").toStdString();
        options.approvals = runtime::ApprovalMode::All;
        auto run = runtime::TeamRun::create(std::move(options));
        if (!run) {
            cell.reason = run.error().message;
            return;
        }
        cell.run = std::move(*run);
        cell.events = cell.run->bus().subscribe([] {});
        cell.run->start();
    }

    static void finish(Cell &cell)
    {
        if (!cell.run)
            return; // it did not begin
        for (const EventPtr &event : cell.events->drain(SIZE_MAX)) {
            if (event->kind == EventKind::RunFinished) {
                cell.outcome = event->data["outcome"].get<std::string>();
                cell.reason = event->data.value("reason", std::string());
            } else if (event->kind == EventKind::AgentFinished) {
                const Json output = event->data["output"];
                cell.said = output.is_string() ? output.get<std::string>() : output.dump();
            }
        }
        cell.events.reset();
        cell.run.reset();
    }

    /// Runs all of them, some at once.
    void play(std::vector<Cell> &cells)
    {
        std::deque<Cell *> waiting;
        for (Cell &cell : cells)
            waiting.push_back(&cell);
        std::vector<Cell *> running;
        QElapsedTimer quiet;
        quiet.start();
        while (!waiting.empty() || !running.empty()) {
            while (!waiting.empty() && running.size() < kAtOnce) {
                start(*waiting.front());
                running.push_back(waiting.front());
                waiting.pop_front();
            }
            QTest::qWait(2);
            for (std::size_t i = running.size(); i-- > 0;) {
                if (running[i]->run && running[i]->run->isActive())
                    continue;
                finish(*running[i]);
                running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
                quiet.restart();
            }
            QVERIFY2(quiet.elapsed() < 60000, "no run has ended for a minute");
        }
    }

    /// `ok`, or what is wrong with it.
    std::string verdictOf(const Cell &cell) const
    {
        const StrictServer::Conversation &talk = m_server.conversation(cell.conversation);
        if (!talk.refused.empty())
            return talk.refused.front().rule;
        if (talk.answers < 2)
            return "not begun";
        if (cell.plot == StrictPlot::Refused)
            return cell.outcome == "done" ? "taken for success" : "ok";
        if (cell.outcome != "done" || cell.said != kLastWords)
            return "not completed";
        if (!cell.second.empty() && (talk.by.back() != cell.second || talk.turnedAway == 0))
            return "no fallback";
        return "ok";
    }

    void explain(const Cell &cell, const std::string &verdict) const
    {
        const StrictServer::Conversation &talk = m_server.conversation(cell.conversation);
        QString text = QString::fromStdString(
            cell.first + (cell.second.empty() ? "" : " -> ") + cell.second + ": " + verdict + "; "
            + std::to_string(talk.answers) + " answers, " + cell.outcome + " " + cell.reason + " «"
            + cell.said + "»");
        if (!talk.refused.empty())
            text += QString::fromStdString(" | " + talk.refused.front().message);
        qInfo("%s", qPrintable(text.left(400)));
        if (qEnvironmentVariableIsSet("ORRERY_MATRIX_BODIES") && !talk.refused.empty())
            qInfo("%s", talk.refused.front().body.dump(1).c_str());
    }

    /// One line a provider, one column a target.
    static void print(std::map<std::string, std::map<std::string, std::string>> &verdicts)
    {
        const std::vector<std::string> providers = strictProviders();
        const auto padded = [](const std::string &text, std::size_t width) {
            return text + std::string(width - std::min(width, text.size()) + 1, ' ');
        };
        std::string text = padded("from \\ to", 11);
        std::map<std::string, std::size_t> widths;
        for (const std::string &second : providers) {
            std::size_t &width = widths[second] = second.size();
            for (const std::string &first : providers)
                width = std::max(width, verdicts[first][second].size());
            text += padded(second, width);
        }
        for (const std::string &first : providers) {
            text += '\n' + padded(first, 11);
            for (const std::string &second : providers)
                text += padded(first == second ? "-" : verdicts[first][second], widths[second]);
        }
        qInfo("%s", text.c_str());
    }

private slots:
    void initTestCase()
    {
        qputenv(kKeyName, "sk-strict");
        QVERIFY(QDir(m_folder.path()).mkdir("work"));
        write("one.txt", "first line\nsecond line\n");
        write("two.txt", "a line\nanother line\n");
        write("three.txt", "{\"json\": true}\n");
        write("empty.txt", "");
    }

    void eachOnItsOwn_data()
    {
        QTest::addColumn<int>("plot");
        QTest::newRow("ten answers") << int(StrictPlot::Loop);
        QTest::newRow("an empty answer") << int(StrictPlot::Empty);
        QTest::newRow("a refusal") << int(StrictPlot::Refused);
        QTest::newRow("a cut call") << int(StrictPlot::Cut);
        QTest::newRow("a malformed call") << int(StrictPlot::Malformed);
    }
    void eachOnItsOwn()
    {
        QFETCH(int, plot);
        std::vector<Cell> cells;
        for (const std::string &provider : strictProviders()) {
            cells.emplace_back();
            cells.back().first = provider;
            cells.back().plot = static_cast<StrictPlot>(plot);
        }
        play(cells);
        int wrong = 0;
        for (const Cell &cell : cells) {
            const std::string verdict = verdictOf(cell);
            wrong += verdict == "ok" ? 0 : 1;
            if (verdict != "ok")
                explain(cell, verdict);
        }
        QCOMPARE(wrong, 0);
    }

    void fromEachToEachOther()
    {
        const std::vector<std::string> providers = strictProviders();
        std::vector<Cell> cells;
        for (const std::string &first : providers)
            for (const std::string &second : providers)
                if (first != second) {
                    cells.emplace_back();
                    cells.back().first = first;
                    cells.back().second = second;
                }
        QElapsedTimer timer;
        timer.start();
        play(cells);
        std::map<std::string, std::map<std::string, std::string>> verdicts;
        int wrong = 0;
        for (const Cell &cell : cells) {
            const std::string verdict = verdictOf(cell);
            verdicts[cell.first][cell.second] = verdict;
            if (verdict != "ok" && ++wrong <= 60)
                explain(cell, verdict);
        }
        qInfo("%zu conversations in %lld ms", cells.size(), timer.elapsed());
        print(verdicts);
        QCOMPARE(wrong, 0);
    }
};

ORRERY_TEST(TestProviderMatrix)
#include "tst_providermatrix.moc"
