// SPDX-License-Identifier: GPL-3.0-or-later
// What becomes of an answer, by how it ended and what it holds.
#include "tests/support/machinebench.h"
#include "tests/support/testregistry.h"

using namespace orrery;
using namespace orrery::testing;

namespace {

constexpr Ending kAllEndings[] = {Ending::Unknown, Ending::End,          Ending::ToolCalls,
                                  Ending::Length,  Ending::Refusal,      Ending::ContentFilter,
                                  Ending::Pause,   Ending::MalformedCall};

Message holding(const QString &what)
{
    Message message;
    message.role = Role::Assistant;
    if (what == "white space")
        message.content = " \n";
    if (what == "thoughts")
        message.reasoningContent = "Hm.";
    if (what.startsWith("text"))
        message.content = "Said.";
    if (what.endsWith("call"))
        message.toolCalls = calling({"a"}).toolCalls;
    if (what == "whole call")
        message.toolCalls.front().arguments = {{"x", 1}};
    if (what == "cut call")
        message.toolCalls.front().invalidArguments = "{\"x\": \"abc";
    return message;
}

input::Reply ending(Ending how, Message message)
{
    input::Reply in = testing::reply(std::move(message));
    in.reply.ending = how;
    in.reply.finishReason = toString(how);
    return in;
}

input::Reply ending(Ending how, const QString &what) { return ending(how, holding(what)); }

/// done: an answer; called: the tool is run; told: a call is answered without being run; again: the model is asked once
/// more, and the answer is dropped; goes on: the same, and it is kept; failed.
QString cameOf(Bench &bench)
{
    if (const auto *finish = bench.now<effect::Finish>())
        return QString::fromStdString(finish->outcome);
    if (bench.now<effect::RunTool>())
        return "called";
    const auto &last = *bench.machine.context().messages.back();
    if (last.role == Role::Tool)
        return "told";
    const auto &messages = bench.machine.context().messages;
    const bool isTold = last.role == Role::User && last.content->starts_with(kToldMark);
    const bool kept = messages[messages.size() - (isTold ? 2 : 1)]->role == Role::Assistant;
    if (kept && !isTold && !bench.machine.context().needsResponse)
        return "done";
    return kept ? "goes on" : isTold ? "again" : "nothing";
}

QString outcomeOf(Ending how, const QString &what)
{
    if (how == Ending::Refusal || how == Ending::ContentFilter)
        return "failed";
    if (how == Ending::MalformedCall)
        return "again";
    if (what == "cut call" && how == Ending::Length)
        return "told";
    if (what == "cut call")
        return "told"; // it cannot be read
    if (what.endsWith("call"))
        return "called";
    const bool hasText = what == "text";
    if (how == Ending::Length)
        return hasText ? "goes on" : "failed"; // without more room
    if (how == Ending::Pause && hasText)
        return "goes on";
    return hasText ? "done" : "again";
}

} // namespace

class AnswerRulesTest : public QObject
{
    Q_OBJECT
private slots:
    void onlySomethingSaidOrCalledIsSuccess_data();
    void onlySomethingSaidOrCalledIsSuccess();
    void givesUpAfterAWhile_data();
    void givesUpAfterAWhile();
    void anAnswerBetweenStartsTheCountAnew();
    void putsPiecesTogether();
    void checksThePiecesAsOneAnswer();
    void aCallThatIsCutAgainAtTheSamePlaceEndsTheTurn();
    void aCallThatIsCutElsewhereIsToldAgain();
    void givesThoughtsMoreRoomOnce();
    void asksAnotherModelForWhatAFilterTookAway_data();
    void asksAnotherModelForWhatAFilterTookAway();
    void keepsWhatWasSaidInRefusal();
    void leavesNoCallOpenWhenItFails();
    void countsTheUsageOfAnswersThatAreNone();
};

void AnswerRulesTest::onlySomethingSaidOrCalledIsSuccess_data()
{
    QTest::addColumn<int>("how");
    QTest::addColumn<QString>("what");
    for (const Ending how : kAllEndings)
        for (const char *what : {"nothing", "white space", "thoughts", "text", "whole call",
                                 "text and call", "cut call"})
            QTest::addRow("%s with %s", toString(how), what) << int(how) << QString(what);
}

void AnswerRulesTest::onlySomethingSaidOrCalledIsSuccess()
{
    QFETCH(int, how);
    QFETCH(QString, what);
    Message message = holding(what);
    if (what == "text and call")
        message.toolCalls.front().arguments = {{"x", 1}};
    Bench bench;
    bench.ask();
    bench.feed(ending(Ending(how), message));
    QCOMPARE(cameOf(bench), outcomeOf(Ending(how), what));
    // Nothing empty stays in the conversation.
    for (const auto &each : bench.machine.context().messages)
        QVERIFY(each->role != Role::Assistant || saysSomething(*each) || !each->toolCalls.empty());
    if (const auto *finish = bench.now<effect::Finish>(); finish && finish->outcome == "failed") {
        QVERIFY(!finish->error->message.empty());
        QVERIFY(bench.published(EventKind::Warning)["ending"] == toString(Ending(how)));
    }
}

void AnswerRulesTest::givesUpAfterAWhile_data()
{
    QTest::addColumn<int>("how");
    QTest::addColumn<QString>("what");
    QTest::addColumn<int>("times"); // that it is asked again
    QTest::newRow("empty") << int(Ending::End) << "nothing" << 2;
    QTest::newRow("only thought") << int(Ending::Unknown) << "thoughts" << 2;
    QTest::newRow("malformed") << int(Ending::MalformedCall) << "nothing" << 2;
    QTest::newRow("cut") << int(Ending::Length) << "text" << 3;
    QTest::newRow("paused") << int(Ending::Pause) << "text" << 10;
}

void AnswerRulesTest::givesUpAfterAWhile()
{
    QFETCH(int, how);
    QFETCH(QString, what);
    QFETCH(int, times);
    Bench bench;
    bench.ask();
    for (int i = 0; i < times; ++i) {
        bench.feed(ending(Ending(how), what));
        QVERIFY(!bench.now<effect::Finish>());
        bench.askAgain();
        QVERIFY(bench.now<effect::RequestModel>());
    }
    bench.feed(ending(Ending(how), what));
    QVERIFY(bench.now<effect::Finish>());
    QCOMPARE(bench.now<effect::Finish>()->outcome, std::string("failed"));
    QVERIFY(bench.now<effect::Finish>()->error->code == ErrorCode::NoOutput);
}

void AnswerRulesTest::anAnswerBetweenStartsTheCountAnew()
{
    Bench bench;
    bench.ask();
    for (int round = 0; round < 4; ++round) {
        bench.feed(ending(Ending::End, "nothing"));
        bench.askAgain();
        bench.feed(ending(Ending::End, "nothing"));
        bench.askAgain();
        Message call = holding("whole call");
        call.toolCalls.front().arguments = {{"x", round}};
        bench.feed(ending(Ending::ToolCalls, call));
        bench.feed(input::ToolDone{0, {"ok", true, {}}});
        bench.askAgain();
    }
    bench.feed(ending(Ending::End, "text"));
    bench.feed(input::Ready{});
    QCOMPARE(bench.now<effect::Finish>()->outcome, std::string("done"));
}

void AnswerRulesTest::putsPiecesTogether()
{
    Bench bench;
    bench.ask();
    bench.feed(ending(Ending::Length, Message::assistant("One, tw")));
    bench.askAgain();
    bench.feed(ending(Ending::Pause, Message::assistant("o, ")));
    bench.askAgain();
    bench.feed(ending(Ending::End, Message::assistant("three.")));
    bench.feed(input::Ready{});
    QVERIFY(bench.now<effect::Finish>()->output == "One, two, three.");

    // A new question has an answer of its own.
    bench.ask();
    bench.feed(ending(Ending::End, Message::assistant("Four.")));
    bench.feed(input::Ready{});
    QVERIFY(bench.now<effect::Finish>()->output == "Four.");
}

void AnswerRulesTest::checksThePiecesAsOneAnswer()
{
    LoopRules loop = rules();
    std::string checked;
    loop.output = OutputRules{[&](const Message &answer) {
                                  checked = *answer.content;
                                  OutputVerdict verdict;
                                  verdict.value = Json::parse(checked, nullptr, false);
                                  return verdict;
                              },
                              0};
    Bench bench(spec(), loop);
    bench.ask();
    bench.feed(ending(Ending::Length, Message::assistant("{\"a\": [1,")));
    bench.askAgain();
    bench.feed(ending(Ending::End, Message::assistant("2]}")));
    bench.feed(input::Ready{});
    QCOMPARE(checked, std::string("{\"a\": [1,2]}"));
    QVERIFY(bench.now<effect::Finish>()->output == (Json{{"a", {1, 2}}}));
}

void AnswerRulesTest::aCallThatIsCutAgainAtTheSamePlaceEndsTheTurn()
{
    Message cut = holding("cut call");
    cut.toolCalls.front().invalidArguments =
        "{\"path\": \"a.txt\", \"content\": \"" + std::string(4000, 'x');
    Bench bench;
    bench.ask();
    bench.feed(ending(Ending::Length, cut));
    QVERIFY(bench.toolTexts().back().find("cut off after 4030 bytes") != std::string::npos);
    bench.askAgain();
    cut.toolCalls.front().invalidArguments->append(60, 'x');
    bench.feed(ending(Ending::Length, cut));
    QVERIFY(bench.now<effect::Finish>());
    QCOMPARE(bench.now<effect::Finish>()->outcome, std::string("failed"));
    const std::string why = bench.now<effect::Finish>()->error->message;
    QVERIFY2(why.find("same place") != std::string::npos, why.c_str());
    QVERIFY(bench.launched().empty());
}

void AnswerRulesTest::aCallThatIsCutElsewhereIsToldAgain()
{
    Bench bench;
    bench.ask();
    for (int i = 1; i <= 4; ++i) {
        Message cut = holding("cut call");
        cut.toolCalls.front().invalidArguments =
            "{\"x\": \"" + std::string(std::size_t(i) * 500, 'x');
        bench.feed(ending(Ending::Length, cut));
        QCOMPARE(bench.now<effect::Finish>() != nullptr, i == 4); // three are enough
        if (i < 4)
            bench.askAgain();
    }
}

void AnswerRulesTest::givesThoughtsMoreRoomOnce()
{
    LoopRules loop = rules();
    loop.hasMoreRoom = [] { return true; };
    Bench bench(spec(), loop);
    bench.ask();
    QVERIFY(!bench.machine.wantsRoom());
    bench.feed(ending(Ending::Length, "thoughts"));
    QCOMPARE(cameOf(bench), QString("again"));
    QVERIFY(bench.machine.wantsRoom());
    bench.askAgain();
    bench.feed(ending(Ending::Length, "thoughts"));
    QCOMPARE(bench.now<effect::Finish>()->outcome, std::string("failed"));
    bench.ask();
    QVERIFY(!bench.machine.wantsRoom());
}

void AnswerRulesTest::asksAnotherModelForWhatAFilterTookAway_data()
{
    QTest::addColumn<int>("how");
    QTest::addColumn<QString>("what");
    QTest::addColumn<bool>("asks");
    QTest::newRow("filtered") << int(Ending::ContentFilter) << "nothing" << true;
    QTest::newRow("filtered half-way") << int(Ending::ContentFilter) << "text" << false;
    QTest::newRow("refused") << int(Ending::Refusal) << "nothing" << false;
}

void AnswerRulesTest::asksAnotherModelForWhatAFilterTookAway()
{
    QFETCH(int, how);
    QFETCH(QString, what);
    QFETCH(bool, asks);
    AgentSpec agent = spec();
    agent.fallback = {{"anthropic:second", "", ""}};
    Bench bench(agent);
    bench.ask();
    bench.feed(ending(Ending(how), what));
    QCOMPARE(bench.now<effect::Acquire>() != nullptr, asks);
    QCOMPARE(bench.now<effect::Finish>() != nullptr, !asks);
    if (!asks)
        return;
    QCOMPARE(bench.machine.target().model, std::string("anthropic:second"));
    bench.feed(input::Granted{});
    bench.feed(ending(Ending::ContentFilter, "nothing"));
    QCOMPARE(bench.now<effect::Finish>()->outcome, std::string("failed"));
}

void AnswerRulesTest::keepsWhatWasSaidInRefusal()
{
    Bench bench;
    bench.ask();
    bench.feed(ending(Ending::Refusal, Message::assistant("I can't help with that.")));
    QCOMPARE(*bench.machine.context().messages.back()->content,
             std::string("I can't help with that."));
    const Error &error = *bench.now<effect::Finish>()->error;
    QVERIFY(error.code == ErrorCode::Denied);
    QVERIFY(error.message.find("I can't help with that.") != std::string::npos);
}

void AnswerRulesTest::leavesNoCallOpenWhenItFails()
{
    for (const Ending how : {Ending::Refusal, Ending::ContentFilter}) {
        Bench bench;
        bench.ask();
        Message message = calling({"a", "b"});
        message.content = "Said.";
        bench.feed(ending(how, message));
        QCOMPARE(bench.now<effect::Finish>()->outcome, std::string("failed"));
        Context context = bench.machine.context();
        const std::size_t before = context.messages.size();
        patchDanglingToolCalls(context);
        QCOMPARE(context.messages.size(), before);
        QCOMPARE(*context.messages.back()->content, std::string("Said."));
    }
}

void AnswerRulesTest::countsTheUsageOfAnswersThatAreNone()
{
    Bench bench;
    bench.ask();
    input::Reply empty = ending(Ending::End, "nothing");
    empty.reply.usage.totalTokens = 7;
    bench.feed(empty);
    bench.askAgain();
    input::Reply calls = testing::reply(calling({"a", "b"}));
    calls.reply.usage.totalTokens = 5;
    calls.reply.usage.toolCalls = 2;
    bench.feed(calls);
    QCOMPARE(bench.machine.context().usage.totalTokens, std::int64_t(12));
    QCOMPARE(bench.machine.context().usage.toolCalls, std::int64_t(2));
}

ORRERY_TEST(AnswerRulesTest)
#include "tst_answerrules.moc"
