// SPDX-License-Identifier: GPL-3.0-or-later
// Calls that are made again and again, against a slow count over the whole history.
#include "core/model/canonicaljson.h"
#include "tests/support/machinebench.h"
#include "tests/support/testregistry.h"

#include <random>

using namespace orrery;
using namespace orrery::testing;

namespace {

ToolCall callOf(const char *tool, Json arguments)
{
    ToolCall call;
    call.name = tool;
    call.arguments = std::move(arguments);
    return call;
}

using Answer = std::vector<ToolCall>;

LoopGuard::Notice answered(LoopGuard &guard, const Answer &calls)
{
    std::vector<const ToolCall *> pointers;
    for (const ToolCall &call : calls)
        pointers.push_back(&call);
    return guard.answered(pointers);
}

/// What counts of an answer; nothing = it is not seen.
std::optional<std::vector<std::pair<std::string, std::string>>> seenOf(const Answer &answer)
{
    std::vector<std::pair<std::string, std::string>> seen;
    for (const ToolCall &call : answer) {
        std::string name = QString::fromStdString(*call.name).toLower().toStdString();
        if (name != "poll")
            seen.emplace_back(std::move(name), toCanonicalJson(call.arguments));
    }
    return seen.empty() ? std::nullopt : std::optional(seen);
}

/// How often the latest answer was given in a row.
int repeatsAtEnd(const std::vector<Answer> &history)
{
    int repeats = 0;
    const auto wanted = seenOf(history.back());
    if (!wanted)
        return 0;
    for (auto it = history.rbegin(); it != history.rend(); ++it) {
        if (it->empty())
            break;
        const auto seen = seenOf(*it);
        if (!seen)
            continue;
        if (seen != wanted)
            break;
        ++repeats;
    }
    return repeats;
}

} // namespace

class LoopGuardTest : public QObject
{
    Q_OBJECT
private slots:
    void countsAsASlowLookBackDoes();
    void tellsTheModelAndThenEndsTheTurn();
    void aWordFromSomebodyStartsAnew();
    void mayBeOff();
    void theUsualLimitLeavesLongTurnsAlone();
};

void LoopGuardTest::countsAsASlowLookBackDoes()
{
    const unsigned seed = std::random_device()();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 300; ++round) {
        LoopGuard guard(12, {"Poll"});
        std::vector<Answer> history;
        for (int i = 0; i < 60; ++i) {
            Answer answer;
            if (random() % 40 != 0) { // else a plain answer
                const int which = random() % 30 == 0 ? 1 : 0;
                answer.push_back(random() % 2 ? callOf("read", {{"a", which}, {"b", 2}})
                                              : callOf("READ", {{"b", 2}, {"a", which}}));
                if (random() % 4 == 0)
                    answer.push_back(callOf("poll", {{"n", i}}));
                if (random() % 8 == 0)
                    answer = {callOf("poll", {{"n", i}})};
            }
            history.push_back(answer);
            const int repeats = repeatsAtEnd(history);
            const LoopGuard::Notice notice = answered(guard, answer);
            const bool isTold = repeats == 3 || repeats == 5 || repeats == 8 || repeats >= 12;
            QCOMPARE(notice.repeats, isTold ? repeats : 0);
            QCOMPARE(notice.ends, repeats >= 12);
            QCOMPARE(notice.told.empty(), !isTold || notice.ends);
        }
    }
}

void LoopGuardTest::tellsTheModelAndThenEndsTheTurn()
{
    Bench bench;
    bench.ask();
    QStringList told;
    for (int i = 1; i < 12; ++i) {
        bench.feed(testing::reply(calling({"a"})));
        QCOMPARE(bench.launched().size(), std::size_t(1));
        bench.feed(input::ToolDone{0, {"the same", true, {}}});
        const Message &last = *bench.machine.context().messages.back();
        QCOMPARE(last.role == Role::User, i == 3 || i == 5 || i == 8);
        if (last.role == Role::User)
            told << QString::fromStdString(*last.content);
        bench.askAgain();
    }
    QCOMPARE(told.size(), 3);
    QVERIFY(told[0] != told[1] && told[1] != told[2]);
    bench.feed(testing::reply(calling({"a"})));
    QVERIFY(bench.launched().empty());
    QVERIFY(bench.published(EventKind::LoopNoticed)["stops"] == true);
    QVERIFY(bench.published(EventKind::LoopNoticed)["repeats"] == 12);
    QCOMPARE(bench.now<effect::Finish>()->outcome, std::string("failed"));
    Context context = bench.machine.context();
    const std::size_t before = context.messages.size();
    patchDanglingToolCalls(context);
    QCOMPARE(context.messages.size(), before);
}

void LoopGuardTest::aWordFromSomebodyStartsAnew()
{
    Bench bench;
    bench.ask();
    for (int i = 1; i < 20; ++i) {
        bench.feed(testing::reply(calling({"a"})));
        bench.feed(input::ToolDone{0, {"the same", true, {}}});
        bench.feed(i % 10 == 0 ? input::Ready{{Message::user("Go on.")}} : input::Ready{});
        bench.feed(input::Granted{});
        QVERIFY(!bench.machine.isIdle());
    }
}

void LoopGuardTest::mayBeOff()
{
    AgentSpec agent = spec();
    agent.loopGuard.limit = 0;
    Bench bench(agent);
    bench.ask();
    for (int i = 1; i < 20; ++i) {
        bench.feed(testing::reply(calling({"a"})));
        bench.feed(input::ToolDone{0, {"the same", true, {}}});
        QVERIFY(bench.machine.context().messages.back()->role == Role::Tool);
        bench.askAgain();
    }
    QVERIFY(bench.published(EventKind::LoopNoticed).is_null());
}

void LoopGuardTest::theUsualLimitLeavesLongTurnsAlone()
{
    AgentSpec agent = spec();
    QCOMPARE(loopLimitOf(agent), 12);
    agent.maxIterations = 1000;
    QCOMPARE(loopLimitOf(agent), 1000);
    agent.loopGuard.limit = 5;
    QCOMPARE(loopLimitOf(agent), 5);
}

ORRERY_TEST(LoopGuardTest)
#include "tst_loopguard.moc"
