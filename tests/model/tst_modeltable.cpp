// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/modeltable.h"
#include "core/model/teamfile.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

class ModelTableTest : public QObject
{
    Q_OBJECT

private slots:
    void cleanup();
    void aMatchIsANameWithItsSnapshotsOrAPattern_data();
    void aMatchIsANameWithItsSnapshotsOrAPattern();
    void theLongestMatchSaysMost();
    void aPersonsOwnRowsGoFirst();
    void mistakesNameFilePlaceAndWhatWasExpected_data();
    void mistakesNameFilePlaceAndWhatWasExpected();
    void pricesGoByPrefixAndDate();
    void everyRowOfTheProgramsOwnSaysWhereItIsFrom();
    void aTeamFileMayBringProvidersOfItsOwn();
};

void ModelTableTest::cleanup() { ModelTable::installOwn(ModelTable::builtIn()); }

void ModelTableTest::aMatchIsANameWithItsSnapshotsOrAPattern_data()
{
    QTest::addColumn<QByteArray>("pattern");
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<bool>("fits");
    const auto row = [](const char *pattern, const char *name, bool fits) {
        QTest::addRow("%s %s", pattern, name) << QByteArray(pattern) << QByteArray(name) << fits;
    };
    row("gpt-5", "gpt-5", true);
    row("gpt-5", "gpt-5-2025-08-07", true);
    row("gpt-5", "GPT-5-latest", true);
    row("gpt-5", "gpt-5-mini", false);
    row("gpt-5", "gpt-5.1", false);
    row("claude-opus-4", "claude-opus-4-5", false);
    row("claude-opus-4", "claude-opus-4-20250514", true);
    row("claude-opus-4.5", "claude-opus-4-5@20251101", true);
    row("gemini-2.0-flash", "gemini-2.0-flash-001", true);
    row("gpt-5*", "gpt-5.1-codex", true);
    row("*-vl*", "qwen3-vl-8b", true);
    row("*-vl*", "qwen3", false);
    row("*", "", true);
    row("a*b*c", "a-bb-cc-c", true);
    row("a*b*c", "a-bb-cc-d", false);
    row("gpt-5", "", false);
}

void ModelTableTest::aMatchIsANameWithItsSnapshotsOrAPattern()
{
    QFETCH(QByteArray, pattern);
    QFETCH(QByteArray, name);
    QFETCH(bool, fits);
    QCOMPARE(matchOf(pattern.toStdString(), name.toStdString()) > 0, fits);
}

void ModelTableTest::theLongestMatchSaysMost()
{
    const auto table = ModelTable().extendedByText(
        R"({"defaults": {"images": false, "pdf": false, "tools": true},
            "models": [{"match": "*x*", "pdf": true, "images": true}],
            "providers": {
              "a": {"context_tokens": 1, "models": [
                {"match": "x*", "context_tokens": 2, "output_tokens": 9},
                {"match": "x-big", "context_tokens": 3}]},
              "b": {"like": "a", "context_tokens": 7, "models": [{"match": "*", "images": false}]}}})",
        "f");
    QVERIFY2(table, table ? "" : table.error().message.c_str());
    const auto value = [&](const char *provider, const char *model, const char *column) {
        return table->columns(provider, model).at(column).value;
    };
    QVERIFY(value("a", "x-big", "context_tokens") == 3);
    QVERIFY(value("a", "x-big", "output_tokens") == 9);
    QVERIFY(value("a", "x-1", "context_tokens") == 2);
    QVERIFY(value("a", "y", "context_tokens") == 1);
    QVERIFY(value("a", "x-1", "images") == true);
    QVERIFY(value("b", "x-1", "images") == false);
    QVERIFY(value("b", "x-1", "context_tokens") == 2);
    QVERIFY(value("b", "y", "context_tokens") == 7);
    QVERIFY(value("b", "x-1", "pdf") == true);
    QVERIFY(value("nobody", "z", "tools") == true);
    QCOMPARE(table->columns("a", "x-big").at("output_tokens").origin, std::string("f: a/x*"));
    QCOMPARE(table->columns("a", "y").at("tools").origin, std::string("f: defaults"));
}

void ModelTableTest::aPersonsOwnRowsGoFirst()
{
    auto table = ModelTable::builtIn().extendedByText(
        R"({"providers": {
              "openai": {"models": [{"match": "gpt-5*", "form": "openai", "context_tokens": 5,
                                     "prices": [{"input": 1, "output": 2}]}]},
              "house": {"base_url": "http://h/v1", "key_env": ["HOUSE_KEY"]}}})",
        "own.json");
    QVERIFY2(table, table ? "" : table.error().message.c_str());
    ModelTable::installOwn(std::move(*table));
    const ModelTable &own = ModelTable::own();
    QVERIFY(own.columns("openai", "gpt-5-mini").at("form").value == "openai");
    QVERIFY(own.columns("openai", "gpt-5-mini").at("context_tokens").value == 5);
    QVERIFY(own.columns("openai", "gpt-5-mini").at("sampling").value == false);
    QCOMPARE(knownPrice("openai:gpt-5-mini", own)->output, 2.0);
    QVERIFY(own.column("house", "base_url") == "http://h/v1");
    QCOMPARE(own.providers().back().name, std::string("custom"));
    // A team's go before them, for that team.
    const Json providers = {{"house", {{"base_url", "http://t/v1"}}}};
    const auto ofTeam = ModelTable::ofTeam(providers, "team.json");
    QVERIFY(ofTeam && (*ofTeam)->column("house", "base_url") == "http://t/v1");
    QVERIFY(ModelTable::own().column("house", "base_url") == "http://h/v1");
    const auto again = ModelTable::ofTeam(providers, "team.json");
    QVERIFY(again && *again == *ofTeam);
    const auto none = ModelTable::ofTeam(Json(), "other.json");
    QVERIFY(none && *none == &ModelTable::own());
    const auto wrong = ModelTable::ofTeam({{"house", {{"base_url", 1}}}}, "wrong.json");
    QVERIFY(!wrong && wrong.error().message.starts_with("wrong.json: /providers/house/base_url"));
}

void ModelTableTest::mistakesNameFilePlaceAndWhatWasExpected_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("place");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char *name, const char *text, const char *place,
                        const char *expected) {
        QTest::newRow(name) << QByteArray(text) << QByteArray(place) << QByteArray(expected);
    };
    row("key", R"({"provider": {}})", "/provider", "expected");
    row("column", R"({"providers": {"a": {"image": true}}})", "/providers/a/image",
        "did you mean \"images\"");
    row("flag", R"({"providers": {"a": {"images": 1}}})", "/providers/a/images", "true or false");
    row("word", R"({"providers": {"a": {"form": "x"}}})", "/providers/a/form", "\"openai\"");
    row("list", R"({"providers": {"a": {"key_env": "X"}}})", "/providers/a/key_env",
        "a list of texts");
    row("count", R"({"defaults": {"context_tokens": -1}})", "/defaults/context_tokens",
        "a whole number");
    row("pattern", R"({"defaults": {"call_id": {"most": "9"}}})", "/defaults/call_id", "lengths");
    row("match", R"({"providers": {"a": {"models": [{"images": true}]}}})",
        "/providers/a/models/0/match", "the name of a model");
    row("price", R"({"providers": {"a": {"models": [{"match": "m", "prices": [{"input": 1}]}]}}})",
        "/providers/a/models/0/prices/0/output", "US dollars");
    row("date", R"({"models": [{"match": "m", "prices": [
                    {"from": "2026-02-01", "input": 1, "output": 1},
                    {"from": "2026-01-01", "input": 1, "output": 1}]}]})",
        "/models/0/prices/1/from", "later day");
    row("name", R"({"providers": {"a:b": {}}})", "/providers/a:b", "without");
    row("like", R"({"providers": {"a": {"like": "b"}}})", "/providers/a/like", "a provider");
    row("no object", R"([1])", "", "expected");
}

void ModelTableTest::mistakesNameFilePlaceAndWhatWasExpected()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, place);
    QFETCH(QByteArray, expected);
    const auto table = ModelTable::builtIn().extendedByText(text.toStdString(), "own.json");
    QVERIFY(!table);
    const QByteArray message = QByteArray::fromStdString(table.error().message);
    QVERIFY2(message.startsWith("own.json"), message.constData());
    QVERIFY2(message.contains(place), message.constData());
    QVERIFY2(message.contains(expected), message.constData());
}

void ModelTableTest::pricesGoByPrefixAndDate()
{
    const ModelTable &table = ModelTable::builtIn();
    const auto input = [&](const char *model, const char *date) {
        const Price *price = table.price("gemini", model, date);
        return price ? price->input : -1;
    };
    QCOMPARE(input("gemini-3.8-flash", "2026-09-01"), -1.0); // not sold yet
    QCOMPARE(input("gemini-3.8-flash", "2026-12-31"), 0.75);
    QCOMPARE(input("gemini-3.8-flash-001", "2027-01-01"), 1.5);
    QCOMPARE(input("gemini-9", "2026-12-31"), -1.0);
    // Of another one's server nothing is known.
    QVERIFY(!table.price("custom", "gpt-5", "2026-12-31"));
    QVERIFY(!knownPrice("scripted:case", ModelTable::builtIn()));
}

void ModelTableTest::everyRowOfTheProgramsOwnSaysWhereItIsFrom()
{
    const auto check = [](const ModelTable::ModelRow &row) {
        QVERIFY2(!row.source.empty() && row.asOf.size() == 10, row.origin.c_str());
        for (const ModelTable::DatedPrice &dated : row.prices)
            QVERIFY2(dated.price.input > 0 && dated.price.output > 0 && !dated.price.source.empty()
                         && dated.price.asOf.size() == 10,
                     row.origin.c_str());
    };
    for (const ModelTable::ModelRow &row : ModelTable::builtIn().anyProvider())
        check(row);
    for (const ModelTable::ProviderRow &provider : ModelTable::builtIn().providers()) {
        QVERIFY2(!provider.source.empty() && provider.asOf.size() == 10, provider.name.c_str());
        for (const ModelTable::ModelRow &row : provider.models)
            check(row);
    }
    for (const char *name :
         {"openai",     "azure",    "anthropic", "gemini",     "vertex",      "bedrock", "mistral",
          "groq",       "deepseek", "xai",       "cerebras",   "moonshot",    "zai",     "alibaba",
          "perplexity", "together", "fireworks", "openrouter", "huggingface", "github",  "nvidia",
          "ollama",     "lmstudio", "llamacpp",  "vllm",       "sglang",      "custom"})
        QVERIFY2(ModelTable::builtIn().find(name), name);
}

void ModelTableTest::aTeamFileMayBringProvidersOfItsOwn()
{
    const auto team = [](const char *providers, const char *model) {
        const Json file = {{"name", "t"},
                           {"providers", Json::parse(providers)},
                           {"agents", {{{"name", "a"}, {"model", model}, {"prompt", "p"}}}}};
        return parseTeamFile(file.dump(), "/t/team.json");
    };
    const auto known = team(R"({"house": {"base_url": "http://h/v1"}})", "house:m");
    QVERIFY2(known, known ? "" : known.error().message.c_str());
    QVERIFY(known->providers.contains("house"));
    const auto wrong = team(R"({"house": {"images": "yes"}})", "house:m");
    QVERIFY(!wrong);
    QVERIFY(wrong.error().message.find("/t/team.json") == 0);
    QVERIFY(wrong.error().message.find("/providers/house/images") != std::string::npos);
    const auto stranger = team("{}", "house:m");
    QVERIFY(!stranger);
    QVERIFY(stranger.error().message.find("is no provider") != std::string::npos);
    const auto homeless = team(R"({"house": {}})", "house:m");
    QVERIFY(!homeless);
    QVERIFY(homeless.error().message.find("base_url") != std::string::npos);
}

ORRERY_TEST(ModelTableTest)
#include "tst_modeltable.moc"
