// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/structuredoutput.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::llm;

namespace {

const Json kSchema = {
    {"type", "object"}, {"properties", {{"q", {{"type", "integer"}}}}}, {"required", {"q"}}};

OutputType typeOf(const Json &json)
{
    auto type = outputTypeFromJson(json);
    if (!type)
        qFatal("%s", type.error().message.c_str());
    return std::move(*type);
}

/// The value as JSON text, or `message | line of the model | …`.
QString outcome(const Json &type, std::string_view text)
{
    const auto value = parseOutput(typeOf(type), text);
    if (value)
        return QString::fromStdString(value->dump());
    QString formatted = QString::fromStdString(value.error().formatted);
    return QString::fromStdString(value.error().message) + " | " + formatted.replace('\n', " | ");
}

Message calling(std::initializer_list<const char *> names)
{
    Message message;
    message.role = Role::Assistant;
    for (const char *name : names) {
        ToolCall call;
        call.id = "c";
        call.name = name;
        call.arguments = {{"q", 1}};
        message.toolCalls.push_back(std::move(call));
    }
    return message;
}

} // namespace

class TestStructuredOutput : public QObject
{
    Q_OBJECT

private slots:
    void refusesWhatCannotBeAskedFor_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QString>("error");
        const auto row = [](const char *type, const char *error) {
            QTest::newRow(type) << QByteArray(type) << QString(error);
        };
        const char *shapes =
            "expected null or an object with one of choice, regex, json_schema, fields";
        row("5", qPrintable(QString("5, ") + shapes));
        row("{}", qPrintable(QString("an object, ") + shapes));
        row("{\"choices\":[\"a\"]}", qPrintable(QString("an object, ") + shapes));
        row("{\"choice\":[\"a\"],\"regex\":\"a\"}", qPrintable(QString("an object, ") + shapes));
        row("{\"choice\":[]}", "/choice: a list, expected a list of texts to choose from");
        row("{\"choice\":[1]}", "/choice: a list, expected a list of texts to choose from");
        row("{\"regex\":5}", "/regex: 5, expected a pattern");
        row("{\"fields\":[]}", "/fields: a list, expected an object with a type for each name");
        row("{\"fields\":{\"a/b\":5}}", "/fields/a~1b: 5, expected the name of a type");
        row("{\"json_schema\":{\"pattern\":\"(\"}}",
            "/json_schema: The schema: /pattern: no pattern: missing closing parenthesis");
    }

    void refusesWhatCannotBeAskedFor()
    {
        QFETCH(QByteArray, type);
        QFETCH(QString, error);
        const auto read = outputTypeFromJson(Json::parse(type.toStdString()));
        QVERIFY(!read);
        QCOMPARE(QString::fromStdString(read.error().message), error);
    }

    void takesTheJsonOutOfItsFence_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text :
             {"{\"q\":1}", " \n{\"q\":1}\n", "```json\n{\"q\":1}\n```", "```\n{\"q\":1}\n```",
              "```json{\"q\":1}```", "```json\r\n{\"q\":1}\r\n```", "Here:\n```json\n{\"q\":1}",
              "```\n\n  {\"q\":1}  \n\n```\nand\n```json\n{\"q\":2}\n```", "\u00a0{\"q\":1}\u3000"})
            QTest::newRow(QByteArray(text).simplified().constData()) << QByteArray(text);
    }

    void takesTheJsonOutOfItsFence()
    {
        QFETCH(QByteArray, text);
        QCOMPARE(outcome({{"json_schema", kSchema}}, text.toStdString()), "{\"q\":1}");
    }

    void whatIsNotJsonIsSaidToBe_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text :
             {"", "prose {\"q\":1}", "```js\n{\"q\":1}\n```", "```", "```json\n\n```",
              "{\"q\":1} x", "{\"q\":1,}", "{\"q\":1e400}", "nul"})
            QTest::addRow("<%s>", QByteArray(text).simplified().constData()) << QByteArray(text);
        QTest::newRow("endless nesting") << QByteArray(200000, '[');
        QTest::newRow("deep nesting") << QByteArray(2000, '[') + QByteArray(2000, ']');
    }

    void whatIsNotJsonIsSaidToBe()
    {
        QFETCH(QByteArray, text);
        QCOMPARE(outcome({{"json_schema", Json::object()}}, text.toStdString()),
                 "Failed to parse JSON | json: parse error");
        QCOMPARE(outcome({{"fields", {{"q", "map"}}}}, text.toStdString()),
                 "Failed to parse JSON | json: parse error");
    }

    void saysWhatIsWrongWithAnAnswer_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *type, const char *text, const char *expected) {
            QTest::addRow("%s %s", type, text)
                << QByteArray(type) << QByteArray(text) << QString(expected);
        };
        row("null", " as it is ", "\" as it is \"");
        row("{\"choice\":[\"yes\",\"né\"]}", " né\n", "\"né\"");
        row("{\"choice\":[\"yes\",\"né\"]}", "Yes",
            "Response \"Yes\" is not one of: [\"yes\",\"né\"] | choice: not in allowed choices");
        row("{\"regex\":\"^\\\\d{3}$\"}", " 123 ", "\"123\"");
        row("{\"regex\":\"b\"}", "abc", "\"abc\"");
        row("{\"regex\":\"^\\\\d{3}$\"}", "12",
            "Response does not match pattern: ^\\d{3}$ | regex: does not match pattern");
        row("{\"regex\":\"(\"}", "x", "Invalid regex pattern | regex: invalid pattern");
        row("{\"fields\":{\"n\":\"integer\",\"s\":\"string\"}}",
            "{\"n\":\"12\",\"s\":\"x\",\"extra\":1}", "{\"n\":12,\"s\":\"x\"}");
        row("{\"fields\":{\"n\":\"integer\",\"s\":\"string\"}}", "{\"n\":\"x\"}",
            "Output validation failed: n: is invalid; s: can't be blank"
            " | n: is invalid | s: can't be blank");
        row("{\"fields\":{\"n\":\"integer\"}}", "[1]",
            "Output validation failed: expected object, got array | expected object, got array");
        row("{\"json_schema\":{\"type\":\"object\"}}", "[1]",
            "Output validation failed: expected object, got array | expected object, got array");
        row("{\"json_schema\":{\"properties\":{\"a\":{\"items\":{\"type\":\"integer\"}}},"
            "\"required\":[\"b\"]}}",
            "{\"a\":[1,\"x\"]}",
            "Output validation failed: missing property \"b\"; /a/1: expected integer, got string"
            " | missing property \"b\" | /a/1: expected integer, got string");
    }

    void saysWhatIsWrongWithAnAnswer()
    {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, text);
        QFETCH(QString, expected);
        QCOMPARE(outcome(Json::parse(type.toStdString()), text.toStdString()), expected);
    }

    void aRequestIsAskedForTheShape_data()
    {
        QTest::addColumn<QByteArray>("provider");
        QTest::addColumn<QByteArray>("mode");
        QTest::addColumn<bool>("hasOtherTools");
        QTest::addColumn<QByteArray>("settings"); // beside the agent's own
        QTest::addColumn<bool>("hasTool");
        const auto row = [](const char *provider, const char *mode, bool hasOtherTools,
                            const QByteArray &settings, bool hasTool) {
            QTest::addRow("%s %s %d", provider, mode, hasOtherTools)
                << QByteArray(provider) << QByteArray(mode) << hasOtherTools << settings << hasTool;
        };
        const QByteArray schema = QByteArray::fromStdString(kSchema.dump());
        const QByteArray format = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{"
                                  "\"name\":\"output\",\"strict\":true,\"schema\":"
                                  + schema + "}}";
        row("openai", "auto", true, "{" + format + "}", false);
        row("gemini", "auto", false, "{" + format + "}", false);
        row("lmstudio", "auto", false, "{" + format + "}", false);
        row("vllm", "auto", false, "{\"guided_json\":" + schema + "," + format + "}", false);
        row("sglang", "auto", false, "{\"json_schema\":" + schema + "," + format + "}", false);
        row("anthropic", "json_schema", false, "{" + format + "}", false);
        row("anthropic", "json", false, "{\"response_format\":{\"type\":\"json_object\"}}", false);
        row("openai", "md_json", true, "{\"stop\":[\"```\"]}", false);
        row("anthropic", "auto", false,
            "{\"tool_choice\":{\"type\":\"tool\",\"name\":\"__structured_output__\"}}", true);
        row("anthropic", "auto", true, "{\"tool_choice\":{\"type\":\"auto\"}}", true);
        row("openai", "tool_call", true, "{\"tool_choice\":\"auto\"}", true);
        row("openai", "tool_call", false,
            "{\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"__structured_output__"
            "\"}}}",
            true);
    }

    void aRequestIsAskedForTheShape()
    {
        QFETCH(QByteArray, provider);
        QFETCH(QByteArray, mode);
        QFETCH(bool, hasOtherTools);
        QFETCH(QByteArray, settings);
        QFETCH(bool, hasTool);
        const auto structured =
            settingsFor(typeOf({{"json_schema", kSchema}}), provider.toStdString(),
                        *outputModeFromString(mode.toStdString()), hasOtherTools);
        Json actual = {{"temperature", 1}};
        Json tools;
        applyTo(actual, tools, structured, WireForm::OpenAi);
        Json expected = Json::parse(settings.toStdString());
        expected["temperature"] = 1;
        QCOMPARE(QByteArray::fromStdString(actual.dump()),
                 QByteArray::fromStdString(expected.dump()));
        QCOMPARE(tools.is_array() && tools.size() == 1, hasTool);
    }

    void serversThatGuideTheModelAreToldChoiceAndPattern()
    {
        const auto settings = [](const Json &type, const char *provider) {
            return settingsFor(typeOf(type), provider, OutputMode::Auto, false).settings;
        };
        const Json choice = {{"choice", {"a", "b"}}};
        const Json regex = {{"regex", "^a$"}};
        QVERIFY(settings(choice, "vllm") == Json({{"guided_choice", {"a", "b"}}}));
        QVERIFY(settings(choice, "sglang") == Json::object());
        QVERIFY(settings(regex, "vllm") == Json({{"guided_regex", "^a$"}}));
        QVERIFY(settings(regex, "sglang") == Json({{"regex", "^a$"}}));
        QVERIFY(settings(regex, "openai") == Json::object());
        QVERIFY(settings(Json(), "vllm") == Json::object());
    }

    void theSyntheticToolStandsBehindTheOthersInTheProvidersForm()
    {
        Json schema = kSchema;
        schema["additionalProperties"] = false;
        schema["$defs"] = {{"x", Json::object()}};
        const auto structured =
            settingsFor(typeOf({{"json_schema", schema}}), "anthropic", OutputMode::ToolCall, true);
        Json settings = Json::object();
        Json tools = Json::array({{{"name", "other"}}});
        applyTo(settings, tools, structured, WireForm::Anthropic);
        QCOMPARE(tools.size(), 2u);
        QVERIFY(tools[1]["name"] == "__structured_output__");
        schema.erase("additionalProperties");
        QVERIFY(tools[1]["input_schema"] == schema);

        applyTo(settings, tools, structured, WireForm::OpenAi);
        QVERIFY(tools[2]["function"]["parameters"]["additionalProperties"] == false);
        applyTo(settings, tools, structured, WireForm::Gemini);
        QVERIFY(!tools[3]["parameters"].contains("additionalProperties"));
    }

    void anthropicGetsAnObjectWhateverTheSchema()
    {
        const auto structured = settingsFor(typeOf({{"json_schema", Json::object()}}), "anthropic",
                                            OutputMode::Auto, false);
        Json settings = Json::object();
        Json tools;
        applyTo(settings, tools, structured, WireForm::Anthropic);
        QVERIFY(tools[0]["input_schema"]
                == Json::parse("{\"type\":\"object\",\"properties\":{},\"required\":[]}"));
    }

    void thePromptSaysWhatIsWanted()
    {
        QCOMPARE(promptWithSuffix("Be brief.", typeOf({{"choice", {"a", "b"}}}), OutputMode::Auto),
                 std::string("Be brief.\n\nYou must respond with exactly one of: a, b"));
        QCOMPARE(promptWithSuffix("Be brief.", typeOf({{"regex", "a"}}), OutputMode::Auto),
                 std::string("Be brief."));
        QCOMPARE(promptWithSuffix("Be brief.", TextOutput(), OutputMode::MdJson),
                 std::string("Be brief."));
        const auto suffix =
            promptSuffix(typeOf({{"fields", {{"n", "integer"}}}}), OutputMode::MdJson);
        QVERIFY(suffix);
        QVERIFY(suffix->find("```json\n{\n  \"additionalProperties\": false,")
                != std::string::npos);
        QVERIFY(suffix->ends_with(
            "\n}\n```\n\nYour response must be ONLY a markdown JSON code block. Do "
            "not include any other text.\n"));
    }

    void callsOfTheSyntheticToolAreAnswersAndNoCalls()
    {
        QVERIFY(isSyntheticTool("__structured_output_person__"));
        QVERIFY(!isSyntheticTool("__structured_output_"));

        Message message = calling({"read", "__structured_output__", "write"});
        message.content = "text";
        QCOMPARE(realCalls(message).size(), 2u);
        QCOMPARE(*realCalls(message)[1].name, std::string("write"));
        QCOMPARE(answerText(message), std::string("{\"q\":1}"));
        message.toolCalls[1].arguments = Json::object();
        message.toolCalls[1].invalidArguments = "{broken";
        QCOMPARE(answerText(message), std::string("{broken"));
        message.toolCalls.clear();
        QCOMPARE(answerText(message), std::string("text"));
        message.content.reset();
        QCOMPARE(answerText(message), std::string());
    }

    void theRetryShowsTheAnswerAndWhatIsWrongWithIt()
    {
        QCOMPARE(retryPrompt("12", "regex: does not match pattern"),
                 std::string(
                     "The response did not pass validation. Your previous response was:\n\n12\n\n"
                     "Please fix these errors and try again:\nregex: does not match pattern\n\n"
                     "Respond with valid JSON only.\n"));
    }
};

ORRERY_TEST(TestStructuredOutput)
#include "tst_structuredoutput.moc"
