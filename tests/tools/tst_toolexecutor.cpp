// SPDX-License-Identifier: GPL-3.0-or-later
// One call of a tool: what the model is told, how often it is tried, and how it ends when it does not want to.
#include "core/base/secrets.h"
#include "core/tools/toolexecutor.h"
#include "tests/support/testregistry.h"

#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

using namespace orrery;
using namespace orrery::tools;
using std::chrono::milliseconds;

namespace {

using Function = std::function<ToolResult(const Json &, ToolContext &)>;

Tool makeTool(Function run)
{
    Tool tool;
    tool.name = "probe";
    tool.run = std::move(run);
    return tool;
}

void waitForStop(const std::stop_token &stop)
{
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait(lock, stop, [] { return false; });
}

/// The form of a call that broke down.
std::string failure(const std::string &message, int attempts)
{
    return "Tool execution failed: probe\nError: " + message + "\nAttempts: "
           + std::to_string(attempts) + "\n\nPlease try a different approach or tool if available.";
}

class CountingGate : public WriteGate
{
public:
    explicit CountingGate(std::shared_ptr<std::atomic<int>> calls) : m_calls(std::move(calls)) {}
    Result<void> beforeWrite(const std::string &, const std::string &, int, int) override
    {
        ++*m_calls;
        return {};
    }
    void afterWrite(const std::string &, const std::string &, const FileChange &,
                    const std::string &) override
    {
        ++*m_calls;
    }
    std::unique_ptr<CommandWatch> beforeCommand(const std::string &) override
    {
        ++*m_calls;
        return std::make_unique<CommandWatch>();
    }
    void afterCommand(const std::string &, std::unique_ptr<CommandWatch>,
                      const std::string &) override
    {
        ++*m_calls;
    }

private:
    std::shared_ptr<std::atomic<int>> m_calls;
};

/// A tool that stops for nobody, until the test lets it go.
struct Stubborn {
    std::promise<void> release;
    std::shared_future<void> released = release.get_future().share();
    std::atomic<int> started{0};
    std::atomic<int> ended{0};
};

} // namespace

class TestToolExecutor : public QObject
{
    Q_OBJECT

private slots:
    void whatTheModelIsTold_data()
    {
        QTest::addColumn<Function>("run");
        QTest::addColumn<int>("attempts");
        QTest::addColumn<bool>("ok");
        QTest::addColumn<QByteArray>("content");
        const auto row = [](const char *name, auto run, int attempts, bool ok,
                            const std::string &content) {
            QTest::newRow(name) << Function([run](const Json &, ToolContext &) { return run(); })
                                << attempts << ok << QByteArray::fromStdString(content);
        };
        row(
            "text", [] { return ToolResult::success("done"); }, 1, true, "done");
        row(
            "value",
            [] {
                return ToolResult::value({{"b", 1.0}, {"a", nullptr}});
            },
            1, true, R"({"a":null,"b":1.0})");
        row(
            "a text is no JSON", [] { return ToolResult::value("plain"); }, 1, true, "plain");
        row(
            "bad news in its own words",
            [] {
                return ToolResult{"Exit code 3.", false, {}};
            },
            1, false, "Exit code 3.");
        row(
            "error", [] { return ToolResult::error("no such file"); }, 1, false,
            "Tool execution failed: probe - Tool execution failed with: no such file");
        row(
            "raised", [] { return ToolResult::raised("broken"); }, 3, false,
            failure("Tool execution failed: broken", 3));
        row(
            "thrown", [] { return ToolResult::thrown("ball"); }, 3, false,
            failure("Tool execution throw: ball", 3));
        row(
            "exited", [] { return ToolResult::exited("left"); }, 3, false,
            failure("Tool execution exit: left", 3));
        row(
            "exception", []() -> ToolResult { throw std::runtime_error("out of luck"); }, 3, false,
            failure("Tool execution failed: out of luck", 3));
        row(
            "no exception", []() -> ToolResult { throw 5; }, 3, false,
            failure("Tool execution throw: something that is no exception", 3));
    }
    void whatTheModelIsTold()
    {
        QFETCH(Function, run);
        Tool tool = makeTool(run);
        tool.retries = 2;
        const ToolExecution done = executeTool(tool, Json::object(), {});
        QTEST(QByteArray::fromStdString(done.content), "content");
        QTEST(done.ok, "ok");
        QTEST(done.attempts, "attempts");
    }

    void aLaterAttemptMaySucceed()
    {
        std::vector<int> seen;
        Tool tool = makeTool([&seen](const Json &, ToolContext &context) {
            seen.push_back(context.retry);
            return context.retry < 2 ? ToolResult::raised("not yet") : ToolResult::success("now");
        });
        tool.retries = 5;
        const ToolExecution done = executeTool(tool, Json::object(), {});
        QVERIFY(done.ok);
        QCOMPARE(done.content, std::string("now"));
        QCOMPARE(done.attempts, 3);
        QCOMPARE(seen, (std::vector<int>{0, 1, 2}));
    }

    void anErrorAfterABreakdownIsFinal()
    {
        Tool tool = makeTool([](const Json &, ToolContext &context) {
            return context.retry == 0 ? ToolResult::raised("x") : ToolResult::error("refused");
        });
        tool.retries = 5;
        QCOMPARE(executeTool(tool, Json::object(), {}).attempts, 2);
    }

    void wrongArgumentsDoNotReachTheTool()
    {
        std::atomic<int> calls{0};
        Tool tool = makeTool([&calls](const Json &, ToolContext &) {
            ++calls;
            return ToolResult::success("ran");
        });
        tool.parameters = Json::parse(
            R"({"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]})");
        QCOMPARE(executeTool(tool, Json::object(), {}).content,
                 failure("Invalid arguments for 'probe': Missing required parameters: n", 1));
        QCOMPARE(executeTool(tool, {{"n", "x"}}, {}).content,
                 failure("Invalid arguments for 'probe': Parameter \"n\": expected integer, "
                         "got string",
                         1));
        QCOMPARE(calls.load(), 0);
        tool.validateArguments = false;
        QCOMPARE(executeTool(tool, {{"n", "x"}}, {}).content, std::string("ran"));
        QCOMPARE(calls.load(), 1);
    }

    void whatIsUnknownIsSaid_data()
    {
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<QByteArray>("content");
        const QByteArray note = "[Unknown parameter `m` was ignored; expected: `n`.]";
        QTest::newRow("known") << QByteArray(R"({"n":1})") << QByteArray("ran");
        QTest::newRow("unknown") << QByteArray(R"({"n":1,"m":2})") << "ran\n" + note;
        QTest::newRow("in place of what is missing")
            << QByteArray(R"({"m":2})")
            << QByteArray::fromStdString(
                   failure("Invalid arguments for 'probe': Missing required parameters: n", 1))
                   + "\n" + note;
    }
    void whatIsUnknownIsSaid()
    {
        QFETCH(QByteArray, arguments);
        QFETCH(QByteArray, content);
        Tool tool =
            makeTool([](const Json &, ToolContext &) { return ToolResult::success("ran"); });
        tool.parameters = Json::parse(
            R"({"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]})");
        tool.ignoresUnknown = true;
        const Json given = Json::parse(arguments.toStdString());
        QCOMPARE(QByteArray::fromStdString(executeTool(tool, given, {}).content), content);
        tool.start = [](const Json &, ToolContext, const std::function<void(ToolResult)> &done) {
            done(ToolResult::success("ran"));
        };
        ToolExecution started;
        startTool(tool, given, {}, [&](ToolExecution result) { started = std::move(result); });
        QCOMPARE(QByteArray::fromStdString(started.content), content);
        tool.ignoresUnknown = false; // it may have a use for them
        tool.validateArguments = false;
        QCOMPARE(executeTool(tool, given, {}).content, std::string("ran"));
    }

    void noResultHoldsAKey_data()
    {
        QTest::addColumn<Function>("run");
        QTest::newRow("a text") << Function(
            [](const Json &, ToolContext &) { return ToolResult::success("it is very-secret."); });
        QTest::newRow("an error") << Function(
            [](const Json &, ToolContext &) { return ToolResult::error("very-secret"); });
        QTest::newRow("a breakdown") << Function([](const Json &, ToolContext &) -> ToolResult {
            throw std::runtime_error("very-secret");
        });
    }
    void noResultHoldsAKey()
    {
        QFETCH(Function, run);
        auto secrets = std::make_shared<Secrets>();
        secrets->add("MY_AUTH", "very-secret");
        ToolContext context;
        context.secrets = secrets;
        Tool tool = makeTool(run);
        tool.retries = 0;
        const ToolExecution done = executeTool(tool, Json::object(), context);
        QVERIFY2(done.content.find("[key of MY_AUTH]") != std::string::npos, done.content.c_str());
        QVERIFY(done.content.find("very-secret") == std::string::npos);
        tool.start = [run](const Json &arguments, ToolContext inner,
                           const std::function<void(ToolResult)> &end) {
            end(run(arguments, inner));
        };
        ToolExecution started;
        startTool(tool, Json::object(), context,
                  [&](ToolExecution result) { started = std::move(result); });
        QVERIFY(started.content.find("[key of MY_AUTH]") != std::string::npos);
    }

    void mendingAgainChangesNothing()
    {
        Tool tool = makeTool({});
        tool.parameters = Json::parse(
            R"({"properties":{"n":{"type":"integer"},"list":{"type":"array"},"o":{"type":"string"}}})");
        const MendedArguments once = mendFor(tool, {{"n", 2.0}, {"list", "[1]"}, {"o", nullptr}});
        QCOMPARE(once.arguments.dump(), std::string(R"({"list":[1],"n":2})"));
        QCOMPARE(once.mended.size(), std::size_t(3));
        const MendedArguments twice = mendFor(tool, once.arguments);
        QVERIFY(twice.arguments == once.arguments);
        QVERIFY(twice.mended.empty());
        tool.validateArguments = false;
        QCOMPARE(mendFor(tool, {{"n", 2.0}}).arguments.dump(), std::string(R"({"n":2.0})"));
    }

    void noArgumentsAreAnEmptyObject()
    {
        const Tool tool = makeTool(
            [](const Json &arguments, ToolContext &) { return ToolResult::value(arguments); });
        QCOMPARE(executeTool(tool, nullptr, {}).content, std::string("{}"));
    }

    void theToolSeesTheContext()
    {
        std::vector<std::pair<EventKind, Json>> events;
        auto writes = std::make_shared<std::atomic<int>>(0);
        CountingGate gate(writes);
        ToolContext context;
        context.agent = "coder";
        context.callId = "c1";
        context.workspace = "/work";
        context.deps = std::make_shared<const Json>(Json{{"k", "v"}});
        context.writeGate = &gate;
        context.emitEvent = [&](EventKind kind, Json data) {
            events.emplace_back(kind, std::move(data));
        };
        const Tool tool = makeTool([](const Json &, ToolContext &inner) {
            inner.emitEvent(EventKind::FileEdited, {{"n", 1}});
            const bool allowed = inner.writeGate->beforeWrite("coder", "a", 1, 1).has_value();
            inner.writeGate->afterWrite("coder", "a", {}, "c1");
            inner.writeGate->afterCommand("coder", inner.writeGate->beforeCommand("coder"), "c1");
            return ToolResult::value({inner.agent, inner.callId, inner.workspace.string(),
                                      inner.deps->at("k"), allowed});
        });
        QCOMPARE(executeTool(tool, Json::object(), context).content,
                 std::string(R"(["coder","c1","/work","v",true])"));
        QCOMPARE(events.size(), std::size_t(1));
        QVERIFY(events[0].second == (Json{{"n", 1}}));
        QCOMPARE(writes->load(), 4);
    }

    void onlyAResultChangesTheDeps()
    {
        ToolResult::Outcome outcome = ToolResult::Outcome::Done;
        const Tool tool = makeTool([&outcome](const Json &, ToolContext &) {
            ToolResult result = ToolResult::success("x");
            result.outcome = outcome;
            result.updates.set("k", 1);
            return result;
        });
        QCOMPARE(executeTool(tool, Json::object(), {}).updates.toJson().size(), std::size_t(1));
        for (auto other : {ToolResult::Outcome::Error, ToolResult::Outcome::Raised}) {
            outcome = other;
            QVERIFY(executeTool(tool, Json::object(), {}).updates.empty());
        }
    }

    void aWriteThatEndsLateSaysWhatItDid()
    {
        Tool tool = makeTool([](const Json &, ToolContext &context) {
            waitForStop(context.stop);
            return ToolResult::success("Changed a.txt.");
        });
        tool.category = ToolCategory::Write;
        tool.timeoutMs = 20;
        const ToolExecution done = executeTool(tool, Json::object(), {});
        QVERIFY(done.ok);
        QCOMPARE(done.content, std::string("Changed a.txt."));
        QCOMPARE(done.attempts, 1);
    }

    void theTimeOfAnAttemptIsLimited()
    {
        std::atomic<int> stopsSeen{0};
        Tool tool = makeTool([&stopsSeen](const Json &, ToolContext &context) {
            waitForStop(context.stop);
            ++stopsSeen;
            return ToolResult::success("too late");
        });
        tool.timeoutMs = 20;
        tool.retries = 1;
        const ToolExecution done = executeTool(tool, Json::object(), {});
        QCOMPARE(done.content,
                 failure("Tool execution failed: Tool 'probe' timed out after 20ms", 2));
        QVERIFY(!done.ok);
        QCOMPARE(stopsSeen.load(), 2);
    }

    void aToolMayLimitItself()
    {
        Tool tool = makeTool([](const Json &, ToolContext &context) {
            std::this_thread::sleep_for(milliseconds(30));
            return ToolResult::value(context.stop.stop_requested());
        });
        tool.timeoutMs = 0;
        QCOMPARE(executeTool(tool, Json::object(), {}).content, std::string("false"));
    }

    void theEndOfABorrowingToolIsWaitedFor()
    {
        std::atomic<bool> ended{false};
        Tool tool = makeTool([&ended](const Json &, ToolContext &context) {
            waitForStop(context.stop);
            std::this_thread::sleep_for(milliseconds(30)); // much longer than the grace
            ended = true;
            return ToolResult::success("");
        });
        tool.timeoutMs = 5;
        tool.retries = 0;
        const ToolExecution done = executeTool(tool, Json::object(), {}, milliseconds(0));
        QVERIFY(ended);
        QVERIFY(!done.ok);
    }

    void aStubbornToolIsLeftBehindHarmless()
    {
        auto stubborn = std::make_shared<Stubborn>();
        auto writes = std::make_shared<std::atomic<int>>(0);
        auto events = std::make_shared<std::atomic<int>>(0);
        auto refused = std::make_shared<std::atomic<int>>(0);
        {
            // All of this is gone when the tool goes on.
            CountingGate gate(writes);
            Tool tool = makeTool([stubborn, refused](const Json &arguments, ToolContext &context) {
                ++stubborn->started;
                stubborn->released.wait();
                context.emitEvent(EventKind::FileEdited, {{"agent", context.agent}});
                if (!context.writeGate->beforeWrite(context.agent, arguments.at("path"), 1, 1))
                    ++*refused;
                context.writeGate->afterWrite(context.agent, "a", {}, context.callId);
                context.writeGate->afterCommand(
                    context.agent, context.writeGate->beforeCommand(context.agent), context.callId);
                ++stubborn->ended;
                return ToolResult::value(context.deps->at("k"));
            });
            tool.timeoutMs = 5;
            tool.retries = 1;
            tool.mayBeAbandoned = true;
            ToolContext context;
            context.agent = std::string(100, 'a'); // on the heap
            context.deps = std::make_shared<const Json>(Json{{"k", std::string(100, 'v')}});
            context.writeGate = &gate;
            context.emitEvent = [events](EventKind, Json) { ++*events; };
            const Json arguments = {{"path", std::string(100, 'p')}};
            const ToolExecution done = executeTool(tool, arguments, context, milliseconds(5));
            QCOMPARE(done.content,
                     failure("Tool execution failed: Tool 'probe' timed out after 5ms", 2));
            QCOMPARE(stubborn->ended.load(), 0);
        }
        stubborn->release.set_value();
        QTRY_COMPARE(stubborn->ended.load(), 2);
        QCOMPARE(refused->load(), 2);
        QCOMPARE(writes->load(), 0);
        QCOMPARE(events->load(), 0);
        QTRY_COMPARE(stubborn.use_count(), 1L); // its threads hold nothing any more
    }

    void manyMayBeLeftBehindAtOnce()
    {
        auto stubborn = std::make_shared<Stubborn>();
        std::vector<std::thread> callers;
        std::atomic<int> failed{0};
        for (int i = 0; i < 16; ++i)
            callers.emplace_back([stubborn, &failed] {
                Tool tool = makeTool([stubborn](const Json &, ToolContext &) {
                    ++stubborn->started;
                    stubborn->released.wait();
                    ++stubborn->ended;
                    return ToolResult::success("");
                });
                tool.timeoutMs = 1;
                tool.retries = 3;
                tool.mayBeAbandoned = true;
                failed += executeTool(tool, Json::object(), {}, milliseconds(1)).ok ? 0 : 1;
            });
        for (std::thread &caller : callers)
            caller.join();
        QCOMPARE(failed.load(), 16);
        stubborn->release.set_value();
        QTRY_COMPARE(stubborn->ended.load(), 64);
        QTRY_COMPARE(stubborn.use_count(), 1L);
    }

    void aStoppedToolSpeaksForItselfAndIsNotTriedAgain()
    {
        std::stop_source stop;
        std::promise<void> started;
        std::thread person([&] {
            started.get_future().wait();
            stop.request_stop();
        });
        Tool tool = makeTool([&started](const Json &, ToolContext &context) {
            started.set_value(); // throws at a second attempt
            waitForStop(context.stop);
            return ToolResult{"Half of it is done.", false, {}};
        });
        ToolContext context;
        context.stop = stop.get_token();
        const ToolExecution done = executeTool(tool, Json::object(), context);
        person.join();
        QCOMPARE(done.content, std::string("Half of it is done."));
        QCOMPARE(done.attempts, 1);
    }

    void aBreakdownOfAStoppedToolIsNotTriedAgain()
    {
        std::stop_source stop;
        std::atomic<int> calls{0};
        Tool tool = makeTool([&](const Json &, ToolContext &) {
            ++calls;
            stop.request_stop();
            return ToolResult::raised("interrupted");
        });
        tool.retries = 3;
        ToolContext context;
        context.stop = stop.get_token();
        QVERIFY(!executeTool(tool, Json::object(), context).ok);
        QCOMPARE(calls.load(), 1);
        QVERIFY(!executeTool(tool, Json::object(), context).ok); // not even once
        QCOMPARE(calls.load(), 1);
    }

    void aStubbornToolDoesNotHoldUpAStop()
    {
        auto stubborn = std::make_shared<Stubborn>();
        std::stop_source stop;
        std::thread person([&] {
            while (stubborn->started == 0)
                std::this_thread::sleep_for(milliseconds(1));
            stop.request_stop();
        });
        Tool tool = makeTool([stubborn](const Json &, ToolContext &) {
            ++stubborn->started;
            stubborn->released.wait();
            return ToolResult::success("");
        });
        tool.timeoutMs = 0;
        tool.mayBeAbandoned = true;
        ToolContext context;
        context.stop = stop.get_token();
        const ToolExecution done = executeTool(tool, Json::object(), context, milliseconds(5));
        person.join();
        QCOMPARE(done.content, std::string("Stopped."));
        QVERIFY(!done.ok);
        stubborn->release.set_value();
        tool.run = nullptr;
        QTRY_COMPARE(stubborn.use_count(), 1L);
    }
};

ORRERY_TEST(TestToolExecutor)
#include "tst_toolexecutor.moc"
