// SPDX-License-Identifier: GPL-3.0-or-later
// Conversations that become too long for their model: what the machine does about it, and what the journal gives back.
#include "core/llm/requestencoder.h"
#include "core/model/contextcodec.h"
#include "core/runtime/agentmachine.h"
#include "core/runtime/recovery.h"
#include "tests/support/randomconversation.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::runtime;
using orrery::testing::RandomConversation;

namespace {

AgentSpec longTalker(std::int64_t contextTokens)
{
    AgentSpec spec;
    spec.name = "solo";
    spec.model = "openai:first";
    spec.context.maxTokens = contextTokens;
    spec.maxIterations = 100000;
    spec.loopGuard.limit = 0; // it makes the same call again and again
    return spec;
}

/// Plays the worker: answers the effects of a machine, and keeps what it publishes as a journal would.
class Desk
{
public:
    explicit Desk(AgentSpec spec, std::map<std::string, guidance::ContextWindow> windows = {})
        : machine(spec, rules(std::move(windows)), freshContext(spec, "You help."))
    {}

    static LoopRules rules(std::map<std::string, guidance::ContextWindow> windows)
    {
        LoopRules rules;
        rules.gate = [](const std::string &) { return ToolGate{true, false}; };
        rules.window = [windows](const ModelRef &target) {
            const auto it = windows.find(target.model);
            return it == windows.end() ? guidance::ContextWindow() : it->second;
        };
        return rules;
    }
    void feed(Input input)
    {
        fresh = machine.handle(std::move(input));
        for (const Effect &effect : fresh) {
            const auto *publish = std::get_if<effect::Publish>(&effect);
            if (!publish)
                continue;
            auto event = std::make_shared<Event>();
            event->seq = events.size() + 1;
            event->kind = publish->kind;
            event->run = "run_1";
            event->agent = "solo";
            event->data = publish->data;
            events.push_back(std::move(event));
        }
    }
    template <typename Wanted>
    const Wanted *now() const
    {
        for (auto it = fresh.rbegin(); it != fresh.rend(); ++it)
            if (const auto *wanted = std::get_if<Wanted>(&*it))
                return wanted;
        return nullptr;
    }
    void begin(const char *prompt)
    {
        feed(input::Start{prompt});
        feed(input::Ready{});
    }
    /// A model's answer with one call, its result of so many bytes, and on to the next request.
    void round(std::size_t bytes, std::int64_t inputTokens = 0)
    {
        if (now<effect::Acquire>())
            feed(input::Granted{});
        feed(answer({"c" + std::to_string(++m_calls)}, inputTokens));
        tools::ToolExecution result;
        result.content = std::string(bytes, 'r');
        result.handle = "result_" + std::to_string(m_calls);
        feed(input::ToolDone{0, std::move(result)});
        feed(input::Ready{});
    }
    static input::Reply answer(const std::vector<std::string> &calls, std::int64_t inputTokens = 0)
    {
        input::Reply reply;
        reply.reply.message.role = Role::Assistant;
        for (const std::string &id : calls) {
            ToolCall call;
            call.id = id;
            call.name = "work";
            reply.reply.message.toolCalls.push_back(std::move(call));
        }
        if (calls.empty())
            reply.reply.message.content = "Done.";
        reply.reply.usage.inputTokens = inputTokens;
        return reply;
    }
    std::size_t count(EventKind kind) const
    {
        return std::size_t(std::count_if(events.begin(), events.end(), [&](const EventPtr &event) {
            return event->kind == kind;
        }));
    }
    Json last(EventKind kind) const
    {
        for (auto it = events.rbegin(); it != events.rend(); ++it)
            if ((*it)->kind == kind)
                return (*it)->data;
        return {};
    }
    const MessageLog &messages() const { return machine.context().messages; }

    AgentMachine machine;
    std::vector<Effect> fresh;
    std::vector<EventPtr> events;

private:
    int m_calls = 0;
};

/// A journal of events that a test has.
class ToldJournal final : public store::JournalReader
{
public:
    ToldJournal(const std::vector<EventPtr> &events, std::size_t count)
        : m_events(events.begin(), events.begin() + std::ptrdiff_t(count))
    {}
    Result<std::vector<EventPtr>> read(std::uint64_t fromSeq, std::size_t limit) override
    {
        std::vector<EventPtr> some;
        for (const EventPtr &event : m_events)
            if (event->seq >= fromSeq && some.size() < limit)
                some.push_back(event);
        return some;
    }
    std::vector<store::Damage> damage() const override { return {}; }
    Result<std::uint64_t> count() override { return m_events.size(); }
    Result<std::vector<store::RunSummary>> runs() override
    {
        store::RunSummary run;
        run.run = "run_1";
        run.firstSeq = 1;
        run.lastSeq = m_events.size();
        run.events = m_events.size();
        return std::vector<store::RunSummary>{run};
    }
    bool isBeingWritten() override { return false; }

private:
    std::vector<EventPtr> m_events;
};

std::vector<std::string> textsOf(const MessageLog &messages, std::size_t from)
{
    std::vector<std::string> texts;
    for (std::size_t i = from; i < messages.size(); ++i)
        texts.push_back(toJson(*messages[i]).dump());
    return texts;
}

Error tooLong(const char *words)
{
    Error error = makeError(ErrorCode::InvalidArgument, words);
    error.httpStatus = 400;
    error.fromProvider = true;
    return error;
}

} // namespace

class CompactionTest : public QObject
{
    Q_OBJECT
private slots:
    void resultsAreShortenedWithoutAModel();
    void aModelSumsUpWhatIsDropped();
    void withoutASummaryTheNoteSaysSo();
    void aStopWhileItSumsUpChangesNothing();
    void aSmallerFallbackGetsASmallerConversation();
    void aRefusedRequestIsMadeSmallerOnce_data();
    void aRefusedRequestIsMadeSmallerOnce();
    void otherErrorsAreNoReason();
    void whatIsSpilledIsInTheJournalWhole();
    void memoriesChangeNothingThatWasSent();
    void theJournalGivesBackWhatTheModelSaw();
    void theCostOfAnIterationStaysWhatItIs();
};

void CompactionTest::resultsAreShortenedWithoutAModel()
{
    Desk desk(longTalker(40000));
    desk.begin("Do it.");
    while (desk.count(EventKind::ContextCompacted) == 0)
        desk.round(16000);
    QVERIFY(desk.now<effect::Acquire>());
    QVERIFY(!desk.now<effect::Summarise>());
    const Json data = desk.last(EventKind::ContextCompacted);
    QVERIFY(data["reason"] == Json("share"));
    QVERIFY(data["summary"] == Json("none"));
    QVERIFY(data["dropped_messages"] == Json(0));
    QVERIFY(data["context_tokens"] == Json(40000));
    QVERIFY(data["before_tokens"] > 32000 && data["after_tokens"] < 0.7 * 32000);
    QVERIFY(data["shortened"].size() >= 3);
    QVERIFY(desk.messages()[3]->content->find("read_result with handle \"result_1\"")
            != std::string::npos);
    QCOMPARE(desk.messages().back()->content->size(), std::size_t(16000));
    // All of it has been told.
    QCOMPARE(desk.count(EventKind::MessageAdded), desk.messages().size() - 1);
    // The next request goes out without another look.
    desk.round(100);
    QCOMPARE(desk.count(EventKind::ContextCompacted), std::size_t(1));
}

void CompactionTest::aModelSumsUpWhatIsDropped()
{
    Desk desk(longTalker(8000));
    desk.begin("Do it.");
    while (!desk.now<effect::Summarise>())
        desk.round(1000);
    const std::size_t before = desk.messages().size();
    QVERIFY(!desk.now<effect::Acquire>());
    QVERIFY(desk.now<effect::Summarise>()->prompt.find("calls work") != std::string::npos);
    QCOMPARE(desk.count(EventKind::ContextCompacted), std::size_t(0));
    desk.feed(input::Summarised{"Three files were read.", "call_s"});
    QVERIFY(desk.now<effect::Acquire>());
    const Json data = desk.last(EventKind::ContextCompacted);
    QVERIFY(data["summary"] == Json("model"));
    QVERIFY(data["call"] == Json("call_s"));
    QVERIFY(data["first"] == Json(1));
    const auto dropped = data["dropped_messages"].get<std::size_t>();
    QCOMPARE(desk.messages().size(), before - dropped + 1);
    QCOMPARE(*desk.messages()[1]->content, std::string("Do it."));
    QVERIFY(desk.messages()[2]->content->find("Three files were read.") != std::string::npos);
    QCOMPARE(RandomConversation::offenceIn(desk.messages()), std::string());
    QVERIFY(data["after_tokens"] < 6400);
    // It goes on as if nothing had happened.
    desk.round(100);
    desk.feed(input::Granted{});
    desk.feed(Desk::answer({}));
    desk.feed(input::Ready{});
    QCOMPARE(desk.now<effect::Finish>()->outcome, std::string("done"));
}

void CompactionTest::withoutASummaryTheNoteSaysSo()
{
    Desk desk(longTalker(8000));
    desk.begin("Do it.");
    while (!desk.now<effect::Summarise>())
        desk.round(1000);
    desk.feed(input::SummaryFailed{makeError(ErrorCode::Budget, "No money is left."), ""});
    QVERIFY(desk.now<effect::Acquire>());
    const Json data = desk.last(EventKind::ContextCompacted);
    QVERIFY(data["summary"] == Json("failed"));
    QVERIFY(data["problem"] == Json("No money is left."));
    QVERIFY(data["call"].is_null());
    QVERIFY(desk.messages()[2]->content->find("no summary of them (No money is left.)")
            != std::string::npos);
    QVERIFY(desk.last(EventKind::Warning)["code"] == Json("no_summary"));
}

void CompactionTest::aStopWhileItSumsUpChangesNothing()
{
    Desk desk(longTalker(8000));
    desk.begin("Do it.");
    while (!desk.now<effect::Summarise>())
        desk.round(1000);
    const MessageLog before = desk.messages();
    desk.feed(input::Cancel{"Stopped"});
    QCOMPARE(desk.now<effect::Finish>()->outcome, std::string("stopped"));
    desk.feed(input::Summarised{"Too late.", "call_s"});
    QVERIFY(desk.fresh.empty());
    QVERIFY(desk.messages() == before);
    // A new message starts anew, and then it is done.
    desk.feed(input::Interrupt{"Go on."});
    desk.feed(input::Ready{});
    QVERIFY(desk.now<effect::Summarise>());
    desk.feed(input::Summarised{"Now.", "call_t"});
    QCOMPARE(*desk.messages().back()->content, std::string("Go on."));
}

void CompactionTest::aSmallerFallbackGetsASmallerConversation()
{
    AgentSpec spec = longTalker(0);
    spec.fallback = {{"openai:small", "", ""}};
    Desk desk(spec, {{"openai:first", {100000, 0, true}}, {"openai:small", {8000, 0, true}}});
    desk.begin("Do it.");
    for (int i = 0; i < 12; ++i)
        desk.round(6000);
    QCOMPARE(desk.count(EventKind::ContextCompacted), std::size_t(0));
    desk.feed(input::Granted{});
    Error error = makeError(ErrorCode::Server, "overloaded");
    error.fromProvider = true;
    desk.feed(input::ModelFailed{error, false});
    if (desk.now<effect::Summarise>())
        desk.feed(input::Summarised{"Twelve times.", "call_s"});
    QCOMPARE(desk.count(EventKind::ContextCompacted), std::size_t(1));
    QVERIFY(desk.last(EventKind::ContextCompacted)["context_tokens"] == Json(8000));
    QVERIFY(desk.now<effect::Acquire>());
    QCOMPARE(desk.machine.target().model, std::string("openai:small"));
    QVERIFY(desk.last(EventKind::ContextCompacted)["after_tokens"] <= 6400);
}

void CompactionTest::aRefusedRequestIsMadeSmallerOnce_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("openai") << QByteArray("This model's maximum context length is 8192 tokens.");
    QTest::newRow("code") << QByteArray("context_length_exceeded");
    QTest::newRow("anthropic") << QByteArray("prompt is too long: 210000 tokens > 200000 maximum");
    QTest::newRow("gemini") << QByteArray("The input token count (99) exceeds the maximum number");
    QTest::newRow("responses") << QByteArray("Your input exceeds the context window of this model");
}

void CompactionTest::aRefusedRequestIsMadeSmallerOnce()
{
    QFETCH(QByteArray, words);
    Desk desk(longTalker(0)); // of unknown size
    desk.begin("Do it.");
    for (int i = 0; i < 20; ++i)
        desk.round(2000);
    desk.feed(input::Granted{});
    const std::size_t before = desk.messages().size();
    desk.feed(input::ModelFailed{tooLong(words.constData()), false});
    QVERIFY(desk.now<effect::Release>());
    QVERIFY(desk.now<effect::Summarise>());
    QVERIFY(desk.last(EventKind::RequestFailed)["retry_in_ms"] == Json(0));
    desk.feed(input::Summarised{"Twenty times.", "call_s"});
    QVERIFY(desk.last(EventKind::ContextCompacted)["reason"] == Json("too_long"));
    QVERIFY(desk.messages().size() < before);
    QVERIFY(desk.now<effect::Acquire>());
    desk.feed(input::Granted{});
    QVERIFY(desk.now<effect::RequestModel>());
    desk.feed(input::ModelFailed{tooLong(words.constData()), false});
    QVERIFY(desk.now<effect::Finish>());
    QCOMPARE(desk.now<effect::Finish>()->outcome, std::string("failed"));
    const std::string sentence = desk.now<effect::Finish>()->error->message;
    QVERIFY2(sentence.starts_with("The conversation is too long for openai:first, also after"),
             sentence.c_str());
    QVERIFY(sentence.ends_with(words.toStdString()));
    QCOMPARE(desk.count(EventKind::ContextCompacted), std::size_t(1));
    // In a later turn it may be tried again.
    desk.begin("Once more.");
    desk.feed(input::Granted{});
    desk.feed(input::ModelFailed{tooLong(words.constData()), false});
    QVERIFY(!desk.now<effect::Finish>() || desk.count(EventKind::ContextCompacted) == 2);
}

void CompactionTest::otherErrorsAreNoReason()
{
    Desk desk(longTalker(0));
    desk.begin("Do it.");
    for (int i = 0; i < 20; ++i)
        desk.round(2000);
    desk.feed(input::Granted{});
    desk.feed(input::ModelFailed{tooLong("max_tokens is too large"), false});
    QCOMPARE(desk.now<effect::Finish>()->outcome, std::string("failed"));
    QCOMPARE(desk.count(EventKind::ContextCompacted), std::size_t(0));
    // Nothing is there that could go.
    Desk fresh(longTalker(0));
    fresh.begin("Do it.");
    fresh.feed(input::Granted{});
    fresh.feed(input::ModelFailed{tooLong("prompt is too long"), false});
    QVERIFY(fresh.now<effect::Finish>()->error->message.find("nothing in it") != std::string::npos);
}

void CompactionTest::whatIsSpilledIsInTheJournalWhole()
{
    AgentSpec spec = longTalker(0);
    spec.results = {1000, 100, 50};
    Desk desk(spec);
    desk.begin("Do it.");
    desk.round(1000);
    QCOMPARE(desk.count(EventKind::ResultSpilled), std::size_t(0));
    desk.round(5000);
    const Json data = desk.last(EventKind::ResultSpilled);
    QVERIFY(data["bytes"] == Json(5000));
    QVERIFY(data["handle"] == Json("result_2"));
    QVERIFY(data["text"] == Json(std::string(5000, 'r')));
    const std::string &seen = *desk.messages().back()->content;
    QVERIFY(seen.starts_with(std::string(100, 'r') + "\n[4850 bytes left out here."));
    QVERIFY(seen.ends_with(std::string(50, 'r')));
    // Each has one event from which it can be read.
    std::map<std::string, int> kept;
    desk.feed(input::Granted{});
    desk.feed(Desk::answer({"x1", "x2"}));
    for (std::size_t i = 0; i < 2; ++i) {
        tools::ToolExecution result;
        result.content = std::string(i == 0 ? 3000 : 600, 'x');
        result.handle = "result_x" + std::to_string(i);
        result.isBounded = i == 0;
        desk.feed(input::ToolDone{i, std::move(result)});
        for (const Effect &effect : desk.fresh)
            if (const auto *publish = std::get_if<effect::Publish>(&effect);
                publish && !publish->kept.handle.empty()) {
                ++kept[publish->kept.handle];
                QCOMPARE(publish->kept.text->size(), std::size_t(i == 0 ? 3000 : 600));
            }
    }
    QCOMPARE(kept, (std::map<std::string, int>{{"result_x0", 1}, {"result_x1", 1}}));
    QCOMPARE(desk.count(EventKind::ResultSpilled), std::size_t(1)); // one limits itself
}

void CompactionTest::memoriesChangeNothingThatWasSent()
{
    Desk desk(longTalker(0));
    desk.begin("Do it.");
    desk.feed(input::Granted{});
    desk.feed(Desk::answer({}));
    desk.feed(input::Ready{});
    const MessageLog before = desk.messages();
    desk.feed(input::Start{std::nullopt});
    desk.feed(input::Ready{{Message::user("And now?")}, "It was in reader.cpp."});
    QVERIFY(desk.messages().startsWith(before));
    QCOMPARE(desk.messages().back()->role, Role::User);
    QCOMPARE(desk.messages().back()->noteKind(), std::string_view("memories"));
    QVERIFY(desk.last(EventKind::MessageAdded)["how"] == Json("memory"));
    // Without anything to answer they are no reason to ask.
    Desk idle(longTalker(0));
    idle.feed(input::Start{std::nullopt});
    idle.feed(input::Ready{{}, "It was in reader.cpp."});
    QVERIFY(idle.now<effect::Finish>());
    QCOMPARE(idle.messages().size(), std::size_t(1));
}

void CompactionTest::theJournalGivesBackWhatTheModelSaw()
{
    const auto seed = std::random_device()();
    qInfo("seed %u", seed);
    std::size_t compactions = 0;
    std::size_t spills = 0;
    for (std::uint32_t round = 0; round < 12; ++round) {
        RandomConversation random(seed + round);
        AgentSpec spec = longTalker(random.number(2000, 20000));
        spec.results = {std::size_t(random.number(1000, 30000)), 500, 200};
        spec.context.keepMessages = random.number(1, 10);
        Desk desk(spec);
        desk.begin("Do it.");
        int calls = 0;
        for (int step = 0; step < 60; ++step) {
            if (desk.now<effect::Summarise>()) {
                if (random.oneIn(3))
                    desk.feed(input::SummaryFailed{makeError(ErrorCode::Server, "gone"), "s"});
                else
                    desk.feed(input::Summarised{random.text(3000), "s"});
            }
            desk.feed(input::Granted{});
            std::vector<std::string> ids;
            for (int i = random.number(1, 3); i > 0; --i)
                ids.push_back("c" + std::to_string(++calls));
            desk.feed(Desk::answer(ids, random.oneIn(2) ? random.number(500, 9000) : 0));
            for (std::size_t i = 0; i < ids.size(); ++i) {
                tools::ToolExecution result;
                result.content = "It says " + random.text(random.oneIn(4) ? 30000 : 900);
                if (result.content.size() >= 384)
                    result.handle = "result_" + ids[i];
                desk.feed(input::ToolDone{i, std::move(result)});
            }
            input::Ready ready;
            if (random.oneIn(5))
                ready.mail.push_back(Message::user("Think of " + random.text(300)));
            if (random.oneIn(9))
                ready.memories = "They say that " + random.text(200);
            desk.feed(std::move(ready));
            if (!random.oneIn(8))
                continue;
            // What a killed process leaves, and what a saved context gives back.
            ToldJournal journal(desk.events, desk.events.size());
            const auto recovered = recoverRun(journal, nullptr, "run_1");
            QVERIFY(recovered.has_value());
            const RecoveredAgent &agent = recovered->agents.at("solo");
            QVERIFY(recovered->damage.empty());
            QCOMPARE(textsOf(agent.context.messages, 0), textsOf(desk.messages(), 1));
            const auto saved = deserializeContext(serializeContext(desk.machine.context()));
            QVERIFY(saved.has_value());
            QCOMPARE(textsOf(saved->messages, 0), textsOf(desk.messages(), 0));
            // Every part of a result that was left out can still be found, whole, in one event.
            for (const auto &message : desk.messages()) {
                const auto kept = guidance::KeptResult::of(*message);
                if (kept.whole == 0)
                    continue;
                const Event &event = *desk.events.at(agent.results.at(kept.handle) - 1);
                const std::string text = event.kind == EventKind::ResultSpilled
                                             ? event.data["text"].get<std::string>()
                                             : event.data["message"]["content"].get<std::string>();
                QCOMPARE(text.size(), kept.whole);
            }
        }
        compactions += desk.count(EventKind::ContextCompacted);
        spills += desk.count(EventKind::ResultSpilled);
    }
    QVERIFY2(compactions > 25 && spills > 10, QByteArray::number(qulonglong(compactions)) + " "
                                                  + QByteArray::number(qulonglong(spills)));
}

void CompactionTest::theCostOfAnIterationStaysWhatItIs()
{
    Desk desk(longTalker(20000));
    llm::RequestEncoder encoder;
    desk.begin("Do it.");
    std::uint64_t encoded[2] = {};
    std::uint64_t weighed[2] = {};
    std::size_t most = 0;
    for (int i = 0; i < 2000; ++i) {
        if (desk.now<effect::Summarise>())
            desk.feed(input::Summarised{"A summary.", "s"});
        llm::ModelRequest request;
        request.provider = "openai";
        request.model = "first";
        request.messages = desk.messages();
        const auto encodedBefore = encoder.counters().messages;
        QVERIFY(encoder.encode(request).has_value());
        encoded[i / 1000] += encoder.counters().messages - encodedBefore;
        most = std::max(most, desk.messages().size());
        const auto weighedBefore = desk.machine.budget().meter().weighed();
        desk.round(1000, 0);
        weighed[i / 1000] += desk.machine.budget().meter().weighed() - weighedBefore;
    }
    const std::size_t done = desk.count(EventKind::ContextCompacted);
    QVERIFY2(done > 20 && done < 200, QByteArray::number(qulonglong(done)));
    QVERIFY2(most < 150, QByteArray::number(qulonglong(most)));
    // Two new messages an iteration, and now and then those that have stayed.
    for (const auto &counted : {encoded, weighed}) {
        QVERIFY2(counted[1] < 4000, QByteArray::number(qulonglong(counted[1])));
        QVERIFY2(counted[1] <= counted[0] + 200, QByteArray::number(qulonglong(counted[0])) + " "
                                                     + QByteArray::number(qulonglong(counted[1])));
    }
}

ORRERY_TEST(CompactionTest)
#include "tst_compaction.moc"
