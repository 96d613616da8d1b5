// SPDX-License-Identifier: GPL-3.0-or-later
// What each tool is to the executor, the permissions and the model.
#include "core/tools/tool.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::tools;

namespace {

/// `name category retries timeout`, then what is so; then each parameter, `!` for one that is required.
std::string inWords(const Tool &tool)
{
    std::string text = tool.name + " " + toString(tool.category) + " "
                       + std::to_string(tool.retries) + " " + std::to_string(tool.timeoutMs);
    text += tool.needsApproval ? " asks" : "";
    text += tool.mayBeAbandoned ? " abandoned" : "";
    text += tool.isQuick ? " quick" : "";
    text += tool.validateArguments ? "" : " unchecked";
    text += tool.ignoresUnknown ? "" : " takes anything";
    text += tool.delegates ? " delegates" : "";
    text += ":";
    for (const auto &[name, schema] : tool.parameters["properties"].items()) {
        const Json &required = tool.parameters["required"];
        const bool isRequired = std::find(required.begin(), required.end(), name) != required.end();
        text += " " + name + ":" + schema["type"].get<std::string>() + (isRequired ? "!" : "")
                + (schema.contains("enum") ? schema["enum"].dump() : "");
    }
    return text;
}

} // namespace

class TestToolDefinitions : public QObject
{
    Q_OBJECT

private slots:
    void eachIsWhatItIs()
    {
        const std::vector<std::string> expected = {
            "read_file read 1 30000 abandoned: end_line:integer limit:integer offset:integer "
            "path:string! start_line:integer",
            "write_file write 0 30000: content:string! path:string!",
            "edit_file write 0 30000: edits:array new_text:string old_text:string path:string! "
            "replace_all:boolean",
            "glob read 1 30000 abandoned: include_ignored:boolean path:string pattern:string!",
            "grep read 1 30000 abandoned: context:integer glob:string ignore_case:boolean "
            "include_ignored:boolean limit:integer mode:string[\"lines\",\"files\",\"count\"] "
            "path:string pattern:string!",
            "bash execute 0 0 asks abandoned: command:string! timeout_ms:integer"};
        std::vector<std::string> found;
        for (const ToolPtr &tool : fileTools()) {
            found.push_back(inWords(*tool));
            QVERIFY(!tool->description.empty());
            for (const auto &[name, schema] : tool->parameters["properties"].items())
                QVERIFY2(!schema["description"].get<std::string>().empty(), name.c_str());
        }
        for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i)
            QCOMPARE(QByteArray::fromStdString(found[i]), QByteArray::fromStdString(expected[i]));
        QCOMPARE(found.size(), expected.size());
    }
};

ORRERY_TEST(TestToolDefinitions)
#include "tst_tooldefinitions.moc"
