// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httprequest.h"
#include "core/llm/modelprofile.h"
#include "core/llm/modelreport.h"
#include "core/llm/requestfields.h"
#include "core/llm/structuredoutput.h"
#include "tests/support/testregistry.h"

#include <QFile>
#include <QTest>

using namespace orrery;
using namespace orrery::llm;

namespace {

ModelRequest asking(const QByteArray &target, const QByteArray &settings)
{
    ModelRequest request;
    const auto colon = target.indexOf(':');
    request.provider = target.left(colon).toStdString();
    request.model = target.mid(colon + 1).toStdString();
    request.settings = Json::parse(settings.toStdString());
    request.stream = false;
    return request;
}

QByteArray headerOf(const HttpRequestSpec &spec, const std::string &name)
{
    for (const auto &[header, value] : spec.headers)
        if (header == name)
            return QByteArray::fromStdString(value);
    return {};
}

} // namespace

class RequestFieldsTest : public QObject
{
    Q_OBJECT

private slots:
    void settingsGoOutInTheModelsWords_data()
    {
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("settings");
        QTest::addColumn<QByteArray>("fields"); ///< without the model
        QTest::addColumn<QByteArray>("told");   ///< names of settings, in order
        const auto row = [](const char *name, const char *target, const char *settings,
                            const char *fields, const char *told = "") {
            QTest::newRow(name) << QByteArray(target) << QByteArray(settings) << QByteArray(fields)
                                << QByteArray(told);
        };
        row("plain", "openai:gpt-4o", R"({"max_tokens":9,"temperature":0.5})",
            R"({"max_tokens":9,"temperature":0.5})");
        row("gpt-5", "azure:gpt-5-mini",
            R"({"max_tokens":9,"temperature":0.5,"top_p":1,"stop":["x"],"seed":1})",
            R"({"max_completion_tokens":9,"seed":1})", "temperature top_p stop");
        row("parallel calls of o3", "azure:o3", R"({"parallel_tool_calls":false})", "{}",
            "parallel_tool_calls");
        row("the newer name stays", "custom:m", R"({"max_completion_tokens":9})",
            R"({"max_completion_tokens":9})");
        row("another name of the limit", "groq:m", R"({"max_tokens":9,"logprobs":true})",
            R"({"max_completion_tokens":9})", "logprobs");
        row("renamed", "mistral:m", R"({"seed":1,"user":"u"})", R"({"random_seed":1})", "user");
        row("no usage is asked for", "mistral:m", R"({"stream_options":{"include_usage":true}})",
            "{}");
        row("usage is", "custom:m", R"({"stream_options":{"include_usage":true}})",
            R"({"stream_options":{"include_usage":true}})");
        row("effort", "azure:gpt-5", R"({"reasoning_effort":"low"})",
            R"({"reasoning_effort":"low"})");
        row("the nearest effort", "azure:gpt-5", R"({"reasoning_effort":"xhigh"})",
            R"({"reasoning_effort":"high"})", "reasoning_effort");
        row("no effort", "azure:gpt-4o", R"({"reasoning_effort":"low"})", "{}", "reasoning_effort");
        row("unknown model", "custom:m", R"({"reasoning_effort":"low"})",
            R"({"reasoning_effort":"low"})");
        row("openrouter", "openrouter:a/b", R"({"reasoning_effort":"low"})",
            R"({"reasoning":{"effort":"low"}})");
        row("deepseek", "deepseek:deepseek-v4-pro", R"({"reasoning_effort":"low"})",
            R"({"thinking":{"type":"enabled"},"reasoning_effort":"high"})", "reasoning_effort");
        row("deepseek without", "deepseek:deepseek-v4-pro", R"({"thinking":false})",
            R"({"thinking":{"type":"disabled"}})");
        row("qwen", "alibaba:qwen3-max", R"({"thinking":true})", R"({"enable_thinking":true})");
        row("no forced calls", "moonshot:kimi-k2.6", R"({"tool_choice":"required"})",
            R"({"tool_choice":"auto"})", "tool_choice");
        row("not that one tool", "lmstudio:m",
            R"({"tool_choice":{"type":"function","function":{"name":"f"}}})",
            R"({"tool_choice":"required"})", "tool_choice");
        row("vllm", "vllm:m", R"({"guided_choice":["a"]})",
            R"({"structured_outputs":{"choice":["a"]}})");
        row("json only", "deepseek:deepseek-v4-pro",
            R"({"response_format":{"type":"json_schema","json_schema":{"schema":{}}}})",
            R"({"response_format":{"type":"json_object"}})", "response_format");

        row("thinking kept off", "azure:gpt-5.2",
            R"({"temperature":0.5,"reasoning_effort":"none"})",
            R"({"temperature":0.5,"reasoning_effort":"none"})");
        row("it may think", "azure:gpt-5.2", R"({"temperature":0.5})", "{}", "temperature");
        row("chat of 5.1", "azure:gpt-5.1-chat-latest", R"({"temperature":0.5})",
            R"({"temperature":0.5})");

        const char *responses = R"({"store":false,"include":["reasoning.encrypted_content"]})";
        row("responses", "openai:gpt-5",
            R"({"temperature":1,"top_p":1,"stop":"x","seed":1,"logprobs":true})", responses,
            "logprobs temperature top_p seed stop");
        row("responses, the nearest effort", "openai:gpt-5", R"({"reasoning_effort":"max"})",
            R"({"store":false,"include":["reasoning.encrypted_content"],
                "reasoning":{"effort":"high"}})",
            "reasoning_effort");
        row("responses of old", "openai-responses:gpt-4.1",
            R"({"temperature":1,"reasoning_effort":"low"})", R"({"store":false,"temperature":1})",
            "reasoning_effort");
        row("responses of another server", "openai-responses:gpt-oss-20b", R"({"temperature":1})",
            R"({"store":false,"include":["reasoning.encrypted_content"],"temperature":1})");
        row("responses, calls of o3", "openai-responses:o3", R"({"parallel_tool_calls":false})",
            responses, "parallel_tool_calls");
        row("responses, a schema", "openai:gpt-5",
            R"({"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,
                "schema":{"type":"object","properties":{"a":{"type":"integer"}}}}}})",
            R"({"store":false,"include":["reasoning.encrypted_content"],"text":{"format":
                {"type":"json_schema","name":"n","strict":true,"schema":
                {"type":"object","properties":{"a":{"type":["integer","null"]}},
                 "required":["a"],"additionalProperties":false}}}})");

        row("claude's own limit", "anthropic:claude-opus-5-5", "{}", R"({"max_tokens":128000})");
        row("claude of old", "anthropic:claude-3-5-haiku-20241022",
            R"({"temperature":1,"top_p":0.5})",
            R"({"max_tokens":8192,"temperature":1,"top_p":0.5})");
        row("unknown claude", "anthropic:m", R"({"seed":1})", R"({"max_tokens":4096})", "seed");
        row("claude samples no more", "anthropic:claude-sonnet-5", R"({"temperature":1,"top_k":3})",
            R"({"max_tokens":128000})", "temperature top_k");
        row("one of the two", "anthropic:claude-haiku-4-5", R"({"temperature":1,"top_p":0.5})",
            R"({"max_tokens":64000,"temperature":1})", "top_p");
        row("adaptive", "anthropic:claude-opus-5-5", R"({"reasoning_effort":"minimal"})",
            R"({"max_tokens":128000,"thinking":{"type":"adaptive"},"output_config":{"effort":"low"}})",
            "reasoning_effort");
        row("a budget no more", "anthropic:claude-opus-5-5",
            R"({"thinking":{"type":"enabled","budget_tokens":2048}})",
            R"({"max_tokens":128000,"thinking":{"type":"adaptive"}})", "thinking");
        row("a budget", "anthropic:claude-haiku-4-5",
            R"({"reasoning_effort":"high","temperature":0.5,"tool_choice":"required"})",
            R"({"max_tokens":64000,"thinking":{"type":"enabled","budget_tokens":16384},
                "tool_choice":{"type":"auto"}})",
            "temperature tool_choice");
        row("no room to think", "anthropic:claude-haiku-4-5",
            R"({"reasoning_effort":"high","max_tokens":1024})", R"({"max_tokens":1024})",
            "reasoning_effort");
        row("forced calls", "anthropic:claude-opus-5-5",
            R"({"max_tokens":9,"tool_choice":"required"})",
            R"({"max_tokens":9,"tool_choice":{"type":"auto"}})", "tool_choice");
        row("format", "anthropic:claude-opus-5-5",
            R"({"max_tokens":9,"response_format":{"type":"json_schema","json_schema":{"schema":
                {"type":"object","properties":{"a":{"type":"integer","minimum":3}}}}}})",
            R"({"max_tokens":9,"output_config":{"format":{"type":"json_schema","schema":
                {"type":"object","properties":{"a":{"type":"integer"}},
                 "additionalProperties":false}}}})");

        row("gemini level", "gemini:gemini-3.8-flash", R"({"reasoning_effort":"max"})",
            R"({"generationConfig":{"thinkingConfig":{"thinkingLevel":"high"}}})",
            "reasoning_effort");
        row("gemini budget", "gemini:gemini-2.5-flash", R"({"reasoning_effort":"none"})",
            R"({"generationConfig":{"thinkingConfig":{"thinkingBudget":0}}})");
        row("gemini pro thinks", "gemini:gemini-2.5-pro", R"({"reasoning_effort":"none"})",
            R"({"generationConfig":{"thinkingConfig":{"thinkingBudget":128}}})");
        row("gemini format", "gemini:gemini-3.8-flash",
            R"({"response_format":{"type":"json_schema","json_schema":{"schema":
                {"type":"object","properties":{"a":{"const":1}}}}}})",
            R"({"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":
                {"type":"object","properties":{"a":{"enum":[1]}}}}})");
    }
    void settingsGoOutInTheModelsWords()
    {
        QFETCH(QByteArray, target);
        QFETCH(QByteArray, settings);
        QFETCH(QByteArray, fields);
        QFETCH(QByteArray, told);
        const ModelRequest request = asking(target, settings);
        Json sent = requestFields(request, std::nullopt);
        sent.erase("model");
        QCOMPARE(QByteArray::fromStdString(sent.dump()),
                 QByteArray::fromStdString(Json::parse(fields.toStdString()).dump()));
        QByteArrayList names;
        for (const SettingLeftOut &left : settingsLeftOut(request)) {
            names << QByteArray::fromStdString(left.setting);
            QVERIFY2(left.why.starts_with(target.toStdString() + " "), left.why.c_str());
        }
        QCOMPARE(names.join(' '), told);
    }

    void aServerIsReachedWithItsAddressAndKey_data()
    {
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("baseUrl");
        QTest::addColumn<QByteArray>("url");
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<QByteArray>("value");
        const auto row = [](const char *target, const char *base, const char *url,
                            const char *header, const char *value) {
            QTest::addRow("%s %s", target, base)
                << QByteArray(target) << QByteArray(base) << QByteArray(url) << QByteArray(header)
                << QByteArray(value);
        };
        row("groq:m", "", "https://api.groq.com/openai/v1/chat/completions", "authorization",
            "Bearer k");
        row("anthropic:m", "", "https://api.anthropic.com/v1/messages", "x-api-key", "k");
        row("anthropic:m", "https://h/v1/messages", "https://h/v1/messages", "anthropic-version",
            "2023-06-01");
        row("gemini:m", "",
            "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent",
            "x-goog-api-key", "k");
        row("vertex:m", "https://h/v1/projects/p/locations/l",
            "https://h/v1/projects/p/locations/l/publishers/google/models/m:generateContent",
            "authorization", "Bearer k");
        row("azure:m", "https://r.openai.azure.com/openai/v1/",
            "https://r.openai.azure.com/openai/v1/chat/completions", "api-key", "k");
        row("azure:m", "https://r/openai/deployments/d?api-version=2024-10-21",
            "https://r/openai/deployments/d/chat/completions?api-version=2024-10-21", "api-key",
            "k");
        row("custom:m", "https://h/v1/chat/completions", "https://h/v1/chat/completions",
            "authorization", "Bearer k");
    }
    void aServerIsReachedWithItsAddressAndKey()
    {
        QFETCH(QByteArray, target);
        QFETCH(QByteArray, baseUrl);
        QFETCH(QByteArray, url);
        QFETCH(QByteArray, header);
        QFETCH(QByteArray, value);
        ModelRequest request = asking(target, "{}");
        request.baseUrl = baseUrl.toStdString();
        request.apiKey = "k";
        prepareRequest(request);
        const auto spec = buildRequest(request);
        QVERIFY2(spec, spec ? "" : spec.error().message.c_str());
        QCOMPARE(QByteArray::fromStdString(spec->url), url);
        QCOMPARE(headerOf(*spec, header.toStdString()), value);
    }

    void anAnswersShapeIsAskedForAsTheModelWantsIt()
    {
        const auto type = outputTypeFromJson(
            {{"json_schema", {{"type", "object"}, {"properties", {{"a", {{"type", "string"}}}}}}}});
        QVERIFY(type);
        const auto mode = [&](const char *provider, const char *model, bool hasTools) {
            const auto structured =
                settingsFor(*type, profileOf(provider, model), OutputMode::Auto, hasTools);
            if (!structured.tool.is_null())
                return "tool " + structured.toolChoice.dump();
            return structured.settings["response_format"].value("type", std::string());
        };
        QCOMPARE(mode("openai", "gpt-4o", true), std::string("json_schema"));
        QCOMPARE(mode("anthropic", "claude-opus-5-5", true), std::string("json_schema"));
        QCOMPARE(mode("anthropic", "claude-3-5-haiku", false),
                 std::string(R"(tool {"name":"__structured_output__","type":"tool"})"));
        QCOMPARE(mode("gemini", "gemini-2.5-pro", true), std::string(R"(tool "auto")"));
        QCOMPARE(mode("gemini", "gemini-3.8-flash", true), std::string("json_schema"));
        QCOMPARE(mode("deepseek", "deepseek-v4-pro", true), std::string("json_object"));
        QCOMPARE(mode("ollama", "m", true), std::string(R"(tool "auto")"));
        QCOMPARE(mode("ollama", "m", false), std::string("json_schema"));
    }

    void whatCannotBeStrictIsNotSentAsStrict()
    {
        const auto format = [](const Json &schema) {
            ModelRequest request = asking("openai:gpt-4o", "{}");
            request.settings["response_format"] = {
                {"type", "json_schema"},
                {"json_schema", {{"name", "o"}, {"schema", schema}, {"strict", true}}}};
            return requestFields(request, std::nullopt)["response_format"]["json_schema"];
        };
        const Json closed = format({{"type", "object"},
                                    {"properties", {{"a", {{"type", "string"}, {"minLength", 3}}}}},
                                    {"required", {"a"}}});
        QVERIFY(closed["strict"] == true);
        QVERIFY(closed["schema"]["additionalProperties"] == false);
        QVERIFY(!closed["schema"]["properties"]["a"].contains("minLength"));
        const Json optional =
            format({{"type", "object"}, {"properties", {{"a", {{"type", "string"}}}}}});
        QVERIFY(optional["strict"] == true);
        QVERIFY(optional["schema"]["required"] == Json::array({"a"}));
        QVERIFY(optional["schema"]["properties"]["a"]["type"] == Json::array({"string", "null"}));
        const Json open = format({{"type", "object"}, {"additionalProperties", true}});
        QVERIFY(open["strict"] == false);
    }

    void theDocumentSaysWhatTheTableSays()
    {
        QFile file(ORRERY_SOURCE_DIR "/docs/PROVIDERS.md");
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY2(file.readAll().toStdString() == providersMarkdown(),
                 "write it anew: orrery-cli models --markdown > docs/PROVIDERS.md");
    }

    void aModelsReportSaysWhereEachValueComesFrom()
    {
        const Json report = describeModel("openai", "gpt-5-mini-2025-08-07", "2026-11-29");
        QVERIFY(report["columns"]["sampling"]["value"] == false);
        QVERIFY(report["columns"]["sampling"]["origin"] == "built-in: openai/gpt-5*");
        QVERIFY(report["columns"]["late_system"]["origin"] == "built-in: openai");
        QVERIFY(report["columns"]["streams"]["origin"] == "built-in: defaults");
        QVERIFY(report["price"]["input"] == 0.25);
        QVERIFY(describeModel("custom", "m", "2026-11-29")["price"].is_null());
        QCOMPARE(describeProviders("groq").size(), 1u);
        QVERIFY(describeProviders("nobody").empty());
        QVERIFY(modelText("openai", "gpt-4o", "2026-11-29").find("input 2.5") != std::string::npos);
    }
};

ORRERY_TEST(RequestFieldsTest)
#include "tst_requestfields.moc"
