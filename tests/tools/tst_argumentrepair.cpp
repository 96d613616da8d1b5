// SPDX-License-Identifier: GPL-3.0-or-later
// What is put right in the arguments of a call, what is not, and what a model is told.
#include "core/tools/argumentrepair.h"
#include "core/tools/toolexecutor.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::tools;

namespace {

// What moc would misread in a raw string is escaped.
const char *const kSchema = R"({
  "type": "object", "required": ["path", "must"],
  "properties": {
    "path": {"type": "string"},
    "must": {"type": "string"},
    "line": {"type": "integer"},
    "share": {"type": "number"},
    "either": {"type": ["integer", "null"]},
    "number_or_integer": {"type": ["integer", "number"]},
    "free": {},
    "tags": {"type": "array", "items": {"type": "integer"}},
    "options": {"type": "object", "properties": {"deep": {"type": "integer"}, "x": {"type": "string"}}},
    "text_or_list": {"type": ["string", "array"]},
    "choice": {"oneOf": [
      {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "a"}, "x": {"type": "string"}}},
      {"type": "object", "required": ["kind", "x"], "properties": {"kind": {"const": "b"}, "x": {"type": ["string", "null"]}}}
    ]}
  } })";

std::string joined(const std::vector<std::string> &texts)
{
    std::string all;
    for (const std::string &text : texts)
        all += (all.empty() ? "" : "; ") + text;
    return all;
}

} // namespace

class TestArgumentRepair : public QObject
{
    Q_OBJECT

private slots:
    void mendsWhatIsMeant_data()
    {
        QTest::addColumn<QByteArray>("given");
        QTest::addColumn<QByteArray>("expected");
        QTest::addColumn<QByteArray>("mended");
        const auto row = [](const char *name, const char *given, const char *expected,
                            const char *mended) {
            QTest::newRow(name) << QByteArray(given) << QByteArray(expected) << QByteArray(mended);
        };
        row("nothing to do", R"({"path":"a","line":2})", R"({"path":"a","line":2})", "");
        row("null for an optional one", R"({"path":"a","line":null})", R"({"path":"a"})",
            "line: null for what is optional, left out");
        row("null for a required one stays", R"({"must":null})", R"({"must":null})", "");
        row("null where null may be", R"({"either":null})", R"({"either":null})", "");
        row("null where anything may be", R"({"free":null})", R"({"free":null})", "");
        row("null that one of two wants stays",
            R"({"path":"p","must":"m","choice":{"kind":"b","x":null}})",
            R"({"path":"p","must":"m","choice":{"kind":"b","x":null}})", "");
        row("null for what the schema does not know", R"({"other":null})", R"({"other":null})", "");
        row("null deep inside", R"({"options":{"deep":null,"x":"y"}})", R"({"options":{"x":"y"}})",
            "options.deep: null for what is optional, left out");
        row("2.0 for an integer", R"({"line":2.0})", R"({"line":2})",
            "line: a whole number written as a fraction");
        row("-3.0 too", R"({"line":-3.0})", R"({"line":-3})",
            "line: a whole number written as a fraction");
        row("2.5 stays", R"({"line":2.5})", R"({"line":2.5})", "");
        row("2.0 for a number stays", R"({"share":2.0})", R"({"share":2.0})", "");
        row("2.0 where both may be", R"({"number_or_integer":2.0})", R"({"number_or_integer":2.0})",
            "");
        row("the largest that is exact", R"({"line":9007199254740992.0})",
            R"({"line":9007199254740992})", "line: a whole number written as a fraction");
        row("too large to be exact", R"({"line":9007199254740994.0})",
            R"({"line":9007199254740994.0})", "");
        row("2.0 in a list", R"({"tags":[1,2.0]})", R"({"tags":[1,2]})",
            "tags[1]: a whole number written as a fraction");
        row("a number as text stays", R"({"line":"2"})", R"({"line":"2"})", "");
        row("true as text stays", R"({"line":"true"})", R"({"line":"true"})", "");
        row("a list as text", R"({"tags":"[1,2]"})", R"({"tags":[1,2]})",
            "tags: a list written as a text");
        row("and its items", R"({"tags":"[1.0]"})", R"({"tags":[1]})",
            "tags: a list written as a text; tags[0]: a whole number written as a fraction");
        row("an object as text", "{\"options\":\"{\\\"x\\\":\\\"y\\\"}\"}",
            R"({"options":{"x":"y"}})", "options: an object written as a text");
        row("an object where a list belongs", R"({"tags":"{}"})", R"({"tags":"{}"})", "");
        row("a list where an object belongs", R"({"options":"[]"})", R"({"options":"[]"})", "");
        row("a text that may be a text", R"({"text_or_list":"[1]"})", R"({"text_or_list":"[1]"})",
            "");
        row("a text that is no JSON", "{\"tags\":\"[1\"}", "{\"tags\":\"[1\"}", "");
        row("null for no arguments", "null", "{}", "");
        row("an empty list for no arguments", "[]", "{}", "the arguments: empty, taken for none");
        row("an empty text for no arguments", "\" \"", "{}",
            "the arguments: empty, taken for none");
        row("an object encoded twice", "\"{\\\"path\\\":\\\"a\\\",\\\"line\\\":2.0}\"",
            R"({"path":"a","line":2})",
            "the arguments: an object encoded twice; line: a whole number written as a fraction");
        row("a list that is none of it", "[1]", "[1]", "");
        row("a text that is none of it", "\"path\"", "\"path\"", "");
    }
    void mendsWhatIsMeant()
    {
        QFETCH(QByteArray, given);
        QFETCH(QByteArray, expected);
        QFETCH(QByteArray, mended);
        const MendedArguments result =
            mendArguments(Json::parse(given.toStdString()), Json::parse(kSchema));
        QCOMPARE(result.arguments.dump(), Json::parse(expected.toStdString()).dump());
        QCOMPARE(joined(result.mended), mended.toStdString());
    }

    void withoutASchemaNothingInsideIsTouched()
    {
        const Json given = {{"a", nullptr}, {"b", 2.0}, {"c", "[1]"}};
        QCOMPARE(mendArguments(given, Json()).arguments.dump(), given.dump());
        QCOMPARE(mendArguments(given, Json::object()).arguments.dump(), given.dump());
    }

    void readsArgumentTexts_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("cut");
        QTest::addColumn<QByteArray>("arguments"); // or part of the answer
        QTest::addColumn<bool>("understood");
        const auto row = [](const char *name, const char *text, bool cut, const char *arguments,
                            bool understood) {
            QTest::newRow(name) << QByteArray(text) << cut << QByteArray(arguments) << understood;
        };
        row("nothing", " \n", false, "{}", true);
        row("null", "null", false, "{}", true);
        row("an empty list", " [ ] ", false, "{}", true);
        row("an empty text", "\"\"", false, "{}", true);
        row("encoded twice", "\"{\\\"a\\\":1}\"", false, R"({"a":1})", true);
        row("encoded twice, in an answer that was cut", "\"{\\\"a\\\":1}\"", true, R"({"a":1})",
            true);
        row("an object", R"({"a":1})", false, R"({"a":1})", true);
        row("broken", R"({"a":1,oops})", false,
            "not valid JSON: they break at byte 8, after `{\"a\":1,`", false);
        row("broken at once", "oops", false, "they break at byte 1, after ``", false);
        row("two objects", R"({"a":1}{"b":2})", false, "they break at byte 8", false);
        row("breaks off", "{\"content\":\"Once upon", false, "cut off after 21 bytes", false);
        row("breaks off after a comma", "{\"a\":1,", false, "cut off after 7 bytes", false);
        row("broken, in an answer that was cut", R"({"a":1,oops})", true, "cut off after 12 bytes",
            false);
        row("a list", "[1]", false, "but were a list", false);
        row("a number", "7", false, "but were a number", false);
        row("true", "true", false, "but were true or false", false);
        row("a text", "\"path\"", false, "but were a text", false);
    }
    void readsArgumentTexts()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, cut);
        QFETCH(QByteArray, arguments);
        QFETCH(bool, understood);
        const auto read = readArgumentText(text.toStdString(), cut);
        QCOMPARE(std::holds_alternative<MendedArguments>(read), understood);
        if (understood) {
            QCOMPARE(std::get<MendedArguments>(read).arguments.dump(), arguments.toStdString());
            return;
        }
        const std::string &answer = std::get<std::string>(read);
        QVERIFY2(QByteArray::fromStdString(answer).contains(arguments), answer.c_str());
        QVERIFY2(answer.find("Nothing was run.") != std::string::npos, answer.c_str());
    }

    void tooDeepIsSaid()
    {
        const auto read = readArgumentText(std::string(600, '[') + std::string(600, ']'), false);
        QVERIFY(std::get<std::string>(read).find("nested too deeply, more than 500 levels")
                != std::string::npos);
    }

    void theTextAroundABreakIsShort()
    {
        const auto read =
            readArgumentText("{\"a\":\"" + std::string(1000, 'x') + "\" oops}", false);
        const std::string &answer = std::get<std::string>(read);
        QVERIFY(answer.find('`' + std::string(38, 'x') + "\" `") != std::string::npos);
    }

    void aToolRunsWithWhatWasMendedAndTheEventSaysSo()
    {
        Tool tool;
        tool.name = "read";
        tool.parameters = {{"type", "object"}, {"properties", {{"line", {{"type", "integer"}}}}}};
        Json seen;
        tool.run = [&seen](const Json &arguments, ToolContext &) {
            seen = arguments;
            return ToolResult::success("done");
        };
        const ToolExecution ran = executeTool(tool, {{"line", 4.0}}, {});
        QCOMPARE(ran.content, std::string("done"));
        QCOMPARE(seen.dump(), std::string(R"({"line":4})"));
        QCOMPARE(joined(ran.mended), std::string("line: a whole number written as a fraction"));

        const ToolExecution refused = executeTool(tool, {{"line", "4"}}, {});
        QVERIFY(!refused.ok);
        QVERIFY(refused.content.find("expected integer, got string") != std::string::npos);
        QVERIFY(refused.mended.empty());

        tool.validateArguments = false;
        executeTool(tool, {{"line", 4.0}}, {});
        QCOMPARE(seen.dump(), std::string(R"({"line":4.0})"));
    }

    void aToolThatIsStartedGetsThemToo()
    {
        Tool tool;
        tool.name = "later";
        tool.parameters = {{"type", "object"}, {"properties", {{"line", {{"type", "integer"}}}}}};
        Json seen;
        tool.start = [&seen](const Json &arguments, ToolContext,
                             const std::function<void(ToolResult)> &done) {
            seen = arguments;
            done(ToolResult::success("done"));
        };
        ToolExecution ran;
        startTool(tool, {{"line", nullptr}}, {}, [&](ToolExecution result) { ran = result; });
        QCOMPARE(ran.content, std::string("done"));
        QCOMPARE(seen.dump(), std::string("{}"));
        QCOMPARE(ran.mended.size(), 1u);
        startTool(tool, {{"line", "x"}}, {}, [&](ToolExecution result) { ran = result; });
        QVERIFY(!ran.ok);
    }
};

ORRERY_TEST(TestArgumentRepair)
#include "tst_argumentrepair.moc"
