// SPDX-License-Identifier: GPL-3.0-or-later
// What a journal gives back of a run that did not end: of real runs of scripted teams, cut off after every event.
#include "core/runtime/recovery.h"

#include "core/model/contextcodec.h"
#include "tests/support/runprobe.h"
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"

#include <filesystem>
#include <random>
#include <set>
#include <sqlite3.h>

using namespace orrery;
using namespace orrery::runtime;

namespace {

/// A journal without what came after an event.
std::unique_ptr<store::JournalReader> cutAfter(const std::string &file, std::uint64_t seq)
{
    static int number = 0; // a file of its own: another cut may still be open
    const std::string cut = file + ".cut" + std::to_string(++number);
    std::filesystem::copy_file(file, cut);
    sqlite3 *db = nullptr;
    sqlite3_open(cut.c_str(), &db);
    const std::string sql =
        "PRAGMA synchronous=OFF; DELETE FROM events WHERE seq > " + std::to_string(seq);
    sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
    sqlite3_close(db);
    auto reader = store::JournalReader::open(cut);
    if (!reader)
        qFatal("%s", reader.error().message.c_str());
    return std::move(*reader);
}

/// Saved contexts as a test has them.
class Shelf final : public store::ContextStore
{
public:
    std::map<std::string, Json> saved;
    void save(const std::string &, std::function<Json()>,
              std::function<void(const Saved &)>) override
    {}
    Result<Saved> saveNow(const std::string &, std::function<Json()>, int) override
    {
        return Saved{};
    }
    Result<void> flush(int) override { return {}; }
    Result<void> close(int) override { return {}; }
    Result<Json> load(const std::string &session) override
    {
        const auto it = saved.find(session);
        if (it == saved.end())
            return fail(ErrorCode::NotFound, "none");
        return it->second;
    }
};

/// The slow and obvious way: what an agent's conversation was after some of the events.
struct Told {
    std::vector<Json> messages; ///< without a system prompt that no event tells
    Json deps = Json::object();
    std::set<std::string> started; ///< calls
    std::set<std::string> finished;
    std::int64_t inputTokens = 0;
};

Told toldOf(const std::vector<EventPtr> &events, std::uint64_t last, const std::string &agent)
{
    Told told;
    for (const EventPtr &event : events) {
        if (event->seq > last || event->agent != agent)
            continue;
        if (event->kind == EventKind::MessageAdded)
            told.messages.push_back(event->data["message"]);
        if (event->kind == EventKind::HistoryCleared || event->kind == EventKind::ContextLoaded)
            told.messages.clear();
        if (event->kind == EventKind::ToolStarted)
            told.started.insert(event->data["call"]);
        if (event->kind == EventKind::ToolFinished)
            told.finished.insert(event->data["call"]);
        if (event->kind == EventKind::ResponseReceived)
            told.inputTokens += event->data["usage"]["input_tokens"].get<std::int64_t>();
    }
    return told;
}

std::vector<Json> messagesOf(const Context &context)
{
    std::vector<Json> messages;
    for (const auto &message : context.messages)
        messages.push_back(toJson(*message));
    return messages;
}

/// Every call has one result, and every result its call before it. Two runs may give the same id.
QString openOrDouble(const Context &context)
{
    std::map<std::string, int> results;
    std::map<std::string, int> asked;
    for (const auto &message : context.messages) {
        for (const ToolCall &call : message->toolCalls)
            ++asked[call.id.value_or("")];
        if (message->role != Role::Tool)
            continue;
        const std::string id = message->toolCallId.value_or("");
        if (!asked.contains(id))
            return "a result without a call";
        if (++results[id] > asked[id])
            return "two results of " + QString::fromStdString(id);
    }
    return results == asked ? QString() : "a call without a result";
}

Event event(std::uint64_t seq, EventKind kind, const std::string &agent, Json data,
            const std::string &run = "run_1")
{
    Event made;
    made.seq = seq;
    made.timeUs = 1'700'000'000'000'000 + std::int64_t(seq) * 1000;
    made.kind = kind;
    made.run = run;
    made.agent = agent;
    made.data = std::move(data);
    return made;
}

/// Events in the order in which they are told.
class Story
{
public:
    Story &add(EventKind kind, const std::string &agent, Json data)
    {
        m_events.push_back(event(m_events.size() + 1, kind, agent, std::move(data), run));
        return *this;
    }
    Story &message(const std::string &agent, const Message &message)
    {
        return add(EventKind::MessageAdded, agent, {{"message", toJson(message)}});
    }
    Story &begin(const std::string &name, const std::string &continues = {})
    {
        run = name;
        Json data = {
            {"team", "T"},
            {"task", "Do it."},
            {"workspace", "/w"},
            {"agents", {{{"name", "a"}, {"role", "r"}}, {{"name", "b"}}, {{"name", "c"}}}}};
        if (!continues.empty())
            data["continues"] = continues;
        return add(EventKind::RunStarted, "", data);
    }
    void write(const std::string &file) const
    {
        auto writer = store::JournalWriter::open(file);
        QVERIFY2(writer.has_value(), writer ? "" : writer.error().message.c_str());
        for (const Event &each : m_events)
            (*writer)->append(std::make_shared<const Event>(each));
        QVERIFY((*writer)->flush().has_value());
    }
    std::string run = "run_1";

private:
    std::vector<Event> m_events;
};

Message asking(const char *id, const char *tool)
{
    Message message = Message::assistant("I use a tool.");
    message.toolCalls.push_back({id, tool, Json::object(), {}, {}});
    return message;
}

std::string contentOf(const Context &context, std::size_t fromEnd = 0)
{
    return context.messages[context.messages.size() - 1 - fromEnd]->content.value_or("");
}

} // namespace

class TestRecovery : public QObject, private RunProbe
{
    Q_OBJECT

private:
    std::string journal() const { return m_folder->filePath("j.orrery").toStdString(); }
    RecoveredRun recovered(const Story &story, store::ContextStore *contexts = nullptr)
    {
        story.write(journal());
        auto reader = store::JournalReader::open(journal());
        auto run = reader ? recoverRun(**reader, contexts, story.run) : fail(reader.error());
        if (!run)
            qFatal("%s", run.error().message.c_str());
        return std::move(*run);
    }
    std::vector<EventPtr> eventsOf(const std::string &file)
    {
        auto reader = store::JournalReader::open(file);
        return reader ? (*reader)->read(1, SIZE_MAX).value() : std::vector<EventPtr>();
    }
    /// Two agents that work, talk and claim; the second runs its calls side by side.
    void runTeam(bool continues = false)
    {
        const auto two = [](const char *first, const char *second) {
            return Json{{"text", "Two at once."},
                        {"usage", {{"input_tokens", 7}, {"output_tokens", 3}}},
                        {"tool_calls",
                         {{{"name", "bash"}, {"arguments", {{"command", first}}}},
                          {{"name", "bash"}, {"arguments", {{"command", second}}}}}}};
        };
        RunOptions options;
        options.team =
            team({{"lead",
                   {call("claim_region", {{"file", "a.c"}, {"start_line", 1}, {"end_line", 5}}),
                    call("peer_message", {{"to", "helper"}, {"message", "Have a look."}}),
                    call("bash", {{"command", "echo " + std::string(900, 'x')}}),
                    call("no_such_tool", Json::object()),
                    call("share_discovery", {{"topic", "t"}, {"content", "c"}}),
                    {{"text", "Done."}, {"usage", {{"input_tokens", 11}, {"output_tokens", 5}}}}}},
                  {"helper",
                   {two("echo a", "echo b"),
                    call("list_team", Json::object()),
                    {{"text", "Seen."}},
                    {{"text", "Seen again."}},
                    {{"text", "And again."}}}}},
                 {{{"name", "lead"}, {"instructions", "You lead."}},
                  {{"name", "helper"}, {"parallel_tool_calls", true}}});
        options.approvals = ApprovalMode::All;
        options.journalPath = journal();
        if (continues)
            options.continuedRun = m_id;
        start(std::move(options));
        m_id = m_run->id();
        QCOMPARE(end(), QString("done"));
        m_run.reset();
    }
    std::string m_id;

private slots:
    void init() { freshFolder(); }
    void cleanup() { m_run.reset(); }

    void atEveryCutNothingThatWasToldIsMissing_data()
    {
        QTest::addColumn<bool>("continues");
        QTest::newRow("a run") << false;
        QTest::newRow("a run that goes on from another") << true;
    }
    void atEveryCutNothingThatWasToldIsMissing()
    {
        QFETCH(bool, continues);
        runTeam();
        std::size_t firstEnd = 0;
        if (continues) {
            firstEnd = eventsOf(journal()).size();
            m_seen.clear();
            runTeam(true);
        }
        const std::vector<EventPtr> events = eventsOf(journal());
        QVERIFY(events.size() > firstEnd + 60);
        for (std::uint64_t last = firstEnd + 1; last <= events.size(); ++last) {
            if (events[last - 1]->run != m_id)
                continue;
            const auto reader = cutAfter(journal(), last);
            const auto run = recoverRun(*reader, nullptr, m_id);
            QVERIFY2(run.has_value(), run ? "" : run.error().message.c_str());
            for (const auto &[name, agent] : run->agents) {
                const std::vector<Json> have = messagesOf(agent.context);
                const Told told = toldOf(events, last, name);
                const QString where = QString("%1 after event %2").arg(name.c_str()).arg(last);
                QCOMPARE(openOrDouble(agent.context), QString());
                // In a run that loads, what is not told again yet comes from the run before.
                QVERIFY2(have.size() >= told.messages.size(), qPrintable(where));
                for (std::size_t i = 0; i < told.messages.size(); ++i)
                    QVERIFY2(have[i] == told.messages[i], qPrintable(where));
                QCOMPARE(agent.context.usage.inputTokens, agent.usage.inputTokens);
                if (!continues || !run->earlier.empty()) // else its start is not told yet
                    QCOMPARE(agent.usage.inputTokens, told.inputTokens);
                for (const OpenToolCall &open : agent.openCalls) {
                    if (continues)
                        break; // both runs give the same ids
                    using State = OpenToolCall::State;
                    const State expected = told.finished.contains(open.call)  ? State::Finished
                                           : told.started.contains(open.call) ? State::MayHaveRun
                                                                              : State::NotStarted;
                    QVERIFY2(open.state == expected, qPrintable(where));
                }
                if (!continues) {
                    // Besides, only results of open calls, and what the agent was asked at its start.
                    for (std::size_t i = told.messages.size(); i < have.size(); ++i)
                        QVERIFY2(have[i]["role"] == "tool"
                                     || (told.messages.empty() && have[i]["content"] == "Do it."),
                                 qPrintable(where));
                    QCOMPARE(have.size() - told.messages.size(),
                             agent.openCalls.size()
                                 + (told.messages.empty() && !have.empty() ? 1 : 0));
                }
            }
        }
    }

    void whatTheSecondRunHasNotLoadedYetComesFromTheFirst()
    {
        runTeam();
        m_seen.clear();
        const std::string first = m_id;
        runTeam(true);
        const std::vector<EventPtr> events = eventsOf(journal());
        const auto whole = cutAfter(journal(), events.size());
        const auto before = recoverRun(*whole, nullptr, first);
        QVERIFY(before.has_value());
        Shelf shelf;
        for (const auto &[name, agent] : before->agents)
            shelf.saved[first + "/" + name] = serializeContext(agent.context);
        int cuts = 0;
        for (std::uint64_t last = 1; last <= events.size(); ++last) {
            if (events[last - 1]->run != m_id)
                continue;
            const auto reader = cutAfter(journal(), last);
            const auto run = recoverRun(*reader, &shelf, m_id);
            if (!run)
                continue;
            for (const auto &[name, agent] : before->agents) {
                const auto it = run->agents.find(name);
                if (it == run->agents.end())
                    continue; // before the run's start is told
                const std::string all = Json(messagesOf(it->second.context)).dump();
                for (const Json &message : messagesOf(agent.context))
                    QVERIFY2(all.find(message.dump()) != std::string::npos || run->earlier.empty(),
                             qPrintable(QString("%1 after %2").arg(name.c_str()).arg(last)));
                ++cuts;
            }
        }
        QVERIFY(cuts > 50);
    }

    void aSavedContextIsFollowedWhereItIsNewer()
    {
        runTeam();
        const std::vector<EventPtr> events = eventsOf(journal());
        std::mt19937 random(7);
        auto contexts = store::ContextStore::open(journal());
        QVERIFY(contexts.has_value());
        const auto lastSave = deserializeContext((*contexts)->load(m_id + "/lead").value());
        QVERIFY(lastSave.has_value());
        const auto all = cutAfter(journal(), events.size());
        // The saved context of after event `saved`, the journal up to event `last`.
        for (int round = 0; round < test::rounds(150); ++round) {
            const std::uint64_t saved = 1 + random() % events.size();
            const std::uint64_t last = 1 + random() % events.size();
            const Told then = toldOf(events, saved, "lead");
            const Told told = toldOf(events, last, "lead");
            Context context;
            context.agentName = "lead";
            addSystemPrompt(context, lastSave->systemPrompt);
            for (const Json &message : then.messages)
                context.add(messageFromJson(message).value());
            Shelf shelf;
            shelf.saved[m_id + "/lead"] = serializeContext(context);
            const auto reader = cutAfter(journal(), last);
            const auto run = recoverRun(*reader, &shelf, m_id);
            if (!run || !run->agents.contains("lead"))
                continue;
            const RecoveredAgent &lead = run->agents.at("lead");
            QCOMPARE(openOrDouble(lead.context), QString());
            QVERIFY(lead.hasSystemPrompt);
            const std::vector<Json> have = messagesOf(lead.context);
            const auto &longer =
                then.messages.size() > told.messages.size() ? then.messages : told.messages;
            QCOMPARE(have.front()["content"].get<std::string>(), *lastSave->systemPrompt);
            QVERIFY2(have.size() >= longer.size() + 1,
                     qPrintable(QString("%1 messages of %2; saved at %3, journal up to %4")
                                    .arg(have.size())
                                    .arg(longer.size())
                                    .arg(saved)
                                    .arg(last)));
            for (std::size_t i = 0; i < longer.size(); ++i)
                QCOMPARE(have[i + 1].dump(), longer[i].dump());
            // What only the saved context tells of may have been at work.
            for (const OpenToolCall &open : lead.openCalls)
                if (then.messages.size() > told.messages.size())
                    QVERIFY(open.state != OpenToolCall::State::NotStarted
                            || told.messages.size() > 0);
        }
    }

    void callsAreToldAsTheJournalTellsThem_data()
    {
        QTest::addColumn<int>("stage");
        QTest::addColumn<bool>("hooks");
        QTest::addColumn<QString>("content");
        QTest::newRow("asked for") << 0 << false << "not executed";
        QTest::newRow("at work") << 1 << false << "may have taken effect";
        QTest::newRow("ended") << 2 << false << "the result";
        QTest::newRow("ended, and a hook may change it") << 2 << true << "result was lost";
    }
    void callsAreToldAsTheJournalTellsThem()
    {
        QFETCH(int, stage);
        QFETCH(bool, hooks);
        QFETCH(QString, content);
        Story story;
        story.begin("run_1").message("a", Message::user("Do it."));
        if (hooks)
            story.add(EventKind::HookDecided, "a", {{"point", "post_tool_use"}});
        story.message("a", asking("c1", "bash"));
        if (stage > 0)
            story.add(EventKind::ToolStarted, "a", {{"call", "c1"}, {"tool", "bash"}});
        if (stage > 1)
            story.add(EventKind::ToolFinished, "a",
                      {{"call", "c1"}, {"tool", "bash"}, {"ok", true}, {"content", "the result"}});
        const RecoveredRun run = recovered(story);
        const RecoveredAgent &agent = run.agents.at("a");
        QCOMPARE(agent.openCalls.size(), std::size_t(1));
        QCOMPARE(int(agent.openCalls.front().state), stage);
        QVERIFY2(contentOf(agent.context).find(content.toStdString()) != std::string::npos,
                 contentOf(agent.context).c_str());
        QCOMPARE(*agent.context.messages.back()->toolCallId, std::string("c1"));
        QVERIFY(agent.context.needsResponse);
        QVERIFY(agent.wasAtWork);
        QVERIFY(!agent.hasSystemPrompt);
        Context complete = agent.context;
        addSystemPrompt(complete, std::string("Be brief."));
        QCOMPARE(*complete.messages.front()->content, std::string("Be brief."));
        QCOMPARE(complete.messages.size(), agent.context.messages.size() + 1);
    }

    void depsAndSpendingAreAddedUpOverAllRuns()
    {
        const auto ops = [](const char *op, const char *key, Json value) {
            return Json{{"ops", {{{"op", op}, {"key", key}, {"value", std::move(value)}}}}};
        };
        const auto answer = [](Json cost, std::int64_t tokens) {
            return Json{{"call", "x"},
                        {"cost_usd", std::move(cost)},
                        {"usage", {{"input_tokens", tokens}}}};
        };
        Story story;
        story.begin("run_1").message("a", Message::user("One."));
        story.add(EventKind::ContextUpdated, "a", ops("append", "list", 1));
        story.add(EventKind::ResponseReceived, "a", answer(0.5, 10));
        story.message("a", Message::assistant("First."));
        story.begin("run_2", "run_1");
        story.add(EventKind::ContextLoaded, "a", {{"session", "run_1/a"}, {"messages", 2}});
        story.message("a", Message::user("One."));
        story.message("a", Message::assistant("First."));
        story.message("a", Message::user("Two."));
        story.add(EventKind::RequestSent, "a", {{"call", "x"}});
        story.add(EventKind::ResponseReceived, "a", answer(0.25, 20));
        story.add(EventKind::ContextUpdated, "a", ops("append", "list", 2));
        story.add(EventKind::ModelSwitched, "a", {{"from", "m"}, {"to", "n"}});
        Json reflection = answer(nullptr, 3);
        reflection["purpose"] = "memory";
        story.add(EventKind::ResponseReceived, "a", reflection);
        story.add(EventKind::RequestSent, "b", {{"call", "y"}});
        const RecoveredRun run = recovered(story);
        QCOMPARE(run.earlier, std::vector<std::string>{"run_1"});
        QCOMPARE(run.spentUsd, 0.75);
        const RecoveredAgent &agent = run.agents.at("a");
        QCOMPARE(agent.spentUsd, 0.75);
        QCOMPARE(agent.unpricedCalls, std::int64_t(1));
        QCOMPARE(agent.usage.inputTokens, std::int64_t(33));
        QCOMPARE(agent.context.usage.inputTokens, std::int64_t(30));
        QCOMPARE(agent.context.deps.dump(), std::string("{\"active_model\":\"n\",\"list\":[1,2]}"));
        QCOMPARE(agent.context.messages.size(), std::size_t(3));
        QCOMPARE(agent.openRequests, std::int64_t(0));
        QCOMPARE(run.agents.at("b").openRequests, std::int64_t(1));
        QVERIFY(run.agents.at("b").wasAtWork);
        QVERIFY(!run.agents.at("c").hasConversation);
    }

    void aRunThatNamesItselfAsItsPastEnds()
    {
        Story story;
        story.begin("run_1", "run_1").message("a", Message::user("One."));
        QCOMPARE(recovered(story).agents.at("a").context.messages.size(), std::size_t(1));
        auto reader = store::JournalReader::open(journal());
        const auto none = recoverRun(**reader, nullptr, "run_none");
        QVERIFY(!none);
        QCOMPARE(none.error().code, ErrorCode::NotFound);
        QVERIFY(none.error().message.find("run_none") != std::string::npos);
    }

    void aClearedConversationStaysCleared()
    {
        Story story;
        story.begin("run_1").message("a", Message::user("One."));
        story.message("a", Message::assistant("First."));
        Context before;
        addSystemPrompt(before, std::string("Be brief."));
        before.add(Message::user("One."));
        before.add(Message::assistant("First."));
        Shelf shelf;
        shelf.saved["run_1/a"] = serializeContext(before); // the save after the clearing was lost
        story.add(EventKind::HistoryCleared, "a", {{"messages", 3}});
        const RecoveredRun cleared = recovered(story, &shelf);
        QCOMPARE(cleared.agents.at("a").context.messages.size(), std::size_t(1));
        QCOMPARE(contentOf(cleared.agents.at("a").context), std::string("Be brief."));
    }

    void claimsAreThoseThatWereNotGivenBack()
    {
        const auto lines = [](const char *file, int start, int end) {
            return Json{{"file", file}, {"start", start}, {"end", end}, {"expires_at_ms", 99}};
        };
        Story story;
        story.begin("run_1");
        story.add(EventKind::ClaimGranted, "a", lines("x", 1, 5));
        story.add(EventKind::ClaimGranted, "b", lines("x", 6, 9));
        story.add(EventKind::ClaimGranted, "a", lines("y", 1, 1));
        story.add(EventKind::ClaimGranted, "c", lines("z", 1, 1));
        story.add(EventKind::ClaimReleased, "a", lines("y", 1, 1));
        story.add(EventKind::ClaimExpired, "c", lines("z", 1, 1));
        story.add(EventKind::ClaimGranted, "a", lines("x", 2, 4)); // takes the place of 1-5
        Json moved = lines("x", 8, 11);
        moved["from_start"] = 6;
        story.add(EventKind::ClaimMoved, "b", moved);
        const auto claims = recovered(story).claims;
        QCOMPARE(claims.size(), std::size_t(2));
        QVERIFY(claims[0].agent == "b" && claims[0].start == 8 && claims[0].end == 11);
        QVERIFY(claims[1].agent == "a" && claims[1].start == 2 && claims[1].end == 4);
        QCOMPARE(claims[1].deadlineMs, std::int64_t(99));
    }

    void mailThatIsInNoConversationWaits()
    {
        Story story;
        story.begin("run_1");
        const auto sent = [](const char *id, Json to, const char *text) {
            return Json{{"id", id}, {"to", std::move(to)}, {"text", text}};
        };
        const auto delivered = [](const char *id, const char *from, const char *text) {
            return Json{{"id", id}, {"from", from}, {"text", text}};
        };
        story.add(EventKind::PeerMessageSent, "a", sent("m1", "b", "read"));
        story.add(EventKind::PeerMessageDelivered, "b", delivered("m1", "a", "read"));
        story.message("b", Message::user("Message from a: read"));
        story.add(EventKind::PeerMessageSent, "a", sent("m2", "b", "lost"));
        story.add(EventKind::PeerMessageDelivered, "b", delivered("m2", "a", "lost"));
        story.add(EventKind::PeerMessageSent, "person", sent("m3", "b", "from you"));
        story.add(EventKind::PeerMessageSent, "a", sent("m4", nullptr, "all"));
        story.add(EventKind::PeerMessageDelivered, "c", delivered("m4", "a", "all"));
        story.message("c", Message::user("Message from a: all"));
        story.add(EventKind::DiscoveryShared, "b", {{"topic", "t"}, {"text", "x"}});
        const auto open = [](const RecoveredRun &run) {
            QStringList list;
            for (const auto &mail : run.mail)
                list << QString::fromStdString(mail.id + ">" + mail.to + " " + mail.text);
            return list;
        };
        RecoveredRun run = recovered(story);
        QCOMPARE(open(run), (QStringList{"m2>b lost", "m3>b from you", "m4>b all"}));
        QCOMPARE(run.discoveries.size(), std::size_t(1));
        QCOMPARE(run.discoveries.front().agent, std::string("b"));
        // A saved context that has one already.
        Context ahead;
        ahead.add(Message::user("Message from a: read"));
        ahead.add(Message::user("Message from a: lost"));
        Shelf shelf;
        shelf.saved["run_1/b"] = serializeContext(ahead);
        QFile::remove(QString::fromStdString(journal()));
        QCOMPARE(open(recovered(story, &shelf)), (QStringList{"m3>b from you", "m4>b all"}));
        // Who has left gets none.
        story.add(EventKind::AgentLeft, "b", {{"reason", "x"}});
        QFile::remove(QString::fromStdString(journal()));
        run = recovered(story);
        QCOMPARE(open(run), QStringList());
        QVERIFY(run.agents.at("b").hasLeft);
    }

    void whatIsNoMessageIsToldAsDamage()
    {
        Story story;
        story.begin("run_1").message("a", Message::user("One."));
        story.add(EventKind::MessageAdded, "a", {{"message", {{"role", 5}}}});
        story.add(EventKind::MessageAdded, "a", {{"message", 7}});
        story.add(EventKind::ContextUpdated, "a", {{"ops", "x"}});
        story.add(EventKind::ResponseReceived, "a", {{"usage", "x"}, {"cost_usd", "y"}});
        story.add(EventKind::PeerMessageSent, "a", {{"to", 5}});
        story.add(EventKind::RunStarted, "", {{"agents", {5, {{"name", 7}}}}});
        const RecoveredRun run = recovered(story);
        QCOMPARE(run.damage.size(), std::size_t(2));
        QCOMPARE(run.damage.front().seq, std::uint64_t(3));
        QCOMPARE(run.agents.at("a").context.messages.size(), std::size_t(1));
    }
};

ORRERY_TEST(TestRecovery)
#include "tst_recovery.moc"
