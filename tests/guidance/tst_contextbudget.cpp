// SPDX-License-Identifier: GPL-3.0-or-later
// When a conversation is too long, and what is left of it then.
#include "core/guidance/contextbudget.h"
#include "core/guidance/summary.h"
#include "tests/support/randomconversation.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <algorithm>
#include <map>

using namespace orrery;
using namespace orrery::guidance;
using orrery::testing::RandomConversation;

namespace {

MessageLog logOf(std::initializer_list<Message> messages)
{
    MessageLog log;
    for (const Message &message : messages)
        log.push_back(std::make_shared<const Message>(message));
    return log;
}

void addCall(MessageLog &log, int n, std::size_t resultBytes)
{
    Message answer = Message::assistant("");
    ToolCall call;
    call.id = "c" + std::to_string(n);
    call.name = "work";
    answer.toolCalls.push_back(call);
    log.push_back(std::make_shared<const Message>(answer));
    log.push_back(std::make_shared<const Message>(
        Message::tool(*call.id, "work", std::string(resultBytes, 'r'))));
}

constexpr std::int64_t kPictureTokens = 765;

std::int64_t attachedTokens(const Message &message)
{
    std::int64_t tokens = 0;
    if (message.contentParts)
        for (const ContentPart &part : *message.contentParts)
            tokens += part.type == "text" ? 0 : kPictureTokens;
    return tokens;
}

Weight slowWeight(const MessageLog &log)
{
    Weight weight;
    for (const auto &message : log)
        weight += weightOf(*message, attachedTokens);
    return weight;
}

/// Whether `part` is what is left of `whole` when some are taken out.
bool isSubsequence(const std::vector<const Message *> &part,
                   const std::vector<const Message *> &whole)
{
    auto at = whole.begin();
    for (const Message *message : part) {
        at = std::find(at, whole.end(), message);
        if (at == whole.end())
            return false;
        ++at;
    }
    return true;
}

} // namespace

class ContextBudgetTest : public QObject
{
    Q_OBJECT
private slots:
    void nothingIsDoneWhileThereIsRoom();
    void nothingIsDoneWithoutAnOrder_data();
    void nothingIsDoneWithoutAnOrder();
    void olderResultsAreShortenedFirst();
    void theOldestMessagesGoWhenThatIsNotEnough();
    void aLongResultThatTheModelHasJustGotIsShortenedToo();
    void whatNothingCanBeDoneAboutIsNotLookedAtAgain();
    void theProvidersNumbersAreBelieved();
    void agentsOfARunLearnFromEachOther();
    void theWeightIsKeptUp();
    void aRefusalMakesRoomWithoutAnyNumber();
    void whatIsLeftIsWhole();
    void theSummaryHasABoundAndTheWordsOfThePerson();
};

void ContextBudgetTest::nothingIsDoneWhileThereIsRoom()
{
    MessageLog log = logOf({Message::system("You help."), Message::user("Do it.")});
    ContextBudget budget{ContextRules{}};
    const ContextWindow window{10000, 400, true};
    int n = 0;
    while (budget.tokens(log, window) + 1100 < 8000) {
        addCall(log, ++n, 4000);
        QVERIFY(!budget.plan(log, window, true).any());
    }
    addCall(log, ++n, 8000);
    QVERIFY(budget.tokens(log, window) > 8000);
    QVERIFY(budget.plan(log, window, true).any());
}

void ContextBudgetTest::nothingIsDoneWithoutAnOrder_data()
{
    QTest::addColumn<double>("compactAt");
    QTest::addColumn<qint64>("tokens");
    QTest::addColumn<bool>("acts");
    QTest::newRow("known") << 0.8 << qint64(8000) << true;
    QTest::newRow("turned off") << 0.0 << qint64(8000) << false;
    QTest::newRow("not known") << 0.8 << qint64(0) << false;
}

void ContextBudgetTest::nothingIsDoneWithoutAnOrder()
{
    QFETCH(double, compactAt);
    QFETCH(qint64, tokens);
    QFETCH(bool, acts);
    MessageLog log = logOf({Message::user("Do it.")});
    for (int i = 0; i < 20; ++i)
        addCall(log, i, 3000);
    ContextRules rules;
    rules.compactAt = compactAt;
    ContextBudget budget{rules};
    QCOMPARE(budget.plan(log, {tokens, 0, true}, true).any(), acts);
    // What a person has set counts where the table knows nothing, and where it is less.
    rules.maxTokens = 4000;
    QCOMPARE(ContextBudget{rules}.contextTokens({tokens, 0, true}), std::int64_t(4000));
    rules.maxTokens = 1000000;
    QCOMPARE(ContextBudget{rules}.contextTokens({tokens, 0, true}),
             std::int64_t(tokens == 0 ? 1000000 : tokens));
}

void ContextBudgetTest::olderResultsAreShortenedFirst()
{
    MessageLog log = logOf({Message::system("You help."), Message::user("Do it.")});
    for (int i = 0; i < 8; ++i)
        addCall(log, i, 20000);
    ContextBudget budget{ContextRules{}};
    const ContextPlan plan = budget.plan(log, {46000, 0, true}, true);
    // 160,000 bytes are 40,000 tokens; the newest four results stay, and the first four have 5,120 bytes each.
    QCOMPARE(plan.compaction.dropped, std::size_t(0));
    QCOMPARE(plan.compaction.shortened, (std::vector<std::size_t>{2, 4, 6, 8}));
    QVERIFY(plan.isEnough());
    const MessageLog left = compacted(log, plan.compaction);
    QCOMPARE(left.size(), log.size());
    QVERIFY(left[3]->content->starts_with(std::string(4096, 'r') + "\n[14880 bytes left out"));
    QVERIFY(left[3]->content->ends_with("]\n" + std::string(1024, 'r')));
    for (const std::size_t kept : {0, 1, 2, 4, 10, 17})
        QVERIFY(left[kept] == log[kept]);
}

void ContextBudgetTest::theOldestMessagesGoWhenThatIsNotEnough()
{
    MessageLog log = logOf({Message::system("You help."), Message::user("Do it.")});
    for (int i = 0; i < 30; ++i)
        addCall(log, i, 4000);
    ContextBudget budget{ContextRules{}};
    const ContextPlan plan = budget.plan(log, {20000, 0, true}, true);
    QVERIFY(plan.compaction.shortened.empty()); // none is long enough
    QCOMPARE(plan.compaction.first, std::size_t(1));
    QCOMPARE(plan.compaction.dropped, log.size() - 2 - 8);
    Compaction compaction = plan.compaction;
    compaction.note = summaryNote(log, plan, "It went well.");
    const MessageLog left = compacted(log, compaction);
    QCOMPARE(left.size(), std::size_t(2 + 1 + 8));
    QVERIFY(left[0] == log[0] && left[1] == log[1] && left.back() == log.back());
    QCOMPARE(left[2]->role, Role::User);
    QCOMPARE(left[2]->noteKind(), std::string_view("summary"));
    QVERIFY(left[2]->content->find("52 older messages") != std::string::npos);
    QVERIFY(left[2]->content->find("It went well.") != std::string::npos);
}

void ContextBudgetTest::aLongResultThatTheModelHasJustGotIsShortenedToo()
{
    MessageLog log = logOf({Message::user("Do it.")});
    addCall(log, 1, 60000);
    ContextBudget budget{ContextRules{}};
    const ContextPlan plan = budget.plan(log, {4000, 0, true}, false);
    QVERIFY(plan.isEnough());
    QCOMPARE(plan.compaction.dropped, std::size_t(0));
    const MessageLog left = compacted(log, plan.compaction);
    QCOMPARE(left.size(), log.size());
    QVERIFY(budget.tokens(left, {4000, 0, true}) <= 3200);
    QVERIFY(left.back()->content->find("run the tool again") != std::string::npos);
}

void ContextBudgetTest::whatNothingCanBeDoneAboutIsNotLookedAtAgain()
{
    const ContextWindow window{1000, 0, true};
    MessageLog log = logOf({Message::user(std::string(6000, 'x'))});
    ContextBudget budget{ContextRules{}};
    QVERIFY(!budget.plan(log, window, true).any());
    addCall(log, 1, 40);
    QVERIFY(!budget.plan(log, window, true).any());
    // When enough has come in, it is.
    for (int i = 0; i < 8; ++i)
        addCall(log, 2 + i, 350);
    QVERIFY(budget.plan(log, window, true).any());
}

void ContextBudgetTest::theProvidersNumbersAreBelieved()
{
    MessageLog log = logOf({Message::user(std::string(9900, 'x'))});
    ContextBudget budget{ContextRules{}};
    const ContextWindow window{100000, 2000, false, {}, attachedTokens};
    const Weight weight = slowWeight(log);
    QCOMPARE(budget.tokens(log, window), std::int64_t((weight.bytes + 2000 + 3) / 4));
    Usage usage;
    usage.inputTokens = 1000; // this provider counts beside them what came from its cache
    usage.cacheReadInputTokens = 2500;
    usage.cacheCreationInputTokens = 500;
    budget.answered(log, window, usage);
    QVERIFY(std::abs(budget.tokens(log, window) - 4000) <= 1);
    addCall(log, 1, 4000);
    const double bytes = double(slowWeight(log).bytes + 2000);
    QVERIFY(
        std::abs(double(budget.tokens(log, window)) - bytes * 4000 / double(weight.bytes + 2000))
        < 2);
    // Pictures and documents are counted by the model's rule.
    Message picture = Message::user("");
    picture.contentParts = {{"image", std::string(400000, 'A'), Json::object()},
                            {"file", std::string(40000, 'A'), Json::object()}};
    const std::int64_t before = budget.tokens(log, window);
    log.push_back(std::make_shared<const Message>(picture));
    const std::int64_t grown = budget.tokens(log, window) - before;
    QVERIFY(grown >= 2 * kPictureTokens && grown < 2 * kPictureTokens + 20);
}

void ContextBudgetTest::agentsOfARunLearnFromEachOther()
{
    const auto scale = std::make_shared<TokenScale>();
    ContextBudget ada{ContextRules{}, scale, "ada"};
    ContextBudget ben{ContextRules{}, scale, "ben"};
    const MessageLog log = logOf({Message::user(std::string(19976, 'x'))});
    const ContextWindow window{100000, 0, true, "a:x", attachedTokens};
    const ContextWindow other{100000, 0, true, "a:y", attachedTokens};
    Usage usage;
    usage.inputTokens = 10000;
    ada.answered(log, window, usage);
    QCOMPARE(ben.tokens(log, window), std::int64_t(10000));
    QCOMPARE(ben.tokens(log, other), std::int64_t(5000));
    // What its own conversation has told goes first.
    usage.inputTokens = 4000;
    ben.answered(log, window, usage);
    QCOMPARE(ben.tokens(log, window), std::int64_t(4000));
    QCOMPARE(ada.tokens(log, window), std::int64_t(10000));
}

void ContextBudgetTest::theWeightIsKeptUp()
{
    const auto seed = std::random_device()();
    qInfo("seed %u", seed);
    RandomConversation random(seed);
    ContextMeter meter;
    MessageLog log;
    std::uint64_t most = 0;
    for (int step = 0; step < 400; ++step) {
        const std::size_t before = log.size();
        if (step % 100 == 99) {
            log = random.make(20, true); // another one: all of it is weighed
            most += log.size();
        } else {
            random.grow(log);
            most += log.size() - before;
        }
        QCOMPARE(meter.follow(log, "a:x", attachedTokens), slowWeight(log));
        QCOMPARE(meter.weighed(), most);
        const MessageLog copy = log;
        QCOMPARE(meter.follow(copy, "a:x", attachedTokens), slowWeight(log));
        QCOMPARE(meter.weighed(), most);
    }
    // Another model may count differently what is attached.
    const Weight other = meter.follow(log, "a:y", {});
    QCOMPARE(meter.weighed(), most + log.size());
    QCOMPARE(other.bytes, slowWeight(log).bytes);
    QCOMPARE(other.attachedTokens, std::int64_t(0));
}

void ContextBudgetTest::aRefusalMakesRoomWithoutAnyNumber()
{
    MessageLog log = logOf({Message::system("You help."), Message::user("Do it.")});
    for (int i = 0; i < 30; ++i)
        addCall(log, i, 3000);
    ContextRules rules;
    rules.compactAt = 0;
    ContextBudget budget{rules};
    const ContextWindow window{0, 0, true};
    const std::int64_t before = budget.tokens(log, window);
    ContextPlan plan = budget.planAfterRefusal(log, window, true);
    QVERIFY(plan.any());
    plan.compaction.note = summaryNote(log, plan, "", "nobody was there");
    const MessageLog left = compacted(log, plan.compaction);
    QVERIFY(budget.tokens(left, window) <= before * 6 / 10);
    QVERIFY(left[2]->content->find("no summary of them (nobody was there)") != std::string::npos);
    QVERIFY(!budget.planAfterRefusal(logOf({Message::user("Do it.")}), window, true).any());
}

void ContextBudgetTest::whatIsLeftIsWhole()
{
    const auto seed = std::random_device()();
    qInfo("seed %u", seed);
    int done = 0;
    int dropping = 0;
    for (std::uint32_t round = 0; round < 300; ++round) {
        RandomConversation random(seed + round);
        const bool hasSystem = random.oneIn(2);
        const MessageLog log = random.make(random.number(0, 60), hasSystem);
        QCOMPARE(RandomConversation::offenceIn(log), std::string());
        ContextRules rules;
        rules.keepMessages = random.number(1, 20);
        rules.resultHead = std::size_t(random.number(64, 4096));
        rules.resultTail = std::size_t(random.number(64, 1024));
        rules.compactAt = random.number(1, 10) / 10.0;
        ContextBudget budget{rules};
        const ContextWindow window{random.number(1000, 60000), std::size_t(random.number(0, 3000)),
                                   true};
        const bool canRead = random.oneIn(2);
        ContextPlan plan = random.oneIn(4) ? budget.planAfterRefusal(log, window, canRead)
                                           : budget.plan(log, window, canRead);
        if (!plan.any())
            continue;
        ++done;
        Compaction &compaction = plan.compaction;
        const QByteArray what = "round " + QByteArray::number(round);
        if (compaction.dropped > 0) {
            ++dropping;
            compaction.note = summaryNote(log, plan, random.oneIn(3) ? "" : random.text(20000));
            QVERIFY2(compaction.note->content->size() <= plan.noteBytes, what);
        }
        const MessageLog left = compacted(log, compaction);
        QVERIFY2(RandomConversation::offenceIn(left).empty(),
                 what + RandomConversation::offenceIn(left).c_str());
        // The system's message, the task and the newest message.
        const std::size_t front = hasSystem ? 2 : 1;
        for (std::size_t i = 0; i < front; ++i)
            QVERIFY2(left[i] == log[i], what);
        QVERIFY2(left.back()->role == log.back()->role
                     && left.back()->toolCallId == log.back()->toolCallId,
                 what);
        // The rest is what there was, in its order.
        std::vector<const Message *> whole, kept;
        for (const auto &message : log)
            whole.push_back(message.get());
        std::size_t shortened = 0, notes = 0;
        for (const auto &message : left) {
            const bool isOld = std::find(whole.begin(), whole.end(), message.get()) != whole.end();
            if (isOld)
                kept.push_back(message.get());
            else if (message->noteKind() == "summary")
                ++notes;
            else
                ++shortened;
        }
        QVERIFY2(isSubsequence(kept, whole), what);
        QCOMPARE(notes, std::size_t(compaction.dropped > 0));
        QCOMPARE(shortened, compaction.shortened.size());
        QCOMPARE(left.size(), log.size() - compaction.dropped + notes);
        // Its size is what the plan says, and under the share if that can be.
        const std::int64_t now = budget.tokens(left, window);
        QVERIFY2(now <= plan.after, what);
        QVERIFY2(now < budget.tokens(log, window), what);
        if (plan.isEnough())
            QVERIFY2(now <= plan.most, what);
        // As an event it is the same, also for who has not seen the system's message.
        const auto again = compactionFromJson(Json::parse(toJson(compaction).dump()));
        QVERIFY2(again.has_value(), what);
        QVERIFY2(*again == compaction, what);
        MessageLog told;
        for (std::size_t i = hasSystem ? 1 : 0; i < log.size(); ++i)
            told.push_back(log[i]);
        const MessageLog leftOfTold = compacted(told, *again);
        QCOMPARE(leftOfTold.size(), left.size() - (hasSystem ? 1 : 0));
        for (std::size_t i = 0; i < leftOfTold.size(); ++i)
            QVERIFY2(*leftOfTold[i] == *left[i + (hasSystem ? 1 : 0)], what);
        // When it was not enough, nothing more was possible: the slow way takes everything out but task and last group.
        if (!plan.isEnough()) {
            MessageLog least;
            for (std::size_t i = 0; i < front; ++i)
                least.push_back(log[i]);
            std::size_t last = log.size();
            while (last > front && log[last - 1]->role == Role::Tool)
                --last;
            for (std::size_t i = last > front ? last - 1 : last; i < log.size(); ++i)
                least.push_back(log[i]->role == Role::Tool ? std::make_shared<const Message>(
                                    shortenedResult(*log[i], 256, 64, canRead))
                                                           : log[i]);
            least.push_back(
                std::make_shared<const Message>(Message::note("summary", std::string(512, ' '))));
            QVERIFY2(double(budget.tokens(least, window)) > 0.8 * double(plan.most), what);
        }
    }
    QVERIFY2(done > 60 && dropping > 30,
             QByteArray::number(done) + " " + QByteArray::number(dropping));
}

void ContextBudgetTest::theSummaryHasABoundAndTheWordsOfThePerson()
{
    MessageLog log = logOf({Message::user("Do it.")});
    for (int i = 0; i < 40; ++i)
        addCall(log, i, 3000);
    log.push_back(std::make_shared<const Message>(Message::user("Use the ninth port.")));
    log.push_back(std::make_shared<const Message>(Message::note("memories", "A secret garden.")));
    for (int i = 40; i < 80; ++i)
        addCall(log, i, 3000);
    ContextBudget budget{ContextRules{}};
    ContextPlan plan = budget.plan(log, {20000, 0, true}, true);
    QVERIFY(plan.compaction.dropped > 100);
    const SummaryRequest request = summaryRequest(log, plan, 10000);
    QVERIFY(request.prompt.size() < 11000);
    QVERIFY(request.prompt.find("older messages left out here") != std::string::npos);
    QVERIFY(request.prompt.find("calls work {}") != std::string::npos);
    const Message note = summaryNote(log, plan, std::string(100000, 's'));
    QVERIFY(note.content->size() <= plan.noteBytes);
    QVERIFY(note.content->find("Use the ninth port.") != std::string::npos);
    QVERIFY(note.content->find("secret garden") == std::string::npos);
    // An earlier summary is a part of the next one, not a message of the person.
    plan.compaction.note = note;
    MessageLog left = compacted(log, plan.compaction);
    for (int i = 80; i < 120; ++i)
        addCall(left, i, 3000);
    const ContextPlan second = budget.plan(left, {20000, 0, true}, true);
    QCOMPARE(second.compaction.first, std::size_t(1));
    QVERIFY(summaryRequest(left, second, 1000000).prompt.find("an earlier summary")
            != std::string::npos);
}

ORRERY_TEST(ContextBudgetTest)
#include "tst_contextbudget.moc"
