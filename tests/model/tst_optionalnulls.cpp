// SPDX-License-Identifier: GPL-3.0-or-later
// Nulls that a model writes in place of keys that may be left out.
#include "core/model/jsonschema.h"
#include "core/model/optionalnulls.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

class OptionalNullsTest : public QObject
{
    Q_OBJECT
private slots:
    void whatMayBeLeftOutIs_data();
    void whatMayBeLeftOutIs();
    void theyAreFoundAtEveryDepth();
    void schemasWithoutEndAreGivenUp();
};

void OptionalNullsTest::whatMayBeLeftOutIs_data()
{
    QTest::addColumn<QByteArray>("schema"); ///< of the key `a`, which may be left out
    QTest::addColumn<bool>("goes");
    const auto row = [](const char *schema, bool goes) {
        QTest::newRow(schema) << QByteArray(schema) << goes;
    };
    row(R"({"type":"string"})", true);
    row(R"({"type":["string","integer"]})", true);
    row(R"({"type":["string","null"]})", false);
    row(R"({"type":"null"})", false);
    row(R"({"type":"string","nullable":true})", false);
    row(R"({"enum":["x"]})", true);
    row(R"({"enum":["x",null]})", false);
    row(R"({"const":"x"})", true);
    row(R"({"const":null})", false);
    row(R"({"anyOf":[{"type":"string"},{"type":"number"}]})", true);
    row(R"({"anyOf":[{"type":"string"},{"type":"null"}]})", false);
    row(R"({"allOf":[{"$ref":"#/$defs/word"}],"description":"x"})", true);
    row(R"({"allOf":[{},{"$ref":"#/$defs/wordOrNot"}]})", false);
    row(R"({"anyOf":[{},{"type":"string"}],"allOf":[{"type":"string"}]})", true);
    row(R"({"$ref":"#/$defs/word"})", true);
    row(R"({"$ref":"#/$defs/wordOrNot"})", false);
    row(R"({"$ref":"#/$defs/self"})", false);
    row(R"({"$ref":"#/$defs/selfInParts"})", false);
    row(R"({})", false);
    row("true", false);
    row("false", true);
}

void OptionalNullsTest::whatMayBeLeftOutIs()
{
    QFETCH(QByteArray, schema);
    QFETCH(bool, goes);
    Json whole = {{"type", "object"},
                  {"$defs",
                   {{"word", {{"type", "string"}}},
                    {"wordOrNot", {{"type", {"string", "null"}}}},
                    {"self", {{"$ref", "#/$defs/self"}}},
                    {"selfInParts", {{"anyOf", {{{"$ref", "#/$defs/selfInParts"}}}}}}}}};
    whole["properties"]["a"] = Json::parse(schema.toStdString());
    Json value = {{"a", nullptr}};
    const auto dropped = dropOptionalNulls(value, whole);
    QCOMPARE(dropped.size(), std::size_t(goes));
    QCOMPARE(value.empty(), goes);
    whole["required"] = {"a"};
    value = {{"a", nullptr}};
    QVERIFY(dropOptionalNulls(value, whole).empty() && value.size() == 1);
}

void OptionalNullsTest::theyAreFoundAtEveryDepth()
{
    const Json schema = Json::parse(R"({"properties":{
        "list":{"items":{"properties":{"a":{"type":"string"}}}},
        "either":{"anyOf":[{"properties":{"x":{"type":"string"},"y":{"type":"string"}}},
                           {"properties":{"z":{"type":"integer"}}}]},
        "node":{"$ref":"#/$defs/node"}},
        "allOf":[{"properties":{"more":{"type":"integer"}}}],
        "$defs":{"node":{"properties":{"next":{"$ref":"#/$defs/node"},"n":{"type":"integer"}},
                         "type":"object"}}})");
    Json value = Json::parse(R"({"list":[{"a":null},{"a":"b"}],"either":{"z":null},"more":null,
        "node":{"n":1,"next":{"n":null,"next":null}},"other":null})");
    const auto dropped = dropOptionalNulls(value, schema);
    const Json left = Json::parse(R"({"list":[{},{"a":"b"}],"either":{},
        "node":{"n":1,"next":{}},"other":null})");
    QVERIFY2(value == left, value.dump().c_str());
    QCOMPARE(dropped.size(), std::size_t(5));
    for (const char *place : {"list[0].a", "either.z", "more", "node.next.n", "node.next.next"})
        QVERIFY2(std::find(dropped.begin(), dropped.end(), place) != dropped.end(), place);
}

void OptionalNullsTest::schemasWithoutEndAreGivenUp()
{
    const Json schema = Json::parse(R"({"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[
        {"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]}}})");
    Json value = {{"a", nullptr}};
    QVERIFY(dropOptionalNulls(value, schema).empty());
    Json deep = Json::object();
    for (int i = 0; i < 5000; ++i)
        deep = {{"next", std::move(deep)}};
    const Json node = {{"properties", {{"next", {{"$ref", "#"}}}}}};
    QVERIFY(dropOptionalNulls(deep, node).empty());
}

ORRERY_TEST(OptionalNullsTest)
#include "tst_optionalnulls.moc"
