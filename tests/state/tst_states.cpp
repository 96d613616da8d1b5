// SPDX-License-Identifier: GPL-3.0-or-later
// What a journal looks like at a place: the same as a plain replay of its events from the first, however it is arrived at.
#include "core/state/statetimeline.h"
#include "core/store/eventloader.h"
#include "tests/support/firstformat.h"
#include "tests/support/randomrun.h"
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"

#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <map>
#include <set>
#include <thread>

using namespace orrery;
using namespace orrery::state;

namespace {

constexpr int kLoadPatience = 60000; // ms

unsigned toldSeedOfStates()
{
    const QByteArray given = qgetenv("ORRERY_SEED");
    const unsigned seed = given.isEmpty() ? std::random_device{}() : given.toUInt();
    qInfo("seed %u (ORRERY_SEED)", seed);
    return seed;
}

Json textIn(const Json &data, const char *key)
{
    return data.contains(key) && data[key].is_string() ? data[key] : Json("");
}

std::int64_t numberIn(const Json &data, const char *key, std::int64_t otherwise = 0)
{
    return data.contains(key) && data[key].is_number() ? data[key].get<std::int64_t>() : otherwise;
}

Json memberOf(const Json &data, const char *key)
{
    return data.contains(key) && data[key].is_object() ? data[key] : Json::object();
}

/// The slow and obvious way: every event in turn, all of its data, no columns.
class Replay
{
public:
    explicit Replay(const std::vector<EventPtr> &events) : m_events(events) {}

    /// What it looks like after the first `count` events, which may not become fewer.
    Json after(std::size_t count)
    {
        for (; m_done < count; ++m_done)
            apply(*m_events[m_done]);
        return all();
    }

private:
    Json all() const
    {
        Json claims = Json::array();
        for (const auto &[key, claim] : m_claims)
            claims.push_back(claim);
        Json conversations = Json::object();
        for (const auto &[agent, messages] : m_messages)
            if (!messages.empty())
                conversations[agent] = messages;
        return {{"seq", m_seq},
                {"time", m_time},
                {"agents", m_agents},
                {"claims", claims},
                {"approvals", m_approvals},
                {"window", {m_windowTokens, m_windowRequests}},
                {"costs", {m_tokens, m_nano, m_unpriced}},
                {"messages", conversations},
                {"memories", m_memories},
                {"knowledge", m_knowledge},
                {"decisions", m_decisions}};
    }

    Json &agent(const std::string &name)
    {
        for (Json &agent : m_agents)
            if (agent["name"] == name)
                return agent;
        m_agents.push_back({{"name", name},
                            {"state", "idle"},
                            {"iteration", 0},
                            {"tokens", 0},
                            {"nano", 0},
                            {"role", ""},
                            {"model", ""},
                            {"parent", ""}});
        return m_agents.back();
    }

    void apply(const Event &event)
    {
        m_seq = event.seq;
        m_time = event.timeUs;
        const Json &data = event.data;
        if (event.kind == EventKind::RunStarted)
            start(data);
        else if (event.kind != EventKind::ModelDelta && !event.agent.empty()
                 && event.agent != "person")
            applyTo(agent(event.agent), event, data);
        applyClaims(event, data);
        applyApprovals(event, data);
        if (std::string(toString(event.kind)).starts_with("limiter_")
            && event.kind != EventKind::LimiterHeld) {
            m_windowTokens = numberIn(data, "window_tokens", m_windowTokens);
            m_windowRequests = numberIn(data, "window_requests", m_windowRequests);
        }
        if (event.kind == EventKind::ResponseReceived) {
            const Json usage = memberOf(data, "usage");
            m_tokens += numberIn(usage, "input_tokens") + numberIn(usage, "output_tokens");
            if (data.contains("cost_usd") && data["cost_usd"].is_number())
                m_nano += std::llround(data["cost_usd"].get<double>() * 1e9);
            else
                ++m_unpriced;
        }
        applyRecords(event, data);
    }

    void start(const Json &data)
    {
        for (Json &agent : m_agents)
            agent.update(
                {{"state", "idle"}, {"iteration", 0}, {"tokens", 0}, {"nano", 0}, {"parent", ""}});
        if (data.contains("agents") && data["agents"].is_array())
            for (const Json &spec : data["agents"])
                if (const std::string name = textIn(spec, "name"); !name.empty())
                    agent(name).update(
                        {{"role", textIn(spec, "role")}, {"model", textIn(spec, "model")}});
        m_windowTokens = m_windowRequests = m_tokens = m_nano = m_unpriced = 0;
    }

    void applyTo(Json &agent, const Event &event, const Json &data)
    {
        const std::string state = agent["state"];
        switch (event.kind) {
        case EventKind::AgentJoined:
            agent.update({{"role", textIn(data, "role")},
                          {"model", textIn(data, "model")},
                          {"parent", textIn(data, "parent")}});
            break;
        case EventKind::AgentStarted:
            if (agent["parent"] == "")
                agent["role"] = textIn(data, "role");
            agent["model"] = textIn(data, "model");
            break;
        case EventKind::AgentLeft:
            if (state != "done" && state != "failed" && state != "crashed")
                agent["state"] = "stopped";
            break;
        case EventKind::AgentState: {
            const std::string name = textIn(data, "state");
            agent["state"] = toString(agentStateFromString(name));
            break;
        }
        case EventKind::AgentFinished: {
            const std::string outcome = textIn(data, "outcome");
            const bool isKnown = outcome == "done" || outcome == "stopped" || outcome == "crashed";
            agent["state"] = isKnown ? outcome : "failed";
            break;
        }
        case EventKind::IterationStarted: agent["iteration"] = numberIn(data, "n"); break;
        case EventKind::ResponseReceived: {
            const Json usage = memberOf(data, "usage");
            agent["tokens"] = agent["tokens"].get<std::int64_t>() + numberIn(usage, "input_tokens")
                              + numberIn(usage, "output_tokens");
            if (data.contains("cost_usd") && data["cost_usd"].is_number())
                agent["nano"] = agent["nano"].get<std::int64_t>()
                                + std::llround(data["cost_usd"].get<double>() * 1e9);
            break;
        }
        default: break;
        }
    }

    void applyClaims(const Event &event, const Json &data)
    {
        const std::string file = textIn(data, "file");
        const auto key = std::pair(event.agent, file);
        const auto setLines = [&](Json &claim) {
            claim["start"] = numberIn(data, "start");
            claim["end"] = std::max(numberIn(data, "start"), numberIn(data, "end"));
        };
        switch (event.kind) {
        case EventKind::RunStarted:
            m_ttl = numberIn(data, "claim_ttl_ms", 300000);
            m_claims.clear();
            break;
        case EventKind::RunFinished: m_claims.clear(); break;
        case EventKind::ClaimGranted: {
            Json &claim = m_claims[key];
            claim["agent"] = event.agent;
            claim["file"] = file;
            setLines(claim);
            claim["expires"] = numberIn(data, "expires_at_ms", event.timeUs / 1000 + m_ttl);
            break;
        }
        case EventKind::ClaimReleased:
        case EventKind::ClaimExpired: m_claims.erase(key); break;
        case EventKind::ClaimMoved:
            if (m_claims.contains(key))
                setLines(m_claims[key]);
            break;
        default: break;
        }
    }

    void applyApprovals(const Event &event, const Json &data)
    {
        const auto endAll = [this](auto isEnded) {
            Json left = Json::array();
            for (const Json &open : m_approvals)
                if (!isEnded(open))
                    left.push_back(open);
            m_approvals = left;
        };
        switch (event.kind) {
        case EventKind::ApprovalRequested:
            m_approvals.push_back({{"agent", event.agent},
                                   {"call", textIn(data, "call")},
                                   {"tool", textIn(data, "tool")},
                                   {"approval", textIn(data, "approval")}});
            break;
        case EventKind::ApprovalResolved:
            endAll([&](const Json &open) {
                if (open["approval"] != "" && textIn(data, "approval") != "")
                    return open["approval"] == textIn(data, "approval");
                return open["call"] == textIn(data, "call")
                       && (event.agent.empty() || event.agent == "person"
                           || open["agent"] == event.agent);
            });
            break;
        case EventKind::AgentInterrupted:
        case EventKind::AgentLeft:
        case EventKind::AgentFinished:
            endAll([&](const Json &open) { return open["agent"] == event.agent; });
            break;
        case EventKind::RunStarted:
        case EventKind::RunFinished: m_approvals = Json::array(); break;
        default: break;
        }
    }

    void put(Json &records, const Json &record, std::uint64_t seq)
    {
        if (const Json id = textIn(record, "id"); record.is_object() && id != "")
            records[id.get<std::string>()] = seq;
    }

    void applyRecords(const Event &event, const Json &data)
    {
        const auto putList = [&](Json &records, const char *key) {
            if (data.contains(key) && data[key].is_array())
                for (const Json &record : data[key])
                    if (record.is_object())
                        put(records, record, event.seq);
        };
        switch (event.kind) {
        case EventKind::MessageAdded:
            if (!event.agent.empty() && event.agent != "person")
                m_messages[event.agent].push_back(event.seq);
            break;
        case EventKind::HistoryCleared:
        case EventKind::ContextLoaded: m_messages[event.agent].clear(); break;
        case EventKind::MemoryStored: put(m_memories, data, event.seq); break;
        case EventKind::MemoryForgotten:
            m_memories.erase(textIn(data, "id").get<std::string>());
            break;
        case EventKind::KnowledgeLoaded:
            putList(m_knowledge, "documents");
            putList(m_knowledge, "entries");
            putList(m_knowledge, "links");
            break;
        case EventKind::KnowledgeSaved: {
            const bool isDocument = data.contains("document") && !data["document"].is_null();
            put(m_knowledge, memberOf(data, isDocument ? "document" : "entry"), event.seq);
            break;
        }
        case EventKind::KnowledgeLinked: put(m_knowledge, memberOf(data, "link"), event.seq); break;
        case EventKind::KnowledgeDeleted: {
            // Ids of entries, documents and links differ by their first letters, so one table will do.
            const std::string what = textIn(data, "what");
            const std::string id = textIn(data, "id");
            const std::string kind = what == "entry" ? "en" : what == "link" ? "li" : "doc";
            if (id.starts_with(kind))
                m_knowledge.erase(id);
            break;
        }
        case EventKind::DecisionsLoaded:
            putList(m_decisions, "nodes");
            putList(m_decisions, "edges");
            break;
        case EventKind::DecisionRecorded:
        case EventKind::DecisionUpdated: put(m_decisions, memberOf(data, "node"), event.seq); break;
        case EventKind::DecisionLinked: put(m_decisions, memberOf(data, "edge"), event.seq); break;
        case EventKind::DecisionDeleted:
            m_decisions.erase(textIn(data, "id").get<std::string>());
            break;
        default: break;
        }
    }

    const std::vector<EventPtr> &m_events;
    std::size_t m_done = 0;
    std::uint64_t m_seq = 0;
    std::int64_t m_time = 0, m_ttl = 300000;
    Json m_agents = Json::array(), m_approvals = Json::array();
    std::map<std::pair<std::string, std::string>, Json> m_claims;
    std::int64_t m_windowTokens = 0, m_windowRequests = 0, m_tokens = 0, m_nano = 0, m_unpriced = 0;
    std::map<std::string, std::vector<std::uint64_t>> m_messages;
    Json m_memories = Json::object(), m_knowledge = Json::object(), m_decisions = Json::object();
};

/// The same of the states under test.
Json allOf(const States &states)
{
    Json agents = Json::array();
    for (const Agent &agent : states.agents.all())
        agents.push_back({{"name", agent.name},
                          {"state", toString(agent.state)},
                          {"iteration", agent.iteration},
                          {"tokens", agent.tokens},
                          {"nano", agent.costNanoUsd},
                          {"role", agent.role},
                          {"model", agent.model},
                          {"parent", agent.parent}});
    Json claims = Json::array();
    for (const auto &[key, claim] : states.claims.held())
        claims.push_back({{"agent", claim.agent},
                          {"file", claim.file},
                          {"start", claim.start},
                          {"end", claim.end},
                          {"expires", claim.expiresMs}});
    Json approvals = Json::array();
    for (const OpenApproval &open : states.approvals.open())
        approvals.push_back({{"agent", open.agent},
                             {"call", open.call},
                             {"tool", open.tool},
                             {"approval", open.approval}});
    Json messages = Json::object();
    for (const auto &[agent, conversation] : states.conversations.all())
        for (std::size_t i = conversation->first; i < conversation->messages.size(); ++i)
            messages[agent].push_back(*conversation->messages[i]);
    const auto placesIn = [](std::initializer_list<const RecordPlaces *> all) {
        Json places = Json::object();
        for (const RecordPlaces *each : all) {
            std::size_t count = 0;
            each->each([&](const std::string &id, const RecordPlace &place) {
                places[id] = place.seq;
                ++count;
            });
            if (count != each->size())
                places["wrong size"] = count;
        }
        return places;
    };
    const Knowledge &knowledge = states.knowledge;
    return {
        {"seq", states.seq},
        {"time", states.timeUs},
        {"agents", agents},
        {"claims", claims},
        {"approvals", approvals},
        {"window", {states.limiter.windowTokens(), states.limiter.windowRequests()}},
        {"costs", {states.costs.tokens, states.costs.nanoUsd, states.costs.unpriced}},
        {"messages", messages},
        {"memories", placesIn({&states.memories.entries()})},
        {"knowledge", placesIn({&knowledge.entries(), &knowledge.documents(), &knowledge.links()})},
        {"decisions", placesIn({&states.decisions.nodes(), &states.decisions.edges()})}};
}

void compareStates(const States &states, const Json &expected, std::uint64_t seq)
{
    const Json found = allOf(states);
    for (const auto &[part, value] : expected.items())
        if (found[part] != value)
            QFAIL(("after " + std::to_string(seq) + ", " + part + ": " + found[part].dump()
                   + " instead of " + value.dump())
                      .c_str());
}

Payloads payloadsOfStore(const store::EventStore &events)
{
    return [&events](std::uint64_t seq) { return events.payload(seq); };
}

void appendTo(const std::string &file, const std::vector<EventPtr> &events)
{
    auto writer = store::JournalWriter::open(file);
    QVERIFY2(writer.has_value(), writer ? "" : writer.error().message.c_str());
    for (const EventPtr &event : events)
        (*writer)->append(event);
    QVERIFY((*writer)->flush().has_value());
}

} // namespace

class TestStates : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::string path(const char *name) const { return m_folder->filePath(name).toStdString(); }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aPlaceIsWhatAReplayFromTheFirstEventGives_data()
    {
        QTest::addColumn<int>("format");
        QTest::newRow("journal of format 1") << 1;
        QTest::newRow("journal of format 2") << 2;
        QTest::newRow("no journal") << 0;
    }
    void aPlaceIsWhatAReplayFromTheFirstEventGives()
    {
        QFETCH(int, format);
        std::mt19937 random(toldSeedOfStates());
        for (int round = 0; round < 2; ++round) {
            const std::string file = path(("j" + std::to_string(round)).c_str());
            const auto events = test::RandomRun(unsigned(random())).events(500 + random() % 3000);
            store::EventStore store(format == 0 ? std::size_t(1) << 30 : 1 << 20);
            std::unique_ptr<store::EventLoader> loader;
            if (format == 1)
                test::beginFirstFormat(file);
            if (format == 0) {
                for (const EventPtr &event : events)
                    store.append(event);
            } else {
                appendTo(file, events);
                auto opened = store::EventLoader::open(file, store);
                QVERIFY(opened.has_value() && (*opened)->waitUntilWhole(kLoadPatience));
                loader = std::move(*opened);
            }
            const store::EventSnapshot snapshot = store.snapshot();
            StateTimeline none(payloadsOfStore(store));
            StateTimeline kept(payloadsOfStore(store), 1 + random() % 300);
            QVERIFY(!kept.extend(snapshot, events.size() / 2));
            QVERIFY(kept.extend(snapshot));
            std::multiset<std::uint64_t> places;
            for (int i = 0; i < test::rounds(100); ++i)
                places.insert(1 + random() % events.size());
            Replay replay(events);
            for (const std::uint64_t seq : places) {
                const Json expected = replay.after(seq);
                const auto plain = none.at(snapshot, seq);
                const auto quick = kept.at(snapshot, seq);
                QVERIFY(plain.has_value() && quick.has_value());
                compareStates(*quick, expected, seq);
                // In everything, also in what the replay does not know.
                QVERIFY2(*plain == *quick, ("after " + std::to_string(seq)).c_str());
            }
            QVERIFY(kept.head() == kept.at(snapshot, events.size()).value());
        }
    }

    void theOrderOfLoadingChangesNothing()
    {
        const std::string file = path("j.orrery");
        std::mt19937 random(toldSeedOfStates());
        const auto events =
            test::RandomRun(unsigned(random())).events(store::EventLoader::kTailRows + 9000);
        appendTo(file, events);
        store::EventStore store;
        StateTimeline timeline(payloadsOfStore(store), 1000);
        auto loader = store::EventLoader::open(file, store, [&] {
            // What can be told is told while the rest is being read; a place behind the gap is refused.
            const store::EventSnapshot now = store.snapshot();
            timeline.extend(now, 700);
            if (now.gap() && *now.gap() < now.size())
                QVERIFY(!timeline.at(now, now.lastSeq()).has_value());
        });
        QVERIFY(loader.has_value() && (*loader)->waitUntilWhole(kLoadPatience));
        loader->reset();
        store::EventStore live(std::size_t(1) << 30);
        for (const EventPtr &event : events)
            live.append(event);
        StateTimeline other(payloadsOfStore(live));
        auto payloads = store::payloadsOf(file);
        QVERIFY(payloads.has_value());
        QVERIFY(timeline.extend(store.snapshot()));
        QVERIFY(other.extend(live.snapshot()));
        QVERIFY(timeline.head() == other.head());
        for (int i = 0; i < 20; ++i) {
            const std::uint64_t seq = 1 + random() % events.size();
            QVERIFY(timeline.at(store.snapshot(), seq).value()
                    == other.at(live.snapshot(), seq).value());
        }
    }

    void placesAreAskedForWhileMoreComes()
    {
        test::RandomRun run(toldSeedOfStates());
        const auto events = run.events(12000);
        store::EventStore store(std::size_t(1) << 30);
        StateTimeline timeline(payloadsOfStore(store), 100);
        std::atomic<bool> hasEnded = false;
        std::atomic<std::uint64_t> wrong = 0;
        std::thread asker([&] {
            std::mt19937 random(7);
            while (!hasEnded) {
                const store::EventSnapshot now = store.snapshot();
                if (now.empty())
                    continue;
                const std::uint64_t seq = 1 + random() % now.size();
                const auto states = timeline.at(now, seq);
                if (!states || states->seq != seq)
                    wrong = seq;
            }
        });
        for (const EventPtr &event : events) {
            store.append(event);
            timeline.extend(store.snapshot());
        }
        hasEnded = true;
        asker.join();
        QCOMPARE(wrong.load(), std::uint64_t(0));
        compareStates(timeline.head(), Replay(events).after(events.size()), events.size());
    }

    void aPlaceThatIsNotThereNamesThoseThatAre()
    {
        store::EventStore store;
        const StateTimeline timeline(payloadsOfStore(store));
        const auto none = timeline.at(store.snapshot(), 1);
        QVERIFY(!none && none.error().message.find("no event") != std::string::npos);
        for (const EventPtr &event : test::RandomRun(3).events(12))
            store.append(event);
        for (const std::uint64_t seq : {std::uint64_t(0), std::uint64_t(13), UINT64_MAX}) {
            const auto states = timeline.at(store.snapshot(), seq);
            QVERIFY(!states && states.error().code == ErrorCode::InvalidArgument
                    && states.error().message.find("1 to 12") != std::string::npos);
        }
    }

    void aCopyIsAValueOfItsOwn()
    {
        const auto events = test::RandomRun(toldSeedOfStates()).events(2000);
        store::EventStore store(std::size_t(1) << 30);
        for (const EventPtr &event : events)
            store.append(event);
        StateTimeline timeline(payloadsOfStore(store));
        timeline.extend(store.snapshot(), 1000);
        const States early = timeline.head();
        const Json before = allOf(early);
        timeline.extend(store.snapshot());
        QVERIFY(allOf(early) == before);
        QVERIFY(!(early == timeline.head()));
        compareStates(early, Replay(events).after(1000), 1000);
    }

    void mostEventsNeedNoData()
    {
        const auto events = test::RandomRun(toldSeedOfStates()).events(5000);
        store::EventStore store(std::size_t(1) << 30);
        std::map<EventKind, int> asked;
        for (const EventPtr &event : events)
            store.append(event);
        StateTimeline timeline([&](std::uint64_t seq) {
            ++asked[events[seq - 1]->kind];
            return store.payload(seq);
        });
        timeline.extend(store.snapshot());
        for (const EventKind kind :
             {EventKind::ModelDelta, EventKind::AgentState, EventKind::MessageAdded,
              EventKind::ToolStarted, EventKind::ToolFinished, EventKind::RequestSent,
              EventKind::ResponseReceived, EventKind::AgentFinished})
            QVERIFY2(!asked.contains(kind), std::string(toString(kind)).c_str());
    }
};

ORRERY_TEST(TestStates)
#include "tst_states.moc"
