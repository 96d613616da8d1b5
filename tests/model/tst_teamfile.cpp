// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/teamfile.h"
#include "core/model/teamfilekeys.h"
#include "tests/support/schemacheck.h"
#include "tests/support/testregistry.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <set>

using namespace orrery;

namespace {

const Json kSmallest =
    Json::parse(R"({"name": "Duo", "agents": [{"name": "lead", "model": "openai:gpt-4o-mini"}]})");

/// kSmallest with the value at `pointer` replaced or added; `null` takes it away.
Json changed(const char *pointer, const char *value)
{
    Json json = kSmallest;
    const Json::json_pointer at(pointer);
    const Json replacement = Json::parse(value);
    if (replacement.is_null())
        json.at(at.parent_pointer()).erase(at.back());
    else
        json[at] = replacement;
    return json;
}

Json readJson(const QString &path)
{
    std::ifstream in(path.toStdString());
    return Json::parse(in);
}

Json schema() { return readJson(ORRERY_SOURCE_DIR "/resources/team.schema.json"); }

template <typename Names>
std::set<std::string> asSet(const Names &names)
{
    return {names.begin(), names.end()};
}

std::set<std::string> keysOf(const Json &object)
{
    std::set<std::string> keys;
    for (const auto &[key, value] : object.items())
        keys.insert(key);
    return keys;
}

std::string messageOf(const Result<TeamSpec> &result)
{
    return result ? "no error" : result.error().message;
}

} // namespace

class TeamFileTest : public QObject
{
    Q_OBJECT

private slots:
    void readsEveryKey();
    void leavesDefaultsWhereNothingIsSaid();
    void takesRelativePathsFromItsOwnFolder();
    void namesPlaceAndExpectation_data();
    void namesPlaceAndExpectation();
    void namesLineAndColumnOfSyntaxErrors_data();
    void namesLineAndColumnOfSyntaxErrors();
    void doesNotRepeatAKeyInItsMessage_data();
    void doesNotRepeatAKeyInItsMessage();
    void allowsSettingsThatOnlySoundLikeKeys();
    void saysWhichFileCannotBeRead();
    void loadsTheSample();
    void schemaKnowsTheSameKeys();
    void schemaHasTheSameBoundsAndDefaults();
};

void TeamFileTest::readsEveryKey()
{
    QTemporaryDir dir;
    QVERIFY(QDir(dir.path()).mkdir("project"));
    QFile script(dir.filePath("script.json"));
    QVERIFY(script.open(QIODevice::WriteOnly));
    const auto team = parseTeamFile(R"({
        // comments are allowed
        "$schema": "team.schema.json", "name": "Trio", "description": "d", "task": "t",
        "project": "project", "threads": 3, "claim_ttl_s": 45, "memory": {"path": "m.sqlite", "inject": 4, "reflect": true,
          "embedder": "openai:text-embedding-3-small", "base_url": "http://e/v1", "api_key_env": "E_KEY", "proxy": "http://p:1", "ca_file": "script.json"},
        "prices": {"ollama:small": {"input": 0, "output": 0.5, "cache_read": 0.01}},
        "sub_agents": {"max_depth": 2, "max_parallel": 3, "max_total": 9, "model": "ollama:small",
          "base_url": "http://small/v1", "api_key_env": "SMALL_KEY"},
        "knowledge": {"path": "k.sqlite"}, "decisions": {},
        "context": {"compact_at": 0.5, "max_tokens": 9000, "keep_messages": 4, "result_head": 2000, "result_tail": 500},
        "tool_results": {"spill_over": 9000, "head": 800, "tail": 400},
        "limits": {"rpm": 10, "tpm": 2000, "budget_usd": 1.5, "policy": "refuse"},
        "permissions": {"sandbox": "required", "network": false, "allow": ["glob"], "approve": ["write_file"], "deny": ["bash"],
          "deny_prefixes": ["peer_"], "only": ["glob", "recall"], "only_prefixes": ["re"],
          "policy": "permissive", "allow_unattended_execute": true},
        "retry": {"max_wait_ms": 5000, "max_total_ms": 60000},
        "loop_guard": {"limit": 4, "exclude": ["bash", "recall"]},
        "hooks": [
          {"event": "post_response", "command": "true"},
          {"event": "pre_tool_use", "command": "check", "name": "guard", "tool_pattern": "^edit",
           "priority": 5, "fail_closed": true, "timeout_s": 3}],
        "agents": [
          {"name": "lead", "role": "Lead", "model": "ollama:qwen2.5:7b",
           "base_url": "http://box:11434/v1", "api_key_env": "BOX_KEY", "instructions": "i",
           "prompt": "Do {{task}}", "tools": ["bash", "recall"], "settings": {"max_tokens": 9},
           "max_iterations": 7, "reserve_tokens": 800, "budget_usd": 0.25, "stream": false,
           "connect_timeout_s": 5, "first_byte_timeout_s": 900, "proxy": "socks5h://p:1080", "ca_file": "script.json",
           "headers": {"X-Title": "o", "Authorization": "Bearer ${GATE_KEY}"},
           "timeout_s": 30, "inactivity_timeout_s": 90, "parallel_tool_calls": true, "max_attempts": 2,
           "retry": {"max_wait_ms": 7000}, "loop_guard": {"exclude": []},
           "fallback": ["openai:gpt-4o-mini", {"model": "custom:x", "base_url": "http://b/v1",
                                               "api_key_env": "OTHER_KEY"}],
           "output_type": {"choice": ["yes", "no"]},
           "structured_output": {"mode": "json", "max_retries": 2}},
          {"name": "two", "model": "scripted:x", "script": "script.json", "start": "on_message",
           "context": {"keep_messages": 2, "summary_model": {"model": "openai:mini", "api_key_env": "MINI_KEY"}},
           "tool_results": {"tail": 100}}
        ]})",
                                    dir.filePath("team.json").toStdString());
    QVERIFY2(team, messageOf(team).c_str());
    QCOMPARE(team->name, std::string("Trio"));
    QCOMPARE(team->description, std::string("d"));
    QCOMPARE(team->task, std::string("t"));
    QCOMPARE(team->file, dir.filePath("team.json").toStdString());
    QCOMPARE(team->projectTemplate, dir.filePath("project").toStdString());
    QCOMPARE(team->threads, 3);
    QCOMPARE(team->claimTtlMs, 45000);
    QCOMPARE(team->memoryPath, std::string("m.sqlite"));
    QCOMPARE(team->memory.inject, 4);
    QVERIFY(team->memory.reflect);
    QVERIFY(team->memory.embedder
            == (ModelRef{"openai:text-embedding-3-small", "http://e/v1", "E_KEY"}));
    QCOMPARE(team->memory.proxy, std::string("http://p:1"));
    QCOMPARE(team->memory.caFile, dir.filePath("script.json").toStdString());
    QVERIFY(team->knowledge.offered && team->decisions.offered);
    QCOMPARE(team->knowledge.path, std::string("k.sqlite"));
    QCOMPARE(team->decisions.path, std::string());
    QCOMPARE(*team->limits.rpm, 10);
    QCOMPARE(*team->limits.tpm, 2000);
    QCOMPARE(*team->limits.budgetUsd, 1.5);
    QVERIFY(team->limits.policy == LimitPolicy::Refuse);
    QCOMPARE(team->permissions.allow, std::vector<std::string>{"glob"});
    QCOMPARE(team->permissions.approve, std::vector<std::string>{"write_file"});
    QCOMPARE(team->permissions.deny, std::vector<std::string>{"bash"});
    QCOMPARE(team->permissions.denyPrefixes, std::vector<std::string>{"peer_"});
    QCOMPARE(team->permissions.only, (std::vector<std::string>{"glob", "recall"}));
    QCOMPARE(team->permissions.onlyPrefixes, std::vector<std::string>{"re"});
    QCOMPARE(team->permissions.mode, std::string("permissive"));
    QVERIFY(team->permissions.allowUnattendedExecute);
    QCOMPARE(team->permissions.sandbox, std::string("required"));
    QVERIFY(!team->permissions.network);
    QCOMPARE(team->hooks.size(), std::size_t(2));
    QVERIFY(team->hooks[0].point == HookPoint::PostResponse);
    QCOMPARE(team->hooks[0].name, std::string("hook 1"));
    QCOMPARE(team->hooks[0].priority, 100);
    QCOMPARE(team->hooks[1].name, std::string("guard"));
    QCOMPARE(team->hooks[1].toolPattern, std::string("^edit"));
    QCOMPARE(team->hooks[1].priority, 5);
    QVERIFY(team->hooks[1].failClosed);
    QCOMPARE(team->hooks[1].timeoutMs, 3000);
    QCOMPARE(team->agents.size(), std::size_t(2));
    QCOMPARE(team->prices.size(), std::size_t(1));
    QVERIFY(team->prices.at("ollama:small")
            == (Price{{0, 0.5, 0.01, std::nullopt}, 0, {}, "the team file", ""}));
    QCOMPARE(team->subAgents.maxDepth, 2);
    QCOMPARE(team->subAgents.maxParallel, 3);
    QCOMPARE(team->subAgents.maxTotal, 9);
    QVERIFY(team->subAgents.model == (ModelRef{"ollama:small", "http://small/v1", "SMALL_KEY"}));

    const AgentSpec &lead = team->agents[0];
    // What an agent says of its own goes before what the team says, key by key.
    const AgentSpec &two = team->agents[1];
    QCOMPARE(lead.context.compactAt, 0.5);
    QCOMPARE(lead.context.maxTokens, std::int64_t(9000));
    QCOMPARE(lead.context.keepMessages, 4);
    QCOMPARE(lead.context.resultHead, std::size_t(2000));
    QCOMPARE(two.context.resultTail, std::size_t(500));
    QCOMPARE(two.context.keepMessages, 2);
    QVERIFY(two.context.summaryModel == (ModelRef{"openai:mini", "", "MINI_KEY"}));
    QVERIFY(lead.context.summaryModel.model.empty());
    QCOMPARE(lead.results.spillOver, std::size_t(9000));
    QCOMPARE(lead.results.tail, std::size_t(400));
    QCOMPARE(two.results.head, std::size_t(800));
    QCOMPARE(two.results.tail, std::size_t(100));
    QCOMPARE(lead.name, std::string("lead"));
    QCOMPARE(lead.role, std::string("Lead"));
    QCOMPARE(lead.provider(), std::string("ollama"));
    QCOMPARE(lead.modelName(), std::string("qwen2.5:7b"));
    QCOMPARE(lead.baseUrl, std::string("http://box:11434/v1"));
    QCOMPARE(lead.apiKeyEnv, std::string("BOX_KEY"));
    QCOMPARE(lead.instructions, std::string("i"));
    QCOMPARE(lead.prompt, std::string("Do {{task}}"));
    QCOMPARE(lead.tools, ToolSet::of({"bash", "recall"}));
    QVERIFY(lead.settings == Json({{"max_tokens", 9}}));
    QCOMPARE(lead.maxIterations, 7);
    QCOMPARE(lead.reserveTokens, 800);
    QCOMPARE(*lead.budgetUsd, 0.25);
    QCOMPARE(lead.stream, false);
    QCOMPARE(lead.timeoutMs, 30000);
    QCOMPARE(lead.connectTimeoutMs, 5000);
    QCOMPARE(lead.firstByteTimeoutMs, 900000);
    QCOMPARE(lead.proxy, std::string("socks5h://p:1080"));
    QCOMPARE(lead.caFile, dir.filePath("script.json").toStdString());
    QCOMPARE(lead.headers, (std::vector<std::pair<std::string, std::string>>{
                               {"Authorization", "Bearer ${GATE_KEY}"}, {"X-Title", "o"}}));
    QCOMPARE(lead.inactivityTimeoutMs, 90000);
    QVERIFY(lead.parallelToolCalls);
    QCOMPARE(lead.maxAttempts, 2);
    // What an agent does not say it has of its team.
    QVERIFY(lead.retry == (RetrySpec{7000, 60000}));
    QVERIFY(lead.loopGuard == (LoopGuardSpec{4, {}}));
    QVERIFY(team->agents[1].retry == (RetrySpec{5000, 60000}));
    QVERIFY(team->agents[1].loopGuard == (LoopGuardSpec{4, {"bash", "recall"}}));
    QCOMPARE(lead.fallback.size(), std::size_t(2));
    QCOMPARE(lead.fallback[0].model, std::string("openai:gpt-4o-mini"));
    QCOMPARE(lead.fallback[1].baseUrl, std::string("http://b/v1"));
    QCOMPARE(lead.fallback[1].apiKeyEnv, std::string("OTHER_KEY"));
    QVERIFY(lead.outputType == Json({{"choice", {"yes", "no"}}}));
    QVERIFY(lead.structuredOutput == Json({{"mode", "json"}, {"max_retries", 2}}));
    QCOMPARE(lead.startsOnMessage, false);
    QCOMPARE(team->agents[1].script, dir.filePath("script.json").toStdString());
    QCOMPARE(team->agents[1].startsOnMessage, true);
}

void TeamFileTest::leavesDefaultsWhereNothingIsSaid()
{
    const auto team = parseTeamFile(kSmallest.dump(), "team.json");
    QVERIFY2(team, messageOf(team).c_str());
    const TeamSpec plain;
    QCOMPARE(team->claimTtlMs, plain.claimTtlMs);
    QCOMPARE(team->threads, plain.threads);
    QVERIFY(!team->subAgents.any());
    QVERIFY(!team->limits.any());
    QVERIFY(team->limits.policy == LimitPolicy::Wait);
    const AgentSpec agent;
    QCOMPARE(team->agents[0].maxIterations, agent.maxIterations);
    QCOMPARE(team->agents[0].timeoutMs, agent.timeoutMs);
    QCOMPARE(team->agents[0].stream, true);
    QVERIFY(team->agents[0].tools.isAll());
    QVERIFY(!team->agents[0].budgetUsd);
}

void TeamFileTest::takesRelativePathsFromItsOwnFolder()
{
    QTemporaryDir dir;
    QVERIFY(QDir(dir.path()).mkpath("teams"));
    QVERIFY(QDir(dir.path()).mkpath("shop"));
    Json json = kSmallest;
    json["project"] = "../shop";
    const auto team = parseTeamFile(json.dump(), dir.filePath("teams/team.json").toStdString());
    QVERIFY2(team, messageOf(team).c_str());
    QCOMPARE(team->projectTemplate, dir.filePath("shop").toStdString());
}

void TeamFileTest::namesPlaceAndExpectation_data()
{
    QTest::addColumn<QByteArray>("pointer");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("message"); // a part of it, after the file's name
    QTest::addColumn<bool>("schemaSeesIt");  // some mistakes are beyond a schema

    const auto row = [](const char *name, const char *pointer, const char *value,
                        const char *message, bool schemaSeesIt = true) {
        QTest::newRow(name) << QByteArray(pointer) << QByteArray(value) << QByteArray(message)
                            << schemaSeesIt;
    };
    row("no object", "", "[1]", "a list, expected an object");
    row("no name", "/name", "null", "/name: missing, expected a name for the team");
    row("empty name", "/name", R"("")", "/name: empty, expected a name for the team");
    row("name is a number", "/name", "7", "/name: 7, expected a text");
    row("near key", "/limit", "{}",
        "/limit: unknown key (did you mean \"limits\"?), expected one of");
    row("a price without a provider", "/prices", R"({"gpt": {"input": 1, "output": 1}})",
        "/prices/gpt: \"gpt\" has no provider", false);
    row("half a price", "/prices", R"({"a:b": {"input": 1}})", "/prices/a:b/output: missing");
    row("a price below nothing", "/prices", R"({"a:b": {"input": -1, "output": 1}})",
        "/prices/a:b/input: -1");
    row("an embedder that nobody knows", "/memory", R"({"embedder": "gpt"})",
        "/memory/embedder: \"gpt\", expected \"lsa\"");
    row("a server for the built-in embedder", "/memory",
        R"({"embedder": "lsa", "base_url": "http://e/v1"})", "/memory/base_url: there is no server",
        false);
    row("a proxy of the embedder of another kind", "/memory",
        R"({"embedder": "openai:e", "proxy": "ftp://p"})",
        "/memory/proxy: \"ftp://p\", expected \"none\" or an address");
    row("a proxy without a server", "/memory", R"({"embedder": "lsa", "proxy": "none"})",
        "/memory/proxy: there is no server", false);
    row("a proxy of another kind", "/agents/0/proxy", R"("ftp://p")",
        "/agents/0/proxy: \"ftp://p\", expected \"none\" or an address");
    row("a proxy with a password", "/agents/0/proxy", R"("http://me:pw@p")",
        "/agents/0/proxy: a user name or password in the address");
    row("no such file of authorities", "/agents/0/ca_file", R"("none.pem")",
        "/agents/0/ca_file: there is no file", false);
    row("headers as a list", "/agents/0/headers", R"(["X-A: b"])",
        "/agents/0/headers: a list, expected an object");
    row("a header of the transport", "/agents/0/headers", R"({"Host": "other"})",
        "/agents/0/headers/Host: this header is not yours to set", false);
    row("no name of a header", "/agents/0/headers", R"({"X A": "b"})",
        "/agents/0/headers/X A: not a name that a header may have", false);
    row("a header of two lines", "/agents/0/headers", R"({"X-A": "b\r\nHost: c"})",
        "/agents/0/headers/X-A: a header may have no line end", false);
    row("a header that is a number", "/agents/0/headers", R"({"X-A": 1})",
        "/agents/0/headers/X-A: 1, expected a text");
    row("sub-agents without end", "/sub_agents", R"({"max_depth": 6})", "/sub_agents/max_depth: 6");
    row("far key", "/zebra", "1", "/zebra: unknown key, expected one of \"$schema\", \"agents\"");
    row("key with a slash", "/a~1b", "1", "/a~1b: unknown key");
    row("no agents", "/agents", "null", "/agents: missing, expected a list of at least one agent");
    row("empty agents", "/agents", "[]", "/agents: a list, expected a list of at least one agent");
    row("agent is a text", "/agents/0", R"("lead")", R"(/agents/0: "lead", expected an object)");
    row("agent key", "/agents/0/modle", R"("x")",
        "/agents/0/modle: unknown key (did you mean \"model\"?)");
    row("no model", "/agents/0/model", "null",
        "/agents/0/model: missing, expected \"provider:model\"");
    row("no provider", "/agents/0/model", R"("gpt")",
        R"(/agents/0/model: "gpt" has no provider, expected "provider:model")");
    row("wrong provider", "/agents/0/model", R"("opnai:gpt")",
        R"(/agents/0/model: "opnai" is no provider (did you mean "openai"?), expected "scripted")",
        false);
    row("no model name", "/agents/0/model", R"("openai:")", "names no model");
    row("custom", "/agents/0/model", R"("custom:m")", "/agents/0/base_url: missing", false);
    row("script missing", "/agents/0/model", R"("scripted:x")",
        "/agents/0/script: missing, expected the path", false);
    row("script of another model", "/agents/0/script", R"("s.json")",
        R"(/agents/0/script: only a "scripted:" model has a script, but model is "openai:gpt-4o-mini")",
        false);
    row("two agents of a name", "/agents/1", R"({"name": "lead", "model": "groq:x"})",
        R"(/agents/1/name: "lead" is the name of /agents/0 too)", false);
    row("agent name with a blank", "/agents/0/name", R"("my lead")",
        R"(/agents/0/name: "my lead", expected)");
    row("person", "/agents/0/name", R"("person")",
        "/agents/0/name: \"person\" is what the journal calls you");
    row("base url", "/agents/0/base_url", R"("localhost:1234")",
        "/agents/0/base_url: \"localhost:1234\"");
    row("password in url", "/agents/0/base_url", R"("https://me:pw@host/v1")",
        "/agents/0/base_url: a user name");
    row("hooks no list", "/hooks", "{}", "/hooks: an object, expected a list of hooks");
    row("hook without a command", "/hooks", R"([{"event": "pre_request"}])",
        "/hooks/0/command: missing, expected a line for the shell");
    row("hook without an event", "/hooks", R"([{"command": "true"}])", "/hooks/0/event: missing");
    row("hook of another event", "/hooks", R"([{"event": "pre_tool", "command": "true"}])",
        R"(/hooks/0/event: "pre_tool", expected "session_start")");
    row("hook about no tool", "/hooks",
        R"([{"event": "pre_request", "command": "true", "tool": "bash"}])",
        "/hooks/0/tool: only \"pre_tool_use\" and \"post_tool_use\" are about a tool", false);
    row("hook with a bad pattern", "/hooks",
        R"([{"event": "pre_tool_use", "command": "true", "tool_pattern": "("}])",
        "/hooks/0/tool_pattern: \"(\" is no regular expression", false);
    row("fallback no list", "/agents/0/fallback", R"("openai:x")",
        R"(/agents/0/fallback: "openai:x", expected a list of models)");
    row("fallback without a provider", "/agents/0/fallback", R"(["gpt"])",
        R"(/agents/0/fallback/0/model: "gpt" has no provider)", false);
    row("scripted fallback", "/agents/0/fallback", R"(["scripted:x"])",
        "/agents/0/fallback/0/model: a scripted model cannot take another one's place", false);
    row("fallback key", "/agents/0/fallback", R"([{"model": "openai:x", "url": "y"}])",
        "/agents/0/fallback/0/url: unknown key");
    row("output type", "/agents/0/output_type", R"("json")",
        R"(/agents/0/output_type: "json", expected an object with one of "choice")");
    row("output without a type", "/agents/0/structured_output", R"({"max_retries": 1})",
        "/agents/0/structured_output: there is no output_type", false);
    row("share of more than all", "/agents/0/context", R"({"compact_at": 80})",
        "/agents/0/context/compact_at: 80, expected a share from 0 (never) to 1");
    row("too small a context", "/context", R"({"max_tokens": 10})",
        "/context/max_tokens: 10, expected");
    row("summary model", "/context", R"({"summary_model": "gpt"})",
        R"(/context/summary_model/model: "gpt" has no provider)", false);
    row("result with a limit of its own", "/tool_results", R"({"limit": 1})",
        "/tool_results/limit: unknown key");
    row("nothing left out", "/tool_results", R"({"spill_over": 1000})",
        "/tool_results: head and tail are longer than spill_over together", false);
    row("empty prefix", "/permissions", R"({"deny_prefixes": [""]})",
        "/permissions/deny_prefixes/0: \"\", expected a text that is not empty");
    row("policy", "/permissions", R"({"policy": "lax"})",
        R"(/permissions/policy: "lax", expected "default", "permissive" or "strict")");
    row("sandbox", "/permissions", R"({"sandbox": "on"})",
        R"(/permissions/sandbox: "on", expected "auto", "required" or "off")");
    row("start", "/agents/0/start", R"("later")",
        R"(/agents/0/start: "later", expected "immediately" or "on_message")");
    row("nobody starts", "/agents/0/start", R"("on_message")", "/agents: every agent starts",
        false);
    row("unknown tool", "/agents/0/tools", R"(["glob", "read_fiel"])",
        R"(/agents/0/tools/1: "read_fiel" is no tool (did you mean "read_file"?), expected "read_file")");
    row("tool twice", "/agents/0/tools", R"(["glob", "glob"])",
        "/agents/0/tools/1: \"glob\" stands twice");
    row("tools is a text", "/agents/0/tools", R"("glob")",
        "/agents/0/tools: \"glob\", expected a list");
    row("no tools", "/agents/0/tools", "[]", "/agents/0/tools: an empty list");
    row("settings", "/agents/0/settings", "3", "/agents/0/settings: 3, expected an object");
    row("unknown setting", "/agents/0/settings", R"({"temprature": 1})",
        "/agents/0/settings/temprature: no setting of that name (did you mean \"temperature\"?)");
    row("setting of one server", "/agents/0/settings", R"({"num_ctx": 4096})",
        "/agents/0/settings/num_ctx: no setting of that name, expected it in \"extra_body\"");
    row("extra body", "/agents/0/settings", R"({"extra_body": "top_k"})",
        R"(/agents/0/settings/extra_body: "top_k", expected an object)");
    row("iterations 0", "/agents/0/max_iterations", "0",
        "/agents/0/max_iterations: 0, expected a whole number from 1 to 1000");
    row("iterations 1001", "/agents/0/max_iterations", "1001", "/agents/0/max_iterations: 1001");
    row("reserve -1", "/agents/0/reserve_tokens", "-1",
        "/agents/0/reserve_tokens: -1, expected a whole number");
    row("budget 0", "/agents/0/budget_usd", "0",
        "/agents/0/budget_usd: 0, expected a number above 0");
    row("stream", "/agents/0/stream", R"("yes")",
        "/agents/0/stream: \"yes\", expected true or false");
    row("timeout 0", "/agents/0/timeout_s", "0",
        "/agents/0/timeout_s: 0, expected a whole number from 1 to 3600");
    row("limits", "/limits", "[]", "/limits: a list, expected an object");
    row("rpm 0", "/limits", R"({"rpm": 0})",
        "/limits/rpm: 0, expected a whole number of at least 1");
    row("tpm 1.5", "/limits", R"({"tpm": 1.5})", "/limits/tpm: 1.5, expected a whole number");
    row("tpm huge", "/limits", R"({"tpm": 18446744073709551615})",
        "/limits/tpm: 18446744073709551615", false);
    row("limit key", "/limits", R"({"tmp": 3})",
        "/limits/tmp: unknown key (did you mean \"tpm\"?)");
    row("policy", "/limits", R"({"policy": "queue"})",
        R"(/limits/policy: "queue", expected "wait" or "refuse")");
    row("threads 0", "/threads", "0", "/threads: 0, expected a whole number from 1 to 64");
    row("ttl", "/claim_ttl_s", "86401",
        "/claim_ttl_s: 86401, expected a whole number from 1 to 86400");
    row("memory outside", "/memory", R"({"path": "../m.sqlite"})", "/memory/path: \"../m.sqlite\"",
        false);
    row("knowledge outside", "/knowledge", R"({"path": "../k.sqlite"})",
        "/knowledge/path: \"../k.sqlite\"", false);
    row("decisions key", "/decisions", R"({"file": "d"})", "/decisions/file: unknown key");
    row("memory absolute", "/memory", R"({"path": "/m.sqlite"})", "/memory/path: \"/m.sqlite\"",
        false);
    row("permission", "/permissions", R"({"deny": ["sh"]})",
        R"(/permissions/deny/0: "sh" is no tool)");
    row("project", "/project", R"("no-such-folder")", "/project: there is no folder", false);
}

void TeamFileTest::namesPlaceAndExpectation()
{
    QFETCH(QByteArray, pointer);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, message);
    QFETCH(bool, schemaSeesIt);
    const Json json =
        pointer.isEmpty() ? Json::parse(value.toStdString()) : changed(pointer, value);
    const auto team = parseTeamFile(json.dump(), "some/team.json");
    QVERIFY(!team);
    QVERIFY(team.error().code == ErrorCode::InvalidArgument);
    const std::string expected = "some/team.json: " + message.toStdString();
    QVERIFY2(team.error().message.starts_with("some/team.json: ")
                 && team.error().message.find(message.toStdString()) != std::string::npos,
             (team.error().message + "\n   instead of " + expected).c_str());
    const Json rules = schema();
    QCOMPARE(!test::SchemaCheck(rules).firstOffence(json).empty(), schemaSeesIt);
}

void TeamFileTest::namesLineAndColumnOfSyntaxErrors_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("empty") << QByteArray("")
                           << QByteArray("t.json: line 1, column 1: not valid JSON: ");
    QTest::newRow("comma") << QByteArray("{\n  \"name\": \"x\",\n}")
                           << QByteArray("t.json: line 3, column 1: not valid JSON: ");
    QTest::newRow("umlauts count once")
        << QByteArray("{\"name\": \"äöü\" x}")
        << QByteArray("t.json: line 1, column 16: not valid JSON: ");
    QTest::newRow("cut") << QByteArray("{\"name\": ") << QByteArray("t.json: line 1, column 10: ");
    QTest::newRow("twice") << QByteArray(R"({"agents": [{}, {"name": 1, "name": 2}]})")
                           << QByteArray("t.json: /agents/1/name: the key stands twice");
    QTest::newRow("deep") << QByteArray(5000, '[') + QByteArray(5000, ']')
                          << QByteArray("t.json: nested too deeply");
}

void TeamFileTest::namesLineAndColumnOfSyntaxErrors()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, message);
    const auto team = parseTeamFile(text.toStdString(), "t.json");
    QVERIFY(!team);
    QVERIFY2(team.error().message.starts_with(message.toStdString()), team.error().message.c_str());
}

void TeamFileTest::doesNotRepeatAKeyInItsMessage_data()
{
    QTest::addColumn<QByteArray>("pointer");
    QTest::addColumn<QByteArray>("value");
    const QByteArray key = R"("sk-proj-verysecretverysecret")";
    QTest::newRow("api_key") << QByteArray("/agents/0/api_key") << key;
    QTest::newRow("other spelling") << QByteArray("/agents/0/apiKey") << key;
    QTest::newRow("in settings") << QByteArray("/agents/0/settings")
                                 << QByteArray(R"({"Authorization": "Bearer verysecret"})");
    QTest::newRow("in a header") << QByteArray("/agents/0/headers")
                                 << QByteArray(R"({"X-Gateway-Token": "verysecret"})");
    QTest::newRow("in a header that looks harmless")
        << QByteArray("/agents/0/headers")
        << QByteArray(R"({"X-Team": "sk-proj-verysecretverysecret"})");
    QTest::newRow("as the variable") << QByteArray("/agents/0/api_key_env") << key;
    QTest::newRow("unknown shape")
        << QByteArray("/agents/0/api_key_env") << QByteArray(R"("verysecret-1")");
    QTest::newRow("in a text") << QByteArray("/agents/0/prompt")
                               << QByteArray(R"("use sk-proj-verysecretverysecret here")");
}

void TeamFileTest::doesNotRepeatAKeyInItsMessage()
{
    QFETCH(QByteArray, pointer);
    QFETCH(QByteArray, value);
    const auto team = parseTeamFile(changed(pointer, value).dump(), "t.json");
    QVERIFY(!team);
    const std::string &message = team.error().message;
    QVERIFY2(message.starts_with("t.json: " + pointer.toStdString()), message.c_str());
    QVERIFY2(message.find("environment variable") != std::string::npos, message.c_str());
    QVERIFY2(message.find("verysecret") == std::string::npos, message.c_str());
}

void TeamFileTest::allowsSettingsThatOnlySoundLikeKeys()
{
    Json json = kSmallest;
    json["agents"][0]["settings"] = {{"max_tokens", 5},
                                     {"max_completion_tokens", 5},
                                     {"logprobs", true},
                                     {"extra_body", {{"token_budget", 7}}}};
    json["agents"][0]["prompt"] = "A risk-based, task-driven approach: sk-short";
    const auto team = parseTeamFile(json.dump(), "t.json");
    QVERIFY2(team, messageOf(team).c_str());
}

void TeamFileTest::saysWhichFileCannotBeRead()
{
    QTemporaryDir dir;
    const std::string missing = dir.filePath("none.json").toStdString();
    QVERIFY(messageOf(loadTeamFile(missing)).starts_with(missing + ": cannot be read"));
    QVERIFY(messageOf(loadTeamFile(dir.path().toStdString())).find("is a folder")
            != std::string::npos);
}

void TeamFileTest::loadsTheSample()
{
    const QString path = ORRERY_SOURCE_DIR "/resources/sample/team.json";
    const auto team = loadTeamFile(path.toStdString());
    QVERIFY2(team, messageOf(team).c_str());
    QVERIFY(team->scripted());
    const Json rules = schema();
    QCOMPARE(test::SchemaCheck(rules).firstOffence(readJson(path)), std::string());
    const Json script = readJson(QString::fromStdString(team->agents.front().script));
    for (const AgentSpec &agent : team->agents)
        QVERIFY2(script.at("agents").contains(agent.name), agent.name.c_str());
}

void TeamFileTest::schemaKnowsTheSameKeys()
{
    const Json rules = schema();
    const Json &team = rules.at("properties");
    const Json &agent = rules.at("$defs").at("agent").at("properties");
    QCOMPARE(keysOf(team), asSet(teamfile::kTeamKeys));
    QCOMPARE(keysOf(agent), asSet(teamfile::kAgentKeys));
    QCOMPARE(keysOf(team.at("limits").at("properties")), asSet(teamfile::kLimitKeys));
    QCOMPARE(keysOf(team.at("prices").at("additionalProperties").at("properties")),
             asSet(teamfile::kPriceKeys));
    QCOMPARE(keysOf(team.at("sub_agents").at("properties")), asSet(teamfile::kSubAgentKeys));
    QCOMPARE(keysOf(team.at("memory").at("properties")), asSet(teamfile::kMemoryKeys));
    QCOMPARE(keysOf(team.at("knowledge").at("properties")), asSet(teamfile::kSharedStoreKeys));
    QCOMPARE(keysOf(team.at("decisions").at("properties")), asSet(teamfile::kSharedStoreKeys));
    const Json &defs = rules.at("$defs");
    QCOMPARE(keysOf(defs.at("retry").at("properties")), asSet(teamfile::kRetryKeys));
    QCOMPARE(keysOf(defs.at("loop_guard").at("properties")), asSet(teamfile::kLoopGuardKeys));
    QCOMPARE(keysOf(team.at("permissions").at("properties")), asSet(teamfile::kPermissionKeys));
    QCOMPARE(keysOf(agent.at("settings").at("properties")), asSet(teamfile::kSettings));
    const Json &hook = rules.at("$defs").at("hook").at("properties");
    QCOMPARE(keysOf(hook), asSet(teamfile::kHookKeys));
    QVERIFY(hook.at("event").at("enum") == Json(teamfile::kHookPoints));
    QCOMPARE(keysOf(rules.at("$defs").at("fallback").at("anyOf").at(1).at("properties")),
             asSet(teamfile::kFallbackKeys));
    for (const Json *of : {&team, &agent}) {
        QVERIFY(of->at("context").at("$ref") == "#/$defs/context");
        QVERIFY(of->at("tool_results").at("$ref") == "#/$defs/tool_results");
    }
    QCOMPARE(keysOf(rules.at("$defs").at("context").at("properties")),
             asSet(teamfile::kContextKeys));
    QCOMPARE(keysOf(rules.at("$defs").at("tool_results").at("properties")),
             asSet(teamfile::kResultKeys));
    const Json &output = agent.at("structured_output").at("properties");
    QCOMPARE(keysOf(output), asSet(teamfile::kStructuredOutputKeys));
    QVERIFY(output.at("mode").at("enum") == Json(teamfile::kOutputModes));
    QVERIFY(team.at("permissions").at("properties").at("policy").at("enum")
            == Json(teamfile::kPermissionModes));
    QVERIFY(team.at("limits").at("properties").at("policy").at("enum")
            == Json(teamfile::kPolicies));
    QVERIFY(agent.at("start").at("enum") == Json(teamfile::kStarts));
    QVERIFY(rules.at("$defs").at("tools").at("items").at("enum") == Json(teamfile::kTools));
    // A team may bring providers of its own.
    QCOMPARE(QString::fromStdString(agent.at("model").at("pattern").get<std::string>()),
             QStringLiteral("^[^:/ ]+:.+"));
}

void TeamFileTest::schemaHasTheSameBoundsAndDefaults()
{
    const Json rules = schema();
    const Json &team = rules.at("properties");
    const Json &agent = rules.at("$defs").at("agent").at("properties");
    const TeamSpec plain;
    const AgentSpec plainAgent;
    QVERIFY(team.at("threads").at("maximum") == Json(teamfile::kMaxThreads));
    QVERIFY(team.at("threads").at("default") == Json(plain.threads));
    QVERIFY(team.at("claim_ttl_s").at("maximum") == Json(teamfile::kMaxClaimTtlS));
    QVERIFY(team.at("claim_ttl_s").at("default") == Json(plain.claimTtlMs / 1000));
    QVERIFY(agent.at("max_iterations").at("maximum") == Json(teamfile::kMaxIterations));
    QVERIFY(agent.at("max_iterations").at("default") == Json(plainAgent.maxIterations));
    QVERIFY(agent.at("timeout_s").at("maximum") == Json(teamfile::kMaxTimeoutS));
    QVERIFY(agent.at("timeout_s").at("default") == Json(plainAgent.timeoutMs / 1000));
    QVERIFY(agent.at("connect_timeout_s").at("maximum") == Json(teamfile::kMaxTimeoutS));
    QVERIFY(agent.at("connect_timeout_s").at("default")
            == Json(plainAgent.connectTimeoutMs / 1000));
    QVERIFY(agent.at("first_byte_timeout_s").at("maximum") == Json(teamfile::kMaxTimeoutS));
    QVERIFY(agent.at("first_byte_timeout_s").at("default")
            == Json(plainAgent.firstByteTimeoutMs / 1000));
    QVERIFY(agent.at("max_attempts").at("maximum") == Json(teamfile::kMaxAttempts));
    QVERIFY(agent.at("max_attempts").at("default") == Json(plainAgent.maxAttempts));
    QVERIFY(agent.at("parallel_tool_calls").at("default") == Json(plainAgent.parallelToolCalls));
    QVERIFY(agent.at("inactivity_timeout_s").at("maximum") == Json(teamfile::kMaxInactivityS));
    const Json &retry = rules.at("$defs").at("retry").at("properties");
    QVERIFY(retry.at("max_wait_ms").at("default") == Json(plainAgent.retry.maxWaitMs));
    QVERIFY(retry.at("max_wait_ms").at("maximum") == Json(teamfile::kMaxRetryMs));
    QVERIFY(retry.at("max_total_ms").at("default") == Json(plainAgent.retry.maxTotalMs));
    const Json &guard = rules.at("$defs").at("loop_guard").at("properties");
    QVERIFY(guard.at("limit").at("maximum") == Json(teamfile::kMaxRepeats));
    const Json &sub = team.at("sub_agents").at("properties");
    const SubAgentLimits plainSub;
    QVERIFY(sub.at("max_depth").at("maximum") == Json(teamfile::kMaxSubAgentDepth));
    QVERIFY(sub.at("max_parallel").at("maximum") == Json(teamfile::kMaxSubAgentsAtOnce));
    QVERIFY(sub.at("max_parallel").at("default") == Json(plainSub.maxParallel));
    QVERIFY(sub.at("max_total").at("maximum") == Json(teamfile::kMaxSubAgents));
    QVERIFY(sub.at("max_total").at("default") == Json(plainSub.maxTotal));
    QVERIFY(team.at("memory").at("properties").at("inject").at("maximum")
            == Json(teamfile::kMaxInjected));
    const Json &context = rules.at("$defs").at("context").at("properties");
    const ContextRules plainContext;
    QVERIFY(context.at("compact_at").at("default") == Json(plainContext.compactAt));
    QVERIFY(context.at("max_tokens").at("minimum") == Json(teamfile::kMinContextTokens));
    QVERIFY(context.at("keep_messages").at("default") == Json(plainContext.keepMessages));
    QVERIFY(context.at("keep_messages").at("maximum") == Json(teamfile::kMaxKeptMessages));
    QVERIFY(context.at("result_head").at("default") == Json(plainContext.resultHead));
    QVERIFY(context.at("result_tail").at("default") == Json(plainContext.resultTail));
    const Json &results = rules.at("$defs").at("tool_results").at("properties");
    const ResultRules plainResults;
    QVERIFY(results.at("spill_over").at("default") == Json(plainResults.spillOver));
    QVERIFY(results.at("head").at("default") == Json(plainResults.head));
    QVERIFY(results.at("tail").at("default") == Json(plainResults.tail));
    QVERIFY(results.at("tail").at("minimum") == Json(teamfile::kMinKeptBytes));
    QVERIFY(results.at("tail").at("maximum") == Json(teamfile::kMaxKeptBytes));
    const HookSpec plainHook;
    QCOMPARE(keysOf(agent.at("settings").at("properties")), asSet(teamfile::kSettings));
    const Json &hook = rules.at("$defs").at("hook").at("properties");
    QVERIFY(hook.at("priority").at("default") == Json(plainHook.priority));
    QVERIFY(hook.at("fail_closed").at("default") == Json(plainHook.failClosed));
    QVERIFY(hook.at("timeout_s").at("default") == Json(plainHook.timeoutMs / 1000));
    QVERIFY(hook.at("timeout_s").at("maximum") == Json(teamfile::kMaxHookTimeoutS));
}

ORRERY_TEST(TeamFileTest)
#include "tst_teamfile.moc"
