// SPDX-License-Identifier: GPL-3.0-or-later
// Every built-in tool takes the arguments that its schema describes, and those of the sample team.
#include "core/model/teamfilekeys.h"
#include "core/runtime/sharedstores.h"
#include "core/runtime/teamservices.h"
#include "core/tools/argumentvalidation.h"
#include "tests/support/testregistry.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <map>
#include <set>

using namespace orrery;

namespace {

/// A call as a model makes it, with everything the tool takes.
const std::map<std::string, Json> kExamples = {
    {"read_file",
     {{"path", "src/a.c"}, {"offset", 1}, {"limit", 20}, {"start_line", 1}, {"end_line", 20}}},
    {"write_file", {{"path", "src/a.c"}, {"content", "int a;\n"}}},
    {"edit_file",
     {{"path", "src/a.c"},
      {"old_text", "a"},
      {"new_text", "b"},
      {"replace_all", true},
      {"edits", {{{"old_text", "a"}, {"new_text", "b"}, {"replace_all", true}}}}}},
    {"glob", {{"pattern", "src/**/*.cpp"}, {"path", "."}, {"include_ignored", true}}},
    {"grep",
     {{"pattern", "int .*"},
      {"path", "src"},
      {"glob", "*.cpp"},
      {"mode", "lines"},
      {"context", 2},
      {"ignore_case", true},
      {"limit", 10},
      {"include_ignored", true}}},
    {"bash", {{"command", "make test"}, {"timeout_ms", 600000}}},
    {"read_result", {{"handle", "result_1"}, {"offset", 0}, {"limit", 4096}, {"pattern", "error"}}},
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
    {"delegate_task",
     {{"task", "Count."}, {"role", "counter"}, {"instructions", "Be quick."}, {"tools", {"grep"}}}},
    {"spawn_agents", {{"tasks", {{{"task", "Count."}}}}}},
    {"kb_search",
     {{"query", "rounding"}, {"limit", 3}, {"tags", {"money"}}, {"entry_type", "article"}}},
    {"kb_read", {{"slug_or_id", "rounding"}}},
    {"kb_list",
     {{"tags", {"money"}}, {"concepts", {"tax"}}, {"entry_type", "article"}, {"limit", 3}}},
    {"kb_ingest",
     {{"title", "Notes"}, {"content", "…"}, {"doc_type", "markdown"}, {"source_url", "file"}}},
    {"kb_next_document", Json::object()},
    {"kb_add_entry",
     {{"title", "Rounding"},
      {"content", "Half up."},
      {"summary", "Half up."},
      {"concepts", {"tax"}},
      {"tags", {"money"}},
      {"entry_type", "article"},
      {"source_doc_ids", {"Notes"}}}},
    {"kb_link",
     {{"from_slug", "a"}, {"to_slug", "b"}, {"link_type", "cross_reference"}, {"label", "see"}}},
    {"kb_backlinks", {{"slug_or_id", "rounding"}}},
    {"kb_health_check", Json::object()},
    {"kb_generate", {{"topic", "rounding"}, {"output_type", "summary"}, {"limit", 3}}},
    {"add_goal", {{"label", "Repair"}, {"confidence", 0.9}, {"rationale", "It fails."}}},
    {"record_decision",
     {{"label", "Half up"},
      {"type", "decision"},
      {"parent_id", "Repair"},
      {"edge_type", "leads_to"},
      {"confidence", 0.9},
      {"rationale", "The law."}}},
    {"record_outcome",
     {{"label", "Passes"},
      {"parent_id", "Half up"},
      {"status", "completed"},
      {"rationale", "All of them."}}},
    {"update_decision",
     {{"id", "Repair"}, {"status", "completed"}, {"confidence", 1}, {"rationale", "Done."}}},
    {"supersede_decision",
     {{"old_id", "Half up"}, {"new_id", "Half even"}, {"rationale", "The new law."}}},
    {"query_decisions",
     {{"query_type", "path_between"},
      {"node_id", "a"},
      {"from_id", "a"},
      {"to_id", "b"},
      {"limit", 3}}},
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
        team.subAgents.maxDepth = 1;
        team.knowledge.offered = team.decisions.offered = true;
        m_services = std::make_unique<runtime::TeamServices>(
            "run", team, m_folder.path().toStdString(), m_clock, nullptr);
        QVERIFY(runtime::openSharedStores(*m_services));
    }

    void everyToolHasAnExample()
    {
        std::set<std::string> tools;
        for (const std::string &name : m_services->tools.names())
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
            if (tool != "spawn_agents")                   // there each task is described
                QVERIFY2(!property.at("description").get<std::string>().empty(), key.c_str());
            Json wrong = example;
            wrong[key] = property.value("type", "") == "array" ? Json(7) : Json::array();
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

ORRERY_TEST(TestToolSchemas)
#include "tst_toolschemas.moc"
