// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/canonicaljson.h"
#include "core/tools/argumentvalidation.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::tools;

class TestArgumentValidation : public QObject
{
    Q_OBJECT

private slots:
    void saysWhatIsUnknown_data()
    {
        QTest::addColumn<QString>("schema");
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<QString>("text");
        const auto row = [](const char *name, const char *schema, const char *arguments,
                            const char *text) {
            QTest::newRow(name) << schema << arguments << text;
        };
        const char *two = R"({"properties":{"path":{},"limit":{}}})";
        row("known", two, R"({"path":1})", "");
        row("unknown", two, R"({"file_path":"x","path":"y"})",
            "[Unknown parameter `file_path` was ignored; expected: `limit`, `path`.]");
        row("two", two, R"({"b":1,"a":2})",
            "[Unknown parameter `a` was ignored; expected: `limit`, `path`.]\n"
            "[Unknown parameter `b` was ignored; expected: `limit`, `path`.]");
        row("none at all", R"({"properties":{}})", R"({"x":1})",
            "[Unknown parameter `x` was ignored; expected: no parameters.]");
        row("deep", R"({"properties":{"edits":{"items":{"properties":{"old":{}}}}}})",
            R"({"edits":[{"old":1},{"olt":1}]})",
            "[Unknown parameter `edits[1].olt` was ignored; expected: `old`.]");
        row("in an object", R"({"properties":{"a":{"properties":{"b":{}}}}})", R"({"a":{"c":1}})",
            "[Unknown parameter `a.c` was ignored; expected: `b`.]");
        row("anything may be there", R"({"properties":{"a":{"type":"object"}}})",
            R"({"a":{"c":1}})", "");
        row("others are allowed", R"({"properties":{"a":{}},"additionalProperties":true})",
            R"({"c":1})", "");
        row("others are described", R"({"properties":{},"additionalProperties":{"type":"string"}})",
            R"({"c":"x"})", "");
        row("others are forbidden", R"({"properties":{},"additionalProperties":false})",
            R"({"c":"x"})", "[Unknown parameter `c` was ignored; expected: no parameters.]");
        row("no schema", "null", R"({"c":1})", "");
        row("no object", two, "[1]", "");
        row("odd names", two, "{\"a\\nb\":1}",
            "[Unknown parameter `a\\nb` was ignored; expected: `limit`, `path`.]");
        row("ten", R"({"properties":{}})",
            R"({"0":1,"1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1,"8":1,"9":1})", "9");
        row("more than ten", R"({"properties":{}})",
            R"({"0":1,"1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1,"8":1,"9":1,"a":1,"b":1})",
            "2 more");
    }
    void saysWhatIsUnknown()
    {
        QFETCH(QString, schema);
        QFETCH(QString, arguments);
        QFETCH(QString, text);
        const QString said = QString::fromStdString(unknownParameters(
            Json::parse(arguments.toStdString()), Json::parse(schema.toStdString())));
        if (text == "9")
            QVERIFY(said.count("Unknown parameter") == 10 && !said.contains("more"));
        else if (text == "2 more")
            QVERIFY(said.count("Unknown parameter") == 10
                    && said.endsWith("\n[2 more unknown parameters were ignored.]"));
        else
            QCOMPARE(said, text);
    }

    void saysWhatIsWrong_data()
    {
        QTest::addColumn<QString>("schema");
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<QString>("text");
        const auto row = [](const char *name, const char *schema, const char *arguments,
                            const char *text) {
            QTest::newRow(name) << schema << arguments << text;
        };
        const char *path =
            R"({"type":"object","properties":{"path":{"type":"string"}},"required":["path"]})";
        row("good", path, R"({"path":"x","more":1})", "");
        row("missing", path, "{}", "Missing required parameters: path");
        row("no object", path, "[]", "Missing required parameters: path");
        row("type", path, R"({"path":7})", R"(Parameter "path": expected string, got integer)");
        row("missing first", R"({"required":["b","a"],"properties":{"c":{"type":"string"}}})",
            R"({"c":1})", "Missing required parameters: b, a");
        row("a null is there", R"({"required":["a"]})", R"({"a":null})", "");
        row("order of keys", R"({"properties":{"b":{"type":"array"},"a":{"type":"boolean"}}})",
            R"({"b":1,"a":1.5})",
            R"(Parameter "a": expected boolean, got number; Parameter "b": expected array, got integer)");
        row("depth",
            R"({"properties":{"a":{"items":{"properties":{"b":{"items":{"type":"number"}}}}}}})",
            R"({"a":[{"b":[1,2.5,"x"]}]})",
            R"(Parameter "a[0].b[2]": expected number, got string)");
        row("choice", R"({"properties":{"a":{"enum":["x",1]}}})", R"({"a":"y"})",
            R"(Parameter "a": must be one of ["x",1], got "y")");
        row("kinds of number differ", R"({"properties":{"a":{"enum":[1]}}})", R"({"a":1.0})",
            R"(Parameter "a": must be one of [1], got 1.0)");
        row("at every depth", R"({"properties":{"a":{"enum":[{"k":[1]}]}}})",
            R"({"a":{"k":[1.0]}})",
            R"(Parameter "a": must be one of [{"k":[1]}], got {"k":[1.0]})");
        row("structures may be chosen", R"({"properties":{"a":{"enum":[{"k":[1,null]}]}}})",
            R"({"a":{"k":[1,null]}})", "");
        row("large integer", R"({"properties":{"a":{"type":"integer"},"b":{"type":"string"}}})",
            R"({"a":123456789012345678901,"b":-123456789012345678901})",
            R"(Parameter "b": expected string, got integer)");
        row("quoted name", "{\"properties\":{\"a\\\"b\":{\"type\":\"string\"}}}", "{\"a\\\"b\":1}",
            "Parameter \"a\\\"b\": expected string, got integer");
        row("odd schemas accept all", R"({"properties":{"a":7,"b":{"type":["x"]},"c":{"enum":7}}})",
            R"({"a":1,"b":1,"c":1})", "");
    }
    void saysWhatIsWrong()
    {
        QFETCH(QString, schema);
        QFETCH(QString, arguments);
        QFETCH(QString, text);
        const Json given = parseExactJson(arguments.toStdString()).value();
        const Json rules = Json::parse(schema.toStdString());
        QCOMPARE(QString::fromStdString(checkArguments(given, rules).text()), text);
        QCOMPARE(validateArguments(given, rules).has_value(), text.isEmpty());
    }

    void withoutASchemaEverythingGoes()
    {
        for (const Json &schema : {Json(), Json::object(), Json("x"), Json::array()})
            QVERIFY(validateArguments({{"a", 1}}, schema));
    }
};

ORRERY_TEST(TestArgumentValidation)
#include "tst_argumentvalidation.moc"
