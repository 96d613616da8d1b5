// SPDX-License-Identifier: GPL-3.0-or-later
// The rules by which the strict servers refuse: each refuses what it is about, and lets pass what is good.
#include "core/llm/requestfields.h"
#include "core/llm/structuredoutput.h"
#include "tests/support/strictrules.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <set>

using namespace orrery;
using namespace orrery::testing;

namespace {

constexpr llm::WireForm kForms[] = {llm::WireForm::OpenAi, llm::WireForm::Anthropic,
                                    llm::WireForm::Gemini, llm::WireForm::Responses};

constexpr const char *kOptionalKeysFormat =
    R"json({"type": "json_schema", "json_schema": {"name": "person", "strict": true,
    "schema": {"type": "object", "required": ["name", "tags"], "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 0},
        "kind": {"enum": ["a", "b"], "type": "string"},
        "home": {"$ref": "#/$defs/place"},
        "tags": {"type": "array", "items": {"type": "object", "required": ["t"], "properties": {
            "t": {"const": "x"}, "n": {"anyOf": [{"type": "number"}, {"type": "string"}]}}}}},
      "$defs": {"place": {"type": "object", "properties": {"city": {"type": "string"}}}}}}})json";

/// One whom the rule is about.
std::string providerOf(const StrictRule &rule)
{
    const std::string names = rule.providers;
    if (names != "*")
        return names.substr(0, names.find(' '));
    switch (rule.form) {
    case llm::WireForm::Anthropic: return "anthropic";
    case llm::WireForm::Gemini: return "gemini";
    case llm::WireForm::Responses: return "openai";
    case llm::WireForm::OpenAi: break;
    }
    return "custom";
}

const StrictRule &ruleOf(const QString &id)
{
    for (const llm::WireForm form : kForms)
        for (const StrictRule &rule : strictRules(form))
            if (id == QLatin1String(rule.id))
                return rule;
    qFatal("no such rule");
}

} // namespace

class TestRefusals : public QObject
{
    Q_OBJECT

private slots:
    void rulesHaveANameAndASource()
    {
        std::set<std::string> names;
        for (const llm::WireForm form : kForms)
            for (const StrictRule &rule : strictRules(form)) {
                QVERIFY2(names.insert(rule.id).second, rule.id);
                QVERIFY2(QByteArray(rule.source).startsWith("https://"), rule.id);
                QCOMPARE(QByteArray(rule.date).size(), 7);
            }
        qInfo("%zu rules", names.size());
    }

    void goodRequestsPass_data()
    {
        QTest::addColumn<QString>("provider");
        QTest::addColumn<int>("form");
        for (const std::string &provider : strictProviders()) {
            QTest::newRow(provider.c_str())
                << QString::fromStdString(provider) << int(strictForm(provider));
            if (strictForm(provider) == llm::WireForm::Responses)
                QTest::newRow((provider + ", chat completions").c_str())
                    << QString::fromStdString(provider) << int(llm::WireForm::OpenAi);
        }
    }
    void goodRequestsPass()
    {
        QFETCH(QString, provider);
        QFETCH(int, form);
        const auto broken =
            brokenRule(goodRequest(provider.toStdString(), static_cast<llm::WireForm>(form), {}));
        QVERIFY2(!broken, broken ? broken->rule->id : "");
    }

    void optionalKeysGoOutAsStrict_data()
    {
        QTest::addColumn<QString>("provider");
        QTest::addColumn<QString>("model");
        QTest::newRow("responses") << "openai"
                                   << "gpt-5-mini";
        QTest::newRow("chat completions") << "azure"
                                          << "gpt-5-mini";
    }
    void optionalKeysGoOutAsStrict()
    {
        QFETCH(QString, provider);
        QFETCH(QString, model);
        llm::ModelRequest asked;
        asked.provider = provider.toStdString();
        asked.model = model.toStdString();
        asked.settings["response_format"] = Json::parse(kOptionalKeysFormat);
        const auto form = llm::profileOf(asked).form;
        StrictRequest request = goodRequest(asked.provider, form, asked.model);
        QVERIFY(!brokenRule(request));
        const Json fields = llm::requestFields(asked, std::nullopt);
        const char *place = form == llm::WireForm::Responses ? "text" : "response_format";
        request.body[place] = fields[place];
        const Json &sent = form == llm::WireForm::Responses ? fields["text"]["format"]
                                                            : fields[place]["json_schema"];
        QVERIFY2(sent["strict"] == true, fields.dump().c_str());
        const auto broken = brokenRule(request);
        QVERIFY2(!broken, fields.dump().c_str());
        // As the provider then fills them in.
        auto type = llm::outputTypeFromJson(
            {{"json_schema", asked.settings["response_format"]["json_schema"]["schema"]}});
        QVERIFY(type);
        const auto read = llm::parseOutput(
            *type,
            R"({"name":"a","age":null,"kind":null,"home":null,"tags":[{"t":"x","n":null}]})");
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        const Json left = {{"name", "a"}, {"tags", Json::array({{{"t", "x"}}})}};
        QVERIFY2(*read == left, read->dump().c_str());
        QVERIFY(!llm::parseOutput(*type, R"({"name":null,"tags":[]})"));
    }

    void brokenOnesDoNot_data()
    {
        QTest::addColumn<QString>("id");
        for (const llm::WireForm form : kForms)
            for (const StrictRule &rule : strictRules(form))
                QTest::newRow(rule.id) << QString(rule.id);
    }
    void brokenOnesDoNot()
    {
        QFETCH(QString, id);
        const StrictRule &about = ruleOf(id);
        StrictRequest request = goodRequest(providerOf(about), about.form, about.model);
        QVERIFY(applies(about, request));
        const auto before = brokenRule(request);
        QVERIFY2(!before, before ? before->rule->id : "");
        request.body = request.body.patch(Json::parse(about.edit));
        const auto broken = brokenRule(request);
        QVERIFY2(broken, "it passed");
        QCOMPARE(QByteArray(broken->rule->id), QByteArray(about.id));
        const Json body = errorBody(request, broken->refusal, about.status);
        QVERIFY(body.dump().size() > 20);
    }
};

ORRERY_TEST(TestRefusals)
#include "tst_refusals.moc"
