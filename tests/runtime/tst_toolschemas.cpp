// SPDX-License-Identifier: GPL-3.0-or-later
// Every built-in tool takes the arguments that its schema describes, and those of the sample team.
#include "core/model/teamfilekeys.h"
#include "core/runtime/teamservices.h"
#include "core/tools/argumentvalidation.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <map>
#include <set>

using namespace orrery;

namespace {

/// A call as a model makes it, with everything the tool takes.
const std::map<std::string, Json> kExamples = {
    {"read_file", {{"path", "src/a.c"}, {"start_line", 1}, {"end_line", 20}}},
    {"write_file", {{"path", "src/a.c"}, {"content", "int a;\n"}}},
    {"edit_file",
     {{"path", "src/a.c"}, {"old_text", "a"}, {"new_text", "b"}, {"replace_all", true}}},
    {"glob", {{"pattern", "src/**/*.cpp"}}},
    {"grep", {{"pattern", "int .*"}, {"path", "src"}}},
    {"bash", {{"command", "make test"}, {"timeout_ms", 600000}}},
    {"claim_region", {{"file", "src/a.c"}, {"start_line", 5}, {"end_line", 14}}},
    {"extend_claim", {{"file", "src/a.c"}}},
    {"release_region", {{"file", "src/a.c"}}},
    {"share_discovery", {{"topic", "rounding"}, {"content", "It cuts off."}}},
    {"peer_message", {{"to", "lead"}, {"message", "Done."}}},
    {"broadcast_message", {{"message", "Done."}}},
    {"list_team", Json::object()},
    {"remember",
     {{"content", "Round half up."},
      {"type", "semantic"},
      {"importance", 0.5},
      {"scope", "team"},
      {"evergreen", true},
      {"metadata", {{"ticket", 12}}}}},
    {"recall", {{"query", "rounding"}, {"type", "semantic"}, {"limit", 3}}},
    {"forget", {{"id", "mem_1"}}},
};

} // namespace

class TestToolSchemas : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    SystemClock m_clock;
    std::unique_ptr<runtime::TeamServices> m_services;

private slots:
    void initTestCase()
    {
        TeamSpec team;
        team.agents.push_back({});
        team.agents.front().name = "lead";
        m_services = std::make_unique<runtime::TeamServices>(
            "run", team, m_folder.path().toStdString(), m_clock, nullptr);
    }

    void everyToolHasAnExample()
    {
        std::set<std::string> tools;
        for (const auto &[name, tool] : m_services->tools)
            tools.insert(name);
        std::set<std::string> examples;
        for (const auto &[name, example] : kExamples)
            examples.insert(name);
        QCOMPARE(tools, examples);
        QCOMPARE(tools, (std::set<std::string>(teamfile::kTools.begin(), teamfile::kTools.end())));
    }

    void examplesFitTheirSchemas_data()
    {
        QTest::addColumn<QString>("name");
        for (const auto &[name, example] : kExamples)
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void examplesFitTheirSchemas()
    {
        QFETCH(QString, name);
        const std::string tool = name.toStdString();
        const Json &schema = m_services->tools.at(tool)->parameters;
        const Json &example = kExamples.at(tool);
        const auto problems = tools::checkArguments(example, schema);
        QVERIFY2(!problems.any(), problems.text().c_str());
        for (const auto &[key, property] : schema.at("properties").items()) {
            QVERIFY2(example.contains(key), key.c_str()); // it shows everything the tool takes
            QVERIFY2(!property.at("description").get<std::string>().empty(), key.c_str());
            Json wrong = example;
            wrong[key] = Json::array();
            QVERIFY2(tools::checkArguments(wrong, schema).any(), key.c_str());
        }
        for (const Json &required : schema.at("required")) {
            Json incomplete = example;
            incomplete.erase(required.get<std::string>());
            QVERIFY(tools::checkArguments(incomplete, schema).any());
        }
    }

    void theCallsOfTheSampleTeamFit()
    {
        std::ifstream file(ORRERY_SOURCE_DIR "/resources/sample/script.json");
        const Json script = Json::parse(file);
        int calls = 0;
        for (const auto &[agent, part] : script.at("agents").items())
            for (const Json &step : part.at("steps"))
                for (const Json &call : step.value("tool_calls", Json::array())) {
                    const auto &tool = m_services->tools.at(call.at("name").get<std::string>());
                    const auto problems =
                        tools::checkArguments(call.at("arguments"), tool->parameters);
                    QVERIFY2(!problems.any(), problems.text().c_str());
                    ++calls;
                }
        QVERIFY(calls > 0);
    }
};

QTEST_GUILESS_MAIN(TestToolSchemas)
#include "tst_toolschemas.moc"
