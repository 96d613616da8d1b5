// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/schemadialect.h"
#include "core/llm/schemarules.h"
#include "core/llm/toolschemalist.h"
#include "core/model/jsonschema.h"
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <random>

using namespace orrery;
using namespace orrery::llm;
using Dialect = ModelProfile::Schema;

namespace {

constexpr std::pair<Dialect, const char *> kDialects[] = {
    {Dialect::OpenAiLoose, "openai"},  {Dialect::Gemini, "gemini"},
    {Dialect::Anthropic, "anthropic"}, {Dialect::Mistral, "mistral"},
    {Dialect::Grammar, "grammar"},     {Dialect::GeminiJson, "gemini json"}};

/// Schemas and documents of all kinds, small enough to meet each other.
class Maker
{
public:
    /// `isSayable`: only what each dialect can say, so that the two schemas mean the same.
    Maker(unsigned seed, bool isSayable) : m_random(seed), m_isSayable(isSayable) {}

    Json object(int depth)
    {
        Json schema = {{"type", "object"}, {"properties", Json::object()}};
        Json required = Json::array();
        for (const char *name : {"a", "b", "type"})
            if (chance(2)) {
                schema["properties"][name] = any(depth - 1);
                if (chance(2))
                    required.push_back(name);
            }
        if (chance(2))
            schema["required"] = required;
        if (!m_isSayable && chance(3))
            schema["additionalProperties"] = chance(2) ? Json(false) : any(depth - 1);
        return schema;
    }

    Json any(int depth)
    {
        const int kind = number(m_isSayable ? 5 : 12);
        switch (depth > 0 ? kind : kind % 3) {
        case 0: return {{"type", "string"}};
        case 1: return {{"type", "integer"}, {"minimum", number(3)}};
        case 2: return {{"type", "string"}, {"enum", {"x", "y"}}};
        case 3: return {{"type", "array"}, {"items", any(depth - 1)}};
        case 4: return object(depth);
        case 5: return {{"type", {"string", "null"}}};
        case 6: return {{"const", chance(2) ? Json("x") : Json(number(3))}};
        case 7: return {{chance(2) ? "oneOf" : "anyOf", {any(depth - 1), {{"type", "null"}}}}};
        case 8: return {{"$ref", chance(2) ? "#/$defs/node" : "#/$defs/word"}};
        case 9: return {{"type", "string"}, {"pattern", "x\\w"}, {"format", "date-time"}};
        case 10: return {{"allOf", {{{"type", "integer"}}, {{"minimum", 1}}}}};
        default: return {{"type", "number"}, {"exclusiveMinimum", number(3)}};
        }
    }

    Json whole()
    {
        Json schema = object(3);
        if (!m_isSayable) {
            schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
            schema["$defs"] = {
                {"word", {{"type", "string"}}},
                {"node",
                 {{"type", "object"}, {"properties", {{"a", {{"$ref", "#/$defs/node"}}}}}}}};
        }
        return schema;
    }

    Json value(int depth)
    {
        switch (number(depth > 0 ? 8 : 5)) {
        case 0: return "x";
        case 1: return "zz";
        case 2: return number(4);
        case 3: return nullptr;
        case 4: return 1.5;
        case 5: return Json::array({value(depth - 1)});
        default: return document(depth - 1);
        }
    }

    Json document(int depth)
    {
        Json result = Json::object();
        for (const char *name : {"a", "b", "type"})
            if (chance(2))
                result[name] = value(depth);
        return result;
    }

private:
    int number(int below) { return static_cast<int>(m_random() % static_cast<unsigned>(below)); }
    bool chance(int of) { return number(of) == 0; }

    std::mt19937 m_random;
    bool m_isSayable;
};

/// `nullable` in JSON Schema's words.
Json standard(const Json &schema)
{
    if (schema.is_array()) {
        Json list = Json::array();
        for (const Json &item : schema)
            list.push_back(standard(item));
        return list;
    }
    if (!schema.is_object())
        return schema;
    Json result = Json::object();
    for (const auto &[key, value] : schema.items())
        result[key] = standard(value);
    if (result.contains("nullable") && result["nullable"].is_boolean()) {
        result.erase("nullable");
        return {{"anyOf", {result, {{"type", "null"}}}}};
    }
    return result;
}

bool accepts(const Json &schema, const Json &document)
{
    auto compiled = JsonSchema::compile(schema);
    return compiled && compiled->check(document).empty();
}

/// The first keyword that the dialect refuses; empty = none. `isNames`: the keys are names of properties.
std::string refused(const Json &schema, const SchemaRules &rules, bool isNames = false)
{
    if (schema.is_array()) {
        for (const Json &item : schema)
            if (std::string found = refused(item, rules); !found.empty())
                return found;
        return {};
    }
    if (!schema.is_object())
        return {};
    for (const auto &[key, value] : schema.items()) {
        if (!isNames) {
            if (!isAllowed(rules, key) || (rules.inlinesRefs && key == "$ref")
                || (rules.constAsEnum && key == "const") || (rules.oneOfAsAnyOf && key == "oneOf")
                || (rules.mergesAllOf && key == "allOf"))
                return key;
            if (rules.typed && key == "type" && !value.is_string())
                return "a list of types";
            if (rules.typed && key == "anyOf" && schema.size() > 1)
                return "something beside anyOf";
            if (key == "enum" || key == "required" || key == "type")
                continue;
        }
        const bool names = !isNames && (key == "properties" || key == "$defs");
        if (std::string found = refused(value, rules, names); !found.empty())
            return found;
    }
    return {};
}

} // namespace

class SchemaDialectTest : public QObject
{
    Q_OBJECT

private slots:
    void aSchemaIsSaidInTheDialectsWords_data();
    void aSchemaIsSaidInTheDialectsWords();
    void aUnionAtTheTopBecomesOneObject();
    void referencesInACircleEnd();
    void randomSchemasLoseWhatIsRefusedAndNoDocument_data();
    void randomSchemasLoseWhatIsRefusedAndNoDocument();
    void whatIsStrictIsClosedAndKeepsItsMeaning();
    void aListOfToolsIsInTheDialectOfItsModel();
};

void SchemaDialectTest::aSchemaIsSaidInTheDialectsWords_data()
{
    QTest::addColumn<int>("dialect");
    QTest::addColumn<QByteArray>("part"); ///< of a property
    QTest::addColumn<QByteArray>("becomes");
    const auto row = [](const char *name, Dialect dialect, const char *part, const char *becomes) {
        QTest::newRow(name) << static_cast<int>(dialect) << QByteArray(part) << QByteArray(becomes);
    };
    const auto gemini = [&](const char *name, const char *part, const char *becomes) {
        row(name, Dialect::Gemini, part, becomes);
    };
    gemini("null too", R"({"type":["string","null"]})", R"({"type":"string","nullable":true})");
    gemini("two types", R"({"type":["string","integer"],"minLength":1,"minimum":2})",
           R"({"anyOf":[{"type":"string","minLength":1},{"type":"integer","minimum":2}]})");
    gemini("const", R"({"const":"a"})", R"({"type":"string","enum":["a"]})");
    gemini("const number", R"({"const":3})", R"({"type":"integer","minimum":3,"maximum":3})");
    gemini("enum with null", R"({"enum":["a",null]})",
           R"({"type":"string","enum":["a"],"nullable":true})");
    gemini("union with null", R"({"description":"d","oneOf":[{"type":"integer"},{"type":"null"}]})",
           R"({"type":"integer","nullable":true,"description":"d"})");
    gemini("exclusive", R"({"type":"integer","exclusiveMinimum":0})",
           R"({"type":"integer","minimum":1})");
    gemini("draft 4", R"({"type":"integer","minimum":0,"exclusiveMinimum":true})",
           R"({"type":"integer","minimum":1})");
    gemini("format", R"({"type":"string","format":"uri"})", R"({"type":"string"})");
    gemini("all of", R"({"allOf":[{"type":"integer"},{"minimum":2}]})",
           R"({"type":"integer","minimum":2})");
    gemini("a map", R"({"type":"object","additionalProperties":{"type":"string"}})",
           R"({"type":"object"})");
    gemini("reference", R"({"$ref":"#/$defs/word","description":"d"})",
           R"({"type":"string","description":"d"})");
    gemini("circle", R"({"$ref":"#/$defs/node"})",
           R"({"type":"object","properties":{"next":{"type":"object"}}})");
    gemini("names of properties",
           R"({"type":"object","properties":{"const":{"type":"string"}},"required":["const","x"]})",
           R"({"type":"object","properties":{"const":{"type":"string"}},"required":["const"]})");
    row("items", Dialect::OpenAiLoose, R"({"type":"array"})", R"({"type":"array","items":{}})");
    row("a tuple", Dialect::OpenAiLoose, R"({"type":"array","items":[{"type":"string"}],
        "additionalItems":false})",
        R"({"type":"array","items":{"anyOf":[{"type":"string"}]}})");
    row("the rest stays", Dialect::OpenAiLoose, R"({"oneOf":[{"const":1}],"minimum":1})",
        R"({"oneOf":[{"const":1}],"minimum":1})");
    row("draft 4 for claude", Dialect::Anthropic,
        R"({"type":"number","minimum":0,"exclusiveMinimum":true})",
        R"({"type":"number","exclusiveMinimum":0})");
    row("patterns of grammars", Dialect::Grammar,
        "{\"type\":\"string\",\"pattern\":\"(?=a)\",\"maxLength\":100000}", R"({"type":"string"})");
    row("plain patterns", Dialect::Grammar, R"({"type":"string","pattern":"^[a-z]+$"})",
        R"({"type":"string","pattern":"^[a-z]+$"})");
}

void SchemaDialectTest::aSchemaIsSaidInTheDialectsWords()
{
    QFETCH(int, dialect);
    QFETCH(QByteArray, part);
    QFETCH(QByteArray, becomes);
    const Json schema = {
        {"type", "object"},
        {"properties", {{"p", Json::parse(part.toStdString())}}},
        {"$defs",
         {{"word", {{"type", "string"}}},
          {"node", {{"type", "object"}, {"properties", {{"next", {{"$ref", "#/$defs/node"}}}}}}}}}};
    const Json said = inDialect(schema, static_cast<Dialect>(dialect));
    QCOMPARE(QByteArray::fromStdString(said["properties"]["p"].dump()),
             QByteArray::fromStdString(Json::parse(becomes.toStdString()).dump()));
}

void SchemaDialectTest::aUnionAtTheTopBecomesOneObject()
{
    const Json schema = Json::parse(R"({"anyOf":[
        {"$ref":"#/$defs/one"},
        {"type":"object","properties":{"a":{"type":"integer"},"c":{"type":"string"}},
         "required":["a","c"]}],
        "$defs":{"one":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}}})");
    for (const auto &[dialect, name] : kDialects) {
        if (dialect == Dialect::GeminiJson)
            continue;
        const Json said = inDialect(schema, dialect);
        QVERIFY2(said["type"] == "object" && !said.contains("anyOf"), name);
        QVERIFY2(said["required"] == Json({"a"}), name);
        QVERIFY2(said["properties"].size() == 2, name);
    }
    QVERIFY(inDialect(true, Dialect::OpenAiLoose)["type"] == "object");
}

void SchemaDialectTest::referencesInACircleEnd()
{
    // Each definition doubles what is below it: written out it would be 2^40 nodes.
    Json defs = Json::object();
    for (int i = 0; i < 40; ++i) {
        const Json next = {{"$ref", "#/$defs/d" + std::to_string((i + 1) % 40)}};
        defs["d" + std::to_string(i)] = {{"type", "object"},
                                         {"properties", {{"l", next}, {"r", next}}}};
    }
    const Json schema = {
        {"type", "object"}, {"properties", {{"p", {{"$ref", "#/$defs/d0"}}}}}, {"$defs", defs}};
    const std::string said = inDialect(schema, Dialect::Gemini).dump();
    QVERIFY2(said.size() < 4000000, std::to_string(said.size()).c_str());
    QVERIFY(said.find("$ref") == std::string::npos);
}

void SchemaDialectTest::randomSchemasLoseWhatIsRefusedAndNoDocument_data()
{
    QTest::addColumn<bool>("isSayable");
    QTest::newRow("of all kinds") << false;
    QTest::newRow("that can be said") << true;
}

void SchemaDialectTest::randomSchemasLoseWhatIsRefusedAndNoDocument()
{
    QFETCH(bool, isSayable);
    const unsigned first = std::random_device()();
    int accepted = 0;
    int declined = 0;
    for (unsigned round = 0; round < unsigned(test::rounds(300)); ++round) {
        Maker make(first + round, isSayable);
        const Json schema = make.whole();
        std::vector<Json> documents;
        for (int i = 0; i < 20; ++i)
            documents.push_back(make.document(3));
        for (const auto &[dialect, name] : kDialects) {
            const Json said = inDialect(schema, dialect);
            const std::string about = "seed " + std::to_string(first + round) + ", " + name + ": "
                                      + schema.dump() + " as " + said.dump();
            const std::string bad = refused(said, schemaRules(dialect));
            QVERIFY2(bad.empty(), (bad + " in " + about).c_str());
            QVERIFY2(inDialect(said, dialect) == said, about.c_str());
            const Json checkable = standard(said);
            for (const Json &document : documents) {
                const bool was = accepts(schema, document);
                const bool is = accepts(checkable, document);
                (was ? accepted : declined)++;
                QVERIFY2(!was || is, (document.dump() + " is lost, " + about).c_str());
                if (isSayable)
                    QVERIFY2(was == is, (document.dump() + " differs, " + about).c_str());
            }
        }
    }
    QVERIFY2(accepted > 100 && declined > 100, std::to_string(accepted).c_str());
}

void SchemaDialectTest::whatIsStrictIsClosedAndKeepsItsMeaning()
{
    std::string why;
    const auto strict = [&](const char *text, Dialect dialect) {
        why.clear();
        return strictSchema(Json::parse(text), dialect, &why);
    };
    const auto node = strict(R"({"type":"object","properties":{"next":{"anyOf":[
        {"$ref":"#"},{"type":"null"}]}},"required":["next"]})",
                             Dialect::OpenAiStrict);
    QVERIFY2(node, why.c_str());
    QVERIFY((*node)["additionalProperties"] == false);
    QVERIFY(!strict(R"({"type":"object","properties":{"n":{"$ref":"#/$defs/n"}},"$defs":{"n":
        {"type":"object","properties":{"n":{"$ref":"#/$defs/n"}}}}})",
                    Dialect::Anthropic));
    QVERIFY2(why.find("itself") != std::string::npos, why.c_str());
    QVERIFY(
        strict(R"({"type":"object","properties":{"a":{"type":"string"}}})", Dialect::Anthropic));
    const auto optional = strict(R"({"type":"object","required":["b"],"properties":{
        "a":{"type":"string","enum":["x"]},"b":{"type":"integer"},"c":{"const":1},
        "d":{"anyOf":[{"type":"string"},{"type":"number"}]},"e":{"$ref":"#/$defs/e"}},
        "$defs":{"e":{"type":"object","properties":{"f":{"type":["string","null"]}}}}})",
                                 Dialect::OpenAiStrict);
    QVERIFY2(optional, why.c_str());
    const Json closed = Json::parse(R"({"type":"object","required":["a","b","c","d","e"],
        "additionalProperties":false,"properties":{
        "a":{"type":["string","null"],"enum":["x",null]},"b":{"type":"integer"},
        "c":{"anyOf":[{"const":1},{"type":"null"}]},
        "d":{"anyOf":[{"type":"string"},{"type":"number"},{"type":"null"}]},
        "e":{"anyOf":[{"$ref":"#/$defs/e"},{"type":"null"}]}},
        "$defs":{"e":{"type":"object","required":["f"],"additionalProperties":false,
                      "properties":{"f":{"type":["string","null"]}}}}})");
    QVERIFY2(*optional == closed, optional->dump().c_str());
    QVERIFY(
        !strict(R"({"type":"object","properties":{},"required":["a"]})", Dialect::OpenAiStrict));
    QVERIFY2(why.find("\"a\"") != std::string::npos
                 || why.find("does not name") != std::string::npos,
             why.c_str());
    QVERIFY(!strict(R"({"type":"array","items":{}})", Dialect::OpenAiStrict));
    QVERIFY(!strict(R"({"type":"object","properties":{"a":{"type":"object"}},"required":["a"]})",
                    Dialect::OpenAiStrict));
    Json deep = {{"type", "string"}};
    for (int i = 0; i < 12; ++i)
        deep = {{"type", "object"}, {"properties", {{"a", deep}}}, {"required", {"a"}}};
    QVERIFY(!strictSchema(deep, Dialect::OpenAiStrict));
    QVERIFY(strictSchema(deep, Dialect::Anthropic));
}

void SchemaDialectTest::aListOfToolsIsInTheDialectOfItsModel()
{
    const Json schema = Json::parse(
        R"({"type":"object","properties":{"n":{"type":["string","null"]}},"required":["n"]})");
    ToolSchemaList list;
    list.add({"f", std::nullopt, &schema, {}}, WireForm::Gemini);
    list.add({"f", std::nullopt, &schema, {}}, {WireForm::OpenAi, Dialect::Plain});
    const Json all = Json::parse(list.text());
    QVERIFY(all == list.toJson());
    QVERIFY(all[0]["parameters"]["properties"]["n"]["type"] == "string");
    QVERIFY(all[1]["function"]["parameters"] == schema);
}

ORRERY_TEST(SchemaDialectTest)
#include "tst_schemadialect.moc"
