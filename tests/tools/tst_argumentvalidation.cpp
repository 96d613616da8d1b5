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
