// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/jsonschema.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

namespace {

/// `pointer: message`, one a line; empty when the value satisfies the schema.
QString violations(const JsonSchema &schema, const Json &value)
{
    QStringList lines;
    for (const SchemaViolation &violation : schema.check(value)) {
        const std::string place = violation.pointer.empty() ? "" : violation.pointer + ": ";
        lines << QString::fromStdString(place + violation.message);
    }
    return lines.join('\n');
}

Json nested(int levels)
{
    Json value = 1;
    for (int i = 0; i < levels; ++i)
        value = Json{{"c", std::move(value)}};
    return value;
}

} // namespace

class TestJsonSchema : public QObject
{
    Q_OBJECT

private slots:
    void saysWhatWasExpectedAndWhere_data()
    {
        QTest::addColumn<QByteArray>("schema");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *name, const char *schema, const char *value,
                            const char *expected) {
            QTest::newRow(name) << QByteArray(schema) << QByteArray(value) << QString(expected);
        };
        row("type", R"({"properties":{"a":{"properties":{"b":{"type":"integer"}}}}})",
            R"({"a":{"b":"x"}})", "/a/b: expected integer, got string");
        row("type at the top", R"({"type":"object"})", "[]", "expected object, got array");
        row("types", R"({"type":["integer","null"]})", "true",
            "expected integer or null, got boolean");
        row("a whole float is an integer", R"({"type":"integer"})", "1.0", "");
        row("a fraction is none", R"({"type":"integer"})", "1.5", "expected integer, got number");
        row("an integer is a number", R"({"type":"number"})", "12345678901234567890", "");
        row("nullable", R"({"type":"string","nullable":true})", "null", "");
        row("not nullable", R"({"type":"string","nullable":false})", "null",
            "expected string, got null");
        row("enum", R"({"enum":["a","b"]})", R"("c")", R"(expected one of ["a","b"], got "c")");
        row("enum counts 1.0 as 1", R"({"enum":[1]})", "1.0", "");
        row("enum knows false from 0", R"({"enum":[0]})", "false",
            "expected one of [0], got false");
        row("const", R"({"const":{"a":1}})", R"({"a":2})", R"(expected {"a":1}, got an object)");
        row("required", R"({"required":["a","b"]})", R"({"a":null})", R"(missing property "b")");
        row("additionalProperties", R"({"properties":{"a":{}},"additionalProperties":false})",
            R"({"a":1,"x/y":2})", "/x~1y: unexpected property");
        row("described others", R"({"additionalProperties":{"type":"string"}})", R"({"a":1})",
            "/a: expected string, got integer");
        row("patternProperties",
            R"({"patternProperties":{"^n_":{"type":"number"}},"additionalProperties":false})",
            R"({"n_a":1,"n_b":"x","other":1})",
            "/n_b: expected number, got string\n/other: unexpected property");
        row("propertyNames", R"({"propertyNames":{"maxLength":2}})", R"({"abc":1})",
            R"(property name "abc": expected at most 2 characters, got 3)");
        row("minProperties", R"({"minProperties":1})", "{}", "expected at least 1 property, got 0");
        row("dependentRequired", R"({"dependentRequired":{"a":["b"]}})", R"({"a":1})",
            R"(missing property "b", which "a" needs)");
        row("dependentSchemas", R"({"dependentSchemas":{"a":{"required":["c"]}}})", R"({"a":1})",
            R"(missing property "c")");
        row("minimum", R"({"minimum":5})", "4.5", "expected at least 5, got 4.5");
        row("maximum", R"({"maximum":5})", "6", "expected at most 5, got 6");
        row("exclusiveMinimum", R"({"exclusiveMinimum":5})", "5", "expected more than 5, got 5");
        row("exclusiveMaximum", R"({"exclusiveMaximum":5})", "5", "expected less than 5, got 5");
        row("multipleOf", R"({"multipleOf":3})", "10", "expected a multiple of 3, got 10");
        row("multipleOf a fraction", R"({"multipleOf":0.01})", "19.99", "");
        row("multipleOf of a large number", R"({"multipleOf":1e-8})", "12391239123", "");
        row("minLength", R"({"minLength":3})", R"("éé")", "expected at least 3 characters, got 2");
        row("maxLength counts code points", R"({"maxLength":2})", R"("日本")", "");
        row("pattern", R"({"pattern":"^a+$"})", R"("ab")",
            R"(expected text that matches ^a+$, got "ab")");
        row("pattern ends at the very end", R"({"pattern":"^a$"})", R"("a\n")",
            R"(expected text that matches ^a$, got "a\n")");
        row("pattern with a dollar sign", R"({"pattern":"^\\$[$]$"})", R"("$$")", "");
        row("pattern with an escape", R"({"pattern":"^\\u00e9$"})", R"("é")", "");
        row("minItems", R"({"minItems":2})", "[1]", "expected at least 2 items, got 1");
        row("maxItems", R"({"maxItems":1})", "[1,2]", "expected at most 1 item, got 2");
        row("uniqueItems", R"({"uniqueItems":true})", R"([{"a":1},2,{"a":1.0}])",
            "expected no item twice, but items 0 and 2 are equal");
        row("contains", R"({"contains":{"type":"null"}})", "[1]",
            R"(expected an item that satisfies {"type":"null"})");
        row("maxContains", R"({"contains":{"type":"null"},"maxContains":1})", "[null,null]",
            "expected at most 1 item as described, got 2");
        row("minContains may be zero", R"({"contains":{"type":"null"},"minContains":0})", "[1]",
            "");
        row("items", R"({"items":{"type":"string"}})", R"(["a",1])",
            "/1: expected string, got integer");
        row("prefixItems", R"({"prefixItems":[{"type":"string"}],"items":false})", R"([1,2])",
            "/0: expected string, got integer\n/1: no value is allowed here");
        row("items of draft-07", R"({"items":[{"type":"string"}],"additionalItems":false})",
            R"([1,2])", "/0: expected string, got integer\n/1: no value is allowed here");
        row("allOf", R"({"allOf":[{"minimum":2},{"maximum":0}]})", "1",
            "expected at least 2, got 1\nexpected at most 0, got 1");
        row("anyOf",
            R"({"anyOf":[{"type":"string"},{"properties":{"a":{"type":"null"}},"type":"object"}]})",
            R"({"a":1})",
            "no alternative fits: expected string, got object; or /a: expected null, got integer");
        row("oneOf none", R"({"oneOf":[{"type":"string"}]})", "1", "expected string, got integer");
        row("oneOf two", R"({"oneOf":[{"type":"integer"},{"minimum":0}]})", "1",
            "expected exactly one alternative to fit, got 2");
        row("not", R"({"not":{"type":"null"}})", "null",
            R"(expected a value that does not satisfy {"type":"null"})");
        row("then", R"({"if":{"required":["a"]},"then":{"required":["b"]}})", R"({"a":1})",
            R"(missing property "b")");
        row("else", R"({"if":{"required":["a"]},"else":{"required":["b"]}})", "{}",
            R"(missing property "b")");
        row("$defs",
            R"({"$defs":{"n":{"type":"integer"}},"items":{"$ref":"#/$defs/n","minimum":5}})",
            R"(["x",1])", "/0: expected integer, got string\n/1: expected at least 5, got 1");
        row("definitions", R"({"definitions":{"a/b":{"type":"null"}},"$ref":"#/definitions/a~1b"})",
            "1", "expected null, got integer");
        row("$anchor", R"({"$defs":{"n":{"$anchor":"whole","type":"integer"}},"$ref":"#whole"})",
            R"("x")", "expected integer, got string");
        row("by its own id",
            R"({"$id":"http://x.org/s","$defs":{"n":{"type":"null"}},"$ref":"http://x.org/s#/$defs/n"})",
            "1", "expected null, got integer");
        row("a tree", R"({"type":"object","properties":{"kids":{"items":{"$ref":"#"}}}})",
            R"({"kids":[{"kids":[5]}]})", "/kids/0/kids/0: expected object, got integer");
        row("unknown keywords", R"({"x-odd":5,"format":"email","title":"T"})", R"("x")", "");
        row("true", "true", "1", "");
        row("false", "false", "1", "no value is allowed here");
        row("keywords as names of properties",
            R"({"properties":{"$ref":{"type":"string"},"type":{"enum":["t"]}}})",
            R"({"$ref":"x","type":"t"})", "");
        row("keywords in values", R"({"const":{"$ref":"nowhere","type":"odd"}})",
            R"({"$ref":"nowhere","type":"odd"})", "");
    }

    void saysWhatWasExpectedAndWhere()
    {
        QFETCH(QByteArray, schema);
        QFETCH(QByteArray, value);
        QFETCH(QString, expected);
        const auto compiled = JsonSchema::compile(Json::parse(schema.toStdString()));
        QVERIFY2(compiled, compiled ? "" : compiled.error().message.c_str());
        QCOMPARE(violations(*compiled, Json::parse(value.toStdString())), expected);
    }

    void refusesASchemaThatCannotBeMeant_data()
    {
        QTest::addColumn<QByteArray>("schema");
        QTest::addColumn<QString>("error");
        const auto row = [](const char *schema, const char *error) {
            QTest::newRow(schema) << QByteArray(schema) << QString(error);
        };
        row("{\"properties\":{\"a\":{\"$ref\":\"#/$defs/x\"}}}",
            "The schema: /properties/a/$ref: \"#/$defs/x\" leads nowhere, expected a place in this "
            "schema");
        row("{\"$ref\":\"https://example.org/s.json\"}",
            "The schema: /$ref: \"https://example.org/s.json\" leads nowhere, expected a place in "
            "this schema");
        row("{\"$ref\":\"#/~2\"}",
            "The schema: /$ref: \"#/~2\" leads nowhere, expected a place in this schema");
        row("{\"items\":{\"type\":\"strnig\"}}",
            "The schema: /items/type: \"strnig\", expected \"string\", \"integer\", \"number\", "
            "\"boolean\", \"array\", \"object\" or \"null\", or a list of them");
        row("{\"patternProperties\":{\"(\":{}}}",
            "The schema: /patternProperties/(: no pattern: missing closing parenthesis");
        row("{\"enum\":\"a\"}", "The schema: /enum: \"a\", expected a list");
        row("{\"required\":[1]}", "The schema: /required: a list, expected a list of names");
        row("{\"allOf\":[5]}",
            "The schema: /allOf/0: 5, expected a schema: an object, true or false");
        row("[]", "The schema: a list, expected a schema: an object, true or false");
    }

    void refusesASchemaThatCannotBeMeant()
    {
        QFETCH(QByteArray, schema);
        QFETCH(QString, error);
        const auto compiled = JsonSchema::compile(Json::parse(schema.toStdString()));
        QVERIFY(!compiled);
        QCOMPARE(QString::fromStdString(compiled.error().message), error);
    }

    void aReferenceToItselfAsksForNothing()
    {
        QCOMPARE(violations(*JsonSchema::compile({{"$ref", "#"}}), 1), "");
        const Json mutual =
            Json::parse("{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"}, "
                        "\"b\":{\"allOf\":[{\"$ref\":\"#/$defs/a\"},{\"type\":\"string\"}]}}}");
        QCOMPARE(violations(*JsonSchema::compile(mutual), 1), "expected string, got integer");
    }

    void theRecursionOfAValueIsBounded()
    {
        const auto tree = JsonSchema::compile({{"properties", {{"c", {{"$ref", "#"}}}}}});
        QCOMPARE(violations(*tree, nested(300)), "");
        QCOMPARE(violations(*tree, nested(100000)), "too complex to be checked");
    }

    void theTimeOfAlternativesIsBounded()
    {
        // Each level doubles the work.
        const Json child = {{"properties", {{"c", {{"$ref", "#"}}}}}, {"type", "object"}};
        const auto schema = JsonSchema::compile({{"anyOf", {child, child}}});
        QCOMPARE(violations(*schema, nested(200)), "too complex to be checked");
        QVERIFY(violations(*schema, nested(5)).size() < 2000);
    }

    void aLongTextDoesNotOverflowTheMatcher()
    {
        const auto schema = JsonSchema::compile({{"pattern", "^(a|b)*$"}});
        (void)schema->check(std::string(1000000, 'a')); // any verdict will do
        QCOMPARE(violations(*schema, "abc"), R"(expected text that matches ^(a|b)*$, got "abc")");
    }

    void aLongListOfMistakesIsCutShort()
    {
        const auto schema = JsonSchema::compile({{"items", {{"type", "string"}}}});
        QCOMPARE(schema->check(Json(std::vector<int>(1000, 7))).size(), 20u);
    }

    void aCopyIsUsableAfterTheOriginalIsGone()
    {
        std::optional<JsonSchema> copy;
        {
            const auto schema = JsonSchema::compile(
                {{"$defs", {{"n", {{"pattern", "^x"}}}}}, {"$ref", "#/$defs/n"}});
            copy = *schema;
        }
        QCOMPARE(violations(*copy, "y"), R"(expected text that matches ^x, got "y")");
    }
};

ORRERY_TEST(TestJsonSchema)
#include "tst_jsonschema.moc"
