// SPDX-License-Identifier: GPL-3.0-or-later
// The rules by which the strict servers refuse: each refuses what it is about, and lets pass what is good.
#include "tests/support/strictrules.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <set>

using namespace orrery;
using namespace orrery::testing;

namespace {

constexpr llm::WireForm kForms[] = {llm::WireForm::OpenAi, llm::WireForm::Anthropic,
                                    llm::WireForm::Gemini, llm::WireForm::Responses};

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
